"""Roll-ups: exact, the same when rebuilt, kept when the records are purged."""

from __future__ import annotations

import datetime as dt
import itertools
import random

from call_rows import record

from monitoring import partitions, rollup
from monitoring.models import CallDay, CallMinute, CallRecord

NOW = dt.datetime.now(dt.UTC).replace(hour=12, minute=30, second=0, microsecond=0)


def snapshot(model):
    return sorted(
        model.objects.values_list(*rollup.KEY, "calls", "latency_sum_ms", "histogram"), key=str
    )


def fill(tenant, count, seed=1):
    chance = random.Random(seed)
    for _ in range(count):
        record(
            tenant,
            NOW - dt.timedelta(seconds=chance.randint(0, 200_000)),
            status=chance.choice((200, 200, 400)),
            user_id=chance.choice("ab") * 32,
            latency_ms=chance.randint(1, 40_000),
        )


def test_sums_equal_the_records_in_every_grain(tenant):
    fill(tenant, 300)
    assert rollup.roll_up(batch=7) == 300
    fill(tenant, 100, seed=2)
    assert rollup.roll_up(batch=64) == 100
    latency = sum(CallRecord.objects.values_list("latency_ms", flat=True))
    for grain in rollup.GRAINS:
        rows = list(grain.model.objects.all())
        assert sum(row.calls for row in rows) == 400
        assert sum(row.latency_sum_ms for row in rows) == latency
        assert all(sum(row.histogram) == row.calls for row in rows)


def test_rolling_up_twice_adds_nothing(tenant):
    fill(tenant, 20)
    rollup.roll_up()
    before = snapshot(CallMinute)
    assert rollup.roll_up() == 0
    assert snapshot(CallMinute) == before


def test_rebuilt_equals_incremental_and_keeps_waiting_records(tenant, monkeypatch):
    fill(tenant, 150)
    rollup.roll_up(batch=11)
    before = {grain.model: snapshot(grain.model) for grain in rollup.GRAINS}
    monkeypatch.setattr(rollup.sqlite, "islice", lambda rows, _: itertools.islice(rows, 10))
    rollup.rebuild()
    for model, rows in before.items():
        assert snapshot(model) == rows
    fill(tenant, 10, seed=3)
    rollup.rebuild()
    assert sum(CallDay.objects.values_list("calls", flat=True)) == 160


def test_a_rebuild_corrects_wrong_missing_and_surplus_rows(tenant):
    fill(tenant, 60)
    rollup.roll_up()
    before = {grain.model: snapshot(grain.model) for grain in rollup.GRAINS}
    for grain in rollup.GRAINS:
        wrong, missing = grain.model.objects.order_by("-start")[:2]
        grain.model.objects.filter(pk=wrong.pk).update(calls=7777)
        missing.delete()
        wrong.pk, wrong.service = None, "no-such-service"
        wrong.save(force_insert=True)
        assert snapshot(grain.model) != before[grain.model]
    rollup.rebuild()
    assert {grain.model: snapshot(grain.model) for grain in rollup.GRAINS} == before


def test_purge_keeps_roll_ups_and_what_is_not_rolled_up(tenant, settings):
    settings.CALL_RETENTION_DAYS = 2
    old = NOW - dt.timedelta(days=5)
    record(tenant, old)
    rollup.roll_up()
    record(tenant, old)
    record(tenant, NOW)
    assert partitions.purge(NOW) == 1
    assert CallRecord.objects.count() == 2
    rollup.roll_up()
    assert sum(CallDay.objects.values_list("calls", flat=True)) == 3
    partitions.purge(NOW)
    rollup.rebuild()
    assert sum(CallDay.objects.values_list("calls", flat=True)) == 3
