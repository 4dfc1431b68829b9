"""Burn package quota in the documented order. Pure.

Order: free, promotional, purchased; a package bound to the call's enterprise project before one
for all; the one that took effect first; the one that expires first; the one created first. The
id ends every tie, so the order is total and a replay gives the same result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FREE, PROMOTIONAL, PURCHASED = "free", "promotional", "purchased"
SOURCES = (FREE, PROMOTIONAL, PURCHASED)
ALL_PROJECTS = ""


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of one package at the start of a batch. `project` "" = all enterprise projects.

    In force from `effective_at` to `expires_at`, both included.
    """

    id: int
    source: str
    region: str
    product: str
    project: str
    effective_at: dt.datetime
    expires_at: dt.datetime
    created_at: dt.datetime
    left: int

    def burn_key(self) -> tuple[int, int, dt.datetime, dt.datetime, dt.datetime, int]:
        """Return the place in the burn order among the packages that may pay for one call."""
        return (
            SOURCES.index(self.source),
            0 if self.project != ALL_PROJECTS else 1,
            self.effective_at,
            self.expires_at,
            self.created_at,
            self.id,
        )


@dataclass(frozen=True, slots=True)
class Use:
    """One billable call."""

    region: str
    product: str
    project: str
    occurred_at: dt.datetime
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Bulk:
    """Many billable calls of one region, product and project, between two moments."""

    region: str
    product: str
    project: str
    first_at: dt.datetime
    last_at: dt.datetime
    quantity: int


def burn(uses: Sequence[Use], quotas: Iterable[Quota]) -> list[int | None]:
    """Return, for each use in order, the id of the package that pays or None for pay-per-use.

    A use is paid whole or not at all by one package.
    """
    stock = list(quotas)
    left = {quota.id: quota.left for quota in stock}
    shelves: dict[tuple[str, str, str], list[Quota]] = {}
    payers: list[int | None] = []
    for use in uses:
        key = (use.region, use.product, use.project)
        shelf = shelves.get(key)
        if shelf is None:
            shelf = shelves[key] = _shelf(key, stock)
        payers.append(_pay(use, shelf, left))
    return payers


def shares(uses: Iterable[Use], quotas: Iterable[Quota]) -> list[dict[int, int]]:
    """Return, for each use as that many single calls, package id → calls that it pays, in burn order.

    What no package pays is missing from the sums.
    """
    stock = list(quotas)
    left = {quota.id: quota.left for quota in stock}
    found = []
    for use in uses:
        paid: dict[int, int] = {}
        open_calls = use.quantity
        for quota in _shelf((use.region, use.product, use.project), stock):
            taken = min(left[quota.id], open_calls)
            if taken and quota.effective_at <= use.occurred_at <= quota.expires_at:
                paid[quota.id] = taken
                left[quota.id] -= taken
                open_calls -= taken
        found.append(paid)
    return found


def burn_bulk(bulks: Sequence[Bulk], quotas: Iterable[Quota]) -> list[int | None] | None:
    """Return who pays for each bulk as a whole, or None where `burn` must look at single calls.

    The answer is that of `burn` for the same calls: a package that is in force over the whole of
    every bulk that would take it, and has enough for all of them, is the first choice of each of
    their calls whatever their order.
    """
    stock = list(quotas)
    wanted: dict[int, int] = {}
    payers: list[int | None] = []
    for bulk in bulks:
        payer = None
        for quota in _shelf((bulk.region, bulk.product, bulk.project), stock):
            apart = quota.expires_at < bulk.first_at or quota.effective_at > bulk.last_at
            if apart or quota.left == 0:
                continue
            if quota.effective_at > bulk.first_at or quota.expires_at < bulk.last_at:
                return None
            payer = quota.id
            wanted[payer] = wanted.get(payer, 0) + bulk.quantity
            break
        payers.append(payer)
    left = {quota.id: quota.left for quota in stock}
    return None if any(left[key] < sum_ for key, sum_ in wanted.items()) else payers


def _shelf(key: tuple[str, str, str], stock: list[Quota]) -> list[Quota]:
    region, product, project = key
    return sorted(
        (
            quota
            for quota in stock
            if quota.region == region
            and quota.product == product
            and quota.project in (ALL_PROJECTS, project)
        ),
        key=Quota.burn_key,
    )


def _pay(use: Use, shelf: list[Quota], left: dict[int, int]) -> int | None:
    for quota in shelf:
        if (
            left[quota.id] >= use.quantity
            and quota.effective_at <= use.occurred_at <= quota.expires_at
        ):
            left[quota.id] -= use.quantity
            return quota.id
    return None
