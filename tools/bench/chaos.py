"""Mixed load on a scaled site while workers, broker and database are stopped: `python -m tools.bench.chaos`.

    python -m tools.bench.chaos --seconds 600 --broker amqp

A worker is killed every 20 seconds and started again, as its unit would; the broker is restarted once and
PostgreSQL once. Every call must end in exactly one way, within its limit; what was billed must be what
succeeded; after each fault calls must succeed again within 10 seconds.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tools.bench import scaled, test_site
from tools.bench.server import ROOT
from tools.bench.services import services

LIMIT_S = 30.0  # ENGINE_TIMEOUT_S of the site
SAMPLES = (
    ("general-text", "general-text.png"),
    ("passport", "passport.jpg"),
    ("general-text", "general-text.png"),
)


@dataclass
class Outcome:
    """How one call ended: `status` 0 is a connection that broke."""

    began: float
    ended: float
    status: int
    code: str
    request_id: str


@dataclass
class Load:
    """Callers that go on until `stopped`."""

    made: scaled.Site
    stopped: threading.Event = field(default_factory=threading.Event)
    outcomes: list[Outcome] = field(default_factory=list)

    def run(self, number: int) -> None:
        """Call one after the other, on a connection of its own that is opened again when it breaks."""
        bodies = [
            (service, test_site.body_of((ROOT / "ocr" / "samples" / file).read_bytes()))
            for service, file in SAMPLES
        ]
        connection = http.client.HTTPConnection(self.made.host, timeout=LIMIT_S * 2)
        for turn in itertools.count(number):
            if self.stopped.is_set():
                return
            service, body = bodies[turn % len(bodies)]
            path = f"/v2/{self.made.described['project_id']}/ocr/{service}"
            headers = test_site.signed(self.made.described, path, body, host=self.made.host)
            began = time.monotonic()
            try:
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                text = answer.read()
                found = json.loads(text)
                code = "" if answer.status == 200 else str(found["error_code"])
                request_id = answer.headers["X-Request-Id"]
                status = answer.status
            except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
                connection.close()
                status, code, request_id = 0, repr(error)[:80], ""
            self.outcomes.append(Outcome(began, time.monotonic(), status, code, request_id))
            if status != 200:
                time.sleep(0.2)  # a caller that backs off a little


def _faults(made: scaled.Site, found: Any, broker: str, seconds: float) -> list[tuple[float, str]]:
    """Do the harm; returns when and what."""
    begun, log = time.monotonic(), []
    names, turn = ["worker-a", "worker-b"], 0
    todo = [(seconds / 3, "redis" if broker == "redis" else "amqp"), (seconds * 2 / 3, "postgres")]
    while (passed := time.monotonic() - begun) < seconds:
        if todo and passed >= todo[0][0]:
            _, name = todo.pop(0)
            took = found.restart(name)
            log.append((time.monotonic(), f"{name} restarted in {took:.1f} s"))
            continue
        name = names[turn % 2]
        turn += 1
        made.end(name, number=signal.SIGKILL)
        log.append((time.monotonic(), f"{name} killed"))
        made.start_engines(name, processes=1)
        time.sleep(20)
    return log


def _until_first(load: Load, *, seconds: float = 180) -> None:
    """Return when a call succeeded; raises RuntimeError if none does."""
    ends = time.monotonic() + seconds
    while not any(one.status == 200 for one in load.outcomes):
        if time.monotonic() > ends:
            load.stopped.set()
            raise RuntimeError(f"no call succeeds: {load.outcomes[-1:]}")
        time.sleep(0.2)


def _report(
    load: Load, log: list[tuple[float, str]], counts: dict[str, int], ids: set[str]
) -> dict[str, Any]:
    outcomes = load.outcomes
    succeeded = {one.request_id for one in outcomes if one.status == 200}
    back = []
    for moment, what in log:
        after = [
            one.ended - moment for one in outcomes if one.status == 200 and one.began >= moment
        ]
        back.append({"fault": what, "back_after_s": round(min(after), 1) if after else None})
    return {
        "calls": len(outcomes),
        "by_status": Counter(str(one.status) for one in outcomes),
        "by_code": Counter(one.code for one in outcomes if one.code),
        "answered_without_id": sum(not one.request_id for one in outcomes),
        "request_ids_repeated": len(outcomes)
        - len({one.request_id or id(one) for one in outcomes}),
        "longest_s": round(max(one.ended - one.began for one in outcomes), 1),
        "answered_200_not_recorded": len(succeeded - ids),
        "recorded_but_not_answered_200": len(ids - succeeded),
        **counts,
        "faults": back,
    }


def main() -> int:
    """Run it and print JSON; the exit status says whether every promise held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--broker", choices=["amqp", "redis"], default="amqp")
    parser.add_argument("--callers", type=int, default=4)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))  # so that everything is ended
    names = ["postgres", "redis", *(["amqp"] if asked.broker == "amqp" else [])]
    with (
        services(*names) as found,
        scaled.site(found, broker=asked.broker, ENGINE_TIMEOUT_S=str(LIMIT_S)) as made,
    ):
        for name in ("worker-a", "worker-b"):
            made.start_engines(name, processes=1)
        load = Load(made)
        callers = [threading.Thread(target=load.run, args=(n,)) for n in range(asked.callers)]
        for caller in callers:
            caller.start()
        _until_first(load)
        log = _faults(made, found, asked.broker, asked.seconds)
        time.sleep(5)
        load.stopped.set()
        for caller in callers:
            caller.join()
        report = _report(load, log, made.counts(), made.ids())
    print(json.dumps(report, indent=2))
    held = (
        report["billed"] == report["succeeded"]
        and not report["billed_twice"]
        and not report["unmatched"]
        and not report["answered_200_not_recorded"]
        and not report["answered_without_id"]
        and not report["request_ids_repeated"]
        and report["longest_s"] <= LIMIT_S + 5
        and all(
            one["back_after_s"] is not None and one["back_after_s"] <= 10
            for one in report["faults"]
        )
    )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
