"""Fold call records into roll-ups per minute, hour and day: restartable, exact, rebuildable.

One transaction takes a batch of records that are not rolled up yet, adds them to the three tables
and marks them. A crash before its end leaves nothing, a crash after it everything.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from ocr.models import (
    LATENCY_EDGES_MS,
    CallDay,
    CallHour,
    CallMinute,
    CallRecord,
    RollUp,
)

BATCH = 5000
KEY = ("account_id", "start", "region", "service", "user_id", "enterprise_project_id", "error_code")
GRAINS: tuple[tuple[type[RollUp], dict[str, int]], ...] = (
    (CallMinute, {"second": 0, "microsecond": 0}),
    (CallHour, {"minute": 0, "second": 0, "microsecond": 0}),
    (CallDay, {"hour": 0, "minute": 0, "second": 0, "microsecond": 0}),
)
_COLUMNS = (
    "id",
    "occurred_at",
    "region",
    "account_id",
    "service",
    "user_id",
    "enterprise_project_id",
    "error_code",
    "status",
    "latency_ms",
)


def roll_up(batch: int = BATCH) -> int:
    """Roll up every waiting record; returns how many. Run by one job at a time."""
    total = 0
    while done := _roll_up_batch(batch):
        total += done
    return total


def _roll_up_batch(batch: int) -> int:
    with transaction.atomic():
        waiting = CallRecord.objects.filter(rolled_up=False).order_by("id")
        records = list(waiting.select_for_update(skip_locked=False).values(*_COLUMNS)[:batch])
        if not records:
            return 0
        for model, floor in GRAINS:
            _add(model, _sums(records, floor))
        CallRecord.objects.filter(id__in=[record["id"] for record in records]).update(
            rolled_up=True
        )
    return len(records)


def _sums(
    records: Iterable[dict[str, Any]], floor: dict[str, int]
) -> dict[tuple[Any, ...], list[Any]]:
    """Return key → [calls, latency sum, histogram] of `records`."""
    sums: dict[tuple[Any, ...], list[Any]] = {}
    for record in records:
        start: dt.datetime = record["occurred_at"].astimezone(dt.UTC).replace(**floor)
        key = (
            record["account_id"],
            start,
            record["region"],
            record["service"],
            record["user_id"],
            record["enterprise_project_id"],
            record["error_code"] if record["status"] >= 400 else "",
        )
        entry = sums.setdefault(key, [0, 0, [0] * (len(LATENCY_EDGES_MS) + 1)])
        entry[0] += 1
        entry[1] += record["latency_ms"]
        entry[2][bisect_left(LATENCY_EDGES_MS, record["latency_ms"])] += 1
    return sums


def _add(model: type[RollUp], sums: dict[tuple[Any, ...], list[Any]]) -> None:
    """Add `sums` to the rows of `model`: read the rows of the touched buckets, write back totals."""
    starts = {key[1] for key in sums}
    accounts = {key[0] for key in sums}
    manager = model._default_manager
    known = {
        tuple(getattr(row, name) for name in KEY): row
        for row in manager.filter(start__in=starts, account_id__in=accounts)
    }
    fresh, changed = [], []
    for key, (count, latency, histogram) in sums.items():
        row = known.get(key)
        if row is None:
            row = model(**dict(zip(KEY, key, strict=True)), histogram=[0] * len(histogram))
            fresh.append(row)
        else:
            changed.append(row)
        row.calls += count
        row.latency_sum_ms += latency
        row.histogram = [a + b for a, b in zip(row.histogram, histogram, strict=True)]
    manager.bulk_create(fresh, batch_size=500)
    manager.bulk_update(changed, ["calls", "latency_sum_ms", "histogram"], batch_size=200)


def rebuild() -> int:
    """Forget every roll-up and make them again from the records that are kept."""
    with transaction.atomic():
        for model, _ in GRAINS:
            model._default_manager.all().delete()
        CallRecord.objects.filter(rolled_up=True).update(rolled_up=False)
    return roll_up()
