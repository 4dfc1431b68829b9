"""CSV and XLSX exports: one row a document, tables with merged cells, never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.export_safety import formula_safe
from core.workbook import Framed, Sheet, Value, stream, text_width
from ocr.exports.documents import Documents, models
from ocr.exports.result_model import Cell, ResultModel

_MAX_TABLE_SHEETS = 500  # a workbook with more sheets opens too slowly in office programs
_LEAST_WIDTH = 8  # characters
_LINE_HEAD = ("document", "line", "text", "confidence")


@dataclass(slots=True)
class _Layout:
    """Columns, their widths and the number of tables, found in a first walk over the documents."""

    names: dict[str, int] = field(default_factory=dict)  # field → width of its longest value
    confident: set[str] = field(default_factory=set)  # fields that come with a confidence
    title_width: int = 10
    text_width: int = 10
    has_lines: bool = False
    tables: int = 0

    def columns(self) -> list[str]:
        """Return the header row of the sheet of fields."""
        found = ["document"]
        for name in self.names:
            found += [name, f"{name} confidence"] if name in self.confident else [name]
        return found

    def widths(self) -> list[int]:
        """Return the width of each of those columns in characters."""
        found = [self.title_width]
        for name, width in self.names.items():
            found += [width, 12] if name in self.confident else [width]
        return found

    def row(self, title: str, one: ResultModel) -> list[Value]:
        """Return a document's row: fields and confidences; None where it has none."""
        found: list[Value] = [title]
        for name in self.names:
            found.append(one.fields.get(name))
            if name in self.confident:
                found.append(one.confidence.get(name))
        return found


def _layout(documents: Documents) -> _Layout:
    layout = _Layout()
    for title, one in models(documents):
        layout.title_width = max(layout.title_width, text_width(title))
        for name, value in one.fields.items():
            layout.names[name] = max(layout.names.get(name, len(name)), text_width(value))
        layout.confident |= one.confidence.keys()
        layout.has_lines |= bool(one.lines and not one.tables)
        layout.text_width = max([layout.text_width, *(text_width(line.text) for line in one.lines)])
        layout.tables += len(one.tables)
    return layout


def to_csv(documents: Documents) -> Iterator[bytes]:
    """Yield UTF-8 CSV: a row for each document (fields, confidences), or a row for each line.

    Lines are the rows where no document has fields. A byte order mark makes spreadsheet programs
    take the file for UTF-8.
    """
    layout = _layout(documents)
    yield b"\xef\xbb\xbf"
    yield _csv_row(layout.columns() if layout.names else _LINE_HEAD)
    for title, one in models(documents):
        rows = [layout.row(title, one)] if layout.names else _line_rows(title, one)
        yield b"".join(_csv_row(row) for row in rows)


def _csv_row(values: Sequence[Value]) -> bytes:
    out = io.StringIO(newline="")
    cells = ["" if v is None else formula_safe(v) if isinstance(v, str) else v for v in values]
    csv.writer(out).writerow(cells)
    return out.getvalue().encode("utf-8", "replace")


def _line_rows(title: str, one: ResultModel) -> Iterator[list[Value]]:
    for index, line in enumerate(one.lines, 1):
        yield [title, index, line.text, line.confidence]


def to_xlsx(documents: Documents) -> Iterator[bytes]:
    """Yield a workbook: a sheet of fields, a sheet of lines, and a sheet for each table.

    Tables beyond the 500th appear in the sheet of lines only.
    """
    yield from stream(_sheets(documents, _layout(documents)))


def _sheets(documents: Documents, layout: _Layout) -> Iterator[Sheet]:
    if layout.names:
        yield Sheet(
            "Documents",
            lambda: _field_rows(documents, layout),
            layout.widths(),
            frozen=(1, 1),
            has_head=True,
        )
    if not layout.names or layout.has_lines or layout.tables > _MAX_TABLE_SHEETS:
        everything = not layout.names or layout.tables > _MAX_TABLE_SHEETS
        widths = [layout.title_width, 6, layout.text_width, 12]
        yield Sheet(
            "Lines",
            lambda: _all_line_rows(documents, everything=everything),
            widths,
            frozen=(1, 0),
            has_head=True,
        )
    number = 0
    for title, one in models(documents):
        for cells in one.tables:
            number += 1
            if number <= _MAX_TABLE_SHEETS:
                yield _table_sheet(f"Table {number} {title}", cells)


def _field_rows(documents: Documents, layout: _Layout) -> Iterator[Sequence[Value]]:
    yield layout.columns()
    for title, one in models(documents):
        yield layout.row(title, one)


def _all_line_rows(documents: Documents, *, everything: bool) -> Iterator[Sequence[Value]]:
    yield _LINE_HEAD
    for title, one in models(documents):
        if everything or not one.tables:
            yield from _line_rows(title, one)


def _table_sheet(name: str, cells: Sequence[Cell]) -> Sheet:
    merges = [
        (cell.rows[0], cell.columns[0], cell.rows[1], cell.columns[1])
        for cell in cells
        if cell.rows[0] != cell.rows[1] or cell.columns[0] != cell.columns[1]
    ]
    width = max((cell.columns[1] for cell in cells), default=-1) + 1
    widths = [_LEAST_WIDTH] * width
    for cell in cells:
        if cell.columns[0] == cell.columns[1]:
            widths[cell.columns[0]] = max(widths[cell.columns[0]], text_width(cell.text))
    return Sheet(name, lambda: _table_rows(cells, width), widths, merges=merges)


def _table_rows(cells: Sequence[Cell], width: int) -> Iterator[list[Value]]:
    """Yield the rows, empty ones too; all positions of a merged cell are there, for its border."""
    ordered = sorted(cells, key=lambda cell: cell.rows[0])
    height = max((cell.rows[1] for cell in cells), default=-1) + 1
    rows: list[list[Value]] = [[None] * width for _ in range(height)]
    for cell in ordered:
        for row in range(cell.rows[0], cell.rows[1] + 1):
            for column in range(cell.columns[0], cell.columns[1] + 1):
                rows[row][column] = Framed("")
        rows[cell.rows[0]][cell.columns[0]] = Framed(cell.text)
    yield from rows
