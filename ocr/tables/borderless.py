"""Detect tables without vertical ruling lines: stacked horizontal ones, or rows of text in columns. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ocr.layout.columns import Box, find_columns, is_tabular, text_rows
from ocr.tables.cell_grid import CellGrid, cluster
from ocr.tables.ruling_lines import RulingLine

PROSE_LENGTH = 28  # median characters of a line: columns of longer lines are prose, not a table


@dataclass(frozen=True, slots=True)
class Region:
    """A table without vertical ruling lines: its outline, and horizontal ones that separate only some columns."""

    grid: CellGrid
    partial: tuple[RulingLine, ...] = ()


def ruled_regions(
    across: Sequence[RulingLine], boxes: Sequence[Box], height: float
) -> list[Region]:
    """Return the tables between stacked horizontal ruling lines of equal length.

    `across` are the horizontal ruling lines, `boxes` those of the text; `height` is that of the text in
    pixels. All are in pixels of the straightened page.
    """
    found = []
    for stack in _stacks(across, height):
        for part in _parts(stack, across, boxes, height):
            region = _region(part, across, boxes, height)
            if region is not None:
                found.append(region)
    return found


def _stacks(across: Sequence[RulingLine], height: float) -> list[list[RulingLine]]:
    stacks: list[list[RulingLine]] = []
    for ruling in sorted(across, key=lambda ruling: ruling.at):
        for stack in stacks:
            last = stack[-1]
            if (
                abs(ruling.start - last.start) < 1.5 * height
                and abs(ruling.end - last.end) < 1.5 * height
            ):
                stack.append(ruling)
                break
        else:
            stacks.append([ruling])
    return [stack for stack in stacks if len(stack) >= 2 and stack[0].length > 4 * height]


def _parts(
    stack: list[RulingLine], across: Sequence[RulingLine], boxes: Sequence[Box], height: float
) -> list[list[RulingLine]]:
    """Split a stack where the content between two of its ruling lines is not part of a table."""
    parts = [[stack[0]]]
    for above, below in itertools.pairwise(stack):
        inside = _between(boxes, above, below)
        rows = text_rows(inside)
        tall = below.at - above.at > 2 * height
        others = cluster(
            (r.at for r in across if above.at + height < r.at < below.at - height), height
        )
        broken = (tall and (not rows or len(others) > 1)) or (
            bool(rows) and tall and not any(is_tabular(row, height) for row in rows)
        )
        if broken:
            parts.append([below])
        else:
            parts[-1].append(below)
    held = [_without_empty_ends(part, boxes) for part in parts]
    return [part for part in held if len(part) >= 2]


def _without_empty_ends(part: list[RulingLine], boxes: Sequence[Box]) -> list[RulingLine]:
    """Leave out ruling lines beyond the text, such as the paper's edge near the top of a table."""
    kept = list(part)
    while len(kept) > 2 and not _between(boxes, kept[0], kept[1]):
        kept.pop(0)
    while len(kept) > 2 and not _between(boxes, kept[-2], kept[-1]):
        kept.pop()
    return kept


def _between(boxes: Sequence[Box], above: RulingLine, below: RulingLine) -> list[Box]:
    left, right = min(above.start, below.start), max(above.end, below.end)
    return [box for box in boxes if above.at < box.y < below.at and left < box.x < right]


def _region(
    part: list[RulingLine], across: Sequence[RulingLine], boxes: Sequence[Box], height: float
) -> Region | None:
    inside = _between(boxes, part[0], part[-1])
    rows = text_rows(inside)
    if len(rows) < 2 or not any(is_tabular(row, height) for row in rows):
        return None
    left = min([ruling.start for ruling in part] + [box.left for box in inside])
    right = max([ruling.end for ruling in part] + [box.right for box in inside])
    ys = cluster((ruling.at for ruling in part), 0.45 * height)
    ys = _extended(ys, rows, boxes, (left, right), height)
    partial = tuple(
        ruling
        for ruling in across
        if ruling not in part
        and ys[0] + 0.4 * height < ruling.at < ys[-1] - 0.4 * height
        and ruling.start > left - height
        and ruling.end < right + height
    )
    return Region(CellGrid([left, right], ys), partial)


def _extended(
    ys: list[float],
    rows: Sequence[Sequence[Box]],
    boxes: Sequence[Box],
    sides: tuple[float, float],
    height: float,
) -> list[float]:
    """Return the row lines with those of rows above and below that continue at the same pitch.

    Tables with striped rows need this: their last stripe ends before the last row.
    """
    middles = [median(box.y for box in row) for row in rows]
    pitch = median(b - a for a, b in itertools.pairwise(middles))
    reach = max(1.25 * pitch, 1.8 * height)
    bodies = find_columns(rows, height)
    others = text_rows([box for box in boxes if sides[0] < box.x < sides[1]])
    found = list(ys)
    for row in others:
        middle = median(box.y for box in row)
        if middle > found[-1] and middle - middles[-1] < reach and _fits(row, bodies, height):
            found.append(max(box.bottom for box in row))
            middles.append(middle)
    first, last = rows[0], middles[0]
    for row in reversed(others):
        middle = median(box.y for box in row)
        near = middle < found[0] and last - middle < reach
        if not near or not (_fits(row, bodies, height) or _is_heading(row, first, bodies, height)):
            continue
        top = min(box.top for box in row)
        if last - middle > 0.7 * pitch:
            found.insert(0, top)
            last = middle
        else:
            found[0] = min(top, found[0])
        first = row
    return found


def _is_heading(
    row: Sequence[Box], first: Sequence[Box], bodies: Sequence[tuple[float, float]], height: float
) -> bool:
    """Whether a row above the table is its heading: in several columns, or level with part of row one."""
    if _gap(first, row) > 1.2 * height:
        return False
    beside = _gap(first, row) < 0 and not any(_is_over(a, b) for a in row for b in first)
    return beside or is_tabular(row, height) or row[0].left > bodies[0][1]


def _is_over(one: Box, other: Box) -> bool:
    return min(one.right, other.right) > max(one.left, other.left)


def _fits(row: Sequence[Box], bodies: Sequence[tuple[float, float]], height: float) -> bool:
    """Whether a row has text in most columns and none across the gaps between them."""
    if not is_tabular(row, height):
        return False
    gaps = [(a[1] + b[0]) / 2 for a, b in itertools.pairwise(bodies)]
    return len(row) > 0.5 * len(bodies) and not any(b.left < x < b.right for b in row for x in gaps)


def bare_regions(boxes: Sequence[Box], texts: Sequence[str], height: float) -> list[Region]:
    """Return tables without any ruling line: runs of text rows that share columns.

    `texts` are the texts of the lines, by the number that a box carries.
    """
    found = []
    for run in _runs(text_rows(boxes), height):
        rows = [row for row in run if row]
        bodies = find_columns(rows, height)
        if len(bodies) < 2 or len(rows) < 2 or _is_prose(rows, bodies, texts):
            continue
        if len(rows) == 2 and len(bodies) < 3:
            continue
        inside = [box for row in rows for box in row]
        xs = [min(box.left for box in inside), max(box.right for box in inside)]
        ys = [min(box.top for box in inside), max(box.bottom for box in inside)]
        found.append(Region(CellGrid(xs, ys)))
    return found


def _runs(rows: list[list[Box]], height: float) -> list[list[list[Box]]]:
    """Return runs of rows with gaps in them; one row without a gap may stand between two with one."""
    runs: list[list[list[Box]]] = []
    waiting: list[list[Box]] = []
    for row in rows:
        if not is_tabular(row, height):
            waiting.append(row)
            continue
        near = bool(runs) and _gap([*waiting, row][0], runs[-1][-1]) < 1.5 * height
        if near and len(waiting) <= 1 and (not waiting or _gap(row, waiting[0]) < 1.5 * height):
            runs[-1].extend([*waiting, list(row)])
        else:
            runs.append([*_headings(waiting, row, height), row])
        waiting = []
    return [run for run in runs if len(run) >= 2]


def _gap(below: Sequence[Box], above: Sequence[Box]) -> float:
    return min(box.top for box in below) - max(box.bottom for box in above)


def _headings(waiting: Sequence[list[Box]], row: Sequence[Box], height: float) -> list[list[Box]]:
    """Return the last of the waiting rows that are column headings: level with the row or above part of it."""
    kept: list[list[Box]] = []
    for candidate in reversed(waiting[-2:]):
        beside = _gap([*kept, row][0], candidate) < 0
        if not beside and not _is_group_heading(candidate, row, height):
            break
        kept.insert(0, list(candidate))
    return kept


def _is_group_heading(row: Sequence[Box], below: Sequence[Box], height: float) -> bool:
    inside = all(box.left > below[0].right and box.right <= below[-1].right + height for box in row)
    return inside and _gap(below, row) < 0.8 * height


def _is_prose(
    rows: Sequence[Sequence[Box]], bodies: Sequence[tuple[float, float]], texts: Sequence[str]
) -> bool:
    """Whether the columns are columns of running text."""
    long = 0
    for left, right in bodies:
        held = [
            len(texts[b.line]) for row in rows for b in row if left <= b.x <= right and b.line >= 0
        ]
        long += bool(held) and median(held) > PROSE_LENGTH
    return long >= 2 or (long == len(bodies))
