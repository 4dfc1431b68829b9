"""Small CSV files as `data:` links: shown once with a secret, stored nowhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from urllib.parse import quote

from core.export_safety import formula_safe


def data_link(rows: Sequence[Sequence[str]]) -> str:
    """Return a `data:` address of `rows` as CSV, no cell of which is a spreadsheet formula."""
    out = io.StringIO()
    csv.writer(out).writerows([formula_safe(cell) for cell in row] for row in rows)
    return f"data:text/csv;charset=utf-8,{quote(out.getvalue())}"
