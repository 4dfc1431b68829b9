"""Prices in force, plans on sale, and the price calculator."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from billing import pricing
from billing.models import PackagePlan, PriceVersion, Product
from core import clock
from core.money import round_amount


@dataclass(frozen=True, slots=True)
class Mix:
    """Packages to buy and what the calls beyond them cost; `counts` is (plan code, how many)."""

    counts: tuple[tuple[str, int], ...]
    packages_amount: Decimal
    rest_calls: int
    rest_amount: Decimal

    @property
    def total(self) -> Decimal:
        """Return packages plus the rest."""
        return self.packages_amount + self.rest_amount


@dataclass(frozen=True, slots=True)
class Quote:
    """What a number of calls in a month costs, by both ways."""

    product: str
    region: str
    calls: int
    currency: str
    lines: tuple[pricing.Line, ...]
    pay_per_use: Decimal
    best: Mix
    options: tuple[Mix, ...]  # one for each package on sale: as many of it as cost least


def products(*, active: bool = True) -> list[Product]:
    """Return the products, by code."""
    rows = Product.objects.all()
    return list(rows.filter(active=True) if active else rows)


def price_in_force(
    *, product: str, region: str, now: dt.datetime | None = None
) -> pricing.PriceTable:
    """Return the price table of a product in a region; raises LookupError when there is none."""
    rows = (
        PriceVersion.objects.filter(
            product_id=product, region__in=[region, ""], effective_from__lte=now or clock.now()
        )
        .prefetch_related("tiers")
        .order_by("-region", "-effective_from")
    )
    version = rows.first()
    if version is None:
        raise LookupError(f"{product} has no price in {region}")
    return pricing.PriceTable(
        tuple(pricing.Tier(tier.above, tier.unit_price) for tier in version.tiers.all()),
        version.free_calls,
    )


def prices_in_force(
    *, region: str, now: dt.datetime | None = None
) -> dict[str, pricing.PriceTable]:
    """Return the price table of every product that has one in a region; two queries."""
    rows = (
        PriceVersion.objects.filter(region__in=[region, ""], effective_from__lte=now or clock.now())
        .prefetch_related("tiers")
        .order_by("region", "effective_from")
    )
    # The last one wins: the region's own after the general one, the newest of each.
    return {
        version.product_id: pricing.PriceTable(
            tuple(pricing.Tier(tier.above, tier.unit_price) for tier in version.tiers.all()),
            version.free_calls,
        )
        for version in rows
    }


def plans(*, product: str, region: str) -> list[PackagePlan]:
    """Return the plans on sale in a region, smallest first: its own instead of general ones."""
    rows = PackagePlan.objects.filter(product_id=product, region__in=[region, ""], active=True)
    by_code: dict[str, PackagePlan] = {}
    for plan in rows.order_by("region"):
        by_code[plan.code] = plan
    return sorted(by_code.values(), key=lambda plan: plan.calls)


def quote(*, product: str, region: str, calls: int, now: dt.datetime | None = None) -> Quote:
    """Return what `calls` in one month cost pay-per-use, and the cheapest mix with packages."""
    table = price_in_force(product=product, region=region, now=now)
    lines = tuple(pricing.lines(table, offset=0, quantity=calls))
    amount = _amount(table, calls)
    on_sale = plans(product=product, region=region)
    return Quote(
        product=product,
        region=region,
        calls=calls,
        currency=settings.CURRENCY,
        lines=lines,
        pay_per_use=amount,
        best=_cheapest(table, on_sale, calls),
        options=tuple(_of_one_plan(table, plan, calls) for plan in on_sale) if calls else (),
    )


def _of_one_plan(table: pricing.PriceTable, plan: PackagePlan, calls: int) -> Mix:
    """Return the cheaper of enough packages of one plan, and one fewer with the rest pay-per-use."""
    enough = -(-calls // plan.calls)
    counts = [count for count in (enough, enough - 1) if count > 0]
    return min((_mix(table, plan, count, calls) for count in counts), key=lambda mix: mix.total)


def _mix(table: pricing.PriceTable, plan: PackagePlan, count: int, calls: int) -> Mix:
    rest = max(calls - count * plan.calls, 0)
    return Mix(((plan.code, count),), count * plan.price, rest, _amount(table, rest))


def _cheapest(table: pricing.PriceTable, on_sale: list[PackagePlan], calls: int) -> Mix:
    """Return the cheapest mix, trying for each plan size both rounding down and rounding up.

    Packages get cheaper per call with size, so a mix takes as many of the largest as fit and
    goes on with the next; at each size it may also round up and be done.
    """
    best = Mix((), Decimal(0), calls, _amount(table, calls))
    taken: list[tuple[str, int]] = []
    spent, rest = Decimal(0), calls
    for plan in sorted(on_sale, key=lambda row: -row.calls):
        whole = -(-rest // plan.calls)
        for count in {rest // plan.calls, whole} - {0}:
            left = max(rest - count * plan.calls, 0)
            mix = Mix(
                (*taken, (plan.code, count)),
                spent + count * plan.price,
                left,
                _amount(table, left),
            )
            best = min(best, mix, key=lambda row: row.total)
        count = rest // plan.calls
        if count:
            taken.append((plan.code, count))
            spent += count * plan.price
            rest -= count * plan.calls
    return best


def _amount(table: pricing.PriceTable, calls: int) -> Decimal:
    """Return the price of a month of `calls` as a bill would show it: each line rounded."""
    return sum(
        (
            round_amount(line.exact_amount, settings.CURRENCY)
            for line in pricing.lines(table, offset=0, quantity=calls)
        ),
        Decimal(0),
    )
