"""The table of bill lines, shared by the pages of a month's bill and of an enterprise project."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.utils.translation import gettext_lazy

from portal.console import ConsoleView, title_of
from portal.data_table import Column, Table

COLUMNS = (
    Column("service", gettext_lazy("Service"), attrgetter("product_id"), "product_id", fixed=True),
    Column("region", gettext_lazy("Region"), attrgetter("region"), "region"),
    Column("project", gettext_lazy("Enterprise project"), attrgetter("enterprise_project_id"), "enterprise_project_id"),
    Column("mode", gettext_lazy("Mode"), attrgetter("mode"), "mode"),
    Column("tier", gettext_lazy("Tier"), attrgetter("tier"), number=True, hidden=True),
    Column("quantity", gettext_lazy("Quantity"), attrgetter("quantity"), "quantity", number=True),
    Column("unit_price", gettext_lazy("Unit price"), attrgetter("unit_price"), "unit_price", number=True),
    Column("amount", gettext_lazy("Amount"), attrgetter("amount"), "amount", number=True),
    Column("first", gettext_lazy("First call"), attrgetter("first_at"), "first_at", hidden=True),
    Column("last", gettext_lazy("Last call"), attrgetter("last_at"), "last_at", hidden=True),
    Column("line", gettext_lazy("Line"), attrgetter("pk"), "pk", number=True, hidden=True),
)  # fmt: skip


def bill_lines(view: ConsoleView, rows: Any, **more: Any) -> Table:
    """Return the table of `rows` on the page of `view`."""
    return view.table(
        "lines",
        COLUMNS,
        rows,
        sort="service",
        search=("product__title", "region", "enterprise_project_id"),
        draw=lambda line: {"row": line, "title": title_of(line.product_id)},
        **more,
    )
