"""Trace usage: from a bill line down to request ids, from a request id up to its bill line.

The calls of an hour charge are numbered in the order of allocation id, then event id; a tier charge has
a run of those numbers. So each call has exactly one bill line although no row stores it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from billing.models import (
    Allocation,
    BillLine,
    LedgerEntry,
    Package,
    SettledEvent,
    TierCharge,
    UsageEvent,
)


@dataclass(frozen=True, slots=True)
class UsageTrace:
    """Everything that one successful call led to.

    `state`: "waiting" (not settled), "allocated" (the hour is not charged yet), "package" or
    "charged". Fields that do not apply are None.
    """

    request_id: str
    occurred_at: dt.datetime
    region: str
    product: str
    enterprise_project_id: str
    user_id: str
    state: str
    allocation_id: int | None = None
    package: Package | None = None
    unit_price: Decimal | None = None
    hour_charge_id: int | None = None
    bill_line: BillLine | None = None
    ledger_entry: LedgerEntry | None = None


@dataclass(frozen=True, slots=True)
class LinePart:
    """A piece of a bill line: one hour's charge at the line's price, or one deduction."""

    kind: str  # "charge" or "deduction"
    id: int
    hour: dt.datetime
    quantity: int
    amount: Decimal
    ledger_number: int | None


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call behind a bill line."""

    request_id: str
    occurred_at: dt.datetime
    user_id: str
    project_id: str


def line_get(account_id: str, *, line_id: int) -> BillLine | None:
    """Return a bill line of the account or None."""
    return (
        BillLine.objects.filter(account_id=account_id, id=line_id)
        .select_related("product", "order_line__order__ledger_entry", "package")
        .first()
    )


def line_parts(
    account_id: str, *, line_id: int, offset: int = 0, limit: int = 1000
) -> list[LinePart]:
    """Return the charges (pay-per-use) or deductions (package) that make up a line, by time."""
    page = slice(offset, offset + limit)
    line = line_get(account_id, line_id=line_id)
    if line is None or line.mode == "order":
        return []
    if line.mode == "package":
        deductions = Allocation.objects.filter(bill_line=line).order_by("hour", "id")
        return [
            LinePart("deduction", row.pk, row.hour, row.quantity, Decimal(0), None)
            for row in deductions[page]
        ]
    charges = TierCharge.objects.filter(bill_line=line).select_related("hour_charge__ledger_entry")
    return [
        LinePart(
            "charge",
            row.pk,
            row.hour_charge.hour,
            row.quantity,
            row.amount,
            row.hour_charge.ledger_entry.number,
        )
        for row in charges.order_by("hour_charge__hour", "id")[page]
    ]


def part_exists(account_id: str, *, kind: str, part_id: int) -> bool:
    """Return whether the account has a part of that kind (`charges` or `deductions`) and id."""
    if kind == "charges":
        return TierCharge.objects.filter(id=part_id, hour_charge__account_id=account_id).exists()
    return Allocation.objects.filter(id=part_id, account_id=account_id).exists()


def deduction_calls(
    account_id: str, *, allocation_id: int, offset: int = 0, limit: int = 100
) -> list[CallRow]:
    """Return the calls of one deduction."""
    rows = UsageEvent.objects.settled_by(allocation_id).filter(account_id=account_id)
    return _calls(rows[offset : offset + limit])


def charge_calls(
    account_id: str, *, tier_charge_id: int, offset: int = 0, limit: int = 100
) -> list[CallRow]:
    """Return the calls of one charge, in the order of their numbers."""
    charge = (
        TierCharge.objects.filter(id=tier_charge_id, hour_charge__account_id=account_id)
        .select_related("hour_charge")
        .first()
    )
    if charge is None:
        return []
    start = charge.first - charge.hour_charge.month_offset + offset
    stop = min(start + limit, charge.first - charge.hour_charge.month_offset + charge.quantity)
    found: list[CallRow] = []
    position = 0
    allocations = Allocation.objects.filter(hour_charge_id=charge.hour_charge_id).order_by("id")
    for pk, quantity in allocations.values_list("id", "quantity"):
        low, high = max(start - position, 0), min(stop - position, quantity)
        if low < high:
            found += _calls(UsageEvent.objects.settled_by(pk)[low:high])
        position += quantity
    return found


def usage_trace(account_id: str, *, request_id: str) -> UsageTrace | None:
    """Return what a successful call led to, None for an unknown or a failed call."""
    event = UsageEvent.objects.filter(account_id=account_id, request_id=request_id).first()
    if event is None:
        return None
    facts: dict[str, Any] = {
        "request_id": event.request_id,
        "occurred_at": event.occurred_at,
        "region": event.region,
        "product": event.product_id,
        "enterprise_project_id": event.enterprise_project_id,
        "user_id": event.user_id,
    }
    allocation = _allocation_of(event)
    if allocation is None:
        return UsageTrace(state="waiting", **facts)
    facts["allocation_id"] = allocation.pk
    if allocation.package is not None:
        line = allocation.package.order_line
        return UsageTrace(
            state="package",
            package=allocation.package,
            unit_price=Decimal(0),
            bill_line=allocation.bill_line,
            ledger_entry=line.order.ledger_entry if line else None,
            **facts,
        )
    if allocation.hour_charge is None:
        return UsageTrace(state="allocated", **facts)
    tier = _tier_of(event, allocation)
    return UsageTrace(
        state="charged",
        unit_price=tier.bill_line.unit_price,
        hour_charge_id=allocation.hour_charge_id,
        bill_line=tier.bill_line,
        ledger_entry=allocation.hour_charge.ledger_entry,
        **facts,
    )


def _allocation_of(event: UsageEvent) -> Allocation | None:
    settled = (
        SettledEvent.objects.filter(event=event)
        .select_related(
            "allocation__package__order_line__order__ledger_entry",
            "allocation__bill_line__product",
            "allocation__hour_charge__ledger_entry",
        )
        .first()
    )
    return settled.allocation if settled else None


def _tier_of(event: UsageEvent, allocation: Allocation) -> TierCharge:
    """Return the tier charge that owns the number of `event` within its month."""
    charge = allocation.hour_charge
    assert charge is not None
    earlier = Allocation.objects.filter(hour_charge=charge, id__lt=allocation.pk).aggregate(
        total=Sum("quantity")
    )["total"]
    rank = SettledEvent.objects.filter(allocation=allocation, event_id__lt=event.pk).count()
    number = charge.month_offset + (earlier or 0) + rank
    tiers = charge.tiers.filter(first__lte=number).select_related("bill_line__product")
    return tiers.order_by("-first")[0]


def _calls(rows: Any) -> list[CallRow]:
    return [
        CallRow(*row)
        for row in rows.values_list("request_id", "occurred_at", "user_id", "project_id")
    ]
