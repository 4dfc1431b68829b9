"""What a number of further calls will cost an account: packages first, then the month's tiers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import Q, Sum

from billing import burndown, errors, periods, pricing
from billing.models import Allocation, Budget, BudgetPeriod, Package, UsageEvent
from billing.selectors.prices import price_in_force
from core import clock
from core.errors import ApiError
from core.money import round_amount


@dataclass(frozen=True, slots=True)
class BudgetRoom:
    """A hard budget that covers the calls: how many of them it still lets in."""

    name: str
    unit: str
    left: Decimal
    calls_left: int


@dataclass(frozen=True, slots=True)
class CallsEstimate:
    """`calls` = those that packages pay + those in the free allowance + those that are charged.

    `packages` are (package, calls that it pays), in burn order.
    """

    calls: int
    packages: tuple[tuple[Package, int], ...]
    allowance_calls: int
    charged_calls: int
    amount: Decimal
    currency: str
    balance: Decimal
    budgets: tuple[BudgetRoom, ...]

    @property
    def package_calls(self) -> int:
        """Return how many calls packages pay."""
        return sum(paid for _package, paid in self.packages)

    def shortage(self) -> ApiError | None:
        """Return the refusal that a hard budget will meet the calls with, or None."""
        for room in self.budgets:
            if room.calls_left < self.calls:
                return ApiError(errors.BUDGET_REACHED, name=room.name)
        return None


def calls_estimate(
    account_id: str,
    *,
    region: str,
    product: str,
    user_id: str,
    enterprise_project_id: str,
    calls: int,
    now: dt.datetime | None = None,
) -> CallsEstimate:
    """Return the cost of `calls` further calls at this moment; nothing is reserved.

    Raises LookupError for a product without a price.
    """
    from billing.selectors.bills import account

    now = now or clock.now()
    use = burndown.Use(region, product, enterprise_project_id or "0", now, calls)
    packages = _payers(account_id, use)
    packaged = sum(paid for _package, paid in packages)
    table = price_in_force(product=product, region=region, now=now)
    month = periods.month(now, settings.BILLING_TIME_ZONE)
    offset = _paid_so_far(account_id, region, product, month)
    lines = pricing.lines(table, offset=offset, quantity=calls - packaged)
    charged = sum(line.quantity for line in lines if line.tier != pricing.FREE_TIER)
    amount = sum((round_amount(line.exact_amount, settings.CURRENCY) for line in lines), Decimal(0))
    top = max((tier.unit_price for tier in table.tiers), default=Decimal(0))
    return CallsEstimate(
        calls=calls,
        packages=packages,
        allowance_calls=calls - packaged - charged,
        charged_calls=charged,
        amount=amount,
        currency=settings.CURRENCY,
        balance=account(account_id).balance,
        budgets=tuple(_rooms(account_id, user_id, enterprise_project_id or "0", month, top)),
    )


def _payers(account_id: str, use: burndown.Use) -> tuple[tuple[Package, int], ...]:
    """Return the packages that pay a use after the calls that wait for their settlement."""
    waiting = (
        UsageEvent.objects.waiting(account_id)
        .filter(region=use.region, product_id=use.product)
        .order_by("enterprise_project_id")
        .values_list("enterprise_project_id")
        .annotate(total=Sum("quantity"))
    )
    before = [
        burndown.Use(use.region, use.product, project, use.occurred_at, total)
        for project, total in waiting
    ]
    packages = Package.objects.filter(
        account_id=account_id,
        region=use.region,
        product_id=use.product,
        refunded_at=None,
        effective_at__lte=use.occurred_at,
        expires_at__gte=use.occurred_at,
    ).in_bulk()
    paid = burndown.shares([*before, use], [package.quota() for package in packages.values()])[-1]
    return tuple((packages[key], calls) for key, calls in paid.items())


def _paid_so_far(account_id: str, region: str, product: str, month: str) -> int:
    """Return how many pay-per-use calls of the month come before: they decide the tier."""
    start, end = periods.month_bounds(month, settings.BILLING_TIME_ZONE)
    total = Allocation.objects.filter(
        account_id=account_id,
        region=region,
        product_id=product,
        package=None,
        hour__gte=start,
        hour__lt=end,
    ).aggregate(total=Sum("quantity"))["total"]
    return total or 0


def _rooms(
    account_id: str, user_id: str, project: str, month: str, top: Decimal
) -> list[BudgetRoom]:
    """Return what the hard budgets of the calls still let in, as `billing.access` would count."""
    scopes = (
        Q(scope="account")
        | Q(scope="user", scope_id=user_id)
        | Q(scope="enterprise_project", scope_id=project)
    )
    found = list(Budget.objects.filter(scopes, account_id=account_id, hard_stop=True))
    of_month = {
        row.budget_id: row for row in BudgetPeriod.objects.filter(budget__in=found, month=month)
    }
    rooms = []
    for budget in found:
        row = of_month.get(budget.pk) or BudgetPeriod(budget=budget, month=month)
        if budget.unit == "calls":
            left = max(budget.limit - row.admitted, Decimal(0))
            calls = int(left)
        else:
            pending = max(row.admitted - row.settled, 0)
            left = max(budget.limit - row.spent - pending * top, Decimal(0))
            calls = int(left // top) if top else 10**9
        rooms.append(BudgetRoom(budget.name, budget.unit, left, calls))
    return rooms
