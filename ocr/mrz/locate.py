"""Locate and recognise the machine-readable zone of a page, again where the first result falls short.

The quick model's lines come first; lines in doubt are recognised by the small model with the MRZ
alphabet, and detection is repeated nearby or at twice the scale where lines are missing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from ocr.mrz.candidates import ALPHABET, candidates_of, merge_results
from ocr.mrz.formats import BY_NAME, TRAVEL_DOCUMENTS, MrzFormat
from ocr.mrz.lines import MrzLine, find_mrz_lines, may_be_mrz_text
from ocr.mrz.parse import Mrz, read_lines
from ocr.page import Line, Page, Point, Quad, box

AGREEING_CONFIDENCE = 0.95  # two models that recognise the same name are seldom both wrong
NAME_CONFIDENT = (
    0.9  # a name has no check digit: below this it is recognised by the small model too
)
CHECKED_CONFIDENT = 0.8  # enough for a field that two check digits cover
_LINE_PITCH = 3.2  # lines of a zone are at most this many character widths apart
_MIN_ASPECT = 7.0  # a line of a zone, or half of one, is at least this many times longer than high
_MIN_LENGTH_SHARE = (
    0.6  # of the longest line: those of a zone are of one length, and it is among them
)
_LAST_LINES = 8  # lines that are recognised again where no zone was found: a zone is at the foot


def find(
    page: Page, *, formats: Sequence[MrzFormat] = TRAVEL_DOCUMENTS, mrz_only: bool = False
) -> Mrz | None:
    """Return the zone of the page or None.

    `mrz_only` = the caller wants nothing else of the page: the long lines are recognised first, and
    no other line where they are a zone whose check digits all agree.
    """
    if mrz_only:
        quads = _long_quads(page)
        zone = (
            _solve_with_reread(page, find_mrz_lines(page.read_lines(quads)), formats)
            if quads
            else None
        )
        if zone is not None and zone.is_valid:
            return zone
    lines = list(page.lines)
    mrz_lines = find_mrz_lines(lines)
    zone = _solve_with_reread(page, mrz_lines, formats)
    if zone is not None and zone.is_valid:
        return zone
    if mrz_lines:
        closer = _detect_nearby(page, mrz_lines)
        if closer:
            again = _solve_with_reread(
                page, find_mrz_lines(_replace_covered(lines, closer)), formats
            )
            zone = _better_zone(zone, again)
    elif lines:
        zone = _solve_with_reread(page, find_mrz_lines(_detect_in_halves(page)), formats)
    return zone


def _long_quads(page: Page) -> list[Quad]:
    """Return the quads that may hold a line of a zone: the longest ones and those that continue them."""
    quads = page.detect()
    lengths = [math.dist(quad[0], quad[1]) for quad in quads]
    heights = [math.dist(quad[0], quad[3]) for quad in quads]
    slender = [k for k in range(len(quads)) if lengths[k] >= _MIN_ASPECT * heights[k]]
    longest = max((lengths[k] for k in slender), default=0.0)
    chosen = [k for k in slender if lengths[k] >= _MIN_LENGTH_SHARE * longest]
    beside = [
        k
        for k in range(len(quads))
        if k not in chosen and any(_continues(quads[k], quads[c], heights[c]) for c in chosen)
    ]
    return [quads[k] for k in sorted({*chosen, *beside})]


def _continues(quad: Quad, line: Quad, height: float) -> bool:
    """Return whether the middle of a quad lies on the center line of another one."""
    (ax, ay), (bx, by) = _middle(line[0], line[3]), _middle(line[1], line[2])
    x, y = _middle(_middle(quad[0], quad[2]), _middle(quad[1], quad[3]))
    slope = (by - ay) / (bx - ax) if abs(bx - ax) > 1 else 0.0
    return abs(y - (ay + slope * (x - ax))) < 0.5 * height


def _middle(one: Point, other: Point) -> Point:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _solve_with_reread(
    page: Page, lines: Sequence[MrzLine], formats: Sequence[MrzFormat]
) -> Mrz | None:
    """Return the zone of the lines; those in doubt are recognised a second time by the small model."""
    first = read_lines([[line] for line in lines], formats=formats)
    if first is not None and first.is_valid and _is_confident(first):
        return first
    sources = first.sources if first is not None else lines[-_LAST_LINES:]
    kept = _confident_lines(first) if first is not None and first.is_valid else set()
    left = min((line.left for line in sources), default=0.0)
    right = max((line.right for line in sources), default=0.0)
    doubled = [
        [line] if k in kept else [line, *_reread(page, line, left=left, right=right)]
        for k, line in enumerate(sources)
    ]
    return _raise_agreeing_names(first, _better_zone(first, read_lines(doubled, formats=formats)))


def _is_confident(zone: Mrz) -> bool:
    return min(zone.confidence.values(), default=1.0) >= NAME_CONFIDENT


def _confident_lines(zone: Mrz) -> set[int]:
    """Return the indices of a valid zone's lines on which every field is confident enough.

    A field that two check digits cover needs less; optional data is not returned and does not count.
    """
    checked = CHECKED_CONFIDENT if "composite" in zone.checks else NAME_CONFIDENT
    doubted = {
        span.line
        for span in BY_NAME[zone.format].spans
        for name in (("surname", "given_name") if span.name == "name" else (span.name,))
        if not name.startswith("optional")
        and zone.confidence.get(name, 1.0) < (checked if name in zone.checks else NAME_CONFIDENT)
    }
    return set(range(len(zone.sources))) - doubted


def _raise_agreeing_names(first: Mrz | None, second: Mrz | None) -> Mrz | None:
    """Raise the confidence of names on which the quick and the small model agree."""
    if first is None or second is None or first is second:
        return second
    raised = dict(second.confidence)
    for name in ("surname", "given_name"):
        if name in raised and first.fields[name] == second.fields[name]:
            raised[name] = max(raised[name], AGREEING_CONFIDENCE)
    return replace(second, confidence=raised)


def _better_zone(one: Mrz | None, other: Mrz | None) -> Mrz | None:
    """Return the zone with more agreeing check digits, of equals the more confident one."""
    if one is None or other is None:
        return one or other
    mine, theirs = sum(one.checks.values()), sum(other.checks.values())
    if mine != theirs:
        return one if mine > theirs else other
    return other if sum(other.confidence.values()) >= sum(one.confidence.values()) else one


def _reread(page: Page, line: MrzLine, *, left: float, right: float) -> list[MrzLine]:
    """Return a line as the small model recognises it with the MRZ alphabet, alone and merged.

    All lines of a zone begin and end together, so a line that was cut short is cropped in full width.
    """
    margin = 0.4 * line.char_width
    wide = _stretch(line.quad, left=left - margin, right=right + margin)
    result = page.read(wide, model="small", alphabet=ALPHABET)
    if not may_be_mrz_text(result.text):
        return []
    positions = candidates_of(result.text, score=result.score, chars=result.chars)
    both = merge_results(line.positions, positions)
    return [
        MrzLine(tuple(found), line.quad, result.score, (result.text,))
        for found in (positions, both)
    ]


def _stretch(quad: Quad, *, left: float, right: float) -> Quad:
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


def _detect_nearby(page: Page, lines: Sequence[MrzLine]) -> list[Line]:
    """Return lines that the detector missed above and below those that were found."""
    widest = max(lines, key=lambda line: line.right - line.left)
    reach = 3 * _LINE_PITCH * widest.char_width
    margin = 2 * widest.char_width
    region = _clipped_box(
        page,
        widest.left - margin,
        min(line.middle for line in lines) - reach,
        widest.right + margin,
        max(line.middle for line in lines) + reach,
    )
    return list(page.find_lines(region))


def _detect_in_halves(page: Page) -> list[Line]:
    """Return the lines of the page's halves at twice the scale: the print may be too small at first."""
    found: list[Line] = []
    for top, bottom in ((0.45, 1.0), (0.0, 0.55)):
        region = _clipped_box(page, 0.0, top * page.height, page.width, bottom * page.height)
        found.extend(page.find_lines(region))
        if find_mrz_lines(found):
            return found
    return found


def _clipped_box(page: Page, left: float, top: float, right: float, bottom: float) -> Quad:
    return box(max(left, 0.0), max(top, 0.0), min(right, page.width), min(bottom, page.height))


def _replace_covered(lines: Sequence[Line], closer: Sequence[Line]) -> list[Line]:
    """Return the closer lines and those of the first detection that they do not cover."""
    kept = [line for line in lines if not any(_covers(other, line) for other in closer)]
    return [*kept, *closer]


def _covers(one: Line, other: Line) -> bool:
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return across > 0.3 * other.width and down > 0.5 * min(one.height, other.height)
