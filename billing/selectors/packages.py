"""Packages with their state, their usage history, and orders."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet, Sum

from billing import periods
from billing.models import Allocation, Budget, BudgetPeriod, Order, Package, UsageEvent
from core import clock

STATES = ("not_yet", "active", "used_up", "expired", "refunded")


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A package and what is left of it."""

    package: Package
    state: str

    @property
    def left(self) -> int:
        """Return the calls left, as settled."""
        return self.package.granted - self.package.used


def package_state(package: Package, *, now: dt.datetime) -> str:
    """Return one of STATES."""
    if package.refunded_at is not None:
        return "refunded"
    if package.used >= package.granted:
        return "used_up"
    if package.expires_at < now:
        return "expired"
    return "not_yet" if package.effective_at > now else "active"


def packages(
    account_id: str,
    *,
    region: str = "",
    product: str = "",
    state: str = "",
    now: dt.datetime | None = None,
) -> list[PackageRow]:
    """Return the account's packages, newest first, optionally narrowed."""
    now = now or clock.now()
    wanted = {"region": region, "product_id": product}
    rows = Package.objects.filter(
        account_id=account_id, **{name: value for name, value in wanted.items() if value}
    ).select_related("product", "plan", "order_line")
    found = [PackageRow(row, package_state(row, now=now)) for row in rows.order_by("-id")]
    return [row for row in found if not state or row.state == state]


def package(
    account_id: str, *, package_id: int, now: dt.datetime | None = None
) -> PackageRow | None:
    """Return one package of the account with its state, or None."""
    found = (
        Package.objects.filter(account_id=account_id, id=package_id)
        .select_related("product", "plan", "order_line")
        .first()
    )
    if found is None:
        return None
    return PackageRow(found, package_state(found, now=now or clock.now()))


def package_days(
    account_id: str, *, package_id: int, days: int, now: dt.datetime | None = None
) -> list[tuple[dt.date, int]]:
    """Return (billing day, calls that the package paid) of the last `days` days, oldest first."""
    zone = settings.BILLING_TIME_ZONE
    today = periods.day(now or clock.now(), zone)
    first = today - dt.timedelta(days=days - 1)
    found = {first + dt.timedelta(days=n): 0 for n in range(days)}
    rows = Allocation.objects.filter(
        account_id=account_id, package_id=package_id, hour__gte=periods.day_start(first, zone)
    )
    for hour, quantity in rows.order_by().values_list("hour").annotate(Sum("quantity")):
        day = periods.day(hour, zone)
        found[day] = found.get(day, 0) + quantity
    return sorted(found.items())


def package_history(
    account_id: str,
    *,
    package_id: int | None = None,
    start: dt.datetime | None = None,
    end: dt.datetime | None = None,
) -> QuerySet[Allocation]:
    """Return the deductions of one package or of all, newest first."""
    rows = Allocation.objects.filter(account_id=account_id, package__isnull=False)
    if package_id is not None:
        rows = rows.filter(package_id=package_id)
    if start is not None:
        rows = rows.filter(created_at__gte=start)
    if end is not None:
        rows = rows.filter(created_at__lt=end)
    return rows.select_related("package", "product").order_by("-id")


def waiting_calls(account_id: str) -> dict[tuple[str, str], int]:
    """Return {(region, product): calls recorded but not settled}."""
    rows = (
        UsageEvent.objects.waiting(account_id)
        .order_by()
        .values_list("region", "product_id")
        .annotate(total=Sum("quantity"))
    )
    return {(region, product): total for region, product, total in rows}


def orders(
    account_id: str, *, status: str = "", kind: str = "", number: str = ""
) -> QuerySet[Order]:
    """Return the account's orders, newest first, lines prefetched."""
    wanted = {"status": status, "kind": kind, "number": number}
    return (
        Order.objects.filter(
            account_id=account_id, **{name: value for name, value in wanted.items() if value}
        )
        .prefetch_related("lines__product", "lines__packages")
        .order_by("-created_at", "-number")
    )


def budgets(account_id: str, *, month: str) -> list[tuple[Budget, BudgetPeriod | None]]:
    """Return the account's budgets by name, each with its row of `month`; two queries."""
    rows = list(Budget.objects.filter(account_id=account_id).order_by("name"))
    of_month = {
        row.budget_id: row
        for row in BudgetPeriod.objects.filter(budget__in=[row.pk for row in rows], month=month)
    }
    return [(row, of_month.get(row.pk)) for row in rows]
