"""Spreadsheet of one page: text lines and tables one below the other, merged cells kept. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from core.workbook import Framed, Sheet, Value, stream, text_width
from ocr.tables.model import Cell, Table

_NARROWEST = 8  # characters, the width that spreadsheet programs give a column by default

Region = Table | Sequence[str]


def workbook(regions: Sequence[Region]) -> bytes:
    """Return the bytes of an .xlsx file with one sheet; an empty row follows each region.

    Every value is written as text, never as a formula, a number or a link: what stands on a
    photographed page must not run when the file is opened.
    """
    rows: list[list[Value]] = []
    merges: list[tuple[int, int, int, int]] = []
    widths: list[int] = []
    for region in regions:
        if isinstance(region, Table):
            _widen(widths, region)
            merges += [_shifted(merged, len(rows)) for merged in region.merged]
            rows += _table_rows(region)
        else:
            rows += [[text] for text in region]
        rows.append([])
    return b"".join(stream([Sheet("OCR", lambda: rows, widths, merges=merges)]))


def _shifted(merged: tuple[int, int, int, int], top: int) -> tuple[int, int, int, int]:
    return merged[0] + top, merged[1], merged[2] + top, merged[3]


def _table_rows(table: Table) -> list[list[Value]]:
    """Return the rows of a table; all positions of a merged cell are there, for its border."""
    rows: list[list[Value]] = [[None] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        for row in range(cell.row, cell.last_row + 1):
            for column in range(cell.column, cell.last_column + 1):
                rows[row][column] = Framed("")
        rows[cell.row][cell.column] = Framed(_text(cell))
    return rows


def _widen(widths: list[int], table: Table) -> None:
    """Make the columns as wide as the longest line of their cells; merged cells do not count."""
    widths += [_NARROWEST] * (table.columns - len(widths))
    for cell in table.cells:
        if (cell.row, cell.column) == (cell.last_row, cell.last_column):
            widths[cell.column] = max(widths[cell.column], text_width(_text(cell)))


def _text(cell: Cell) -> str:
    return "\n".join(line.text for line in cell.lines)
