"""Roll-ups equal the call records, whatever the batches, crashes and re-runs."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections import Counter

import pytest
from django.db import connection
from django.db.models import Sum

from core import clock
from monitoring import rollup, statistics
from monitoring.models import CallMinute, CallRecord

pytestmark = pytest.mark.django_db
# Within what a rebuild still has the records of, and over no midnight.
START = (clock.now() - dt.timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)


def records(count: int, seed: int = 1) -> list[CallRecord]:
    chance = random.Random(seed)
    made = []
    for _ in range(count):
        status = chance.choice([200, 200, 200, 400, 429])
        made.append(
            CallRecord(
                request_id=uuid.UUID(int=chance.getrandbits(128)).hex,
                occurred_at=START + dt.timedelta(seconds=chance.randrange(4 * 3600)),
                region=chance.choice(["r1", "r2"]), account_id=chance.choice(["a" * 32, "b" * 32]),
                project_id="p", user_id=chance.choice(["u1", "u2"]),
                service=chance.choice(["passport", "general-text"]), enterprise_project_id="0",
                status=status, error_code="" if status == 200 else f"E.{status}",
                latency_ms=chance.randrange(20, 4000),
            )
        )  # fmt: skip
    return CallRecord.objects.bulk_create(made)


def by_minute(rows: list[CallRecord]) -> Counter:
    return Counter(
        (
            r.account_id,
            r.occurred_at.replace(second=0),
            r.region,
            r.service,
            r.user_id,
            r.error_code,
        )
        for r in rows
    )


def rolled() -> Counter:
    names = ("account_id", "start", "region", "service", "user_id", "error_code", "calls")
    return Counter({row[:-1]: row[-1] for row in CallMinute.objects.values_list(*names)})


@pytest.mark.parametrize("batch", [7, 100, 5000])
def test_sums_equal_the_records_at_any_batch_size(batch: int) -> None:
    made = records(500)
    assert rollup.roll_up(batch) == 500
    assert rolled() == by_minute(made)
    for grain in rollup.GRAINS:
        sums = grain.model.objects.aggregate(calls=Sum("calls"), latency=Sum("latency_sum_ms"))
        assert sums == {"calls": 500, "latency": sum(r.latency_ms for r in made)}
        assert sum(sum(row.histogram) for row in grain.model.objects.all()) == 500


def test_a_second_run_changes_nothing_and_new_records_are_added() -> None:
    made = records(200)
    rollup.roll_up(33)
    assert rollup.roll_up() == 0
    made += records(150, seed=2)
    assert rollup.roll_up() == 150
    assert rolled() == by_minute(made)


def test_a_crash_in_the_middle_loses_and_doubles_nothing(monkeypatch) -> None:
    made = records(300)
    postgres = connection.vendor == "postgresql"  # there one statement does the whole batch
    where, name, last = (rollup.postgresql, "take", 1) if postgres else (rollup.sqlite, "_add", 4)
    real, turns = getattr(where, name), iter(range(100))

    def fails_at_the_fifth(*arguments):
        done = real(*arguments)
        if next(turns) == last:
            raise RuntimeError("power cut")
        return done

    monkeypatch.setattr(where, name, fails_at_the_fifth)
    with pytest.raises(RuntimeError):
        rollup.roll_up(100)
    monkeypatch.undo()
    rollup.roll_up(100)
    assert rolled() == by_minute(made)


def test_rebuilt_equals_incremental() -> None:
    records(400)
    rollup.roll_up(50)
    before = rolled()
    assert rollup.rebuild() == 400
    assert rolled() == before


def test_totals_and_series_are_of_one_account_only() -> None:
    made = records(400)
    rollup.roll_up()
    over = statistics.span(start=START, end=START + dt.timedelta(hours=4))
    mine = [r for r in made if r.account_id == "a" * 32]
    good = [r for r in mine if r.status == 200]
    totals = statistics.figures("a" * 32, over)["totals"]
    assert (totals["calls"], totals["successful"]) == (len(mine), len(good))
    lines = statistics.series("a" * 32, over, by="region")["series"]
    assert sum(sum(line["successful"]) for line in lines.values()) == len(good)
    assert sum(sum(line["failed"]) for line in lines.values()) == len(mine) - len(good)
    codes = statistics.breakdown("a" * 32, over, by="error_code")
    assert {row["key"]: row["failed"] for row in codes if row["key"]} == Counter(
        r.error_code for r in mine if r.status != 200
    )


def test_percentiles_lie_in_the_bucket_of_the_true_value() -> None:
    edges = statistics.LATENCY_EDGES_MS
    histogram = [0] * (len(edges) + 1)
    histogram[edges.index(100)] = 90
    histogram[edges.index(2000)] = 10
    assert 50 < statistics.percentile(histogram, 50) <= 100
    assert 1500 < statistics.percentile(histogram, 95) <= 2000
    assert statistics.percentile([0] * len(histogram), 50) is None


@pytest.mark.parametrize("days", [1 / 24, 0.25, 1, 7, 30, 90])
def test_the_range_before_is_as_long_and_read_from_the_same_rollup(days: float) -> None:
    end = dt.datetime(2026, 7, 8, 13, 17, 29, 5, tzinfo=dt.UTC)
    over = statistics.span(start=end - dt.timedelta(days=days), end=end)
    before = statistics.earlier(over)
    assert (before.end, before.step_s) == (over.start, over.step_s)
    assert abs((before.end - before.start) - (over.end - over.start)).total_seconds() <= over.step_s
    assert before.model(per_user=False) is over.model(per_user=False)
