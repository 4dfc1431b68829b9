"""Rows and columns of text without ruling lines, found by the gaps between their boxes. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned box in pixels of a rectified page, and the number of the line it holds a piece of."""

    left: float
    top: float
    right: float
    bottom: float
    line: int = -1

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.bottom - self.top

    @property
    def x(self) -> float:
        """Horizontal center."""
        return (self.left + self.right) / 2

    @property
    def y(self) -> float:
        """Vertical center."""
        return (self.top + self.bottom) / 2


# Line number -> stretches (left, right) of the line without text, in pixels.
Gaps = Mapping[int, Sequence[tuple[float, float]]]


def parts(boxes: Sequence[Box], gaps: Gaps, text_height: float) -> list[Box]:
    """Return boxes split at the gaps in them.

    The fewer the rows of text, the wider a gap must be to be no word space: with few rows chance
    alone aligns word spaces.
    """
    count = len(text_rows(boxes))
    least = (0.36 if count >= 5 else 0.55 if count >= 3 else 0.9) * text_height
    done: list[Box] = []
    for box in boxes:
        left = box.left
        for start, end in gaps.get(box.line, ()):
            if end - start >= least and start > left and end < box.right:
                done.append(replace(box, left=left, right=start))
                left = end
        done.append(replace(box, left=left))
    return done


def text_rows(boxes: Sequence[Box]) -> list[list[Box]]:
    """Return boxes grouped into rows by their vertical centers, each row left to right."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box.y):
        if rows:
            last = rows[-1]
            near = 0.5 * min(box.height, median(other.height for other in last))
            if box.y - median(other.y for other in last) < near:
                last.append(box)
                continue
        rows.append([box])
    return [sorted(row, key=lambda box: box.left) for row in rows]


def is_tabular(row: Sequence[Box], text_height: float, *, least: float = 0.9) -> bool:
    """Return whether a row of text has a gap wider than any word space."""
    return any(b.left - a.right > least * text_height for a, b in itertools.pairwise(row))


def find_columns(rows: Sequence[Sequence[Box]], text_height: float) -> list[tuple[float, float]]:
    """Return the extents (left, right) of the columns that the rows of text have in common.

    A box that spans the gap between two columns, as a heading of several columns does, is ignored if
    few rows have one. One column, or none, means that the text has no columns.
    """
    least = 0.3 * text_height
    boxes = [(box, number) for number, row in enumerate(rows) for box in row]
    spanning = _spanning(boxes, len(rows), least)
    bodies = _unions([pair for pair in boxes if pair[0] not in spanning], least)
    bodies = _join_headings(_without_fragments(bodies, boxes, len(rows)))
    return [(left, right) for left, right, _ in bodies]


Body = tuple[float, float, set[int]]  # left and right of a column, numbers of the rows that have it


def _unions(boxes: Sequence[tuple[Box, int]], least: float) -> list[Body]:
    """Return the extents that boxes cover without a gap of `least` pixels, with their rows."""
    bodies: list[Body] = []
    for box, number in sorted(boxes, key=lambda pair: pair[0].left):
        if bodies and box.left - bodies[-1][1] < least:
            left, right, numbers = bodies[-1]
            bodies[-1] = (left, max(right, box.right), numbers | {number})
        else:
            bodies.append((box.left, box.right, {number}))
    return bodies


def _spanning(boxes: Sequence[tuple[Box, int]], count: int, least: float) -> set[Box]:
    """Return the boxes that span a gap which nearly all rows have."""
    most = max(1, int(0.2 * count)) if count >= 3 else 0
    found: set[Box] = set()
    edges = sorted({box.right + least / 2 for box, _ in boxes})
    for x in edges:
        over = [(box, number) for box, number in boxes if box.left < x < box.right]
        if not over or len({number for _, number in over}) > most:
            continue
        rest = [pair for pair in boxes if pair not in over]
        if _is_gap(x, rest, least, count - len(over)):
            found |= {box for box, _ in over if _reaches_both(box, x, rest)}
    return found


def _is_gap(x: float, rest: Sequence[tuple[Box, int]], least: float, count: int) -> bool:
    before = {number for box, number in rest if box.right <= x}
    after = {number for box, number in rest if box.left >= x}
    near_left = max((box.right for box, _ in rest if box.right <= x), default=-1e9)
    near_right = min((box.left for box, _ in rest if box.left >= x), default=1e9)
    both = len(before & after)
    return near_right - near_left >= 2 * least and both >= max(1, 0.5 * count)


def _reaches_both(box: Box, x: float, rest: Sequence[tuple[Box, int]]) -> bool:
    left = max((other.right for other, _ in rest if other.right <= x), default=1e9)
    right = min((other.left for other, _ in rest if other.left >= x), default=-1e9)
    return box.left < left and box.right > right


def _without_fragments(
    bodies: list[Body], boxes: Sequence[tuple[Box, int]], count: int
) -> list[Body]:
    """Join a column of few rows whose lines all go on beside it: the gap is a word space."""
    done: list[Body] = []
    for body in bodies:
        if done and _is_fragment(done[-1], body, boxes, count):
            left, right, numbers = done[-1]
            done[-1] = (left, max(right, body[1]), numbers | body[2])
        else:
            done.append(body)
    return done


def _is_fragment(one: Body, other: Body, boxes: Sequence[tuple[Box, int]], count: int) -> bool:
    lines = [
        {box.line for box, _ in boxes if left <= box.x <= right} for left, right, _ in (one, other)
    ]
    small, large = (0, 1) if len(one[2]) <= len(other[2]) else (1, 0)
    return len((one, other)[small][2]) < 0.5 * count and lines[small] <= lines[large]


def _join_headings(bodies: list[Body]) -> list[Body]:
    """Join a heading beside its column with the column: one has row 0 only, the other lacks it."""
    done: list[Body] = []
    for body in bodies:
        if done and _is_heading_beside(done[-1], body):
            left, right, numbers = done[-1]
            done[-1] = (left, max(right, body[1]), numbers | body[2])
        else:
            done.append(body)
    return done


def _is_heading_beside(one: Body, other: Body) -> bool:
    heads = [body for body in (one, other) if body[2] == {0}]
    return len(heads) == 1 and not one[2] & other[2]
