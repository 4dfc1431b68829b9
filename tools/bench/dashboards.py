"""Roll-ups, dashboards and metric data at growing numbers of calls: `python -m tools.bench.dashboards COUNT…`.

On the database of DATABASE_URL, an empty one, or SQLite in DATA_DIR. Up to ROLLED_UP calls the records are
rolled up as they are in operation, later ones by a rebuild alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.bench import seed_data
from tools.bench.result import Row, wall_ms

SIZES = {
    "sqlite": (100_000, 1_000_000),
    "postgresql": (100_000, 1_000_000, 10_000_000),
}
ROLLED_UP = 1_000_000
ROUNDS = 30  # of readings of every figure; the best counts
GOALS = {"dashboard_30_days_ms": "<= 1.5 x", "metric_data_day_ms": "< 50 ms"}


def run() -> list[Row]:
    """Return the figures at the sizes of this database, each beside that of the first size."""
    described = seed_data.start(demo=False)
    from django.db import connection

    found = measure(described, SIZES[connection.vendor])
    first = next(iter(found.values()))
    rows: list[Row] = []
    for size, values in found.items():
        place = f"{connection.vendor}, {size:,} calls"
        rows += [
            Row("dashboards", f"{name.removesuffix('_ms')}, {place}", value, "ms",
                f"{min(found):,} calls", value / first[name], GOALS.get(name, ""))
            for name, value in values.items() if name.endswith("_ms")
        ]  # fmt: skip
        if "roll_up_s" in values:
            rate = values["rolled_up"] / values["roll_up_s"]
            rows.append(Row("dashboards", f"rolled up, {place}", rate, "records/s"))
        goal = "<= 60 s" if size == 1_000_000 else ""
        rows += [
            Row("dashboards", f"rebuilt, {place}", values["rebuild_s"], "s", goal=goal),
            Row("dashboards", f"size, {place}", values["size_gb"], "GB"),
        ]
    return rows


def measure(described: dict[str, Any], counts: tuple[int, ...]) -> dict[int, dict[str, Any]]:
    """Grow to each of the counts, roll up, rebuild, compare; return the figures by count."""
    from monitoring import rollup
    from monitoring.models import CallMinute

    out: dict[int, dict[str, Any]] = {}
    there = 0
    for step, count in enumerate(counts):
        quick = step > 0 and count > ROLLED_UP
        filling, _ = spent(
            lambda more=count - there, step=step, quick=quick: seed_data.calls(
                described, more, seed=f"s{step}", rolled_up=quick
            )
        )
        there = count
        row: dict[str, Any] = {"fill_s": filling}
        if not quick:
            row["roll_up_s"], row["rolled_up"] = spent(rollup.roll_up)
            before = fingerprint()
        before_cpu = server_cpu_s()
        row["rebuild_s"], row["rebuilt"] = spent(rollup.rebuild)
        if before_cpu is not None:
            row["rebuild_cpu_s"] = round((server_cpu_s() or 0) - before_cpu, 2)
        if not quick:
            row["rebuilt_equals_incremental"] = fingerprint() == before
        seed_data.analyse()
        row["minutes"] = CallMinute.objects.count()
        row["size_gb"] = seed_data.size_gb()
        out[count] = row | figures(described)
        print(count, out[count], file=sys.stderr, flush=True)
    return out


def figures(described: dict[str, Any]) -> dict[str, float]:
    """Time a key look-up, the 30-day dashboard and a day of metric data at a period of a minute."""
    from core import clock
    from monitoring import metrics, statistics
    from monitoring.models import CallRecord

    account, now = described["domain_id"], clock.now()
    rows = CallRecord.objects.filter(account_id=account).order_by("-occurred_at")
    key = rows.values_list("request_id", flat=True)[12_345 % max(rows.count() // 2, 1)]
    over = statistics.span(start=now - dt.timedelta(days=30), end=now)
    metric = metrics.Metric(metrics.SUCCESSFUL, "generalText")
    end = clock.epoch_ms(now)

    def data(kind: str = "sum") -> None:
        found = metrics.datapoints(
            account, described["region"], metric, kind=kind, period=60,
            from_ms=end - 86_400_000, to_ms=end,
        )  # fmt: skip
        assert found

    works: dict[str, Callable[[], object]] = {
        "key_lookup_ms": lambda: statistics.call_detail(account, key),
        "series_30_days_ms": lambda: statistics.series(account, over),
        "dashboard_30_days_ms": lambda: statistics.figures(account, over),
        "failed_calls_ms": lambda: list(
            statistics.failed_calls(account, over).order_by("-id")[:50]
        ),
        "metric_data_day_ms": data,
        "metric_data_day_variance_ms": lambda: data("variance"),
    }
    assert statistics.call_detail(account, key)
    best = dict.fromkeys(works, float("inf"))
    for _ in range(ROUNDS):  # by turns, so that a slow moment of the machine meets all of them
        for name, work in works.items():
            best[name] = min(best[name], wall_ms(work, times=2))
        time.sleep(0.1)
    return {name: round(value, 3) for name, value in best.items()}


def fingerprint() -> list[str]:
    """Return one digest a grain over every row's key and sums."""
    from monitoring.rollup import grains

    found = []
    for model in (grain.model for grain in grains.GRAINS):
        digest = hashlib.sha256()
        rows = model._default_manager.order_by(*grains.KEY)
        for row in rows.values_list(*grains.KEY, *grains.TOTALS).iterator(chunk_size=20_000):
            digest.update(repr(row).encode())
        found.append(digest.hexdigest())
    return found


def spent(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return wall seconds and what the work returned."""
    started = time.perf_counter()
    count = work()
    return round(time.perf_counter() - started, 2), count


def server_cpu_s() -> float | None:
    """Return the CPU seconds of this connection's PostgreSQL process, if it runs on this machine."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        path = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not path.exists():
        return None
    fields = path.read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    print(json.dumps(measure(seed_data.start(demo=False), tuple(map(int, sys.argv[1:])))))
