"""Cell grid of a bordered table: row and column lines, and which positions are merged. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from ocr.layout.columns import Box
from ocr.tables.ruling_lines import RulingLine

Position = tuple[int, int]
Span = tuple[int, int, int, int]


@dataclass(slots=True)
class CellGrid:
    """A grid: x of its column lines, y of its row lines, and where no wall separates two positions.

    `open_right` holds (row, column) with no wall to the next column, `open_below` to the next row.
    """

    xs: list[float]
    ys: list[float]
    open_right: set[Position] = field(default_factory=set)
    open_below: set[Position] = field(default_factory=set)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.ys) - 1

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.xs) - 1

    def spans(self) -> list[Span]:
        """Return the cells as (row, column, last row, last column), 0-based and inclusive; all are rectangles."""
        home = {(i, j): (i, j) for i in range(self.rows) for j in range(self.columns)}
        for i, j in self.open_right:
            _join(home, (i, j), (i, j + 1))
        for i, j in self.open_below:
            _join(home, (i, j), (i + 1, j))
        groups: dict[Position, list[Position]] = {}
        for position in home:
            groups.setdefault(_root(home, position), []).append(position)
        return sorted(span for positions in groups.values() for span in _rectangles(set(positions)))

    def box(self, span: Span) -> Box:
        """Return the box of a cell."""
        row, column, last_row, last_column = span
        return Box(self.xs[column], self.ys[row], self.xs[last_column + 1], self.ys[last_row + 1])

    def trimmed(self, held: Collection[Span]) -> CellGrid:
        """Return the grid without outer rows and columns that consist of one empty cell.

        `held` are the positions that hold text. Such strips lie between a table and the paper's edge.
        """
        spans = {span for span in self.spans() if span not in held}
        last_row, last_column = self.rows - 1, self.columns - 1
        top = int(any(span[:2] == (0, 0) and span[2:] == (0, last_column) for span in spans))
        left = int(
            any(span[:2] == (top, 0) and span[3] == 0 and span[2] >= last_row - 1 for span in spans)
        )
        right = any(
            span[1] == span[3] == last_column and span[0] == top and span[2] >= last_row - 1
            for span in spans
        )
        bottom = any(
            span[0] == span[2] == last_row and span[1] <= left and span[3] >= last_column - right
            for span in spans
        )
        if not (top or left or right or bottom) or self.rows < 3 or self.columns < 3:
            return self
        xs, ys = self.xs[left : len(self.xs) - right], self.ys[top : len(self.ys) - bottom]
        return CellGrid(
            xs,
            ys,
            {
                (i - top, j - left)
                for i, j in self.open_right
                if i >= top and left <= j < left + len(xs) - 2
            },
            {
                (i - top, j - left)
                for i, j in self.open_below
                if j >= left and top <= i < top + len(ys) - 2
            },
        )

    def without_idle_lines(self) -> CellGrid:
        """Return the grid without lines at which no cell ends."""
        spans = self.spans()
        keep_x = sorted({0, self.columns} | {s[1] for s in spans} | {s[3] + 1 for s in spans})
        keep_y = sorted({0, self.rows} | {s[0] for s in spans} | {s[2] + 1 for s in spans})
        slim = CellGrid([self.xs[k] for k in keep_x], [self.ys[k] for k in keep_y])
        for row, column, last_row, last_column in spans:
            top, left = keep_y.index(row), keep_x.index(column)
            bottom, right = keep_y.index(last_row + 1), keep_x.index(last_column + 1)
            for i in range(top, bottom):
                slim.open_right |= {(i, j) for j in range(left, right - 1)}
            for j in range(left, right):
                slim.open_below |= {(i, j) for i in range(top, bottom - 1)}
        return slim


def _root(home: dict[Position, Position], position: Position) -> Position:
    while home[position] != position:
        position = home[position]
    return position


def _join(home: dict[Position, Position], one: Position, other: Position) -> None:
    if one in home and other in home:
        home[_root(home, other)] = _root(home, one)


def _rectangles(positions: set[Position]) -> list[Span]:
    """Return a group of positions as rectangles: itself, or its runs of columns, stacked where equal."""
    runs: list[Span] = []
    for i in sorted({row for row, _ in positions}):
        columns = sorted(column for row, column in positions if row == i)
        start = columns[0]
        for here, after in zip(columns, [*columns[1:], -2], strict=True):
            if after != here + 1:
                runs.append((i, start, i, here))
                start = after
    stacked: list[Span] = []
    for run in runs:
        above = (run[0] - 1, run[1], run[3])
        match = next((s for s in stacked if (s[2], s[1], s[3]) == above), None)
        if match:
            stacked[stacked.index(match)] = (match[0], match[1], run[2], match[3])
        else:
            stacked.append(run)
    return stacked


def groups_of(
    across: Sequence[RulingLine], vertical: Sequence[RulingLine], text_height: float
) -> list[tuple[list[RulingLine], list[RulingLine]]]:
    """Return the groups of ruling lines that touch one another, each as (horizontal, vertical)."""
    slack = 0.35 * text_height + 1
    groups: list[tuple[list[RulingLine], list[RulingLine]]] = []
    for ruling in vertical:
        mine: tuple[list[RulingLine], list[RulingLine]] = ([], [ruling])
        for group in [group for group in groups if any(_touch(h, ruling, slack) for h in group[0])]:
            groups.remove(group)
            mine = (mine[0] + group[0], mine[1] + group[1])
        taken = {id(h) for h in mine[0]}
        mine[0].extend(h for h in across if id(h) not in taken and _touch(h, ruling, slack))
        groups.append(mine)
    return groups


def with_titles(
    horizontals: Sequence[RulingLine], across: Sequence[RulingLine], text_height: float
) -> list[RulingLine]:
    """Return the horizontal lines of a group with those of equal length above it that enclose a title."""
    left, right = min(r.start for r in horizontals), max(r.end for r in horizontals)
    found = list(horizontals)
    for ruling in sorted(across, key=lambda ruling: -ruling.at):
        near = 0.8 * text_height < min(r.at for r in found) - ruling.at < 2.6 * text_height
        if (
            near
            and abs(ruling.start - left) < text_height
            and abs(ruling.end - right) < text_height
        ):
            found.append(ruling)
    return found


def _touch(horizontal: RulingLine, vertical: RulingLine, slack: float) -> bool:
    return (
        vertical.start - slack <= horizontal.at <= vertical.end + slack
        and horizontal.start - slack <= vertical.at <= horizontal.end + slack
    )


def ruled_grid(
    across: Sequence[RulingLine], vertical: Sequence[RulingLine], text_height: float
) -> CellGrid:
    """Return the grid that ruling lines form; open sides are closed."""
    near = 0.45 * text_height
    xs, ys = (
        cluster((ruling.at for ruling in vertical), near),
        cluster((ruling.at for ruling in across), near),
    )
    xs = _with_ends(xs, min(r.start for r in across), max(r.end for r in across), 0.8 * text_height)
    ys = _with_ends(
        ys, min(r.start for r in vertical), max(r.end for r in vertical), 0.8 * text_height
    )
    grid = CellGrid(xs, ys)
    for i in range(grid.rows):
        for j in range(grid.columns):
            if j + 1 < grid.columns and not _is_wall(vertical, xs[j + 1], (ys[i], ys[i + 1]), near):
                grid.open_right.add((i, j))
            if i + 1 < grid.rows and not _is_wall(across, ys[i + 1], (xs[j], xs[j + 1]), near):
                grid.open_below.add((i, j))
    return grid.without_idle_lines()


def _is_wall(
    rulings: Iterable[RulingLine], at: float, stretch: tuple[float, float], near: float
) -> bool:
    return sum(r.covers(*stretch) for r in rulings if abs(r.at - at) <= 1.3 * near) > 0.55


def cluster(values: Iterable[float], near: float) -> list[float]:
    """Return the means of clusters of values, each within `near` of the one before it."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= near:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def _with_ends(values: list[float], low: float, high: float, slack: float) -> list[float]:
    found = list(values)
    if not found or low < found[0] - slack:
        found.insert(0, low)
    if high > found[-1] + slack:
        found.append(high)
    return found
