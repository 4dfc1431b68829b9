"""Fold call records into all roll-ups in one statement: what `ocr.rollup` runs on PostgreSQL.

The records are read once, into minutes with a column per bucket of the latency histogram; hours are
sums of the minutes and days of the hours, and so are those of whole accounts. Each grain is merged
into its table in the same statement.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import connection

from ocr import swap
from ocr.models import (
    LATENCY_EDGES_MS,
    AccountDay,
    AccountHour,
    AccountSlot,
    CallDay,
    CallHour,
    CallMinute,
)

_KEY = "account_id, start, region, service, user_id, enterprise_project_id, error_code"
_BUCKETS = range(len(LATENCY_EDGES_MS) + 1)
# A bucket ends with its edge: width_bucket counts the edges at or below its operand.
_BUCKET = f"width_bucket(latency_ms - 1, ARRAY[{', '.join(map(str, LATENCY_EDGES_MS))}])"
_CODE = "CASE WHEN status >= 400 THEN coalesce(nullif(error_code, ''), status::text) ELSE '' END"
_COLUMNS = (
    "account_id, occurred_at, region, service, user_id, enterprise_project_id,"
    f" {_CODE} AS error_code, latency_ms, {_BUCKET} AS bucket"
)
_TAKEN = f"UPDATE ocr_callrecord SET rolled_up = true WHERE NOT rolled_up AND id <= %s RETURNING {_COLUMNS}"
_KEPT = f"SELECT {_COLUMNS} FROM ocr_callrecord WHERE rolled_up AND occurred_at >= %s"
_FROM_RECORDS = ", ".join(
    [
        "count(*)::int AS calls",
        "sum(latency_ms) AS latency_sum_ms",
        # Sums of int are bigint, sums of bigint numeric: several times slower.
        *(f"(count(*) FILTER (WHERE bucket = {i}))::int AS b{i}" for i in _BUCKETS),
    ]
)
_FROM_GRAIN = ", ".join(
    [
        "sum(calls)::int AS calls",
        "sum(latency_sum_ms)::bigint AS latency_sum_ms",
        *(f"sum(b{i})::int AS b{i}" for i in _BUCKETS),
    ]
)


# Grain → its table, the grain or records that it is summed from, and how a moment is cut to its start.
_SLOT = "date_bin('5 minutes', {0}, TIMESTAMPTZ '2001-01-01 00:00:00Z')"
_GRAINS = {
    "minutes": (CallMinute, "records", "date_trunc('minute', {0}, 'UTC')"),
    "hours": (CallHour, "minutes", "date_trunc('hour', {0}, 'UTC')"),
    "days": (CallDay, "hours", "date_trunc('day', {0}, 'UTC')"),
    "account_slots": (AccountSlot, "minutes", _SLOT),
    "account_hours": (AccountHour, "account_slots", "date_trunc('hour', {0}, 'UTC')"),
    "account_days": (AccountDay, "account_hours", "date_trunc('day', {0}, 'UTC')"),
}


def _grain(name: str, source: str, cut: str) -> str:
    """Return the common table expression of one grain; those of accounts tell no users apart."""
    records = source == "records"
    start = cut.format("occurred_at" if records else "start")
    account = name.startswith("account_")
    user, project = ("''::text", "''::text") if account else ("user_id", "enterprise_project_id")
    return (
        f"{name} AS (SELECT account_id, {start} AS start, region, service, {user} AS user_id,"
        f" {project} AS enterprise_project_id, error_code,"
        f" {_FROM_RECORDS if records else _FROM_GRAIN} FROM {source} GROUP BY 1, 2, 3, 4, 5, 6, 7)"
    )


def _insert(table: str, name: str) -> str:
    """Return the statement that writes a grain's rows in the order of the key, as they are read later."""
    histogram = ", ".join(f"b{i}" for i in _BUCKETS)
    return (
        f"INSERT INTO {table} ({_KEY}, calls, latency_sum_ms, histogram)"
        f" SELECT {_KEY}, calls, latency_sum_ms, jsonb_build_array({histogram}) FROM {name}"
        f" ORDER BY {_KEY}"
    )


def _merge(table: str, name: str) -> str:
    """Return the statement that inserts a grain's rows or adds them to the ones of the same key."""
    added = ", ".join(
        f"({table}.histogram->>{i})::int + (excluded.histogram->>{i})::int" for i in _BUCKETS
    )
    return (
        f"{_insert(table, name)} ON CONFLICT ({_KEY}) DO UPDATE SET"
        f" calls = {table}.calls + excluded.calls,"
        f" latency_sum_ms = {table}.latency_sum_ms + excluded.latency_sum_ms,"
        f" histogram = jsonb_build_array({added})"
    )


def _statement(records: str, write: Callable[[str, str], str]) -> str:
    """Return the whole statement over `records`; its one value is the number of records."""
    parts = [
        f"records AS ({records})",
        *(_grain(name, source, cut) for name, (_, source, cut) in _GRAINS.items()),
        *(
            f"{name}_written AS ({write(model._meta.db_table, name)})"
            for name, (model, *_) in _GRAINS.items()
        ),
    ]
    return f"WITH {', '.join(parts)} SELECT coalesce(sum(calls), 0) FROM days"


_TAKE = _statement(_TAKEN, _merge)
_MAKE = _statement(_KEPT, lambda table, name: _insert(table + swap.SUFFIX, name))


def take(batch: int) -> int:
    """Add about `batch` waiting records to the roll-ups and mark them; returns how many.

    Call it in a transaction that holds the roll-ups' lock.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(id) FROM"
            " (SELECT id FROM ocr_callrecord WHERE NOT rolled_up ORDER BY id LIMIT %s) AS waiting",
            [batch],
        )
        last = cursor.fetchone()[0]
        if last is None:
            return 0
        cursor.execute(_TAKE, [last])
        return int(cursor.fetchone()[0])


def fold_again(since: dt.datetime) -> int:
    """Make the roll-ups from the UTC midnight `since` again; returns the records read."""
    tables = [model._meta.db_table for model, *_ in _GRAINS.values()]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute("SET LOCAL jit = off")
        for table in tables:
            swap.begin(cursor, table, keep="start < %s", values=[since])
        cursor.execute(_MAKE, [since])
        total = int(cursor.fetchone()[0])
        for table in tables:
            swap.finish(cursor, table)
        return total
