"""Transactional outbox of billing events: written with the change that they report, delivered by a higher app."""

from __future__ import annotations

import datetime as dt
from typing import Any

from billing.models import BillingEvent
from core import clock

# Every kind that is emitted; consumers subscribe by these names.
KINDS = (
    "balance.low",
    "balance.restored",
    "arrears.grace",
    "arrears.frozen",
    "arrears.ended",
    "package.low",
    "package.used_up",
    "package.expiring",
    "package.expired",
    "package.renewed",
    "package.renewal_failed",
    "budget.alert",
    "budget.exhausted",
    "order.paid",
    "order.refunded",
)


def emit(*, account_id: str, kind: str, **payload: Any) -> None:
    """Write one event in the caller's transaction; an unknown kind is a programming error."""
    if kind not in KINDS:
        raise KeyError(kind)
    BillingEvent.objects.create(account_id=account_id, kind=kind, payload=payload)


def pending(*, limit: int = 100) -> list[BillingEvent]:
    """Return undelivered events, oldest first."""
    return list(BillingEvent.objects.filter(delivered_at=None).order_by("id")[:limit])


def mark_delivered(*, ids: list[int], now: dt.datetime | None = None) -> int:
    """Mark events delivered; returns how many were waiting."""
    return BillingEvent.objects.filter(id__in=ids, delivered_at=None).update(
        delivered_at=now or clock.now()
    )
