"""Fold call records into roll-ups of users and of whole accounts: restartable, exact, rebuildable.

PostgreSQL folds by itself (`ocr.fold`); this is the same for SQLite.

One transaction takes a batch of records that are not rolled up yet, adds them to the tables of GRAINS
and marks them. A crash before its end leaves nothing, a crash after it everything. Writers of the
roll-ups stand in line: SQLite admits one writer, PostgreSQL takes an advisory lock for the
transaction, so totals read inside it cannot be stale.
"""

from __future__ import annotations

import datetime as dt
import json
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from core import clock
from ocr import fold, partitions
from ocr.models import (
    LATENCY_EDGES_MS,
    AccountDay,
    AccountHour,
    AccountSlot,
    CallDay,
    CallHour,
    CallMinute,
    CallRecord,
    RollUp,
)

BATCH = 5000
FOLDED = 50_000  # records of one statement on PostgreSQL
KEY = ("account_id", "start", "region", "service", "user_id", "enterprise_project_id", "error_code")
TOTALS = ("calls", "latency_sum_ms", "histogram")


def _minute(moment: dt.datetime) -> dt.datetime:
    return moment.replace(second=0, microsecond=0)


def _slot(moment: dt.datetime) -> dt.datetime:
    return moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0)


def _hour(moment: dt.datetime) -> dt.datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _day(moment: dt.datetime) -> dt.datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


# Table, start of the bucket of a UTC moment, and whether users and enterprise projects are told apart.
GRAINS: tuple[tuple[type[RollUp], Callable[[dt.datetime], dt.datetime], bool], ...] = (
    (CallMinute, _minute, True),
    (CallHour, _hour, True),
    (CallDay, _day, True),
    (AccountSlot, _slot, False),
    (AccountHour, _hour, False),
    (AccountDay, _day, False),
)
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
_LOCK = zlib.crc32(b"ocr.rollup")

Sums = dict[tuple[Any, ...], list[Any]]


def _one_writer() -> None:
    """Wait until no other transaction writes roll-ups; held until the end of this one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def roll_up(batch: int = 0) -> int:
    """Roll up every waiting record; returns how many. Safe in several processes at once."""
    total = 0
    size = batch or (FOLDED if connection.vendor == "postgresql" else BATCH)
    while done := _roll_up_batch(size):
        total += done
    return total


def _roll_up_batch(batch: int) -> int:
    with transaction.atomic():
        _one_writer()
        if connection.vendor == "postgresql":
            return fold.take(batch)
        waiting = CallRecord.objects.filter(rolled_up=False).order_by("id")
        records = list(waiting.values_list("id", *_COLUMNS)[:batch])
        if not records:
            return 0
        sums = _no_sums()
        _fold((record[1:] for record in records), sums)
        for (model, *_), grain in zip(GRAINS, sums, strict=True):
            _add(model, grain)
        CallRecord.objects.filter(id__in=[record[0] for record in records]).update(rolled_up=True)
    return len(records)


def _no_sums() -> tuple[Sums, ...]:
    return tuple({} for _ in GRAINS)


def _fold(records: Iterable[tuple[Any, ...]], sums: tuple[Sums, ...]) -> None:
    """Add records (in the order of `_COLUMNS`) to key → [calls, latency sum, histogram]."""
    buckets = len(LATENCY_EDGES_MS) + 1
    floors: dict[dt.datetime, tuple[dt.datetime, ...]] = {}
    for occurred, account, region, service, user, project, code, status, latency in records:
        minute = occurred.replace(second=0, microsecond=0)
        starts = floors.get(minute)
        if starts is None:
            starts = tuple(floor(minute.astimezone(dt.UTC)) for _, floor, _ in GRAINS)
            floors[minute] = starts
        code = (code or str(status)) if status >= 400 else ""
        bucket = bisect_left(LATENCY_EDGES_MS, latency)
        for start, grain, (*_, apart) in zip(starts, sums, GRAINS, strict=True):
            whose = (user, project) if apart else ("", "")
            key = (account, start, region, service, *whose, code)
            entry = grain.get(key)
            if entry is None:
                entry = grain[key] = [0, 0, [0] * buckets]
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
    places = ", ".join(["%s"] * (len(KEY) + len(TOTALS)))
    changes = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in TOTALS)
    table = quote(model._meta.db_table)
    keys = ", ".join(quote(name) for name in KEY)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({places})"
            f" ON CONFLICT ({keys}) DO UPDATE SET {changes}",
            [
                (key[0], adapt(key[1]), *key[2:], total[0], total[1], json.dumps(total[2]))
                for key, total in rows
            ],
        )


def rebuild() -> int:
    """Make the roll-ups of every day whose records are kept again; returns the records read.

    Days whose records were purged keep their roll-ups. Records that wait for their first roll-up
    stay waiting: the next `roll_up` adds them on top.
    """
    with transaction.atomic():
        _one_writer()
        first = CallRecord.objects.order_by("id").values_list("occurred_at", flat=True).first()
        if first is None:
            return 0
        # A purge may be in the middle of its oldest day: that day's records no longer tell all.
        day = max(_midnight(first), _oldest_kept(clock.now()))
        again = fold.fold_again if connection.vendor == "postgresql" else _fold_again
        total = again(day)
    return total + roll_up()


def _fold_again(since: dt.datetime) -> int:
    for model, *_ in GRAINS:
        model._default_manager.filter(start__gte=since).delete()
    total = 0
    sums = _no_sums()
    kept = CallRecord.objects.filter(rolled_up=True, occurred_at__gte=since)
    # In the order of time a bucket is complete once a later one begins: nothing is read back.
    records = kept.order_by("occurred_at").values_list(*_COLUMNS).iterator(chunk_size=10_000)
    while chunk := list(islice(records, 10_000)):
        _fold(chunk, sums)
        total += len(chunk)
        _flush(sums, until=chunk[-1][0])
    _flush(sums, until=None)
    return total


def _flush(sums: tuple[Sums, ...], *, until: dt.datetime | None) -> None:
    """Write and forget the buckets that end before `until`; None = all."""
    for (model, floor, _), grain in zip(GRAINS, sums, strict=True):
        current = floor(until.astimezone(dt.UTC)) if until else None
        done = [key for key in grain if current is None or key[1] < current]
        _write(model, ((key, grain.pop(key)) for key in done))


def _midnight(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _oldest_kept(now: dt.datetime) -> dt.datetime:
    """Return the UTC midnight before which records are purged."""
    return _midnight(now) - dt.timedelta(days=settings.CALL_RETENTION_DAYS)


def purge(now: dt.datetime | None = None, batch: int = BATCH) -> int:
    """Remove rolled-up records older than CALL_RETENTION_DAYS; returns how many went.

    PostgreSQL drops the partitions of weeks that are wholly older, so a record may stay six days
    longer; what has no week of its own, and SQLite, lose whole UTC days, oldest first.
    """
    limit = _oldest_kept(now or clock.now())
    total = partitions.drop_before(limit)
    while True:
        gone = _gone(limit, batch)
        if not gone:
            return total
        total += CallRecord.objects.filter(request_id__in=gone).delete()[0]


def _gone(limit: dt.datetime, batch: int) -> list[str]:
    """Return ids of the next records to delete one by one."""
    if connection.vendor == "postgresql":
        return partitions.loose_before(limit, batch)
    oldest = CallRecord.objects.order_by("id").values_list("request_id", "occurred_at", "rolled_up")
    return [key for key, at, done in oldest[:batch] if at < limit and done]


def keep_partitions() -> int:
    """Create the coming weeks' partitions, drop the past ones: the periodic job; returns what went."""
    partitions.ensure()
    return purge()
