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
        """Return the position in the burn order among the packages that may pay for one call."""
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
class UseGroup:
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
    quotas = list(quotas)
    left = {quota.id: quota.left for quota in quotas}
    candidates: dict[tuple[str, str, str], list[Quota]] = {}
    payers: list[int | None] = []
    for use in uses:
        key = (use.region, use.product, use.project)
        if key not in candidates:
            candidates[key] = _candidates(key, quotas)
        payers.append(_pay(use, candidates[key], left))
    return payers


def shares(uses: Iterable[Use], quotas: Iterable[Quota]) -> list[dict[int, int]]:
    """Return, for each use as that many single calls, package id → calls that it pays, in burn order.

    What no package pays is missing from the sums.
    """
    quotas = list(quotas)
    left = {quota.id: quota.left for quota in quotas}
    found = []
    for use in uses:
        paid: dict[int, int] = {}
        open_calls = use.quantity
        for quota in _candidates((use.region, use.product, use.project), quotas):
            taken = min(left[quota.id], open_calls)
            if taken and quota.effective_at <= use.occurred_at <= quota.expires_at:
                paid[quota.id] = taken
                left[quota.id] -= taken
                open_calls -= taken
        found.append(paid)
    return found


def burn_groups(groups: Sequence[UseGroup], quotas: Iterable[Quota]) -> list[int | None] | None:
    """Return, for each group, the package that pays for all its calls or None for pay-per-use.

    Returns None instead of a list where one package cannot decide for a whole group, so that `burn` must
    decide call by call. Otherwise the result is that of `burn` for the same calls: a package that is in
    force throughout every group that takes it, and has enough for all of them, is the first candidate
    of each of their calls, whatever the order of the calls.
    """
    quotas = list(quotas)
    wanted: dict[int, int] = {}
    payers: list[int | None] = []
    for group in groups:
        payer = None
        for quota in _candidates((group.region, group.product, group.project), quotas):
            disjoint = quota.expires_at < group.first_at or quota.effective_at > group.last_at
            if disjoint or quota.left == 0:
                continue
            if quota.effective_at > group.first_at or quota.expires_at < group.last_at:
                return None
            payer = quota.id
            wanted[payer] = wanted.get(payer, 0) + group.quantity
            break
        payers.append(payer)
    left = {quota.id: quota.left for quota in quotas}
    return None if any(left[key] < total for key, total in wanted.items()) else payers


def _candidates(key: tuple[str, str, str], quotas: list[Quota]) -> list[Quota]:
    """Return the packages that may pay for a call of (region, product, project), in burn order."""
    region, product, project = key
    return sorted(
        (
            quota
            for quota in quotas
            if quota.region == region
            and quota.product == product
            and quota.project in (ALL_PROJECTS, project)
        ),
        key=Quota.burn_key,
    )


def _pay(use: Use, candidates: list[Quota], left: dict[int, int]) -> int | None:
    """Take the calls of `use` from the first candidate that is in force and has them all left."""
    for quota in candidates:
        if (
            left[quota.id] >= use.quantity
            and quota.effective_at <= use.occurred_at <= quota.expires_at
        ):
            left[quota.id] -= use.quantity
            return quota.id
    return None
