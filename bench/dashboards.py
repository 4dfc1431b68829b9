"""Dashboards over 100,000 and 1,000,000 calls (10 million with BENCH_TEN_MILLION=1)."""

from __future__ import annotations

import datetime as dt
import os
import random
import time

from bench import site
from bench.rows import Row, wall_ms

DAYS = 30


def run() -> list[Row]:
    """Fill, roll up, rebuild; time the 30-day dashboard and a day of metric data by minutes."""
    described = site.prepare(engine="recorded")
    from core import clock
    from ocr import cloud_eye, rollup, selectors
    from ocr.models import CallRecord

    account, region = described["domain_id"], described["region"]
    sizes = [100_000, 1_000_000]
    if os.environ.get("BENCH_TEN_MILLION"):
        sizes.append(10_000_000)
    if os.environ.get("BENCH_SMALL"):
        sizes = [10_000, 50_000]
    rows: list[Row] = []
    base: dict[str, float] = {}
    now = clock.now()
    for size in sizes:
        _fill(account, region, size - CallRecord.objects.count(), now)
        waiting = CallRecord.objects.filter(rolled_up=False).count()
        started = time.perf_counter()
        rollup.roll_up()
        spent = time.perf_counter() - started
        rows.append(Row("dashboards", f"rolled up at {size:,}", waiting / spent, "records/s"))
        key = CallRecord.objects.values_list("request_id", flat=True).order_by("-id").first()
        over = selectors.span(start=now - dt.timedelta(days=DAYS), end=now)
        metric = cloud_eye.Metric(cloud_eye.SUCCESSFUL, "generalText")
        lookup = wall_ms(lambda key=key: selectors.call_detail(account, key))
        board = wall_ms(lambda over=over: selectors.series(account, over))
        end = clock.epoch_ms(now)
        points = wall_ms(
            lambda end=end, metric=metric: cloud_eye.datapoints(
                account, region, metric, kind="sum", period=1, from_ms=end - 86_400_000, to_ms=end
            )
        )
        base.setdefault("board", board)
        rows += [
            Row("dashboards", f"key lookup at {size:,}", lookup, "ms"),
            Row("dashboards", f"30-day series at {size:,}", board, "ms", "first size",
                board / base["board"], "<= 1.5 x"),
            Row("dashboards", f"30-day series / key lookup at {size:,}", board / lookup, "x",
                goal="<= 10"),
            Row("dashboards", f"metric data, a day by minutes, at {size:,}", points, "ms",
                goal="< 50"),
        ]  # fmt: skip
    started = time.perf_counter()
    count = rollup.rebuild()
    spent = time.perf_counter() - started
    rows.append(
        Row("dashboards", f"rebuilt from {count:,} records", spent, "s", goal="< 60 at 1 M")
    )
    return rows


def _fill(account: str, region: str, count: int, now: dt.datetime) -> None:
    """Insert `count` records spread over 30 days, of 5 services, 3 users and few errors."""
    from ocr.models import CallRecord

    chance = random.Random(count)
    services = ("general-text", "passport", "general-table", "web-image", "id-card")
    done = CallRecord.objects.count()
    batch: list[CallRecord] = []
    for number in range(count):
        failed = chance.random() < 0.03
        batch.append(
            CallRecord(
                request_id=f"{done + number:032x}",
                occurred_at=now
                - dt.timedelta(days=DAYS)
                + number / count * dt.timedelta(days=DAYS),
                region=region,
                account_id=account,
                project_id="p" * 32,
                user_id=chance.choice("abc") * 32,
                service=chance.choice(services),
                status=400 if failed else 200,
                error_code="AIS.0104" if failed else "",
                latency_ms=int(chance.expovariate(1 / 300)),
            )
        )
        if len(batch) == 5000:
            CallRecord.objects.bulk_create(batch)
            batch.clear()
    CallRecord.objects.bulk_create(batch)
