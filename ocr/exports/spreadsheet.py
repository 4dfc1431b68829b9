"""Spreadsheets: one row a document, tables with merged cells, never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.export_safety import formula_safe
from core.workbook import Framed, Sheet, Value, stream, text_width
from ocr.exports.documents import Documents, flat
from ocr.exports.result_model import Cell, Flat

_SHEETS = 500  # tables that get a sheet of their own; a workbook with more opens too slowly
_LINE_HEAD = ("document", "line", "text", "confidence")


@dataclass(slots=True)
class _Shape:
    """What a first walk over the documents tells: columns and their widths, lines, tables."""

    names: dict[str, int] = field(default_factory=dict)  # field → longest value
    sure: set[str] = field(default_factory=set)  # fields that come with a confidence
    title: int = 10
    text: int = 10
    has_lines: bool = False
    tables: int = 0

    def columns(self) -> list[str]:
        """Return the head of the sheet of fields."""
        found = ["document"]
        for name in self.names:
            found += [name, f"{name} confidence"] if name in self.sure else [name]
        return found

    def widths(self) -> list[int]:
        """Return the width of each of those columns in characters."""
        found = [self.title]
        for name, width in self.names.items():
            found += [width, 12] if name in self.sure else [width]
        return found

    def row(self, title: str, one: Flat) -> list[Value]:
        """Return a document's row: fields, confidences, check results."""
        found: list[Value] = [title]
        for name in self.names:
            found.append(one.fields.get(name))
            if name in self.sure:
                found.append(one.confidence.get(name))
        return found


def _shape(documents: Documents) -> _Shape:
    shape = _Shape()
    for title, one in flat(documents):
        shape.title = max(shape.title, text_width(title))
        for name, value in one.fields.items():
            shape.names[name] = max(shape.names.get(name, len(name)), text_width(value))
        shape.sure |= one.confidence.keys()
        shape.has_lines |= bool(one.lines and not one.tables)
        shape.text = max([shape.text, *(text_width(line.text) for line in one.lines)])
        shape.tables += len(one.tables)
    return shape


def to_csv(documents: Documents) -> Iterator[bytes]:
    """Yield one row a document (fields and confidences), or a row a line where there are no fields."""
    shape = _shape(documents)
    yield b"\xef\xbb\xbf"
    yield _csv_row(shape.columns() if shape.names else _LINE_HEAD)
    for title, one in flat(documents):
        rows = [shape.row(title, one)] if shape.names else _line_rows(title, one)
        yield b"".join(_csv_row(row) for row in rows)


def _csv_row(values: Sequence[Value]) -> bytes:
    out = io.StringIO(newline="")
    cells = ["" if v is None else formula_safe(v) if isinstance(v, str) else v for v in values]
    csv.writer(out).writerow(cells)
    return out.getvalue().encode("utf-8", "replace")


def _line_rows(title: str, one: Flat) -> Iterator[list[Value]]:
    for index, line in enumerate(one.lines, 1):
        yield [title, index, line.text, line.confidence]


def to_xlsx(documents: Documents) -> Iterator[bytes]:
    """Yield a workbook: a sheet of fields, a sheet of lines, and a sheet for each table.

    Beyond 500 tables the rest stand in the sheet of lines only.
    """
    yield from stream(_sheets(documents, _shape(documents)))


def _sheets(documents: Documents, shape: _Shape) -> Iterator[Sheet]:
    if shape.names:
        yield Sheet(
            "Documents",
            lambda: _field_rows(documents, shape),
            shape.widths(),
            frozen=(1, 1),
            has_head=True,
        )
    if not shape.names or shape.has_lines or shape.tables > _SHEETS:
        everything = not shape.names or shape.tables > _SHEETS
        widths = [shape.title, 6, shape.text, 12]
        yield Sheet(
            "Lines",
            lambda: _all_line_rows(documents, everything=everything),
            widths,
            frozen=(1, 0),
            has_head=True,
        )
    number = 0
    for title, one in flat(documents):
        for cells in one.tables:
            number += 1
            if number <= _SHEETS:
                yield _table_sheet(f"Table {number} {title}", cells)


def _field_rows(documents: Documents, shape: _Shape) -> Iterator[Sequence[Value]]:
    yield shape.columns()
    for title, one in flat(documents):
        yield shape.row(title, one)


def _all_line_rows(documents: Documents, *, everything: bool) -> Iterator[Sequence[Value]]:
    yield _LINE_HEAD
    for title, one in flat(documents):
        if everything or not one.tables:
            yield from _line_rows(title, one)


def _table_sheet(name: str, cells: Sequence[Cell]) -> Sheet:
    merges = [
        (cell.rows[0], cell.columns[0], cell.rows[1], cell.columns[1])
        for cell in cells
        if cell.rows[0] != cell.rows[1] or cell.columns[0] != cell.columns[1]
    ]
    width = max((cell.columns[1] for cell in cells), default=-1) + 1
    widths = [8] * width
    for cell in cells:
        if cell.columns[0] == cell.columns[1]:
            widths[cell.columns[0]] = max(widths[cell.columns[0]], text_width(cell.text))
    return Sheet(name, lambda: _table_rows(cells, width), widths, merges=merges)


def _table_rows(cells: Sequence[Cell], width: int) -> Iterator[list[Value]]:
    """Yield the rows, empty ones too; every place of a merged cell is there, for its frame."""
    ordered = sorted(cells, key=lambda cell: cell.rows[0])
    height = max((cell.rows[1] for cell in cells), default=-1) + 1
    rows: list[list[Value]] = [[None] * width for _ in range(height)]
    for cell in ordered:
        for row in range(cell.rows[0], cell.rows[1] + 1):
            for column in range(cell.columns[0], cell.columns[1] + 1):
                rows[row][column] = Framed("")
        rows[cell.rows[0]][cell.columns[0]] = Framed(cell.text)
    yield from rows
