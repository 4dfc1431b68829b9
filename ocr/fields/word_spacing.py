"""Blanks that a reader lost, put back where the letters stand apart. Pure."""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median

from ocr.fields import voting
from ocr.fields.labels import Found
from ocr.page import Line, Page

APART = 1.6  # advances: a blank of even print is two
EVEN = 1.35  # print whose other advances stay below has letters of one width
ROOMS = (0.2, 0.3)  # heights of white around a line in which readers see narrow blanks
_AMPERSAND = re.compile(r"(?<=[A-Za-z]) ?& ?(?=[A-Za-z])")


def spaced(line: Line) -> str:
    """Return a line's text with a blank where letters of even print stand a whole advance apart.

    Embossed and typewritten letters have one width, so a wider step between two of them is a blank.
    """
    chars = line.chars
    if len(chars) < 6 or "".join(char.text for char in chars).strip() != line.text:
        return line.text
    places = [sum(x for x, _ in char.quad) / 4 for char in chars]
    steps = [after - before for before, after in pairwise(places)]
    usual = median(steps)
    wide = {k for k, step in enumerate(steps) if step > APART * usual}
    rest = [step for k, step in enumerate(steps) if k not in wide]
    if not wide or max(rest, default=0.0) > EVEN * usual:
        return line.text
    text = "".join(char.text + (" " if k in wide else "") for k, char in enumerate(chars))
    return " ".join(text.split())


def around_ampersands(text: str) -> str:
    """Return the text with a blank on both sides of an `&` that has one on either."""
    return _AMPERSAND.sub(lambda match: " & " if " " in match.group() else "&", text)


def parted(page: Page, found: Found) -> Found:
    """Return a name in Latin letters with the blanks that a tight cut of its line lost.

    The line is read again with more white around it: a blank counts where both readings have the
    same letters as the first one and agree on their blanks.
    """
    if not found or found.quad is None:
        return found
    seen = set()
    for room in ROOMS:
        region = voting.roomier(found.quad, above=room, below=room, sides=0.3, page=page)
        seen.add(_tail(page.read(region).text, found.text.replace(" ", "")))
    text = seen.pop()
    if seen or text.count(" ") <= found.text.count(" "):
        return found
    return Found(text, found.score, found.quad)


def _tail(text: str, letters: str) -> str:
    """Return the end of a text that holds these letters, with its blanks; empty where it does not."""
    for start in range(len(text)):
        if text[start] != " " and text[start:].replace(" ", "") == letters:
            return " ".join(text[start:].split())
    return ""
