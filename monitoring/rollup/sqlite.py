"""Roll-up in Python over batches of records: the implementation for SQLite."""

from __future__ import annotations

import datetime as dt
import json
from bisect import bisect_left
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import connection

from monitoring.models import LATENCY_EDGES_MS, CallRecord, RollUp
from monitoring.rollup.grains import GRAINS, KEY, TOTALS

BATCH = 5000  # records of one transaction
_COLUMNS = (
    "occurred_at",
    "account_id",
    "region",
    "service",
    "user_id",
    "enterprise_project_id",
    "error_code",
    "status",
    "latency_ms",
)

# Key (in the order of KEY) → [calls, latency sum in ms, histogram].
Sums = dict[tuple[Any, ...], list[Any]]


def take(batch: int) -> int:
    """Add up to `batch` waiting records to the roll-ups and mark them; returns how many.

    Call it in a transaction.
    """
    waiting = CallRecord.objects.filter(rolled_up=False).order_by("id")
    records = list(waiting.values_list("id", *_COLUMNS)[:batch])
    if not records:
        return 0
    sums = _no_sums()
    _sum((record[1:] for record in records), sums)
    for grain, added in zip(GRAINS, sums, strict=True):
        _add(grain.model, added)
    CallRecord.objects.filter(id__in=[record[0] for record in records]).update(rolled_up=True)
    return len(records)


def recompute(since: dt.datetime) -> int:
    """Replace the roll-ups from the UTC midnight `since` by sums of the records; returns how many.

    Call it in a transaction.
    """
    for grain in GRAINS:
        grain.model._default_manager.filter(start__gte=since).delete()
    total = 0
    sums = _no_sums()
    kept = CallRecord.objects.filter(rolled_up=True, occurred_at__gte=since)
    # In the order of time a bucket is complete once a later one begins: nothing is read back.
    records = kept.order_by("occurred_at").values_list(*_COLUMNS).iterator(chunk_size=10_000)
    while chunk := list(islice(records, 10_000)):
        _sum(chunk, sums)
        total += len(chunk)
        _flush(sums, until=chunk[-1][0])
    _flush(sums, until=None)
    return total


def _no_sums() -> tuple[Sums, ...]:
    return tuple({} for _ in GRAINS)


def _sum(records: Iterable[tuple[Any, ...]], sums: tuple[Sums, ...]) -> None:
    """Add records (in the order of `_COLUMNS`) to the sums of each grain."""
    buckets = len(LATENCY_EDGES_MS) + 1
    floors: dict[dt.datetime, tuple[dt.datetime, ...]] = {}
    for occurred, account, region, service, user, project, code, status, latency in records:
        minute = occurred.replace(second=0, microsecond=0)
        starts = floors.get(minute)
        if starts is None:
            starts = tuple(grain.floor(minute.astimezone(dt.UTC)) for grain in GRAINS)
            floors[minute] = starts
        code = (code or str(status)) if status >= 400 else ""
        bucket = bisect_left(LATENCY_EDGES_MS, latency)
        for start, into, grain in zip(starts, sums, GRAINS, strict=True):
            whose = (user, project) if grain.per_user else ("", "")
            key = (account, start, region, service, *whose, code)
            entry = into.get(key)
            if entry is None:
                entry = into[key] = [0, 0, [0] * buckets]
            entry[0] += 1
            entry[1] += latency
            entry[2][bucket] += 1


def _add(model: type[RollUp], sums: Sums) -> None:
    """Add `sums` to the rows of `model`: read the totals of the touched keys, write new ones."""
    manager = model._default_manager
    keys = iter(sums)
    while chunk := list(islice(keys, 2000)):
        known = {
            tuple(row[:-3]): row[-3:]
            for row in manager.filter(
                start__in={key[1] for key in chunk}, account_id__in={key[0] for key in chunk}
            ).values_list(*KEY, *TOTALS)
        }
        rows = []
        for key in chunk:
            calls, latency, histogram = sums[key]
            if old := known.get(key):
                calls += old[0]
                latency += old[1]
                histogram = [a + b for a, b in zip(old[2], histogram, strict=True)]
            rows.append((key, [calls, latency, histogram]))
        _write(model, rows)


def _write(model: type[RollUp], rows: Iterable[tuple[tuple[Any, ...], list[Any]]]) -> None:
    """Insert rows or set the totals of the existing ones, without the cost of model instances."""
    quote, adapt = connection.ops.quote_name, connection.ops.adapt_datetimefield_value
    columns = ", ".join(quote(name) for name in (*KEY, *TOTALS))
    values = ", ".join(["%s"] * (len(KEY) + len(TOTALS)))
    changes = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in TOTALS)
    table = quote(model._meta.db_table)
    keys = ", ".join(quote(name) for name in KEY)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({values})"
            f" ON CONFLICT ({keys}) DO UPDATE SET {changes}",
            [
                (key[0], adapt(key[1]), *key[2:], total[0], total[1], json.dumps(total[2]))
                for key, total in rows
            ],
        )


def _flush(sums: tuple[Sums, ...], *, until: dt.datetime | None) -> None:
    """Write and forget the buckets that end before `until`; None = all."""
    for grain, into in zip(GRAINS, sums, strict=True):
        current = grain.floor(until.astimezone(dt.UTC)) if until else None
        done = [key for key in into if current is None or key[1] < current]
        _write(grain.model, ((key, into.pop(key)) for key in done))
