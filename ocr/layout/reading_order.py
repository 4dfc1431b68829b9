"""Reading order: lines grouped into rows, rows from top to bottom, each from left to right. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from ocr.page import Line

Row = list[Line]


def rows(lines: Sequence[Line]) -> list[Row]:
    """Return the lines grouped into rows of text, top to bottom, each row left to right.

    Two lines share a row if their vertical extents overlap by more than half of the smaller height.
    Only the four latest rows are compared. Rows are sorted by the median of their lines' centers, so
    that a slope does not mix neighboring rows.
    """
    grouped: list[Row] = []
    for line in sorted(lines, key=lambda one: one.center[1]):
        home = next((row for row in reversed(grouped[-4:]) if _belongs(line, row)), None)
        if home is None:
            grouped.append([line])
        else:
            home.append(line)
    for row in grouped:
        row.sort(key=lambda one: one.left)
    return sorted(grouped, key=lambda row: median(one.center[1] for one in row))


def _belongs(line: Line, row: Row) -> bool:
    nearest = min(row, key=lambda one: abs(one.center[0] - line.center[0]))
    overlap = min(line.bottom, nearest.bottom) - max(line.top, nearest.top)
    if overlap <= 0.5 * min(line.height, nearest.height):
        return False
    return not any(_covers(line, other) for other in row)


def _covers(line: Line, other: Line) -> bool:
    """Return whether one of the two lies above the other: then they cannot share a row."""
    shared = min(line.right, other.right) - max(line.left, other.left)
    return shared > 0.5 * min(line.width, other.width) and (
        abs(line.center[1] - other.center[1]) > 0.3 * min(line.height, other.height)
    )


def in_order(lines: Sequence[Line]) -> list[Line]:
    """Return the lines left to right, top to bottom."""
    return [line for row in rows(lines) for line in row]
