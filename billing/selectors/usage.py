"""Quota left and usage by hour, product, user and enterprise project."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import F, Sum

from billing.models import Package, UsageEvent
from core import clock


@dataclass(frozen=True, slots=True)
class QuotaLeft:
    """Packages of one product in force now: granted − settled − not yet settled."""

    granted: int
    used: int
    waiting: int

    @property
    def left(self) -> int:
        """Return what is left, never below zero."""
        return max(self.granted - self.used - self.waiting, 0)


def quota_left(
    account_id: str, *, region: str, now: dt.datetime | None = None
) -> dict[str, QuotaLeft]:
    """Return the quota per product code; products without a package in force are absent.

    Two queries, both on what is in force or unsettled only.
    """
    now = now or clock.now()
    packages = (
        Package.objects.filter(
            account_id=account_id,
            region=region,
            refunded_at=None,
            effective_at__lte=now,
            expires_at__gte=now,
        )
        .order_by()
        .values_list("product_id")
        .annotate(granted=Sum("granted"), used_sum=Sum(F("used")))
    )
    waiting = dict(
        UsageEvent.objects.waiting(account_id)
        .filter(region=region)
        .order_by()
        .values_list("product_id")
        .annotate(Sum("quantity"))
    )
    return {
        code: QuotaLeft(granted, used, waiting.get(code, 0)) for code, granted, used in packages
    }


def usage_count(account_id: str) -> int:
    """Return how many units the account used in all: the number of its successful calls."""
    total = UsageEvent.objects.filter(account_id=account_id).aggregate(total=Sum("quantity"))
    return total["total"] or 0
