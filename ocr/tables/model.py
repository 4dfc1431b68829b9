"""The table model: cells with the rows and columns they cover, and their text. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ocr.page import Line, Quad

Matrix = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: first and last row and column (0-based, inclusive), its quad, its lines in order."""

    row: int
    column: int
    last_row: int
    last_column: int
    quad: Quad
    lines: tuple[Line, ...] = ()

    @property
    def rows(self) -> list[int]:
        """The rows the cell covers."""
        return list(range(self.row, self.last_row + 1))

    @property
    def columns(self) -> list[int]:
        """The columns the cell covers."""
        return list(range(self.column, self.last_column + 1))

    @property
    def text(self) -> str:
        """The lines joined: with a space, except between two characters of a script without spaces."""
        return join_lines([line.text for line in self.lines])


@dataclass(frozen=True, slots=True)
class Table:
    """One table in upright page coordinates.

    `ruled`: its cells are bordered by ruling lines. `matrix` is the 3 x 3 map from page points to the
    straightened page, without perspective and tilt, of `size` (width, height) in pixels; all tables of
    a page have the same.
    """

    rows: int
    columns: int
    cells: tuple[Cell, ...]
    quad: Quad
    ruled: bool
    matrix: Matrix
    size: tuple[int, int]

    @property
    def grid(self) -> list[list[str | None]]:
        """Text by row and column; None where a merged cell covers the position."""
        found: list[list[str | None]] = [[None] * self.columns for _ in range(self.rows)]
        for cell in self.cells:
            found[cell.row][cell.column] = cell.text
        return found

    @property
    def merged(self) -> list[tuple[int, int, int, int]]:
        """(row, column, last row, last column) of every cell that covers more than one position."""
        return [
            (cell.row, cell.column, cell.last_row, cell.last_column)
            for cell in self.cells
            if cell.row != cell.last_row or cell.column != cell.last_column
        ]


def join_lines(texts: Sequence[str]) -> str:
    """Return wrapped lines as one text; lines of Han and kana are joined without a space."""
    joined = ""
    for text in (text.strip() for text in texts):
        if joined and text and not (_is_unspaced(joined[-1]) and _is_unspaced(text[0])):
            joined += " "
        joined += text
    return joined


def _is_unspaced(character: str) -> bool:
    return (
        "\u3000" <= character <= "\u30ff"
        or "\u3400" <= character <= "\u9fff"
        or "\uff00" <= character <= "\uffef"
    )
