"""What the scaled mode keeps of the bare engine's throughput: `python -m bench.over_broker`."""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import time
from typing import Any

from bench import api, scaled, site
from bench.server import connect, post
from bench.services import services

PROCESSES = 2
LAYOUTS = {"one worker of two processes": [2], "two workers of one process": [1, 1]}


def run(*, seconds: float, broker: str = "redis") -> list[dict[str, Any]]:
    """Return a row a picture: the bare pool before and after, and the site by layout of its workers.

    Web node, PostgreSQL, Redis, broker and engine processes share the cores of this machine, so
    the site pays for its own parts here as it would not on several.
    """
    rows = []
    with (
        services("postgres", "redis", *(["amqp"] if broker == "amqp" else [])) as found,
        scaled.site(found, broker=broker) as made,
    ):
        for name in (*api.SAMPLES, api.A4):
            service, image = api.sample(name)
            # A page of sixty lines takes seconds: few of them make no rate.
            span = seconds * 3 if name == api.A4 else seconds
            ask = (service, image, span / 2, PROCESSES, PROCESSES * 2)
            first = api.bare_rate(*ask)
            through = {
                layout: _through(made, service, image, processes, span)
                for layout, processes in LAYOUTS.items()
            }
            second = api.bare_rate(*ask)
            bare = (first + second) / 2
            rows.append({
                "picture": name, "broker": broker,
                "bare_per_s": [round(first, 2), round(second, 2)],
                "ratio": {layout: round(rate / bare, 3) for layout, rate in through.items()},
            })  # fmt: skip
    return rows


def _through(
    made: scaled.Site, service: str, image: bytes, processes: list[int], seconds: float
) -> float:
    names = [f"worker-{number}" for number in range(len(processes))]
    for name, count in zip(names, processes, strict=True):
        made.start_engines(name, processes=count)
    path = f"/v2/{made.described['project_id']}/ocr/{service}"
    body = site.body_of(image)
    headers = site.signed(made.described, path, body, host=made.host)

    def one(connection: http.client.HTTPConnection) -> None:
        status, answer = post(connection, (path, body, headers))
        if status != 200:
            raise RuntimeError(answer.decode())

    try:
        _until_ready(made, one, sum(processes))
        return api.drive(PROCESSES * 2, seconds, one, lambda: connect(made.host))
    finally:
        for name in names:
            made.end(name)


def _until_ready(made: scaled.Site, one: Any, processes: int) -> None:
    """Return when every engine process of the site is offered and a call succeeds."""
    import redis

    store = redis.Redis.from_url(made.environ["REDIS_URL"])
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        offered = [int(store.get(key) or 0) for key in store.scan_iter("ocr:alive:*")]
        if sum(offered) == processes:
            one(connect(made.host))
            return
        time.sleep(0.2)
    raise RuntimeError("the workers did not start")


def main() -> int:
    """Run it and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--broker", choices=["amqp", "redis"], default="redis")
    asked = parser.parse_args()
    print(json.dumps(run(seconds=asked.seconds, broker=asked.broker), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
