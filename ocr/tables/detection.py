"""Find the tables of a page: straighten it, follow its rules and the white between its texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ocr.layout.columns import Box, Gaps, text_rows
from ocr.page import Line, Quad, RecognitionResult
from ocr.tables.borderless import Region, bare_regions, ruled_regions
from ocr.tables.cell_grid import CellGrid, Span, groups_of, ruled_grid, with_titles
from ocr.tables.cell_text import Piece, cut_at_walls, cut_at_white, fill_empty, ink_gaps, tightened
from ocr.tables.implicit_rows import cut
from ocr.tables.line_detection import find_ruling_lines
from ocr.tables.model import Cell, Table
from ocr.tables.rectify import Straight, straighten
from ocr.tables.ruling_lines import RulingLine
from ocr.vision.geometry import Array


class TablePage(Protocol):
    """What is needed of a page: its pixels, its lines, and to have a region read again."""

    @property
    def pixels(self) -> Array:
        """The upright image, BGR."""

    @property
    def lines(self) -> Sequence[Line]:
        """All lines of the page."""

    def read(
        self, region: Quad, *, script: str = "latin", model: str = "small", alphabet: str = ""
    ) -> RecognitionResult:
        """Read one region again."""


@dataclass(frozen=True, slots=True)
class _Sight:
    """What was seen of a page: its rules, the boxes of its texts drawn in to the ink, white in them."""

    across: list[RulingLine]
    upright: list[RulingLine]
    boxes: list[Box]
    gaps: Gaps
    height: float

    def outside(self, found: Sequence[_Found]) -> list[Box]:
        """Return the boxes in no table that was found."""
        return [box for box in self.boxes if not any(_is_in(box, one.grid) for one in found)]


@dataclass(frozen=True, slots=True)
class _Found:
    grid: CellGrid
    ruled: bool


def find(page: TablePage) -> list[Table]:
    """Return the tables of a page top to bottom, each line of the page in at most one cell."""
    lines = page.lines
    if not lines:
        return []
    flat = straighten(page.pixels, lines)
    pieces = [Piece(line, _box_of(flat, line.quad, number)) for number, line in enumerate(lines)]
    across, upright = find_ruling_lines(
        flat.gray, flat.text_height, [piece.box for piece in pieces]
    )
    pieces = cut_at_white(page, flat, pieces, upright)
    pieces = [Piece(p.line, replace(p.box, line=k)) for k, p in enumerate(pieces)]
    gaps = {piece.box.line: ink_gaps(flat, piece.box) for piece in pieces}
    sight = _Sight(
        across, upright, [tightened(flat, p.box) for p in pieces], gaps, flat.text_height
    )
    found = _ruled(sight)
    frames = {id(rule) for rule in _frames(sight)}
    free = [
        rule
        for rule in across
        if id(rule) not in frames and not _is_drawn(rule, found, flat.text_height)
    ]
    boxes = sight.outside(found)
    found += _cut_regions(ruled_regions(free, boxes, flat.text_height), sight)
    texts = [piece.line.text for piece in pieces]
    boxes = sight.outside(found)
    found += _cut_regions(bare_regions(boxes, texts, flat.text_height), sight)
    tables = [_table(page, flat, one, pieces) for one in found]
    return sorted((t for t in tables if t is not None), key=lambda t: t.quad[0][1])


def _box_of(flat: Straight, quad: Quad, number: int) -> Box:
    points = flat.to_straight(quad)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom), number)


def _frames(sight: _Sight) -> list[RulingLine]:
    """Return the horizontals of frames around more than one row: edges of the paper, of an image."""
    found = []
    for horizontals, uprights in groups_of(sight.across, sight.upright, sight.height):
        if len(horizontals) == 2 and len(uprights) == 2:
            top, bottom = sorted(rule.at for rule in horizontals)
            found += horizontals if bottom - top > 4 * sight.height else []
    return found


def _ruled(sight: _Sight) -> list[_Found]:
    """Return the tables that rules divide into places; a single frame is none."""
    found = []
    for horizontals, uprights in groups_of(sight.across, sight.upright, sight.height):
        if len(horizontals) < 2:
            continue
        horizontals = with_titles(horizontals, sight.across, sight.height)
        drawn = ruled_grid(horizontals, uprights, sight.height)
        held = {
            span for span in drawn.spans() if any(_is_in(b, drawn.box(span)) for b in sight.boxes)
        }
        grid = drawn.trimmed(held)
        if grid.columns < 2:
            continue
        inside = [box for box in sight.boxes if _is_in(box, grid)]
        held = {span for box in inside for span in grid.spans() if _is_in(box, grid.box(span))}
        if len(held) >= 2:
            found.append(_Found(cut(grid, inside, sight.height, gaps=sight.gaps), ruled=True))
    return [one for one in found if not any(_encloses(one, other) for other in found)]


def _encloses(one: _Found, other: _Found) -> bool:
    outer, inner = one.grid, other.grid
    return (
        one is not other
        and outer.xs[0] < inner.xs[0]
        and outer.ys[0] < inner.ys[0]
        and outer.xs[-1] > inner.xs[-1]
        and outer.ys[-1] > inner.ys[-1]
    )


def _cut_regions(regions: Sequence[Region], sight: _Sight) -> list[_Found]:
    found = []
    for region in regions:
        inside = [box for box in sight.boxes if _is_in(box, region.grid)]
        grid = cut(region.grid, inside, sight.height, gaps=sight.gaps, partial=region.partial)
        if grid.columns >= 2 and grid.rows >= 2:
            found.append(_Found(grid, ruled=False))
    return found


def _is_in(box: Box, place: CellGrid | Box) -> bool:
    if isinstance(place, CellGrid):
        place = Box(place.xs[0], place.ys[0], place.xs[-1], place.ys[-1])
    return place.left <= box.x <= place.right and place.top <= box.y <= place.bottom


def _is_drawn(rule: RulingLine, found: Sequence[_Found], height: float) -> bool:
    middle = (rule.start + rule.end) / 2
    return any(
        one.grid.ys[0] - height < rule.at < one.grid.ys[-1] + height
        and one.grid.xs[0] < middle < one.grid.xs[-1]
        for one in found
    )


def _table(page: TablePage, flat: Straight, found: _Found, pieces: Sequence[Piece]) -> Table | None:
    grid = found.grid
    spans = grid.spans()
    inside = [piece for piece in pieces if _is_in(piece.box, grid)]
    inside = cut_at_walls(page, flat, inside, grid)
    held: dict[Span, list[Piece]] = {span: [] for span in spans}
    for piece in inside:
        span = next((span for span in spans if _is_in(piece.box, grid.box(span))), None)
        if span is not None:
            held[span].append(piece)
    fill_empty(page, flat, grid, held)
    cells = tuple(
        Cell(*span, quad=_quad(flat, grid.box(span)), lines=_in_order(held[span])) for span in spans
    )
    high, wide = flat.gray.shape[:2]
    a, b, c = ((float(p), float(q), float(r)) for p, q, r in flat.matrix)
    outline = Box(grid.xs[0], grid.ys[0], grid.xs[-1], grid.ys[-1])
    return Table(
        grid.rows,
        grid.columns,
        cells,
        _quad(flat, outline),
        found.ruled,
        (a, b, c),
        (wide, high),
    )


def _quad(flat: Straight, box: Box) -> Quad:
    corners = [
        (box.left, box.top),
        (box.right, box.top),
        (box.right, box.bottom),
        (box.left, box.bottom),
    ]
    a, b, c, d = ((float(x), float(y)) for x, y in flat.to_page(corners))
    return (a, b, c, d)


def _in_order(pieces: Sequence[Piece]) -> tuple[Line, ...]:
    lines = {id(piece.box): piece.line for piece in pieces}
    return tuple(lines[id(box)] for row in text_rows([p.box for p in pieces]) for box in row)
