"""Fee records: bill lines by month, by day or by hour, as expenditure listings show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet

from billing import periods
from billing.models import Allocation, BillLine, TierCharge

CYCLE, DAY, DETAIL = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Fee:
    """A bill line, or the part of it that belongs to one day or hour."""

    line: BillLine
    begins_at: dt.datetime
    ends_at: dt.datetime
    quantity: int
    amount: Decimal


def fee_lines(
    account_id: str, *, month: str, projects: Sequence[str] | None = None
) -> QuerySet[BillLine]:
    """Return the lines of a month; `projects` limits them to some enterprise projects."""
    rows = BillLine.objects.filter(account_id=account_id, month=month)
    if projects is not None:
        rows = rows.filter(enterprise_project_id__in=projects)
    return rows.select_related("product", "order_line__order", "package").order_by("id")


def fees(lines: Sequence[BillLine], *, statistic: int = CYCLE) -> list[Fee]:
    """Return the fees of `lines`; two queries for days and hours, none for the month."""
    if statistic == CYCLE:
        return [
            Fee(line, line.first_at, line.last_at, line.quantity, line.amount) for line in lines
        ]
    parts: dict[tuple[int, dt.datetime], list[Decimal]] = {}
    by_id = {line.pk: line for line in lines}
    for line_id, hour, quantity, amount in _hours(list(by_id)):
        start = hour
        if statistic == DAY:
            zone = settings.BILLING_TIME_ZONE
            start = periods.day_start(periods.day(hour, zone), zone)
        part = parts.setdefault((line_id, start), [Decimal(0), Decimal(0)])
        part[0] += quantity
        part[1] += amount
    span = dt.timedelta(hours=1 if statistic == DETAIL else 24)
    found = [
        Fee(by_id[line_id], start, start + span, int(quantity), amount)
        for (line_id, start), (quantity, amount) in parts.items()
    ]
    found += [
        Fee(line, line.first_at, line.last_at, line.quantity, line.amount)
        for line in lines
        if line.mode == "order"
    ]
    return sorted(found, key=lambda fee: (fee.begins_at, fee.line.pk))


def _hours(line_ids: list[int]) -> list[tuple[int, dt.datetime, int, Decimal]]:
    charges = TierCharge.objects.filter(bill_line__in=line_ids).values_list(
        "bill_line_id", "hour_charge__hour", "quantity", "amount"
    )
    deductions = Allocation.objects.filter(bill_line__in=line_ids).values_list(
        "bill_line_id", "hour", "quantity"
    )
    return [
        *charges,
        *((line or 0, hour, quantity, Decimal(0)) for line, hour, quantity in deductions),
    ]
