"""Move events from the queue of settlement to their allocations, inside the database.

The ids of a batch are one opaque text (`Head.ids`, a PostgreSQL array or a JSON list): read once,
handed back to every statement, so that all of them mean the same events although more may arrive.
A batch never passes through Python row by row, except where a package begins or ends in it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.utils.dateparse import parse_datetime

from billing.models import SettledEvent, UnsettledEvent, UsageEvent

QUARTER = 900  # seconds; every billing hour of every time zone is made of whole quarters


class Head(NamedTuple):
    """The oldest waiting events of an account."""

    ids: str
    size: int


class Pool(NamedTuple):
    """Waiting events of one quarter of an hour that differ only in their moment."""

    region: str
    product: str
    project: str
    user: str
    quarter: int  # seconds since the epoch / QUARTER
    quantity: int
    first_at: dt.datetime
    last_at: dt.datetime


class Row(NamedTuple):
    """One waiting event."""

    id: int
    region: str
    product: str
    project: str
    user: str
    occurred_at: dt.datetime
    quantity: int


def head(account_id: str, size: int) -> Head:
    """Return the head of the queue of an account, at most `size` events."""
    gather = "array_agg(event_id)::text" if _postgresql() else "json_group_array(event_id)"
    ids, found = _run(
        f"SELECT {gather}, COUNT(*) FROM (SELECT event_id FROM {_table(UnsettledEvent)}"
        " WHERE account_id = %s ORDER BY event_id LIMIT %s) AS head",
        [account_id, size],
    )[0]
    return Head(ids or "", found)


def pools(batch: Head) -> list[Pool]:
    """Return the events of a batch by what they have in common, the earliest first."""
    found = _run(
        "SELECT region, product_id, enterprise_project_id, user_id,"
        f" {_quarter()}, SUM(quantity), MIN(occurred_at), MAX(occurred_at)"
        f" FROM {_table(UsageEvent)} AS event WHERE {_chosen()} GROUP BY 1, 2, 3, 4, 5",
        [batch.ids],
    )
    made = [Pool._make([*row[:5], int(row[5]), _moment(row[6]), _moment(row[7])]) for row in found]
    return sorted(made, key=lambda pool: (pool.first_at, pool))


def rows(batch: Head, *, region: str, product: str) -> list[Row]:
    """Return the events of one product of a batch, by time."""
    found = _run(
        "SELECT id, region, product_id, enterprise_project_id, user_id, occurred_at, quantity"
        f" FROM {_table(UsageEvent)} AS event"
        f" WHERE {_chosen()} AND region = %s AND product_id = %s",
        [batch.ids, region, product],
    )
    made = [Row._make([*row[:5], _moment(row[5]), row[6]]) for row in found]
    return sorted(made, key=lambda row: (row.occurred_at, row.id))


def settle_pools(batch: Head, shares: Sequence[tuple[Pool, int]]) -> int:
    """Give the events of each pool their allocation; returns how many there were.

    An event that has one already raises IntegrityError: its id is the key.
    """
    keys = [[*pool[:5], allocation] for pool, allocation in shares]
    if _postgresql():
        texts, whole = "%s::text[], " * 4, "%s::bigint[], %s::bigint[]"
        source = (
            f"unnest({texts}{whole}) AS pool(region, product, project, person, quarter, paid_by)"
        )
        values: list[Any] = [[row[i] for row in keys] for i in range(6)]
    else:
        names = ("region", "product", "project", "person", "quarter", "paid_by")
        columns = ", ".join(
            f"json_extract(value, '$[{i}]') AS {name}" for i, name in enumerate(names)
        )
        source = f"(SELECT {columns} FROM json_each(%s)) AS pool"
        values = [json.dumps(keys)]
    return _change(
        f"INSERT INTO {_table(SettledEvent)} (event_id, allocation_id)"
        f" SELECT event.id, pool.paid_by FROM {_table(UsageEvent)} AS event JOIN {source}"
        " ON event.region = pool.region AND event.product_id = pool.product"
        " AND event.enterprise_project_id = pool.project AND event.user_id = pool.person"
        f" AND {_quarter()} = pool.quarter WHERE {_chosen()}",
        [*values, batch.ids],
    )


def settle_rows(pairs: Sequence[tuple[int, int]]) -> int:
    """Give each (event id, allocation id) its allocation; returns how many there were."""
    if _postgresql():
        source = "unnest(%s::bigint[], %s::bigint[]) AS pair(event, allocation)"
        values: list[Any] = [[event for event, _ in pairs], [paid_by for _, paid_by in pairs]]
    else:
        source = (
            "(SELECT json_extract(value, '$[0]') AS event,"
            " json_extract(value, '$[1]') AS allocation FROM json_each(%s)) AS pair"
        )
        values = [json.dumps(pairs)]
    return _change(
        f"INSERT INTO {_table(SettledEvent)} (event_id, allocation_id)"
        f" SELECT event, allocation FROM {source}",
        values,
    )


def dequeue(account_id: str, batch: Head) -> int:
    """Take the events of a batch off the queue; returns how many were on it."""
    chosen = _chosen().replace("event.id", "event_id")
    return _change(
        f"DELETE FROM {_table(UnsettledEvent)} WHERE account_id = %s AND {chosen}",
        [account_id, batch.ids],
    )


def _postgresql() -> bool:
    return connection.vendor == "postgresql"


def _table(model: type[Any]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _chosen() -> str:
    if _postgresql():
        return "event.id = ANY(%s::bigint[])"
    return "event.id IN (SELECT value FROM json_each(%s))"


def _quarter() -> str:
    if _postgresql():
        return f"floor(extract(epoch FROM occurred_at) / {QUARTER})::bigint"
    return f"CAST(strftime('%%s', occurred_at) AS INTEGER) / {QUARTER}"


def _moment(value: dt.datetime | str) -> dt.datetime:
    """Return a stored moment; SQLite hands out columns without a zone and aggregates as text."""
    found = parse_datetime(value) if isinstance(value, str) else value
    assert found is not None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _run(sql: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _change(sql: str, values: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
