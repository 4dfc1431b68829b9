"""Table detection: rectify the page, then bordered tables, then borderless ones, then cell text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ocr.layout.columns import Box, Gaps, text_rows
from ocr.page import Line, Quad, RecognitionResult
from ocr.tables.borderless import Region, bare_regions, ruled_regions
from ocr.tables.cell_grid import CellGrid, Span, groups_of, ruled_grid, with_titles
from ocr.tables.cell_text import (
    Piece,
    fill_empty,
    ink_gaps,
    split_at_gaps,
    split_at_walls,
    tightened,
)
from ocr.tables.implicit_rows import cut
from ocr.tables.line_detection import find_ruling_lines
from ocr.tables.model import Cell, Table
from ocr.tables.rectify import Array, StraightPage, straighten
from ocr.tables.ruling_lines import RulingLine


class TablePage(Protocol):
    """The part of a page that table detection needs."""

    @property
    def pixels(self) -> Array:
        """The upright image, H x W x 3 BGR."""

    @property
    def lines(self) -> Sequence[Line]:
        """All lines of the page."""

    def read(
        self, region: Quad, *, script: str = "latin", model: str = "small", alphabet: str = ""
    ) -> RecognitionResult:
        """Recognise one region again."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """The straightened page: ruling lines, text boxes narrowed to their ink, the gaps in them, text height."""

    across: list[RulingLine]
    vertical: list[RulingLine]
    boxes: list[Box]
    gaps: Gaps
    height: float

    def outside(self, found: Sequence[_Found]) -> list[Box]:
        """Return the boxes that lie in none of the tables."""
        return [box for box in self.boxes if not any(_is_in(box, one.grid) for one in found)]


@dataclass(frozen=True, slots=True)
class _Found:
    grid: CellGrid
    ruled: bool


def find(page: TablePage) -> list[Table]:
    """Return the tables of a page, top to bottom; each line of the page is in at most one cell."""
    lines = page.lines
    if not lines:
        return []
    flat = straighten(page.pixels, lines)
    pieces = [Piece(line, _box_of(flat, line.quad, number)) for number, line in enumerate(lines)]
    across, vertical = find_ruling_lines(
        flat.gray, flat.text_height, [piece.box for piece in pieces]
    )
    pieces = split_at_gaps(page, flat, pieces, vertical)
    pieces = [Piece(p.line, replace(p.box, line=k)) for k, p in enumerate(pieces)]
    gaps = {piece.box.line: ink_gaps(flat, piece.box) for piece in pieces}
    layout = _Layout(
        across, vertical, [tightened(flat, p.box) for p in pieces], gaps, flat.text_height
    )
    found = _ruled(layout)
    frames = {id(ruling) for ruling in _frames(layout)}
    free = [
        ruling
        for ruling in across
        if id(ruling) not in frames and not _is_drawn(ruling, found, flat.text_height)
    ]
    boxes = layout.outside(found)
    found += _cut_regions(ruled_regions(free, boxes, flat.text_height), layout)
    texts = [piece.line.text for piece in pieces]
    boxes = layout.outside(found)
    found += _cut_regions(bare_regions(boxes, texts, flat.text_height), layout)
    tables = [_table(page, flat, one, pieces) for one in found]
    return sorted((t for t in tables if t is not None), key=lambda t: t.quad[0][1])


def _box_of(flat: StraightPage, quad: Quad, number: int) -> Box:
    points = flat.to_straight(quad)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom), number)


def _frames(layout: _Layout) -> list[RulingLine]:
    """Return the horizontal lines of frames around several rows: edges of the paper or of a photograph."""
    found = []
    for horizontals, verticals in groups_of(layout.across, layout.vertical, layout.height):
        if len(horizontals) == 2 and len(verticals) == 2:
            top, bottom = sorted(ruling.at for ruling in horizontals)
            found += horizontals if bottom - top > 4 * layout.height else []
    return found


def _ruled(layout: _Layout) -> list[_Found]:
    """Return the tables whose cells are bordered by ruling lines; a single frame is no table."""
    found = []
    for horizontals, verticals in groups_of(layout.across, layout.vertical, layout.height):
        if len(horizontals) < 2:
            continue
        horizontals = with_titles(horizontals, layout.across, layout.height)
        drawn = ruled_grid(horizontals, verticals, layout.height)
        held = {
            span for span in drawn.spans() if any(_is_in(b, drawn.box(span)) for b in layout.boxes)
        }
        grid = drawn.trimmed(held)
        if grid.columns < 2:
            continue
        inside = [box for box in layout.boxes if _is_in(box, grid)]
        held = {span for box in inside for span in grid.spans() if _is_in(box, grid.box(span))}
        if len(held) >= 2:
            found.append(_Found(cut(grid, inside, layout.height, gaps=layout.gaps), ruled=True))
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


def _cut_regions(regions: Sequence[Region], layout: _Layout) -> list[_Found]:
    found = []
    for region in regions:
        inside = [box for box in layout.boxes if _is_in(box, region.grid)]
        grid = cut(region.grid, inside, layout.height, gaps=layout.gaps, partial=region.partial)
        if grid.columns >= 2 and grid.rows >= 2:
            found.append(_Found(grid, ruled=False))
    return found


def _is_in(box: Box, position: CellGrid | Box) -> bool:
    if isinstance(position, CellGrid):
        position = Box(position.xs[0], position.ys[0], position.xs[-1], position.ys[-1])
    return position.left <= box.x <= position.right and position.top <= box.y <= position.bottom


def _is_drawn(ruling: RulingLine, found: Sequence[_Found], height: float) -> bool:
    middle = (ruling.start + ruling.end) / 2
    return any(
        one.grid.ys[0] - height < ruling.at < one.grid.ys[-1] + height
        and one.grid.xs[0] < middle < one.grid.xs[-1]
        for one in found
    )


def _table(
    page: TablePage, flat: StraightPage, found: _Found, pieces: Sequence[Piece]
) -> Table | None:
    grid = found.grid
    spans = grid.spans()
    inside = [piece for piece in pieces if _is_in(piece.box, grid)]
    inside = split_at_walls(page, flat, inside, grid)
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


def _quad(flat: StraightPage, box: Box) -> Quad:
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
