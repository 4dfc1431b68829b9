"""Find the machine-readable zone on a page, looking again where the first reading falls short."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from ocr.mrz.candidates import ALPHABET, cells_of, merged
from ocr.mrz.formats import BY_NAME, TRAVEL_DOCUMENTS, Format
from ocr.mrz.lines import Row, may_be_mrz, rows_of
from ocr.mrz.parse import Mrz, read_rows
from ocr.page import Line, Page, Point, Quad, box

ALIKE = 0.95  # two models that read a name alike are seldom both wrong
NAME_SURE = 0.9  # a name has no check digit: below this it is read again by the careful model
CHECKED_SURE = 0.8
_PITCH = 3.2  # lines of a zone are at most this many character widths apart
_SLENDER = 7.0  # a line of a zone, or half of one, is at least this many times longer than high
_SHORTER = 0.6  # the lines of a zone are of one length, and nothing on its page is much longer


def find(
    page: Page, *, formats: Sequence[Format] = TRAVEL_DOCUMENTS, only: bool = False
) -> Mrz | None:
    """Return the zone of the page or None. Asks the page for more only when something is missing.

    `only` = the caller wants nothing else of the page: the long lines are read first, and where they
    are a zone whose checks agree, no other.
    """
    if only:
        strips = _strips(page)
        zone = _settled(page, rows_of(page.read_lines(strips)), formats) if strips else None
        if zone is not None and zone.is_right:
            return zone
    lines = list(page.lines)
    rows = rows_of(lines)
    zone = _settled(page, rows, formats)
    if zone is not None and zone.is_right:
        return zone
    if rows:
        closer = _closer(page, rows)
        if closer:
            again = _settled(page, rows_of(_merged(lines, closer)), formats)
            zone = _better(zone, again)
    elif lines:
        zone = _settled(page, rows_of(_whole(page)), formats)
    return zone


def _strips(page: Page) -> list[Quad]:
    """Return the quads that may hold a line of a zone: the longest ones and what continues them."""
    quads = page.detect()
    lengths = [math.dist(quad[0], quad[1]) for quad in quads]
    heights = [math.dist(quad[0], quad[3]) for quad in quads]
    slender = [k for k in range(len(quads)) if lengths[k] >= _SLENDER * heights[k]]
    longest = max((lengths[k] for k in slender), default=0.0)
    chosen = [k for k in slender if lengths[k] >= _SHORTER * longest]
    beside = [
        k
        for k in range(len(quads))
        if k not in chosen and any(_continues(quads[k], quads[c], heights[c]) for c in chosen)
    ]
    return [quads[k] for k in sorted({*chosen, *beside})]


def _continues(quad: Quad, strip: Quad, height: float) -> bool:
    """Say whether the middle of a quad lies on the line through the middle of a strip."""
    (ax, ay), (bx, by) = _middle(strip[0], strip[3]), _middle(strip[1], strip[2])
    x, y = _middle(_middle(quad[0], quad[2]), _middle(quad[1], quad[3]))
    slope = (by - ay) / (bx - ax) if abs(bx - ax) > 1 else 0.0
    return abs(y - (ay + slope * (x - ax))) < 0.5 * height


def _middle(one: Point, other: Point) -> Point:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _settled(page: Page, rows: Sequence[Row], formats: Sequence[Format]) -> Mrz | None:
    """Return what the rows say; rows whose checks or names are in doubt are read a second time."""
    first = read_rows([[row] for row in rows], formats=formats)
    if first is not None and first.is_right and _is_sure(first):
        return first
    candidates = first.rows if first is not None else rows[-8:]
    sure = _sure_rows(first) if first is not None and first.is_right else set()
    left = min((row.left for row in candidates), default=0.0)
    right = max((row.right for row in candidates), default=0.0)
    doubled = [
        [row] if k in sure else [row, *_again(page, row, left=left, right=right)]
        for k, row in enumerate(candidates)
    ]
    return _agreeing(first, _better(first, read_rows(doubled, formats=formats)))


def _is_sure(zone: Mrz) -> bool:
    return min(zone.confidence.values(), default=1.0) >= NAME_SURE


def _sure_rows(zone: Mrz) -> set[int]:
    """Return the rows of a right zone on which every field is surely read.

    A field that two digits agree on needs less; optional data is not answered and counts for nothing.
    """
    checked = CHECKED_SURE if "composite" in zone.checks else NAME_SURE
    doubted = {
        span.line
        for span in BY_NAME[zone.format].spans
        for name in (("surname", "given_name") if span.name == "name" else (span.name,))
        if not name.startswith("optional")
        and zone.confidence.get(name, 1.0) < (checked if name in zone.checks else NAME_SURE)
    }
    return set(range(len(zone.rows))) - doubted


def _agreeing(first: Mrz | None, second: Mrz | None) -> Mrz | None:
    """Raise the confidence of names that the quick and the careful model read alike."""
    if first is None or second is None or first is second:
        return second
    sure = dict(second.confidence)
    for name in ("surname", "given_name"):
        if name in sure and first.fields[name] == second.fields[name]:
            sure[name] = max(sure[name], ALIKE)
    return replace(second, confidence=sure)


def _better(one: Mrz | None, other: Mrz | None) -> Mrz | None:
    if one is None or other is None:
        return one or other
    mine, theirs = sum(one.checks.values()), sum(other.checks.values())
    if mine != theirs:
        return one if mine > theirs else other
    return other if sum(other.confidence.values()) >= sum(one.confidence.values()) else one


def _again(page: Page, row: Row, *, left: float, right: float) -> list[Row]:
    """Return the row as the careful model reads it when only MRZ characters may be answered.

    All lines of a zone begin and end together, so a row that was cut short is read in full width.
    """
    margin = 0.4 * row.char_width
    wide = _stretched(row.quad, left=left - margin, right=right + margin)
    reading = page.read(wide, model="small", alphabet=ALPHABET)
    if not may_be_mrz(reading.text):
        return []
    cells = cells_of(reading.text, score=reading.score, chars=reading.chars)
    both = merged(row.cells, cells)
    return [Row(tuple(found), row.quad, reading.score, (reading.text,)) for found in (cells, both)]


def _stretched(quad: Quad, *, left: float, right: float) -> Quad:
    """Return the quad with its ends moved along its own slope to the given x."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    if bx - ax < 1 or cx - dx < 1 or right - left > 1.5 * (bx - ax):
        return quad
    top, bottom = (by - ay) / (bx - ax), (cy - dy) / (cx - dx)
    return (
        (left, ay + top * (left - ax)),
        (right, by + top * (right - bx)),
        (right, cy + bottom * (right - cx)),
        (left, dy + bottom * (left - dx)),
    )


def _closer(page: Page, rows: Sequence[Row]) -> list[Line]:
    """Look for lines the detector missed above and below the rows that were found."""
    widest = max(rows, key=lambda row: row.right - row.left)
    reach = 3 * _PITCH * widest.char_width
    margin = 2 * widest.char_width
    region = _within(
        page,
        widest.left - margin,
        min(row.middle for row in rows) - reach,
        widest.right + margin,
        max(row.middle for row in rows) + reach,
    )
    return list(page.find_lines(region))


def _whole(page: Page) -> list[Line]:
    """Look at the halves of the page at twice the scale: the print may be too small for one look."""
    found: list[Line] = []
    for top, bottom in ((0.45, 1.0), (0.0, 0.55)):
        region = _within(page, 0.0, top * page.height, page.width, bottom * page.height)
        found.extend(page.find_lines(region))
        if rows_of(found):
            return found
    return found


def _within(page: Page, left: float, top: float, right: float, bottom: float) -> Quad:
    return box(max(left, 0.0), max(top, 0.0), min(right, page.width), min(bottom, page.height))


def _merged(lines: Sequence[Line], closer: Sequence[Line]) -> list[Line]:
    """Return the closer lines and those of the first look that they do not cover."""
    kept = [line for line in lines if not any(_covers(other, line) for other in closer)]
    return [*kept, *closer]


def _covers(one: Line, other: Line) -> bool:
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return across > 0.3 * other.width and down > 0.5 * min(one.height, other.height)
