"""Export a month's bill as CSV or XLSX; text cells never become formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import xlsxwriter

from billing.models import BillLine

COLUMNS = (
    "month", "region", "enterprise_project_id", "product", "product_name", "mode", "tier",
    "quantity", "unit_price", "amount", "currency", "order", "line_id",
)  # fmt: skip
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_text(text: str) -> str:
    """Return `text` such that a spreadsheet shows it instead of computing it.

    A leading apostrophe is what spreadsheets themselves use to mark text (OWASP: CSV injection).
    """
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def bill_csv(lines: Iterable[BillLine]) -> bytes:
    """Return the lines as UTF-8 CSV with a byte order mark, which spreadsheets need for names."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow(
            [safe_text(cell) if isinstance(cell, str) else cell for cell in _cells(line)]
        )
    return buffer.getvalue().encode("utf-8-sig")


def bill_xlsx(lines: Iterable[BillLine], *, sheet: str = "bill") -> bytes:
    """Return the lines as one XLSX sheet with a bold, frozen header and a total."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    page = book.add_worksheet(sheet)
    bold = book.add_format({"bold": True})
    money = book.add_format({"num_format": "#,##0.00####"})
    page.write_row(0, 0, COLUMNS, bold)
    page.freeze_panes(1, 0)
    row = 0
    for row, line in enumerate(lines, start=1):
        for column, cell in enumerate(_cells(line)):
            if isinstance(cell, str):
                page.write_string(row, column, safe_text(cell))
            elif isinstance(cell, int):
                page.write_number(row, column, cell)
            else:
                page.write_number(row, column, float(cell), money)
    amount = COLUMNS.index("amount")
    page.write_string(row + 2, 0, "total", bold)
    if row:
        letter = chr(ord("A") + amount)
        page.write_formula(row + 2, amount, f"=SUM({letter}2:{letter}{row + 1})", money)
    page.autofit()
    book.close()
    return buffer.getvalue()


def _cells(line: BillLine) -> list[Any]:
    return [
        line.month,
        line.region,
        line.enterprise_project_id,
        line.product_id,
        line.product.title,
        line.mode,
        line.tier,
        line.quantity,
        line.unit_price,
        line.amount,
        line.currency,
        line.order_line.order_id if line.order_line else "",
        line.pk,
    ]
