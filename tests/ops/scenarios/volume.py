"""Figures of monitoring at growing numbers of call records, on PostgreSQL.

Usage: volume.py COUNT [COUNT…] [--rebuild-only]. Up to the first COUNT, and at each one, the records
are rolled up as they are in operation; with --rebuild-only the later ones only by a rebuild. Prints one
JSON object.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from pathlib import Path

import filled

described = filled.start(demo=False)

import datetime as dt  # noqa: E402

from django.db import connection  # noqa: E402

from core import clock  # noqa: E402
from ocr import cloud_eye, rollup, selectors  # noqa: E402
from ocr.models import CallMinute, CallRecord  # noqa: E402


def best_ms(work, times: int = 15) -> float:
    """Return the shortest wall time of one call in milliseconds."""
    found = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        work()
        found = min(found, time.perf_counter() - started)
    return round(found * 1000, 3)


def fingerprint() -> list[str]:
    """Return one digest a grain over every row's key and sums."""
    found = []
    for model, *_ in rollup.GRAINS:
        digest = hashlib.sha256()
        rows = model.objects.order_by(*rollup.KEY).values_list(*rollup.KEY, *rollup.TOTALS)
        for row in rows.iterator(chunk_size=20_000):
            digest.update(repr(row).encode())
        found.append(digest.hexdigest())
    return found


def spent(work) -> tuple[float, int]:
    """Return wall seconds and what the work returned."""
    started = time.perf_counter()
    count = work()
    return round(time.perf_counter() - started, 2), count


def server_cpu_s() -> float | None:
    """Return the CPU seconds of this connection's server process, if it runs on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        path = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not path.exists():
        return None
    fields = path.read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def dashboard(account: str, now: dt.datetime) -> None:
    """Read what the 30-day monitoring page shows of the calls."""
    over = selectors.span(start=now - dt.timedelta(days=30), end=now)
    selectors.totals(account, over)
    selectors.series(account, over)
    selectors.breakdown(account, over, by="service")
    selectors.breakdown(account, over, by="error_code")


def figures() -> dict[str, float]:
    """Time a key look-up, the 30-day dashboard and a day of metric data at a period of a minute."""
    account, now = described["domain_id"], clock.now()
    rows = CallRecord.objects.filter(account_id=account).order_by("-occurred_at")
    key = rows.values_list("request_id", flat=True)[12_345 % max(rows.count() // 2, 1)]
    over = selectors.span(start=now - dt.timedelta(days=30), end=now)
    metric = cloud_eye.Metric(cloud_eye.SUCCESSFUL, "generalText")
    end = clock.epoch_ms(now)

    def data(kind: str = "sum") -> None:
        found = cloud_eye.datapoints(
            account, described["region"], metric, kind=kind, period=60,
            from_ms=end - 86_400_000, to_ms=end,
        )  # fmt: skip
        assert found

    assert selectors.call_detail(account, key)
    return {
        "key_lookup_ms": best_ms(lambda: selectors.call_detail(account, key)),
        "series_30_days_ms": best_ms(lambda: selectors.series(account, over)),
        "dashboard_30_days_ms": best_ms(lambda: dashboard(account, now)),
        "failed_calls_ms": best_ms(
            lambda: list(selectors.failed_calls(account, over).order_by("-id")[:50])
        ),
        "metric_data_day_ms": best_ms(data),
        "metric_data_day_variance_ms": best_ms(lambda: data("variance")),
    }


def main(counts: list[int], *, rebuild_only: bool) -> None:
    """Grow, measure, rebuild, compare."""
    out: dict[str, object] = {}
    there = 0
    for step, count in enumerate(counts):
        quick = rebuild_only and step > 0
        filling, _ = spent(
            lambda more=count - there, step=step, quick=quick: filled.calls(
                described, more, seed=f"s{step}", rolled_up=quick
            )
        )
        there = count
        row: dict[str, object] = {"fill_s": filling}
        if not quick:
            row["roll_up_s"], row["rolled_up"] = spent(rollup.roll_up)
            before = fingerprint()
        before_cpu = server_cpu_s()
        row["rebuild_s"], row["rebuilt"] = spent(rollup.rebuild)
        if before_cpu is not None:
            row["rebuild_cpu_s"] = round((server_cpu_s() or 0) - before_cpu, 2)
        if not quick:
            row["rebuilt_equals_incremental"] = fingerprint() == before
        filled.analyse()
        row["minutes"] = CallMinute.objects.count()
        row["size_gb"] = filled.size_gb()
        out[str(count)] = row | figures()
        print(count, out[str(count)], file=sys.stderr, flush=True)
    print(json.dumps(out))


if __name__ == "__main__":
    main(
        [int(text) for text in sys.argv[1:] if text.isdigit()],
        rebuild_only="--rebuild-only" in sys.argv,
    )
