"""Call records in weekly partitions: unique over all of them, created ahead, dropped when old."""

from __future__ import annotations

import datetime as dt

import pytest
from call_rows import record
from django.db import IntegrityError, connection, transaction

from core import clock
from core.models import hex_id, timed_id, timed_id_floor
from monitoring import partitions, rollup
from monitoring.models import CallRecord

NOW = clock.now()
WEEK = dt.timedelta(days=7)


def test_ids_tell_their_time():
    earlier = NOW - dt.timedelta(milliseconds=2)
    ids = [timed_id(earlier), timed_id_floor(NOW), timed_id(NOW)]
    assert ids == sorted(ids)
    assert len({timed_id(NOW) for _ in range(1000)}) == 1000
    for one in ids:
        assert len(one) == 32
    assert (ids[2][12], ids[2][16] in "89ab") == ("7", True)


def test_a_request_id_is_recorded_once(tenant):
    for key in (timed_id(NOW), timed_id(NOW - 3 * WEEK), hex_id()):
        record(tenant, NOW, request_id=key)
        with pytest.raises(IntegrityError), transaction.atomic():
            record(tenant, NOW - 2 * WEEK, request_id=key)
    assert CallRecord.objects.count() == 3


def postgres_only():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one plain table")


def partition_of(row: CallRecord) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM monitoring_callrecord WHERE request_id = %s",
            [row.request_id],
        )
        return cursor.fetchone()[0]


def test_weeks_are_there_ahead_and_take_their_records(tenant):
    postgres_only()
    weeks = list(partitions.partitions())
    assert weeks[0] == partitions.week_of(NOW)
    assert len(weeks) >= partitions.AHEAD + 1
    row = record(tenant, NOW, request_id=timed_id(NOW))
    assert partition_of(row) == partitions.name_of(partitions.week_of(NOW))
    assert partitions.ensure() == 0


def test_a_week_that_comes_late_takes_what_waited(tenant):
    postgres_only()
    then = NOW - 5 * WEEK
    row, other = (
        record(tenant, then, request_id=make(then)) for make in (timed_id, lambda _: "f" * 32)
    )
    assert partition_of(row) == partitions.DEFAULT
    assert partitions.ensure(since=then) == 5
    assert partition_of(row) == partitions.name_of(partitions.week_of(then))
    assert partition_of(other) == partitions.DEFAULT
    assert CallRecord.objects.count() == 2


def test_old_weeks_are_dropped_whole_and_only_when_rolled_up(tenant, settings):
    postgres_only()
    settings.CALL_RETENTION_DAYS = 14
    old = NOW - 6 * WEEK
    partitions.ensure(since=old)
    for moment in (old, NOW - 5 * WEEK, NOW):
        record(tenant, moment, request_id=timed_id(moment))
    rollup.roll_up()
    waiting = record(tenant, old + WEEK, request_id=timed_id(old + WEEK))
    loose = record(tenant, old, request_id=hex_id(), rolled_up=True)
    assert partitions.purge(NOW) == 2
    names = partitions.partitions().values()
    assert partitions.name_of(partitions.week_of(old)) not in names
    assert partition_of(waiting) in names
    assert not CallRecord.objects.filter(request_id=loose.request_id).exists()
    assert CallRecord.objects.count() == 3
