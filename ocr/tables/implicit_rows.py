"""Split grid cells that hold several rows or columns of text without a ruling line between them. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ocr.layout.columns import Box, Gaps, find_columns, is_tabular, parts, text_rows
from ocr.tables.cell_grid import CellGrid, Position, Span
from ocr.tables.ruling_lines import RulingLine

MANY_BANDS = 4  # with so many ruled rows, ruling lines separate all rows: the rest is wrapped text


@dataclass(slots=True)
class _Split:
    """A grid that is being split: as drawn, with its text boxes, and its lines with the new ones."""

    grid: CellGrid
    boxes: Sequence[Box]
    height: float
    partial: Sequence[RulingLine]
    xs: list[float]
    ys: list[float]


def cut(
    grid: CellGrid,
    boxes: Sequence[Box],
    text_height: float,
    *,
    gaps: Gaps | None = None,
    partial: Sequence[RulingLine] = (),
) -> CellGrid:
    """Return the grid with the row and column lines that gaps between its texts indicate.

    `partial` are horizontal ruling lines that separate only some of the columns, as under a group of headings.
    """
    boxes = parts(boxes, gaps or {}, text_height)
    cuts = _Split(grid, boxes, text_height, partial, list(grid.xs), list(grid.ys))
    home = {box: span for box in boxes if (span := _home(grid, box)) is not None}
    for column in range(grid.columns):
        mine = [box for box, span in home.items() if span[1] == span[3] == column]
        cuts.xs.extend(_column_lines(mine, text_height))
    cuts.xs.sort()
    bands = [
        [box for box, span in home.items() if span[0] == span[2] == row] for row in range(grid.rows)
    ]
    found = [_row_lines(cuts, row, mine, alike=False) for row, mine in enumerate(bands)]
    if any(len(lines) >= 2 for lines in found):
        # Where one band holds rows without ruling lines, its neighbours do.
        found = [
            lines or _row_lines(cuts, row, bands[row], alike=True)
            for row, lines in enumerate(found)
        ]
    cuts.ys.extend(line for lines in found for line in lines)
    cuts.ys.sort()
    return _walls(cuts).without_idle_lines()


def _home(grid: CellGrid, box: Box) -> Span | None:
    for span in grid.spans():
        cell = grid.box(span)
        if cell.left <= box.x <= cell.right and cell.top <= box.y <= cell.bottom:
            return span
    return None


def _column_lines(boxes: Sequence[Box], height: float) -> list[float]:
    rows = text_rows(boxes)
    if len(rows) < 2 or sum(is_tabular(row, height, least=0.3) for row in rows) < 0.5 * len(rows):
        return []
    bodies = find_columns(rows, height)
    return [(a[1] + b[0]) / 2 for a, b in itertools.pairwise(bodies)]


def _row_lines(cuts: _Split, row: int, boxes: Sequence[Box], *, alike: bool) -> list[float]:
    top, bottom = cuts.grid.ys[row], cuts.grid.ys[row + 1]
    inner = [ruling.at for ruling in cuts.partial if top + 2 < ruling.at < bottom - 2]
    if inner:
        return inner
    every = text_rows(boxes)
    rows = _without_middles(every, cuts.height)
    heads = row == 0 and len(rows) < len(every)
    if len(rows) < 2 or not (heads or _is_rows(cuts, rows, alike=alike)):
        return []
    middles = [median(box.y for box in one) for one in rows]
    lines = [(a + b) / 2 for a, b in itertools.pairwise(middles)]
    pitch = median(b - a for a, b in itertools.pairwise(middles))
    return [
        line
        for line, above, below in zip(lines, rows, rows[1:], strict=False)
        if not _continues(cuts, above, below, pitch)
    ]


def _without_middles(rows: list[list[Box]], height: float) -> list[list[Box]]:
    """Leave out heading rows at half height between two others, as of a heading beside a two-line one."""
    kept = list(rows)
    for a, b, c in zip(rows, rows[1:], rows[2:], strict=False):
        top, middle, bottom = (median(box.y for box in row) for row in (a, b, c))
        if abs(middle - (top + bottom) / 2) > 0.25 * height or bottom - top > 2.2 * height:
            continue
        if b in kept and a in kept and not any(_above(x, y) for x in b for y in (*a, *c)):
            kept.remove(b)
    return kept


def _above(one: Box, other: Box) -> bool:
    return min(one.right, other.right) - max(one.left, other.left) > 0


def _is_rows(cuts: _Split, rows: Sequence[Sequence[Box]], *, alike: bool) -> bool:
    """Whether text rows in a cell are rows of the table and not wrapped text."""
    columns = len(cuts.xs) - 1
    fill = sum(len({_index_of(box.x, cuts.xs) for box in row}) for row in rows) / (
        len(rows) * columns
    )
    if len(cuts.grid.xs) == 2 and cuts.grid.rows < MANY_BANDS:
        return columns >= 2
    middles = [median(box.y for box in row) for row in rows]
    pitch = median(b - a for a, b in itertools.pairwise(middles))
    bands = [b - a for a, b in zip(cuts.grid.ys, cuts.grid.ys[1:], strict=False)]
    if len(cuts.grid.xs) == 2 and fill == 1 and 0.75 < pitch / median(bands) < 1.25:
        return True
    if (alike or len(rows) >= 3) and columns >= 3 and fill >= 0.8:
        return True
    if _is_wrapped(cuts, rows):
        return False
    if len(rows) >= 3:
        return columns >= 2 and fill >= 0.7
    return columns >= 2 and fill == 1 and pitch >= 1.8 * cuts.height


def _is_wrapped(cuts: _Split, rows: Sequence[Sequence[Box]]) -> bool:
    """Whether most lines end so near to their cell's edge that the next word did not fit."""
    full = held = 0
    for row in rows[:-1]:
        for box in row:
            right = cuts.xs[_index_of(box.x, cuts.xs) + 1]
            if box.width < 4 * cuts.height:
                continue
            held += 1
            full += right - box.right < 2.2 * cuts.height
    return held > 0 and full > 0.6 * held


def _continues(cuts: _Split, above: Sequence[Box], below: Sequence[Box], pitch: float) -> bool:
    """Whether a row continues the cells of the row above: nearer than usual, first column empty."""
    columns = {_index_of(box.x, cuts.xs) for box in below}
    gap = median(box.y for box in below) - median(box.y for box in above)
    held = {_index_of(box.x, cuts.xs) for box in above}
    return 0 not in columns and columns <= held and gap < 0.8 * pitch


def _index_of(at: float, lines: Sequence[float]) -> int:
    for index in range(len(lines) - 2):
        if at < lines[index + 1]:
            return index
    return max(len(lines) - 2, 0)


def _walls(cuts: _Split) -> CellGrid:
    grid = CellGrid(cuts.xs, cuts.ys)
    drawn = {
        (i, j): span
        for span in cuts.grid.spans()
        for i in range(span[0], span[2] + 1)
        for j in range(span[1], span[3] + 1)
    }
    old: dict[Position, Position] = {}
    for i in range(grid.rows):
        for j in range(grid.columns):
            x, y = (cuts.xs[j] + cuts.xs[j + 1]) / 2, (cuts.ys[i] + cuts.ys[i + 1]) / 2
            old[i, j] = (_index_of(y, cuts.grid.ys), _index_of(x, cuts.grid.xs))
    for i in range(grid.rows):
        for j in range(grid.columns):
            if (i, j + 1) in old and drawn[old[i, j]] == drawn[old[i, j + 1]]:
                kept = cuts.xs[j + 1] in cuts.grid.xs
                if kept or _is_crossed(cuts, i, cuts.xs[j + 1]):
                    grid.open_right.add((i, j))
            if (i + 1, j) in old and drawn[old[i, j]] == drawn[old[i + 1, j]]:
                kept = cuts.ys[i + 1] in cuts.grid.ys
                if kept or _is_straddled(cuts, (i, j), cuts.ys[i + 1]):
                    grid.open_below.add((i, j))
    _group_headings(cuts, grid)
    if len(cuts.grid.xs) == 2 and not cuts.partial:
        _free_headings(cuts, grid)
    return grid


def _is_crossed(cuts: _Split, row: int, x: float) -> bool:
    slack, top, bottom = 0.2 * cuts.height, cuts.ys[row], cuts.ys[row + 1]
    return any(
        box.left < x - slack and box.right > x + slack and top <= box.y < bottom
        for box in cuts.boxes
    )


def _is_straddled(cuts: _Split, position: Position, y: float) -> bool:
    """Whether a new row line would cross a text, or separates nothing, at a position."""
    row, column = position
    left, right = cuts.xs[column], cuts.xs[column + 1]
    mine = [
        box for box in cuts.boxes if min(box.right, right) - max(box.left, left) > 0.5 * box.width
    ]
    if any(abs(box.y - y) < 0.3 * cuts.height for box in mine):
        return True
    ruling = next((ruling for ruling in cuts.partial if ruling.at == y), None)
    if ruling is None or ruling.covers(left, right) > 0.3:
        return False
    above = any(cuts.ys[row] <= box.y < y for box in mine)
    return not (above and any(y <= box.y < cuts.ys[row + 2] for box in mine))


def _group_headings(cuts: _Split, grid: CellGrid) -> None:
    """Merge the positions above a partial ruling line that has one heading above it."""
    for ruling in cuts.partial:
        if ruling.at not in cuts.ys:
            continue
        row = cuts.ys.index(ruling.at) - 1
        over = [j for j in range(grid.columns) if ruling.covers(cuts.xs[j], cuts.xs[j + 1]) > 0.3]
        texts = [
            box
            for box in cuts.boxes
            if over and cuts.ys[row] <= box.y < ruling.at and ruling.start <= box.x <= ruling.end
        ]
        if len(texts) == 1:
            grid.open_right |= {(row, j) for j in over[:-1]}


def _free_headings(cuts: _Split, grid: CellGrid) -> None:
    """Merge positions of the first row under a heading centred above several columns, without ruling line."""
    if grid.rows < 3 or grid.columns < 3:
        return
    first = [box for box in cuts.boxes if cuts.ys[0] <= box.y < cuts.ys[1]]
    second = [box for box in cuts.boxes if cuts.ys[1] <= box.y < cuts.ys[2]]
    under = {_index_of(box.x, cuts.xs) for box in second}
    free = [j for j in range(1, grid.columns) if j in under and (0, j) not in grid.open_below]
    for run in _runs(free):
        left, right = cuts.xs[run[0]], cuts.xs[run[-1] + 1]
        texts = sorted((box for box in first if left <= box.x < right), key=lambda box: box.x)
        if texts and len(texts) < len(run):
            for group in _shares(cuts.xs, run, [box.x for box in texts]):
                grid.open_right |= {(0, j) for j in group[:-1]}


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _shares(xs: Sequence[float], run: list[int], middles: Sequence[float]) -> list[list[int]]:
    """Distribute a run of columns over headings so that each is nearest to the middle of its columns."""
    if len(middles) == 1:
        return [run]
    best: tuple[float, list[list[int]]] | None = None
    for size in range(1, len(run) - len(middles) + 2):
        rest = _shares(xs, run[size:], middles[1:])
        groups = [run[:size], *rest]
        off = sum(
            abs((xs[group[0]] + xs[group[-1] + 1]) / 2 - at)
            for group, at in zip(groups, middles, strict=True)
        )
        if best is None or off < best[0]:
            best = (off, groups)
    return best[1] if best else [run]
