"""Bills: lines and sums of a month, the ledger, the forecast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from billing import periods
from billing.models import Allocation, BillingAccount, BillLine, HourCharge, LedgerEntry, UsageEvent
from core import clock
from core.money import round_amount


@dataclass(frozen=True, slots=True)
class MonthSum:
    """What one product cost in one mode in a month."""

    product: str
    title: str
    mode: str
    quantity: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """A month's cost so far and at its end, if calls go on at the pace of the last seven days."""

    month: str
    to_date: Decimal
    expected: Decimal
    calls_to_date: int
    expected_calls: int


def account(account_id: str) -> BillingAccount:
    """Return the billing account; one that was never written to is returned empty, unsaved."""
    found = BillingAccount.objects.filter(account_id=account_id).first()
    return found or BillingAccount(account_id=account_id, currency=settings.CURRENCY)


def arrears_ends(row: BillingAccount) -> tuple[dt.datetime, dt.datetime] | None:
    """Return when grace ends (calls freeze) and when retention ends; None out of arrears.

    After retention the operator decides; nothing is deleted automatically.
    """
    if row.arrears_since is None:
        return None
    grace = row.arrears_since + dt.timedelta(days=settings.ARREARS_GRACE_DAYS)
    return grace, grace + dt.timedelta(days=settings.ARREARS_RETENTION_DAYS)


def bill_months(account_id: str) -> list[str]:
    """Return the months that have lines, newest first."""
    rows = BillLine.objects.filter(account_id=account_id).order_by("-month")
    return list(rows.values_list("month", flat=True).distinct())


def bill_lines(
    account_id: str,
    *,
    month: str,
    region: str = "",
    product: str = "",
    enterprise_project_id: str = "",
    mode: str = "",
) -> QuerySet[BillLine]:
    """Return the lines of a month, product joined, optionally narrowed."""
    wanted = {
        "region": region,
        "product_id": product,
        "enterprise_project_id": enterprise_project_id,
        "mode": mode,
    }
    return (
        BillLine.objects.filter(
            account_id=account_id,
            month=month,
            **{name: value for name, value in wanted.items() if value},
        )
        .select_related("product", "order_line__order")
        .order_by("product_id", "region", "enterprise_project_id", "mode", "tier", "id")
    )


def bill_total(account_id: str, *, month: str, enterprise_project_id: str = "") -> Decimal:
    """Return the sum of a month's lines, of one enterprise project or of all."""
    lines = bill_lines(account_id, month=month, enterprise_project_id=enterprise_project_id)
    return sum(lines.order_by().values_list("amount", flat=True), Decimal(0))


def month_sums(account_id: str, *, month: str, enterprise_project_id: str = "") -> list[MonthSum]:
    """Return a month's sums by product and mode, by product."""
    totals: dict[tuple[str, str, str], list[Any]] = {}
    for line in bill_lines(account_id, month=month, enterprise_project_id=enterprise_project_id):
        key = (line.product_id, line.product.title, line.mode)
        row = totals.setdefault(key, [0, Decimal(0)])
        row[0] += line.quantity
        row[1] += line.amount
    return [MonthSum(*key, *values) for key, values in sorted(totals.items())]


def ledger(account_id: str, *, before: int | None = None) -> QuerySet[LedgerEntry]:
    """Return ledger entries, newest first; `before` = an entry number to page on from."""
    rows = LedgerEntry.objects.filter(account_id=account_id).order_by("-number")
    return rows if before is None else rows.filter(number__lt=before)


def ledger_is_sound(account_id: str) -> bool:
    """Return whether numbers run without a gap and the balance is the sum of the entries."""
    running, number = Decimal(0), 0
    rows = LedgerEntry.objects.filter(account_id=account_id).order_by("number")
    for row in rows.iterator(chunk_size=2000):
        number += 1
        running += row.amount
        if row.number != number or row.balance_after != running:
            return False
    state = account(account_id)
    return state.balance == running and state.ledger_entries == number


def unbilled_calls(account_id: str) -> int:
    """Return the calls that are not on a bill yet: unsettled, or of the running hour."""
    waiting = UsageEvent.objects.waiting(account_id)
    uncharged = Allocation.objects.filter(account_id=account_id, package=None, hour_charge=None)
    return _sum(waiting) + _sum(uncharged)


def forecast(account_id: str, *, now: dt.datetime | None = None) -> Forecast:
    """Return the running month's cost to date, orders included, and expected at its end.

    The pace is that of the last seven days (of the account's life, if shorter); the price of a
    further call is the average of those days, so that tiers already reached count.
    """
    now = now or clock.now()
    zone = settings.BILLING_TIME_ZONE
    month = periods.month(now, zone)
    _, end = periods.month_bounds(month, zone)
    to_date = bill_total(account_id, month=month)
    of_month = HourCharge.objects.filter(account_id=account_id, month=month)
    calls = _sum(of_month)
    since = now - dt.timedelta(days=7)
    recent = HourCharge.objects.filter(account_id=account_id, hour__gte=since).aggregate(
        calls=Sum("quantity"), amount=Sum("amount")
    )
    first = HourCharge.objects.filter(account_id=account_id).order_by("hour").first()
    if first is None or not recent["calls"]:
        return Forecast(month, to_date, to_date, calls, calls)
    seconds = max((now - max(since, first.hour)).total_seconds(), 3600.0)
    share = Decimal((end - now).total_seconds() / seconds)
    expected = to_date + round_amount(recent["amount"] * share, settings.CURRENCY)
    return Forecast(month, to_date, expected, calls, calls + int(recent["calls"] * share))


def usage_by(
    account_id: str,
    *,
    start: dt.datetime,
    end: dt.datetime,
    field: str,
    where: Mapping[str, Any] | None = None,
) -> list[tuple[Any, int, int]]:
    """Return (value of `field`, calls that packages paid, pay-per-use calls) over billing hours.

    `field`: hour, product_id, region, user_id or enterprise_project_id.
    """
    if field not in ("hour", "product_id", "region", "user_id", "enterprise_project_id"):
        raise ValueError(field)
    rows = (
        Allocation.objects.filter(
            account_id=account_id, hour__gte=start, hour__lt=end, **(where or {})
        )
        .order_by(field)
        .values_list(field)
        .annotate(
            packaged=Sum("quantity", filter=Q(package__isnull=False), default=0),
            charged=Sum("quantity", filter=Q(package=None), default=0),
            rows=Count("id"),
        )
    )
    return [(value, packaged, charged) for value, packaged, charged, _ in rows]


def _sum(rows: QuerySet[Any]) -> int:
    return int(rows.aggregate(total=Sum("quantity"))["total"] or 0)
