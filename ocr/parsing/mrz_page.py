"""Find the machine-readable zone on a page, looking again where the first reading falls short."""

from __future__ import annotations

from collections.abc import Sequence

from ocr.page import Line, Page, Quad, box
from ocr.parsing.mrz import Mrz, read_rows
from ocr.parsing.mrz_cells import ALPHABET, cells_of, merged
from ocr.parsing.mrz_formats import TRAVEL_DOCUMENTS, Format
from ocr.parsing.mrz_rows import Row, may_be_mrz, rows_of

NAME_SURE = 0.9  # a name has no check digit: below this it is read again by the careful model
_PITCH = 3.2  # lines of a zone are at most this many character widths apart


def find(page: Page, *, formats: Sequence[Format] = TRAVEL_DOCUMENTS) -> Mrz | None:
    """Return the zone of the page or None. Asks the page for more only when something is missing."""
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


def _settled(page: Page, rows: Sequence[Row], formats: Sequence[Format]) -> Mrz | None:
    """Return what the rows say; rows whose checks or names are in doubt are read a second time."""
    first = read_rows([[row] for row in rows], formats=formats)
    if first is not None and first.is_right and _is_sure(first):
        return first
    candidates = first.rows if first is not None else rows[-8:]
    left = min((row.left for row in candidates), default=0.0)
    right = max((row.right for row in candidates), default=0.0)
    doubled = [[row, *_again(page, row, left=left, right=right)] for row in candidates]
    return _better(first, read_rows(doubled, formats=formats))


def _is_sure(zone: Mrz) -> bool:
    return min(zone.confidence.values(), default=1.0) >= NAME_SURE


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
