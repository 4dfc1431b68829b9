"""Write texts and tables of a page as an .xlsx file, in order, with merged cells. Pure."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ocr.tables.model import Table

LONGEST = 32_767  # characters a cell may hold (Office Open XML limits)
WIDEST = 60  # characters a column is made wide at the most
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Region = Table | Sequence[str]


def workbook(regions: Sequence[Region]) -> bytes:
    """Return the bytes of an .xlsx file with one sheet: a table, or lines of text, after the other.

    Every value is written as a string, never as a formula, a number or a link: the content
    of a photographed page must not run when the file is opened (formula injection).
    """
    target = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, settings)
    # Text format, and the quote prefix: a program in which the value is entered again keeps it as text.
    plain = book.add_format({"num_format": "@", "valign": "vcenter", "quote_prefix": True})
    framed = book.add_format(
        {
            "num_format": "@",
            "valign": "vcenter",
            "border": 1,
            "text_wrap": True,
            "quote_prefix": True,
        }
    )
    sheet = book.add_worksheet("OCR")
    widths: dict[int, int] = {}
    row = 0
    for region in regions:
        if isinstance(region, Table):
            _table(sheet, region, row, framed, widths)
            row += region.rows + 1
        else:
            for text in region:
                sheet.write_string(row, 0, _clean(text), plain)
                row += 1
            row += 1
    for column, width in widths.items():
        sheet.set_column(column, column, min(WIDEST, width + 2))
    book.close()
    return target.getvalue()


def _table(
    sheet: Worksheet, table: Table, top: int, framed: Format, widths: dict[int, int]
) -> None:
    for cell in table.cells:
        text = _clean("\n".join(line.text for line in cell.lines))
        first, last = top + cell.row, top + cell.last_row
        if (cell.row, cell.column) == (cell.last_row, cell.last_column):
            sheet.write_string(first, cell.column, text, framed)
            longest = max((_columns(line) for line in text.split("\n")), default=0)
            widths[cell.column] = max(widths.get(cell.column, 8), longest)
            continue
        # merge_range would guess the type of the value: merge an empty range, then write the string.
        sheet.merge_range(first, cell.column, last, cell.last_column, "", framed)
        sheet.write_string(first, cell.column, text, framed)


def _columns(text: str) -> int:
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)[:LONGEST]
