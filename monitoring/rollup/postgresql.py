"""Roll-up of all grains in one SQL statement: the implementation for PostgreSQL.

The records are read once, into minutes with a column per bucket of the latency histogram; hours are
sums of the minutes and days of the hours, and so are those of whole accounts. Each grain is merged
into its table in the same statement.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable

from django.db import connection

from monitoring.models import LATENCY_EDGES_MS, CallRecord
from monitoring.rollup.grains import GRAINS, KEY, RECORDS, Grain

BATCH = 50_000  # records of one statement
Take = Callable[[int], int]
_LOCK = zlib.crc32(b"monitoring.rollup")
_TABLE = CallRecord._meta.db_table
_KEY = ", ".join(KEY)
_BUCKETS = range(len(LATENCY_EDGES_MS) + 1)
_HISTOGRAM = f"jsonb_build_array({', '.join(f'b{i}' for i in _BUCKETS)})"
# A bucket ends with its edge: width_bucket counts the edges at or below its operand.
_BUCKET = f"width_bucket(latency_ms - 1, ARRAY[{', '.join(map(str, LATENCY_EDGES_MS))}])"
_CODE = "CASE WHEN status >= 400 THEN coalesce(nullif(error_code, ''), status::text) ELSE '' END"
_COLUMNS = (
    "account_id, occurred_at, region, service, user_id, enterprise_project_id,"
    f" {_CODE} AS error_code, latency_ms, {_BUCKET} AS bucket"
)
_TAKEN = (
    f"UPDATE {_TABLE} SET rolled_up = true WHERE NOT rolled_up AND id <= %s RETURNING {_COLUMNS}"
)
_KEPT = f"SELECT {_COLUMNS} FROM {_TABLE} WHERE rolled_up AND occurred_at >= %(since)s"
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


def lock() -> None:
    """Wait until no other transaction writes roll-ups; held until the end of this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def take(batch: int) -> int:
    """Add about `batch` waiting records to the roll-ups and mark them; returns how many.

    Call it in a transaction that holds `lock`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(id) FROM"
            f" (SELECT id FROM {_TABLE} WHERE NOT rolled_up ORDER BY id LIMIT %s) AS waiting",
            [batch],
        )
        last = cursor.fetchone()[0]
        if last is None:
            return 0
        cursor.execute(_TAKE, [last])
        return int(cursor.fetchone()[0])


def recompute(since: dt.datetime) -> int:
    """Correct the roll-ups from the UTC midnight `since` by the records; returns the records read.

    Only rows that differ are written: readers are never blocked, and equal rows leave neither dead
    tuples nor work for the indexes. Call it in a transaction that holds `lock`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(_RECOMPUTE, {"since": since})
        total = int(cursor.fetchone()[0])
        for grain in GRAINS:
            cursor.execute(f"ANALYZE {grain.model._meta.db_table}")
        return total


def _sums(grain: Grain) -> str:
    """Return the common table expression of one grain."""
    of_records = grain.source == RECORDS
    start = grain.floor_sql.format("occurred_at" if of_records else "start")
    user, project = (
        ("user_id", "enterprise_project_id") if grain.per_user else ("''::text", "''::text")
    )
    return (
        f"{grain.name} AS (SELECT account_id, {start} AS start, region, service, {user} AS user_id,"
        f" {project} AS enterprise_project_id, error_code,"
        f" {_FROM_RECORDS if of_records else _FROM_GRAIN}"
        f" FROM {grain.source} GROUP BY 1, 2, 3, 4, 5, 6, 7)"
    )


def _written(grain: Grain, *, only: str = "", calls: str, latency_sum: str, histogram: str) -> str:
    """Return the expression that inserts a grain's rows, or sets the totals of those with the same key.

    The rows are written in the order of the key, as they are read later. `only` is a condition on
    the grain's rows.
    """
    return (
        f"{grain.name}_written AS"
        f" (INSERT INTO {grain.model._meta.db_table} ({_KEY}, calls, latency_sum_ms, histogram)"
        f" SELECT {_KEY}, calls, latency_sum_ms, {_HISTOGRAM} FROM {grain.name} AS new {only}"
        f" ORDER BY {_KEY} ON CONFLICT ({_KEY}) DO UPDATE SET"
        f" calls = {calls}, latency_sum_ms = {latency_sum}, histogram = {histogram})"
    )


def _merged(grain: Grain) -> list[str]:
    """Return the expression that adds a grain's rows to those in its table."""
    table = grain.model._meta.db_table
    added = ", ".join(
        f"({table}.histogram->>{i})::int + (excluded.histogram->>{i})::int" for i in _BUCKETS
    )
    return [
        _written(
            grain,
            calls=f"{table}.calls + excluded.calls",
            latency_sum=f"{table}.latency_sum_ms + excluded.latency_sum_ms",
            histogram=f"jsonb_build_array({added})",
        )
    ]


def _corrected(grain: Grain) -> list[str]:
    """Return the expressions that make a grain's table equal to its rows from `since` on."""
    table = grain.model._meta.db_table
    same_key = " AND ".join(f"old.{name} = new.{name}" for name in KEY)
    equal = (
        "old.calls = new.calls AND old.latency_sum_ms = new.latency_sum_ms"
        f" AND old.histogram = {_HISTOGRAM}"
    )
    return [
        f"{grain.name}_deleted AS (DELETE FROM {table} AS old WHERE old.start >= %(since)s"
        f" AND NOT EXISTS (SELECT FROM {grain.name} AS new WHERE {same_key}))",
        _written(
            grain,
            only=f"WHERE NOT EXISTS (SELECT FROM {table} AS old WHERE {same_key} AND {equal}"
            " AND old.start >= %(since)s)",
            calls="excluded.calls",
            latency_sum="excluded.latency_sum_ms",
            histogram="excluded.histogram",
        ),
    ]


def _statement(records: str, write: Callable[[Grain], list[str]]) -> str:
    """Return the whole statement over `records`; its one value is the number of records."""
    parts = [
        f"{RECORDS} AS ({records})",
        *(_sums(grain) for grain in GRAINS),
        *(part for grain in GRAINS for part in write(grain)),
    ]
    return f"WITH {', '.join(parts)} SELECT coalesce(sum(calls), 0) FROM days"


_TAKE = _statement(_TAKEN, _merged)
_RECOMPUTE = _statement(_KEPT, _corrected)
