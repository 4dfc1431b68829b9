"""Read the price book: tiers, free allowances and package plans per price class. Pure.

The file is `pricebook.toml`; its own comments explain it to the operator who edits it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from billing.pricing import PriceTable, Tier

DEFAULT_PATH = Path(__file__).with_name("pricebook.toml")
EVERY_REGION = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A package on sale: `calls` for one `price`, in force for `months`."""

    code: str
    calls: int
    price: Decimal
    months: int = 12


@dataclass(frozen=True, slots=True)
class Offer:
    """Price table and packages of one product in one region ("" = every region)."""

    table: PriceTable
    plans: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """The free package of a new account, per product."""

    calls: int
    months: int


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Every offer, ready to look up."""

    currency: str  # "" = the installation's CURRENCY
    trial: Trial
    classes: Mapping[str, Offer]
    products: Mapping[tuple[str, str], Offer]

    def offers(self, product: str, price_class: str) -> dict[str, Offer]:
        """Return the offers of a product by region, "" = every other region.

        Raises KeyError if neither the product nor its class is in the book.
        """
        general = self.products.get((product, EVERY_REGION)) or self.classes[price_class]
        return {EVERY_REGION: general} | {
            region: offer
            for (code, region), offer in self.products.items()
            if code == product and region != EVERY_REGION
        }


def load(path: Path = DEFAULT_PATH) -> PriceBook:
    """Return the price book at `path`; raises ValueError naming the entry that is wrong."""
    return parse(tomllib.loads(path.read_text(encoding="utf-8")))


def parse(data: Mapping[str, Any]) -> PriceBook:
    """Return the price book of parsed TOML; raises ValueError naming the entry that is wrong."""
    products: dict[tuple[str, str], Offer] = {}
    for code, row in data.get("products", {}).items():
        if "tiers" in row:
            products[code, EVERY_REGION] = _offer(f"products.{code}", row)
        for region, regional in row.get("regions", {}).items():
            products[code, region] = _offer(f"products.{code}.regions.{region}", regional)
    trial = data.get("trial", {})
    return PriceBook(
        currency=str(data.get("currency", "")),
        trial=Trial(calls=int(trial.get("calls", 0)), months=int(trial.get("months", 12))),
        classes={name: _offer(f"classes.{name}", row) for name, row in data["classes"].items()},
        products=products,
    )


def _offer(where: str, row: Mapping[str, Any]) -> Offer:
    try:
        table = PriceTable(
            tiers=tuple(
                Tier(above=int(tier["above"]), unit_price=Decimal(tier["price"]))
                for tier in row["tiers"]
            ),
            free_calls=int(row.get("free_calls", 0)),
        )
        plans = tuple(_plan(plan) for plan in row.get("plans", ()))
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise ValueError(f"{where}: {error}") from error
    if len({plan.code for plan in plans}) != len(plans):
        raise ValueError(f"{where}: two plans have one code")
    return Offer(table, plans)


def _plan(row: Mapping[str, Any]) -> Plan:
    plan = Plan(
        str(row["code"]), int(row["calls"]), Decimal(row["price"]), int(row.get("months", 12))
    )
    if plan.calls <= 0 or plan.price < 0 or plan.months <= 0:
        raise ValueError(f"plan {plan.code}: calls, price and months must be positive")
    return plan
