"""The SQL of settlement: read a batch of waiting usage events, link each to its allocation, dequeue it.

The ids of a batch are one opaque text (`Batch.event_ids`, a PostgreSQL array or a JSON list): read once
and passed to every statement, so that all statements mean the same events although more may arrive.
Events are read and linked in groups; single events pass through Python only where a package begins, ends
or runs out within the batch.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.utils.dateparse import parse_datetime

from billing.models import SettledEvent, UnsettledEvent, UsageEvent

# Groups are cut at quarters of an hour because every time zone's offset is a whole number of quarters:
# a group never spans two billing hours, wherever the installation bills.
QUARTER_S = 900


class Batch(NamedTuple):
    """The oldest waiting events of an account: their ids as one database value, and how many."""

    event_ids: str
    size: int


class UsageGroup(NamedTuple):
    """The total of the waiting events of one quarter of an hour that differ only in their moment."""

    region: str
    product: str
    project: str
    user: str
    quarter: int  # seconds since the epoch / QUARTER_S
    quantity: int
    first_at: dt.datetime
    last_at: dt.datetime


class UsageItem(NamedTuple):
    """One waiting event, with what decides who pays for it."""

    id: int
    region: str
    product: str
    project: str
    user: str
    occurred_at: dt.datetime
    quantity: int


def next_batch(account_id: str, size: int) -> Batch:
    """Return the oldest waiting events of an account, at most `size`."""
    gather = "array_agg(event_id)::text" if _postgresql() else "json_group_array(event_id)"
    ids, found = _run(
        f"SELECT {gather}, COUNT(*) FROM (SELECT event_id FROM {_table(UnsettledEvent)}"
        " WHERE account_id = %s ORDER BY event_id LIMIT %s) AS oldest",
        [account_id, size],
    )[0]
    return Batch(ids or "", found)


def usage_groups(batch: Batch) -> list[UsageGroup]:
    """Return the events of a batch as groups, in the order of each group's first event."""
    found = _run(
        "SELECT region, product_id, enterprise_project_id, user_id,"
        f" {_quarter()}, SUM(quantity), MIN(occurred_at), MAX(occurred_at)"
        f" FROM {_table(UsageEvent)} AS event WHERE {_chosen()} GROUP BY 1, 2, 3, 4, 5",
        [batch.event_ids],
    )
    groups = [
        UsageGroup._make([*row[:5], int(row[5]), _moment(row[6]), _moment(row[7])]) for row in found
    ]
    return sorted(groups, key=lambda group: (group.first_at, group))


def usage_items(batch: Batch, *, region: str, product: str) -> list[UsageItem]:
    """Return the single events of one region and product of a batch, by time."""
    found = _run(
        "SELECT id, region, product_id, enterprise_project_id, user_id, occurred_at, quantity"
        f" FROM {_table(UsageEvent)} AS event"
        f" WHERE {_chosen()} AND region = %s AND product_id = %s",
        [batch.event_ids, region, product],
    )
    items = [UsageItem._make([*row[:5], _moment(row[5]), row[6]]) for row in found]
    return sorted(items, key=lambda item: (item.occurred_at, item.id))


def settle_groups(batch: Batch, pairs: Sequence[tuple[UsageGroup, int]]) -> int:
    """Link the events of each (group, allocation id); returns how many events were linked.

    Raises IntegrityError for an event that has an allocation already: the event is the primary key.
    """
    keys = [[*group[:5], allocation] for group, allocation in pairs]
    if _postgresql():
        texts, whole = "%s::text[], " * 4, "%s::bigint[], %s::bigint[]"
        source = (
            f"unnest({texts}{whole}) AS used(region, product, project, member, quarter, paid_by)"
        )
        values: list[Any] = [[row[i] for row in keys] for i in range(6)]
    else:
        names = ("region", "product", "project", "member", "quarter", "paid_by")
        columns = ", ".join(
            f"json_extract(value, '$[{i}]') AS {name}" for i, name in enumerate(names)
        )
        source = f"(SELECT {columns} FROM json_each(%s)) AS used"
        values = [json.dumps(keys)]
    return _change(
        f"INSERT INTO {_table(SettledEvent)} (event_id, allocation_id)"
        f" SELECT event.id, used.paid_by FROM {_table(UsageEvent)} AS event JOIN {source}"
        " ON event.region = used.region AND event.product_id = used.product"
        " AND event.enterprise_project_id = used.project AND event.user_id = used.member"
        f" AND {_quarter()} = used.quarter WHERE {_chosen()}",
        [*values, batch.event_ids],
    )


def settle_items(pairs: Sequence[tuple[int, int]]) -> int:
    """Link each (event id, allocation id); returns how many events were linked."""
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


def dequeue(account_id: str, batch: Batch) -> int:
    """Delete the events of a batch from the queue; returns how many were on it."""
    chosen = _chosen().replace("event.id", "event_id")
    return _change(
        f"DELETE FROM {_table(UnsettledEvent)} WHERE account_id = %s AND {chosen}",
        [account_id, batch.event_ids],
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
        return f"floor(extract(epoch FROM occurred_at) / {QUARTER_S})::bigint"
    return f"CAST(strftime('%%s', occurred_at) AS INTEGER) / {QUARTER_S}"


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
