"""Weekly partitions of the call records on PostgreSQL, and their retention; SQLite has one plain table.

The table is partitioned by ranges of the request id, which begins with its time
(`core.models.timed_id`). PostgreSQL accepts a unique key of a partitioned table only if it holds the
partition key: so the id itself, and not the time, is the key, and stays unique over all partitions.
Ids that do not begin with a time land in the default partition, under the same key.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterator

from django.conf import settings
from django.db import OperationalError, connection, transaction

from core import clock
from core.models import timed_id_floor
from monitoring.models import CallRecord

log = logging.getLogger(__name__)

TABLE = CallRecord._meta.db_table
DEFAULT = f"{TABLE}_default"
WEEK = dt.timedelta(days=7)
AHEAD = 4  # weeks
_BATCH = 5000  # records deleted one by one in a statement
_NAME = re.compile(rf"{TABLE}_p(\d{{8}})")
# A partition is added or dropped under a lock that calls wait for: give up early, the job comes again.
_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '3s'"


def week_of(moment: dt.datetime) -> dt.datetime:
    """Return the Monday, 00:00 UTC, of the week of `moment`."""
    day = midnight(moment)
    return day - dt.timedelta(days=day.weekday())


def name_of(week: dt.datetime) -> str:
    """Return the table that holds the week beginning at `week`."""
    return f"{TABLE}_p{week:%Y%m%d}"


def partitions() -> dict[dt.datetime, str]:
    """Return week → table of what exists, oldest first; empty on SQLite."""
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass ORDER BY 1",
            [TABLE],
        )
        names = [name for (name,) in cursor.fetchall()]
    found = {}
    for name in names:
        if match := _NAME.fullmatch(name):
            found[dt.datetime.strptime(match[1], "%Y%m%d").replace(tzinfo=dt.UTC)] = name
    return found


def ensure(*, since: dt.datetime | None = None, now: dt.datetime | None = None) -> int:
    """Create the missing partitions from `since` (default: now) to four weeks ahead; returns how many."""
    if connection.vendor != "postgresql":
        return 0
    moment = now or clock.now()
    known = partitions()
    missing = [week for week in _weeks(since or moment, moment) if week not in known]
    for week in missing:
        _create(week)
    return len(missing)


def _weeks(since: dt.datetime, now: dt.datetime) -> Iterator[dt.datetime]:
    week, last = week_of(since), week_of(now) + AHEAD * WEEK
    while week <= last:
        yield week
        week += WEEK


def _create(week: dt.datetime) -> None:
    """Add one partition; rows of its range that had to wait in the default one move into it."""
    low, high = timed_id_floor(week), timed_id_floor(week + WEEK)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK_TIMEOUT)
        cursor.execute(f"LOCK TABLE {TABLE} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(
            f"CREATE TEMP TABLE waiting_calls ON COMMIT DROP AS"
            f" SELECT * FROM {DEFAULT} WHERE request_id >= %s AND request_id < %s",
            [low, high],
        )
        cursor.execute(
            f"DELETE FROM {DEFAULT} WHERE request_id >= %s AND request_id < %s", [low, high]
        )
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {name_of(week)} PARTITION OF {TABLE}"
            f" FOR VALUES FROM ('{low}') TO ('{high}')"
        )
        cursor.execute(f"INSERT INTO {TABLE} SELECT * FROM waiting_calls")
        cursor.execute("DROP TABLE waiting_calls")


def drop_before(limit: dt.datetime) -> int:
    """Drop the weeks that ended by `limit` and are rolled up; returns the number of records dropped.

    A partition that is locked by others for three seconds is left to the next run.
    """
    total = 0
    for week, name in partitions().items():
        if week + WEEK > limit:
            break
        try:
            total += _drop(name)
        except OperationalError:
            log.warning("a partition was busy; its purge comes again", extra={"partition": name})
    return total


def _drop(name: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK_TIMEOUT)
        cursor.execute(f"SELECT count(*), coalesce(bool_and(rolled_up), true) FROM {name}")
        count, rolled_up = cursor.fetchone()
        if not rolled_up:
            return 0
        cursor.execute(f"DROP TABLE {name}")
        return int(count)


def loose_before(limit: dt.datetime, batch: int) -> list[str]:
    """Return ids of rolled-up records before `limit` that have no week of their own."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT request_id FROM {DEFAULT} WHERE occurred_at < %s AND rolled_up LIMIT %s",
            [limit, batch],
        )
        return [key for (key,) in cursor.fetchall()]


def midnight(moment: dt.datetime) -> dt.datetime:
    """Return the start of the UTC day of `moment`."""
    return moment.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def oldest_kept(now: dt.datetime) -> dt.datetime:
    """Return the UTC midnight before which records are purged (CALL_RETENTION_DAYS)."""
    return midnight(now) - dt.timedelta(days=settings.CALL_RETENTION_DAYS)


def purge(now: dt.datetime | None = None, batch: int = _BATCH) -> int:
    """Remove rolled-up records older than CALL_RETENTION_DAYS; returns how many were removed.

    PostgreSQL drops the partitions of weeks that are wholly older, so a record may stay six days
    longer; what has no week of its own, and SQLite, lose whole UTC days, oldest first.
    """
    limit = oldest_kept(now or clock.now())
    total = drop_before(limit)
    while True:
        gone = _next_ids(limit, batch)
        if not gone:
            return total
        total += CallRecord.objects.filter(request_id__in=gone).delete()[0]


def _next_ids(limit: dt.datetime, batch: int) -> list[str]:
    """Return ids of the next records to delete one by one."""
    if connection.vendor == "postgresql":
        return loose_before(limit, batch)
    oldest = CallRecord.objects.order_by("id").values_list("request_id", "occurred_at", "rolled_up")
    return [key for key, at, done in oldest[:batch] if at < limit and done]


def maintain() -> int:
    """Create the coming weeks' partitions, drop the past ones: the periodic job; returns how many records were removed."""
    ensure()
    return purge()
