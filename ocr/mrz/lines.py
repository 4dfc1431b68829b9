"""Find the rows of text that may be lines of a machine-readable zone, and join split ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ocr.fields.check_digits import is_digits
from ocr.mrz.candidates import BLANK, Cell, cells_of, clean
from ocr.page import Line, Quad

_SHORTEST = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a zone: its cells, where it is, and how sure its reader was."""

    cells: tuple[Cell, ...]
    quad: Quad
    score: float
    parts: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        """The likeliest reading."""
        return "".join(cell[0][0] for cell in self.cells)

    @property
    def char_width(self) -> float:
        """Mean advance of a character in pixels."""
        return (self.right - self.left) / max(len(self.cells), 1)

    @property
    def left(self) -> float:
        """Smallest x."""
        return min(x for x, _ in self.quad)

    @property
    def right(self) -> float:
        """Largest x."""
        return max(x for x, _ in self.quad)

    @property
    def middle(self) -> float:
        """Mean y."""
        return sum(y for _, y in self.quad) / 4

    @property
    def height(self) -> float:
        """Height of the box."""
        ys = [y for _, y in self.quad]
        return max(ys) - min(ys)


def row_of(line: Line) -> Row:
    """Return the row of one line as it was read."""
    cells = cells_of(line.text, score=line.score, chars=line.chars)
    return Row(tuple(cells), line.quad, line.score, (line.text,))


def may_be_mrz(text: str) -> bool:
    """Tell whether a text may be (part of) a zone: fillers, or a long run of capitals and digits."""
    marks = clean(text)
    bare = text.replace(" ", "")
    if len(marks) < _SHORTEST or len(marks) < 0.8 * len(bare):
        return False
    fillers = marks.count("<")
    lower = sum(c.islower() for c in text)
    if fillers >= 2 and lower <= 0.3 * len(marks):
        return True
    digits = sum(is_digits(c) for c in marks)
    spaces = text.count(" ")
    return len(marks) >= 24 and digits >= 8 and lower <= 2 and spaces <= 2


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """Return the rows that may belong to a zone, from top to bottom, split lines joined."""
    found = [line for line in lines if may_be_mrz(line.text)]
    rows: list[Row] = []
    used: set[int] = set()
    for line in sorted(found, key=lambda item: -item.width):
        if id(line) in used:
            continue
        mates = _same_row(line, lines)
        used.update(id(mate) for mate in mates)
        rows.append(_joined([row_of(mate) for mate in sorted(mates, key=lambda m: m.left)]))
    return sorted(rows, key=lambda row: row.middle)


def _same_row(line: Line, lines: Sequence[Line]) -> list[Line]:
    """Return the line and the pieces that continue it to the left or right."""
    mates = [line]
    unit = line.width / max(len(line.text), 1)
    for other in lines:
        if other is line or not clean(other.text):
            continue
        tilt = _slope(line)
        level = line.center[1] + tilt * (other.center[0] - line.center[0])
        if abs(other.center[1] - level) > 0.45 * max(min(line.height, other.height), unit):
            continue
        if not 0.5 < other.height / max(line.height, 1) < 1.7:
            continue
        gap = max(other.left - line.right, line.left - other.right)
        near = gap < 14 * unit  # nothing else is printed beside a zone
        if near and gap > -3 * unit and _is_plain(other.text):
            mates.append(other)
    return mates


def _is_plain(text: str) -> bool:
    return len(clean(text)) >= 0.8 * len(text.replace(" ", "")) and text.upper() == text


def _slope(line: Line) -> float:
    (x0, y0), (x1, y1) = line.quad[0], line.quad[1]
    return (y1 - y0) / (x1 - x0) if abs(x1 - x0) > 1 else 0.0


def _joined(parts: list[Row]) -> Row:
    """Join the pieces of a row; a gap becomes fillers, an overlap is dropped."""
    row = parts[0]
    unit = min(part.char_width for part in parts if len(part.cells) > 5) if parts[1:] else 0.0
    for part in parts[1:]:
        missing = round((part.left - row.right) / max(unit, 1.0))
        cells = list(row.cells)
        following = list(part.cells)
        if missing > 0:
            cells.extend([BLANK] * missing)
        elif missing < 0:
            following = following[-missing:]
        quad = (row.quad[0], part.quad[1], part.quad[2], row.quad[3])
        score = min(row.score, part.score)
        row = Row((*cells, *following), quad, score, row.parts + part.parts)
    return row
