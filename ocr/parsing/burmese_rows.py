"""Rows of Burmese print on a card: read as a whole, each told by the label it starts with. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ocr.page import Char, Line, Page, Quad
from ocr.parsing.labels import Found, label_end
from ocr.parsing.rows import rows

READER = "burmese-card"
SPARE_READER = "burmese"
DOUBTFUL = 0.8  # below this the other reader is asked too
_EDGES = " :;.-၊။|'\""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its Burmese text, score and place, and the Latin text of its boxes."""

    text: str
    score: float
    quad: Quad
    latin: str = ""
    chars: tuple[Char, ...] = ()


def read(page: Page) -> list[Row]:
    """Return the rows of the page that hold Burmese, top to bottom."""
    boxes = [Line(line.text, line.score, line.quad) for line in page.lines]
    known = {line.quad for line in boxes}
    boxes += [Line("", 0.0, quad) for quad in page.detect() if quad not in known]
    found = []
    for row in rows(boxes):
        left, right = min(line.left for line in row), max(line.right for line in row)
        top, bottom = min(line.top for line in row), max(line.bottom for line in row)
        quad = ((left, top), (right, top), (right, bottom), (left, bottom))
        reading = page.read(quad, script=READER)
        text, score = reading.text, reading.score
        if score < DOUBTFUL:
            other = page.read(quad, script=SPARE_READER)
            if other.score * share(other.text) > max(score, 0.9) * share(text):
                text, score = other.text, other.score * 0.8
        latin = " ".join(line.text for line in row if line.text)
        found.append(Row(unicodedata.normalize("NFC", text), score, quad, latin, reading.chars))
    return found


def share(text: str) -> float:
    """Return which share of the signs of a text is Burmese."""
    signs = [sign for sign in text if not sign.isspace()]
    return sum("က" <= sign <= "၏" for sign in signs) / max(len(signs), 1)


def values(
    rows_: Sequence[Row], labels: Mapping[str, Sequence[str]], *, long: str = ""
) -> dict[str, Found]:
    """Return the text behind the label of each row; the field `long` takes the rows below it too.

    A row belongs to the field whose label it starts with; of several the longest label wins.
    """
    found: dict[str, Found] = {}
    last = ""
    for row in rows_:
        field, end = _field(row.text, labels)
        if not field:
            if last == long and long in found and share(row.text) > 0.6:
                before = found[long]
                text = f"{before.text} {row.text.strip(_EDGES)}"
                found[long] = Found(text, min(before.score, row.score), before.quad)
            continue
        last = field
        text = row.text[end:].strip(_EDGES)
        if text and field not in found:
            found[field] = Found(" ".join(text.split()), row.score, row.quad)
    return found


def _field(text: str, labels: Mapping[str, Sequence[str]]) -> tuple[str, int]:
    best: tuple[int, str, int] = (0, "", 0)
    for field, words in labels.items():
        for word in words:
            word = unicodedata.normalize("NFC", word)
            end = label_end(text[: len(word) + 4], (word,))
            if end > 0 and len(word) > best[0]:
                best = (len(word), field, end)
    return best[1], best[2]


def height(text: str) -> str:
    """Return the height of a text without blanks around its marks of feet and inches."""
    return re.sub(r"\s*(['\"])\s*", r"\1", text).strip()


def blood_group(page: Page, rows_: Sequence[Row], labels: Sequence[str]) -> Found:
    """Return the blood group beside its label, which is printed in Latin letters."""
    for row in rows_:
        field, end = _field(row.text, {"blood_group": labels})
        if not field:
            continue
        match = re.search(r"(?<![A-Za-z])(AB|A|B|O|0)[+-]?$", row.latin.strip())
        if match:
            return Found(match[1].replace("0", "O"), 0.9, row.quad)
        if 0 < end <= len(row.chars):
            high = row.quad[3][1] - row.quad[0][1]
            left = max(x for x, _ in row.chars[end - 1].quad)
            right = row.quad[1][0] + 0.3 * high
            top, bottom = row.quad[0][1], row.quad[3][1]
            region = ((left, top), (right, top), (right, bottom), (left, bottom))
            reading = page.read(region, alphabet="ABO")
            if reading.text in ("A", "B", "O", "AB"):
                return Found(reading.text, min(reading.score, 0.85), region)
    return Found()
