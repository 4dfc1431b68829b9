"""Word spaces that a recogniser lost, restored from letter pitch or from padded crops. Pure."""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median

from ocr.fields import voting
from ocr.fields.labels import Found
from ocr.page import Line, Page

APART = 1.6  # advances: a space in monospaced print makes a step of two
EVEN = 1.35  # advances: print whose other steps stay below is monospaced
PADDINGS = (0.2, 0.3)  # line heights around a line with which recognisers see narrow spaces
_AMPERSAND = re.compile(r"(?<=[A-Za-z]) ?& ?(?=[A-Za-z])")


def spaced_by_pitch(line: Line) -> str:
    """Return a line's text with a space wherever two letters of monospaced print are two steps apart.

    Embossed and typewritten letters have one advance width, so a wider step is a space.
    """
    chars = line.chars
    if len(chars) < 6 or "".join(char.text for char in chars).strip() != line.text:
        return line.text
    centers = [sum(x for x, _ in char.quad) / 4 for char in chars]
    steps = [after - before for before, after in pairwise(centers)]
    usual = median(steps)
    wide = {k for k, step in enumerate(steps) if step > APART * usual}
    rest = [step for k, step in enumerate(steps) if k not in wide]
    if not wide or max(rest, default=0.0) > EVEN * usual:
        return line.text
    text = "".join(char.text + (" " if k in wide else "") for k, char in enumerate(chars))
    return " ".join(text.split())


def around_ampersands(text: str) -> str:
    """Return the text with a space on both sides of an `&` that has one on either."""
    return _AMPERSAND.sub(lambda match: " & " if " " in match.group() else "&", text)


def spaced_by_padding(page: Page, found: Found) -> Found:
    """Return a name in Latin letters with the spaces that a tight crop of its line lost.

    The line is recognised again with more padding: a space counts if both results have the letters of
    the first one and agree on their spaces.
    """
    if not found or found.quad is None:
        return found
    seen = set()
    for padding in PADDINGS:
        region = voting.padded(found.quad, above=padding, below=padding, sides=0.3, page=page)
        seen.add(_tail(page.read(region).text, found.text.replace(" ", "")))
    text = seen.pop()
    if seen or text.count(" ") <= found.text.count(" "):
        return found
    return Found(text, found.score, found.quad)


def _tail(text: str, letters: str) -> str:
    """Return the end of a text that has these letters, with its spaces; empty if it has none."""
    for start in range(len(text)):
        if text[start] != " " and text[start:].replace(" ", "") == letters:
            return " ".join(text[start:].split())
    return ""
