"""Goodput at ten times the throttle's limit, beside the unloaded one.

Usage: flood.py SECONDS CALLS_PER_MINUTE TIMES. A server of its own (recorded engine) first gets calls at
its limit, then TIMES as many for as long. Goodput is the accepted calls of a run over what the limit
allows in it. Prints one JSON object; the counts of the monitoring API must equal those of the callers.
"""

from __future__ import annotations

import http.client
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT)]

from tests.conftest import start_server, stop_server  # noqa: E402
from tools.bench.test_site import body_of, signed, text_image  # noqa: E402

BODY = body_of(text_image(200, 120, 2))
CALLERS = 8


def caller(live, due: list[float], codes: Counter, times: list[float]) -> None:
    """Send one call at each of the moments over one connection."""
    host = live.url.removeprefix("http://")
    path = f"/v2/{live.credentials['project_id']}/ocr/general-text"
    link = http.client.HTTPConnection(host, timeout=60)
    headers, made = {}, 0.0
    for moment in due:
        if time.monotonic() - made > 300:
            headers, made = signed(live.credentials, path, BODY, host=host), time.monotonic()
        time.sleep(max(0.0, moment - time.monotonic()))
        started = time.monotonic()
        link.request("POST", path, BODY, headers)
        answer = link.getresponse()
        answer.read()
        codes[answer.status] += 1
        times.append((answer.status, time.monotonic() - started))


def flood(live, seconds: float, per_minute: float) -> dict[str, float]:
    """Send calls evenly for `seconds`; return what came of them."""
    start, count = time.monotonic() + 0.5, int(per_minute * seconds / 60)
    moments = [start + number * seconds / count for number in range(count)]
    codes: Counter = Counter()
    times: list[tuple[int, float]] = []
    threads = [
        threading.Thread(target=caller, args=(live, moments[part::CALLERS], codes, times))
        for part in range(CALLERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.monotonic() - start

    def middle(status: int) -> float:
        found = sorted(took for code, took in times if code == status)
        return round(found[len(found) // 2] * 1000, 1) if found else 0.0

    return {
        "sent": count, "accepted": codes[200], "refused": codes[429], "seconds": round(spent, 1),
        "other": count - codes[200] - codes[429],
        "accepted_p50_ms": middle(200), "refused_p50_ms": middle(429),
    }  # fmt: skip


def monitored(live, expected: int) -> tuple[dict[str, int], float]:
    """Return what monitoring counts once it counts `expected` calls, and how long that took."""
    code = (
        "from monitoring.models import CallDay; from django.db.models import Sum;"
        "print({r['error_code']: r['n'] for r in"
        " CallDay.objects.values('error_code').annotate(n=Sum('calls'))})"
    )
    started = time.monotonic()
    while True:
        found = eval(live.manage("shell", "-v", "0", "-c", code).splitlines()[-1])
        if sum(found.values()) >= expected or time.monotonic() - started > 30:
            return found, round(time.monotonic() - started, 1)


def main(seconds: float, per_minute: int, times: int) -> None:
    """Run both loads, the second a minute after the first so that its window is empty."""
    with tempfile.TemporaryDirectory() as folder:
        live = start_server(Path(folder) / "site", ENGINE="recorded")
        try:
            live.manage("set_limit", "demo", "--calls-per-minute", str(per_minute))
            time.sleep(16)  # the processes learn of a limit within 15 seconds
            quiet = flood(live, seconds, per_minute * 0.98)
            time.sleep(61)
            loud = flood(live, seconds, per_minute * times)
            counts, lag = monitored(live, quiet["sent"] + loud["sent"])
        finally:
            stop_server(live.process)
    out = {
        "unloaded": quiet, "loaded": loud, "monitored": counts, "monitored_after_s": lag,
        "goodput": round(loud["accepted"] / quiet["accepted"], 4),
    }  # fmt: skip
    print(json.dumps(out))


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
