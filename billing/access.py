"""Admission of a recognition call: subscribed, not frozen by arrears, no hard budget reached.

One query for most accounts, a second one only while an account is frozen. Accounts with a hard budget
also take a short transaction on that month's budget rows.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet, Subquery, Sum

from billing import errors, periods
from billing.models import (
    Budget,
    BudgetHold,
    BudgetPeriod,
    Package,
    Product,
    Subscription,
    UsageEvent,
)
from core import clock
from core.compiled_queries import PreparedQuery
from core.errors import ApiError
from iam.principal import Principal


@dataclass(slots=True)
class Admission:
    """An admitted call with the budget units that it holds; `release` gives them back on failure.

    As a context manager it releases when the block raises:

        with access.require_open(principal, product, request_id=request_id):
            ... engine ...
            with transaction.atomic():
                ... call record ...
                metering.usage_record(...)
    """

    request_id: str = ""
    periods: tuple[int, ...] = field(default=())

    def release(self) -> None:
        """Give the unit back to the hard budgets; does nothing the second time."""
        if not self.periods:
            return
        with transaction.atomic():
            held = self.periods
            if self.request_id:
                holds = BudgetHold.objects.select_for_update().filter(
                    period_id__in=held, request_id=self.request_id
                )
                held = tuple(holds.values_list("period_id", flat=True))
                holds.delete()
            list(_in_order(BudgetPeriod.objects.filter(id__in=held)))
            BudgetPeriod.objects.filter(id__in=held, admitted__gt=0).update(
                admitted=F("admitted") - 1
            )
        self.periods = ()

    def __enter__(self) -> Admission:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.release()


def _open_rows(user: str, account: str, region: str, product: str) -> QuerySet[Subscription, Any]:
    subscribed = Subscription.objects.filter(
        Q(user_id=user) | Q(user_id=None), account_id=account, region=region, product_id=product
    )
    return subscribed.order_by().values(
        "account__billing__arrears_since", "account__billing__has_hard_budget"
    )[:1]


_OPEN_ROW = PreparedQuery(_open_rows, "user", "account", "region", "product")


def require_open(
    principal: Principal,
    product_code: str,
    name: str = "",
    *,
    request_id: str = "",
    now: dt.datetime | None = None,
) -> Admission:
    """Admit a call or raise the documented refusal (`name` is the API's name in its message).

    ModelArts.4204 (403): no subscription of the user or Everyone in the region of the call.
    ModelArts.4106 (403): the account is frozen and no bought package is left for an AK/SK call,
    or a budget with a hard stop is reached. With `request_id`, the unit held by a call whose process is
    killed is given back after 15 minutes (`services.budgets.holds_sweep`).
    """
    now = now or clock.now()
    if _has_hard_budget_of_open(principal, product_code, name, now):
        return _admit(principal, product_code, request_id, now)
    return Admission()


def check_open(principal: Principal, product_code: str, name: str = "") -> None:
    """Raise the refusal that `require_open` would, hard budgets aside; nothing is counted."""
    _has_hard_budget_of_open(principal, product_code, name, clock.now())


def _has_hard_budget_of_open(
    principal: Principal, product_code: str, name: str, now: dt.datetime
) -> bool:
    """Raise unless subscribed and not frozen; return whether hard budgets must be checked."""
    row = _OPEN_ROW.one(
        user=principal.user_id,
        account=principal.account_id,
        region=principal.region,
        product=product_code,
    )
    if row is None:
        raise ApiError(errors.NOT_SUBSCRIBED, name=name or product_code)
    arrears_since = row["account__billing__arrears_since"]
    has_hard_budget = row["account__billing__has_hard_budget"]
    if arrears_since is not None and _is_frozen(arrears_since, now):
        _require_package(principal, product_code, now)
    return bool(has_hard_budget)


def _is_frozen(since: dt.datetime, now: dt.datetime) -> bool:
    return now >= since + dt.timedelta(days=settings.ARREARS_GRACE_DAYS)


def _require_package(principal: Principal, product_code: str, now: dt.datetime) -> None:
    """Raise ModelArts.4106 unless a bought package is left and the call is signed with AK/SK."""
    if principal.method not in ("aksk", "temporary"):
        raise ApiError(errors.RESTRICTED, reason="in arrears; only AK/SK calls on a package go on")
    meter = {
        "account_id": principal.account_id,
        "region": principal.region,
        "product_id": product_code,
    }
    waiting = (
        UsageEvent.objects.waiting(principal.account_id)
        .filter(**meter)
        .values("account_id")
        .annotate(total=Sum("quantity"))
        .values("total")
    )
    left = (
        Package.objects.filter(
            enterprise_project_id__in=["", principal.enterprise_project_id or "0"],
            refunded_at=None,
            effective_at__lte=now,
            expires_at__gte=now,
            **meter,
        )
        .order_by("account_id")
        .values("account_id")
        .annotate(left=Sum(F("granted") - F("used")), waiting=Subquery(waiting))
        .values_list("left", "waiting")
        .first()
    )
    if left is None or (left[0] or 0) - (left[1] or 0) <= 0:
        raise ApiError(errors.RESTRICTED, reason="in arrears and no package is left")


def _admit(principal: Principal, product_code: str, request_id: str, now: dt.datetime) -> Admission:
    """Take one unit of each hard budget that covers the call, or of none.

    The rows stay locked until all are counted, so a limit of N never admits more than N calls. Units are
    counted on admission because settled usage lags by seconds, in which calls would pass the limit; and in
    the database because a cache would lose the count on restart and then disagree with the bill.
    """
    month = periods.month(now, settings.BILLING_TIME_ZONE)
    scopes = (
        Q(scope="account")
        | Q(scope="user", scope_id=principal.user_id)
        | Q(scope="enterprise_project", scope_id=principal.enterprise_project_id or "0")
    )
    budgets = Budget.objects.filter(scopes, account_id=principal.account_id, hard_stop=True)
    found = {budget.pk: budget for budget in budgets}
    if not found:
        return Admission()
    with transaction.atomic():
        rows = _periods_lock(list(found), month)
        held = _held(rows, request_id)
        fresh = [row for row in rows if row.pk not in held]
        for row in fresh:
            _require_room(found[row.budget_id], row, product_code)
        ids = tuple(row.pk for row in rows)
        new = [row.pk for row in fresh]
        BudgetPeriod.objects.filter(id__in=new).update(admitted=F("admitted") + 1)
        if request_id:
            BudgetHold.objects.bulk_create(
                BudgetHold(period_id=pk, request_id=request_id, created_at=now) for pk in new
            )
    return Admission(request_id, ids)


def _held(rows: list[BudgetPeriod], request_id: str) -> set[int]:
    """Return the periods that already hold a unit for this request id: its first attempt was killed."""
    if not request_id:
        return set()
    holds = BudgetHold.objects.filter(period_id__in=[row.pk for row in rows], request_id=request_id)
    return set(holds.values_list("period_id", flat=True))


def _periods_lock(budget_ids: list[int], month: str) -> list[BudgetPeriod]:
    rows = BudgetPeriod.objects.filter(budget_id__in=budget_ids, month=month)
    locked = list(_in_order(rows))
    if len(locked) == len(budget_ids):
        return locked
    # The first call of a month inserts the month's rows; a concurrent first call may win, hence the conflicts.
    BudgetPeriod.objects.bulk_create(
        (BudgetPeriod(budget_id=pk, month=month) for pk in budget_ids), ignore_conflicts=True
    )
    return list(_in_order(rows))


def _in_order(rows: QuerySet[BudgetPeriod]) -> QuerySet[BudgetPeriod]:
    """Lock rows in the same order everywhere, which rules out deadlocks."""
    return rows.select_for_update().order_by("budget_id", "month")


def _require_room(budget: Budget, row: BudgetPeriod, product_code: str) -> None:
    """Raise ModelArts.4106 when one more call might exceed the limit.

    A budget in money reserves the highest unit price of the product for each call that is not priced yet,
    because its tier is known only when its hour is charged.
    """
    if budget.unit == "calls":
        room = row.admitted + 1 <= budget.limit
    else:
        top = Product.objects.values_list("top_unit_price", flat=True).get(code=product_code)
        pending = max(row.admitted - row.settled, 0) + 1
        room = row.spent + pending * Decimal(top) <= budget.limit
    if not room:
        raise ApiError(errors.BUDGET_REACHED, name=budget.name)
