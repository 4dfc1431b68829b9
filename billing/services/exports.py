"""Export a month's bill as CSV or XLSX; text cells never become formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from billing.models import BillLine
from core.export_safety import formula_safe
from core.workbook import Formula, Sheet, Value, column_name, stream, text_width

COLUMNS = (
    "month", "region", "enterprise_project_id", "product", "product_name", "mode", "tier",
    "quantity", "unit_price", "amount", "currency", "order", "line_id",
)  # fmt: skip
_LEAST_WIDTH = 10  # characters


def bill_csv(lines: Iterable[BillLine]) -> bytes:
    """Return the lines as UTF-8 CSV with a byte order mark, which spreadsheets need for names."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow(_safe(_cells(line)))
    return buffer.getvalue().encode("utf-8-sig")


def bill_xlsx(lines: Iterable[BillLine], *, sheet: str = "bill") -> bytes:
    """Return the lines as one XLSX sheet with a bold, frozen header and a total."""
    rows: list[list[Any]] = [list(COLUMNS), *(_safe(_cells(line)) for line in lines)]
    widths = [
        max(_LEAST_WIDTH, *(text_width(str(cell)) for cell in column))
        for column in zip(*rows, strict=True)
    ]
    rows += [[], ["total"]]
    if len(rows) > 3:  # an empty bill has no amounts to add up
        rows[-1] += _total(rows[1:-2])
    written = Sheet(sheet, lambda: rows, widths, frozen=(1, 0), has_head=True)
    return b"".join(stream([written]))


def _total(rows: Sequence[Sequence[Any]]) -> list[Value]:
    """Return the rest of the last row: the sum of the amounts, as a formula under its column."""
    amount = COLUMNS.index("amount")
    letter = column_name(amount)
    total = sum((row[amount] for row in rows), Decimal(0))
    return [*[None] * (amount - 1), Formula(f"SUM({letter}2:{letter}{len(rows) + 1})", total)]


def _safe(cells: Iterable[Any]) -> list[Any]:
    """Return the cells with all texts guarded: no text of a bill is a number to calculate with."""
    return [
        formula_safe(cell, keep_numbers=False) if isinstance(cell, str) else cell for cell in cells
    ]


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
