"""Monthly budgets: changes, counting and alerts; the hard stop itself is in `billing.access`."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet, Sum

from billing import errors, periods, pricing
from billing.models import (
    Allocation,
    BillingAccount,
    Budget,
    BudgetHold,
    BudgetPeriod,
    HourCharge,
    UsageEvent,
)
from billing.services import accounts, events, products
from core import clock
from core.errors import ApiError

HOLD_MINUTES = 15
THOUSANDTH = Decimal("0.001")  # what an amount column keeps


def create(
    *,
    account_id: str,
    name: str,
    scope: str,
    unit: str,
    limit: Decimal,
    scope_id: str = "",
    alert_percent: int = 80,
    hard_stop: bool = False,
    now: dt.datetime | None = None,
) -> Budget:
    """Create a budget; usage of the running month counts at once.

    Raises CBC.0100 on a bad value, CBC.0152 on a second budget of one name.
    """
    _check(scope=scope, scope_id=scope_id, unit=unit, limit=limit, alert_percent=alert_percent)
    if not 0 < len(name) <= 64:
        raise ApiError(errors.INVALID, reason="name must have 1 to 64 characters")
    with transaction.atomic():
        accounts.lock(account_id)
        if Budget.objects.filter(account_id=account_id, name=name).exists():
            raise ApiError(errors.CONFLICT, reason=f"A budget named {name} exists.")
        budget = Budget.objects.create(
            account_id=account_id,
            name=name,
            scope=scope,
            scope_id=scope_id,
            unit=unit,
            limit=limit,
            alert_percent=alert_percent,
            hard_stop=hard_stop,
        )
        period_open(budget, now=now or clock.now())
        _has_hard_budget_refresh(account_id)
    return budget


def update(
    *,
    account_id: str,
    budget_id: int,
    limit: Decimal | None = None,
    alert_percent: int | None = None,
    hard_stop: bool | None = None,
    now: dt.datetime | None = None,
) -> Budget:
    """Change a budget; the alert of the running month may fire again. 404 for another account's."""
    with transaction.atomic():
        accounts.lock(account_id)
        budget = Budget.objects.filter(account_id=account_id, id=budget_id).first()
        if budget is None:
            raise ApiError(errors.NOT_FOUND, kind="budget")
        budget.limit = budget.limit if limit is None else limit
        budget.alert_percent = budget.alert_percent if alert_percent is None else alert_percent
        budget.hard_stop = budget.hard_stop if hard_stop is None else hard_stop
        _check(
            scope=budget.scope,
            scope_id=budget.scope_id,
            unit=budget.unit,
            limit=budget.limit,
            alert_percent=budget.alert_percent,
        )
        budget.save()
        period = period_open(budget, now=now or clock.now())
        if hard_stop:
            # Calls were not counted on entry while the budget was soft.
            period.admitted = max(period.admitted, _calls_of_month(budget, period.month))
        period.alerted = period.exhausted = False
        period.save()
        _has_hard_budget_refresh(account_id)
    return budget


def delete(*, account_id: str, budget_id: int) -> None:
    """Delete a budget; 404 for another account's."""
    with transaction.atomic():
        accounts.lock(account_id)
        if not Budget.objects.filter(account_id=account_id, id=budget_id).delete()[0]:
            raise ApiError(errors.NOT_FOUND, kind="budget")
        _has_hard_budget_refresh(account_id)


def period_open(budget: Budget, *, now: dt.datetime) -> BudgetPeriod:
    """Return the running month's row of a budget, created with the usage that the month already has."""
    month = periods.month(now, settings.BILLING_TIME_ZONE)
    period = budget.periods.filter(month=month).first()
    if period is not None:
        return period
    calls = _calls_of_month(budget, month)
    spent, priced = _spent_of_month(budget, month)
    settled = _settled(budget, month)
    return BudgetPeriod.objects.create(
        budget=budget,
        month=month,
        admitted=calls,
        settled=priced if budget.unit == "amount" else settled,
        spent=spent,
    )


def count_calls(*, account_id: str, allocations: Iterable[Allocation]) -> None:
    """Count the calls of freshly settled allocations; sends the alerts of budgets in calls.

    For a budget in money only calls that a package paid are counted here, at no cost; the others are
    counted with their amount in `count_amounts`.
    """
    rows = list(allocations)
    for budget in Budget.objects.filter(account_id=account_id).order_by("id"):
        months: dict[str, int] = defaultdict(int)
        for row in rows:
            if _covers(budget, row.enterprise_project_id, row.user_id) and (
                budget.unit == "calls" or row.package_id is not None
            ):
                months[periods.month(row.hour, settings.BILLING_TIME_ZONE)] += row.quantity
        for month, quantity in sorted(months.items()):
            _period_add(budget, month, settled=quantity, spent=Decimal(0))


def count_amounts(
    *, account_id: str, charges: Iterable[tuple[HourCharge, list[Allocation]]]
) -> None:
    """Count the amounts of newly charged hours; sends the alerts of budgets in money.

    Each charge comes with its allocations in the order of their numbers. A user's share of an hour
    is the price of that user's numbers, to a thousandth: the bill rounds only its lines.
    """
    rows = list(charges)
    for budget in Budget.objects.filter(account_id=account_id, unit="amount").order_by("id"):
        totals: dict[str, tuple[int, Decimal]] = {}
        for charge, allocations in rows:
            if budget.scope == "user":
                part = _share(charge, allocations, budget.scope_id)
            elif _covers(budget, charge.enterprise_project_id, ""):
                part = (charge.quantity, charge.amount)
            else:
                continue
            calls, amount = totals.get(charge.month, (0, Decimal(0)))
            totals[charge.month] = (calls + part[0], amount + part[1])
        for month, (calls, amount) in sorted(totals.items()):
            if calls:
                _period_add(budget, month, settled=calls, spent=amount.quantize(THOUSANDTH))


def _share(charge: HourCharge, allocations: list[Allocation], user_id: str) -> tuple[int, Decimal]:
    """Return a user's calls of a charge and their unrounded price."""
    parts = [(row.user_id, row.quantity) for row in allocations]
    if all(user != user_id for user, _ in parts):
        return 0, Decimal(0)
    table = products.table_of(charge.price_version)
    return pricing.shares(table, offset=charge.month_offset, parts=parts)[user_id]


def holds_sweep(*, now: dt.datetime | None = None) -> int:
    """Delete holds older than `HOLD_MINUTES`; returns how many.

    A call that recorded its usage keeps its unit; the unit of a call that was killed before is given back.
    """
    deadline = (now or clock.now()) - dt.timedelta(minutes=HOLD_MINUTES)
    old = list(BudgetHold.objects.filter(created_at__lt=deadline).order_by("id")[:5000])
    recorded = set(
        UsageEvent.objects.filter(request_id__in=[hold.request_id for hold in old]).values_list(
            "request_id", flat=True
        )
    )
    for hold in old:
        with transaction.atomic():
            gone, _ = BudgetHold.objects.filter(id=hold.pk).delete()
            if gone and hold.request_id not in recorded:
                BudgetPeriod.objects.filter(id=hold.period_id, admitted__gt=0).update(
                    admitted=F("admitted") - 1
                )
    return len(old)


def _period_add(budget: Budget, month: str, *, settled: int, spent: Decimal) -> None:
    period, _ = BudgetPeriod.objects.get_or_create(budget=budget, month=month)
    period = BudgetPeriod.objects.select_for_update().get(id=period.pk)
    period.settled += settled
    period.spent += spent
    reached = period.spent if budget.unit == "amount" else Decimal(period.settled)
    facts = {
        "budget_id": budget.pk,
        "name": budget.name,
        "month": month,
        "reached": str(reached),
        "limit": str(budget.limit),
    }
    if not period.alerted and reached * 100 >= budget.limit * budget.alert_percent:
        period.alerted = True
        events.emit(account_id=budget.account_id, kind="budget.alert", **facts)
    if not period.exhausted and reached >= budget.limit:
        period.exhausted = True
        events.emit(account_id=budget.account_id, kind="budget.exhausted", **facts)
    period.save(update_fields=["settled", "spent", "alerted", "exhausted"])


def _covers(budget: Budget, project: str, user: str) -> bool:
    wanted = {"account": "", "enterprise_project": project, "user": user}[budget.scope]
    return budget.scope_id == wanted


def _scope(budget: Budget) -> dict[str, str]:
    match budget.scope:
        case "enterprise_project":
            return {"enterprise_project_id": budget.scope_id}
        case "user":
            return {"user_id": budget.scope_id}
    return {}


def _calls_of_month(budget: Budget, month: str) -> int:
    start, end = periods.month_bounds(month, settings.BILLING_TIME_ZONE)
    waiting = UsageEvent.objects.waiting(budget.account_id).filter(
        occurred_at__gte=start,
        occurred_at__lt=end,
        **_scope(budget),
    )
    return _settled(budget, month) + _sum(waiting)


def _settled(budget: Budget, month: str) -> int:
    start, end = periods.month_bounds(month, settings.BILLING_TIME_ZONE)
    return _sum(
        Allocation.objects.filter(
            account_id=budget.account_id, hour__gte=start, hour__lt=end, **_scope(budget)
        )
    )


def _spent_of_month(budget: Budget, month: str) -> tuple[Decimal, int]:
    """Return the charged amount of the month and how many calls have their final price."""
    start, end = periods.month_bounds(month, settings.BILLING_TIME_ZONE)
    packaged = Allocation.objects.filter(
        account_id=budget.account_id,
        hour__gte=start,
        hour__lt=end,
        package__isnull=False,
        **_scope(budget),
    )
    charges = HourCharge.objects.filter(account_id=budget.account_id, month=month)
    if budget.scope == "user":
        calls, spent = _spent_by_user(charges, budget.scope_id)
    else:
        charges = charges.filter(**_scope(budget))
        calls = _sum(charges)
        spent = sum(charges.values_list("amount", flat=True), Decimal(0))
    return spent, calls + _sum(packaged)


def _spent_by_user(charges: QuerySet[HourCharge], user_id: str) -> tuple[int, Decimal]:
    of_user = Allocation.objects.filter(hour_charge__in=charges, user_id=user_id)
    rows = charges.filter(id__in=of_user.values("hour_charge_id")).select_related("price_version")
    by_charge: dict[int | None, list[Allocation]] = defaultdict(list)
    for row in Allocation.objects.filter(hour_charge__in=rows).order_by("id"):
        by_charge[row.hour_charge_id].append(row)
    parts = [_share(charge, by_charge[charge.pk], user_id) for charge in rows]
    return (
        sum(calls for calls, _ in parts),
        sum((amount for _, amount in parts), Decimal(0)).quantize(THOUSANDTH),
    )


def _sum(rows: QuerySet[Any]) -> int:
    return int(rows.aggregate(total=Sum("quantity"))["total"] or 0)


def _check(*, scope: str, scope_id: str, unit: str, limit: Decimal, alert_percent: int) -> None:
    """Raise CBC.0100 naming the value that is wrong."""
    if scope not in dict(Budget.SCOPES) or (scope == "account") != (scope_id == ""):
        raise ApiError(errors.INVALID, reason="scope")
    if unit not in dict(Budget.UNITS):
        raise ApiError(errors.INVALID, reason="unit")
    if limit < 0 or not 1 <= alert_percent <= 100:
        raise ApiError(errors.INVALID, reason="limit or alert_percent")


def _has_hard_budget_refresh(account_id: str) -> None:
    """Store whether the account has a hard stop: the gate of a call reads the flag, not the budgets."""
    BillingAccount.objects.filter(account_id=account_id).update(
        has_hard_budget=Budget.objects.filter(account_id=account_id, hard_stop=True).exists()
    )
