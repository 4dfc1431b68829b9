"""Share of the bare engine's throughput in scaled mode: `python -m tools.bench.scaled_throughput`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from tools.bench import api, concurrent_ab, scaled, test_site
from tools.bench.services import Services, services

PROCESSES = 2
LAYOUTS = {"one worker of two processes": [2], "two workers of one process": [1, 1]}


def run(*, seconds: float, broker: str = "redis") -> list[dict[str, Any]]:
    """Return a row per image and worker layout: the site against the bare pool at the same time.

    Web node, PostgreSQL, Redis, broker and engine processes share one half of this machine's cores,
    so the site pays for its own parts here as it would not on several.
    """
    with (
        services("postgres", "redis", *(["amqp"] if broker == "amqp" else [])) as found,
        scaled.site(found, broker=broker) as made,
    ):
        return [
            {
                "image": name,
                "broker": broker,
                "workers": layout,
                **_against_bare(found, made, name, processes, seconds),
            }
            for name in (*api.SAMPLES, api.A4)
            for layout, processes in LAYOUTS.items()
        ]


def _against_bare(
    found: Services, made: scaled.Site, name: str, processes: list[int], seconds: float
) -> dict[str, Any]:
    service, image = api.sample(name)
    names = [f"worker-{number}" for number in range(len(processes))]
    for worker, count in zip(names, processes, strict=True):
        made.start_engines(worker, processes=count)
    path = f"/v2/{made.described['project_id']}/ocr/{service}"
    body = test_site.body_of(image)
    calls = api.Calls(
        made.host, (path, body, test_site.signed(made.described, path, body, host=made.host))
    )
    try:
        _until_ready(made, calls, sum(processes))
        return concurrent_ab.compare(
            api.Bare(service, image, PROCESSES),
            calls,
            [one.pid for one in (*made.running.values(), *found.running.values())],
            callers=PROCESSES * 2,
            seconds=api.lasting(name, seconds),
        )
    finally:
        for worker in names:
            made.end(worker)


def _until_ready(made: scaled.Site, calls: api.Calls, processes: int) -> None:
    """Return when every engine process of the site is offered and a call succeeds."""
    import redis

    store = redis.Redis.from_url(made.environ["REDIS_URL"])
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        offered = [int(store.get(key) or 0) for key in store.scan_iter("ocr:alive:*")]
        if sum(offered) == processes:
            with calls.opened() as call:
                call()()
            return
        time.sleep(0.2)
    raise RuntimeError("the workers did not start")


def main() -> int:
    """Run it and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="per image; A4 takes longer")
    parser.add_argument("--broker", choices=["amqp", "redis"], default="redis")
    asked = parser.parse_args()
    print(json.dumps(run(seconds=asked.seconds, broker=asked.broker), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
