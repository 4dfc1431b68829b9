"""Expenditure of an enterprise project: month sum and change, details, trend, distribution."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from billing import periods
from billing.models import BillLine, Package
from billing.selectors.bills import bill_total
from core import clock


@dataclass(frozen=True, slots=True)
class Expenditure:
    """A month's sum, the month before, and the change in percent (None from nothing)."""

    month: str
    amount: Decimal
    previous: Decimal
    change_percent: Decimal | None


def expenditure(account_id: str, *, enterprise_project_id: str, month: str) -> Expenditure:
    """Return what a project spent in `month`, orders included, compared with the month before."""
    amount = bill_total(account_id, month=month, enterprise_project_id=enterprise_project_id)
    previous = bill_total(
        account_id,
        month=periods.month_shift(month, -1),
        enterprise_project_id=enterprise_project_id,
    )
    change = None
    if previous:
        change = ((amount - previous) / abs(previous) * 100).quantize(Decimal("0.01"))
    return Expenditure(month, amount, previous, change)


def expenditure_trend(
    account_id: str, *, enterprise_project_id: str, month: str, months: int
) -> dict[str, dict[str, Decimal]]:
    """Return {month: {product: amount}} for the `months` that end with `month`, oldest first."""
    names = [periods.month_shift(month, -back) for back in range(months - 1, -1, -1)]
    rows = (
        BillLine.objects.filter(
            account_id=account_id,
            enterprise_project_id=enterprise_project_id,
            month__gte=names[0],
            month__lte=month,
        )
        .order_by("month", "product_id")
        .values_list("month", "product_id", "amount")
    )
    found: dict[str, dict[str, Decimal]] = {name: {} for name in names}
    for name, product, amount in rows:
        found[name][product] = found[name].get(product, Decimal(0)) + amount
    return found


def expenditure_distribution(
    account_id: str, *, enterprise_project_id: str, month: str
) -> list[tuple[str, int, Decimal]]:
    """Return (product, calls, amount) of a project's month, largest amount first."""
    totals: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    rows = BillLine.objects.filter(
        account_id=account_id, enterprise_project_id=enterprise_project_id, month=month
    ).values_list("product_id", "mode", "quantity", "amount")
    for product, mode, quantity, amount in rows:
        totals[product][0] += 0 if mode == "order" else quantity
        totals[product][1] += amount
    ranked = sorted(totals.items(), key=lambda row: (-row[1][1], row[0]))
    return [(product, int(calls), amount) for product, (calls, amount) in ranked]


def project_resources(account_id: str, public_id: str) -> list[dict[str, str]]:
    """Return what is kept in an enterprise project: the packages bound to it that still count."""
    rows = Package.objects.filter(
        account_id=account_id,
        enterprise_project_id=public_id,
        refunded_at=None,
        expires_at__gte=clock.now(),
    ).select_related("product")
    return [
        {
            "resource_id": str(row.pk),
            "resource_name": f"{row.product.title} {row.granted}",
            "project_id": "",
            "project_name": row.region,
        }
        for row in rows.order_by("id")
    ]


def projects_billed(account_id: str, *, month: str) -> dict[str, int]:
    """Return {enterprise project id: calls} of a month, unknown ids as received."""
    rows = (
        BillLine.objects.filter(account_id=account_id, month=month)
        .exclude(mode="order")
        .order_by("enterprise_project_id")
        .values_list("enterprise_project_id")
        .annotate(calls=Sum("quantity"))
    )
    return dict(rows)
