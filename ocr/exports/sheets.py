"""Spreadsheets: one row a document, tables with merged cells, never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from ocr.exports.flatten import Cell, Flat

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_SHEET_NAME = 31


def csv_safe(text: str) -> str:
    """Return `text` so that no spreadsheet program runs it as a formula (OWASP, CSV injection).

    Plain numbers keep their sign.
    """
    if text.startswith(_DANGEROUS) and not _is_number(text):
        return "'" + text
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def to_csv(documents: Sequence[tuple[str, Flat]]) -> bytes:
    """Return one row a document (fields and confidences), or a row a line where there are no fields."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    names = _columns(documents)
    if names:
        writer.writerow(
            ["document", *[part for name in names for part in (name, f"{name} confidence")]]
        )
        for title, flat in documents:
            cells = [part for name in names for part in _pair(flat, name)]
            writer.writerow([csv_safe(str(cell)) for cell in [title, *cells]])
    else:
        writer.writerow(["document", "line", "text", "confidence"])
        for title, flat in documents:
            for index, line in enumerate(flat.lines, 1):
                sure = "" if line.confidence is None else line.confidence
                writer.writerow([csv_safe(title), index, csv_safe(line.text), sure])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def to_xlsx(documents: Sequence[tuple[str, Flat]]) -> bytes:
    """Return a workbook: a sheet of fields, a sheet of lines, and a sheet for each table."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
        names = _columns(documents)
        if names:
            _fields_sheet(book, documents, names, bold)
        if not names or any(flat.lines and not flat.tables for _, flat in documents):
            _lines_sheet(book, documents, bold)
        number = 0
        for title, flat in documents:
            for cells in flat.tables:
                number += 1
                sheet = book.add_worksheet(_sheet_name(f"Table {number} {title}"))
                _table_sheet(sheet, cells, wrap)
    return buffer.getvalue()


def _columns(documents: Sequence[tuple[str, Flat]]) -> list[str]:
    return list(dict.fromkeys(name for _, flat in documents for name in flat.fields))


def _pair(flat: Flat, name: str) -> tuple[str, float | str]:
    return flat.fields.get(name, ""), flat.confidence.get(name, "")


def _sheet_name(text: str) -> str:
    return "".join("_" if c in "[]:*?/\\'" else c for c in text)[:_SHEET_NAME]


def _fields_sheet(
    book: Any, documents: Sequence[tuple[str, Flat]], names: list[str], bold: Any
) -> None:
    sheet = book.add_worksheet("Documents")
    head = ["document", *[part for name in names for part in (name, f"{name} confidence")]]
    for column, name in enumerate(head):
        sheet.write_string(0, column, name, bold)
    for row, (title, flat) in enumerate(documents, 1):
        sheet.write_string(row, 0, title)
        for index, name in enumerate(names):
            text, sure = _pair(flat, name)
            sheet.write_string(row, 1 + 2 * index, text)
            if isinstance(sure, float):
                sheet.write_number(row, 2 + 2 * index, sure)
    sheet.freeze_panes(1, 1)
    sheet.autofit()


def _lines_sheet(book: Any, documents: Sequence[tuple[str, Flat]], bold: Any) -> None:
    sheet = book.add_worksheet("Lines")
    for column, name in enumerate(("document", "line", "text", "confidence")):
        sheet.write_string(0, column, name, bold)
    row = 0
    for title, flat in documents:
        for index, line in enumerate(flat.lines, 1):
            row += 1
            sheet.write_string(row, 0, title)
            sheet.write_number(row, 1, index)
            sheet.write_string(row, 2, line.text)
            if line.confidence is not None:
                sheet.write_number(row, 3, line.confidence)
    sheet.freeze_panes(1, 0)
    sheet.autofit()


def _table_sheet(sheet: Any, cells: Sequence[Cell], wrap: Any) -> None:
    for cell in cells:
        (top, bottom), (left, right) = cell.rows, cell.columns
        if (top, left) == (bottom, right):
            sheet.write_string(top, left, cell.text, wrap)
        else:
            sheet.merge_range(top, left, bottom, right, "", wrap)
            sheet.write_string(top, left, cell.text, wrap)
    sheet.autofit()
