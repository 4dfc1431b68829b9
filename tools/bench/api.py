"""CPU time of a call outside the engine, and the API's share of the bare engine's throughput."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tools.bench import concurrent_ab
from tools.bench.server import ROOT, Portal, connect, portal, post

SAMPLES = {"passport": "passport.jpg", "general-text": "general-text.png"}
RATE = 50  # calls a second of a steady stream
A4 = "a4"  # a drawn page of sixty lines, for general-text


def sample(name: str) -> tuple[str, bytes]:
    """Return service and image of a key of SAMPLES, or of A4."""
    if name == A4:
        from tools.bench.engine import sheet

        return "general-text", sheet()
    return name, (ROOT / "ocr" / "samples" / SAMPLES[name]).read_bytes()


def lasting(name: str, seconds: float) -> float:
    """Return for how long an image is compared: a page takes seconds, and few of them make no rate."""
    return seconds * (4 if name == A4 else 1)


def gateway(*, calls: int = 400) -> dict[str, Any]:
    """Return web CPU and latency of a call whose engine answers at once (recorded pages).

    The image is the general-text sample, so signature, Base64, header check, permission, quota
    and metering are those of a real call. Beside it, on the same server, in turns: a bare view, and
    one that recognises the image for any caller. What the call costs beyond the latter is identity, policy,
    quota and metering.
    """
    image = (ROOT / "ocr" / "samples" / SAMPLES["general-text"]).read_bytes()
    with (
        portal(ENGINE="recorded") as server,
        portal(wsgi="tools.bench.baseline:application", ENGINE="recorded") as bare,
    ):
        call = server.signed("general-text", image)
        sides = {
            "call": (server, call),
            "bare view": (bare, ("/v2/bare/answer", call[1], call[2])),
            "recognition without identity": (bare, ("/v2/bare/read", call[1], call[2])),
        }
        cpu: dict[str, list[float]] = {name: [] for name in sides}
        times: list[float] = []
        for turn in range(4):  # the first warms
            for name, (side, request) in sides.items():
                took, passed = _cpu(side, request, calls // 3)
                if turn:
                    cpu[name].append(took)
                    times += passed if name == "call" else []
        memory = server.memory_mb()
        paced = at_a_rate(server, call, per_second=RATE, seconds=30)
    best = {name: min(values) for name, values in cpu.items()}
    return {
        "calls": calls,
        "web_cpu_ms_per_call": {name: round(value, 2) for name, value in best.items()},
        "identity_policy_quota_metering_to_bare_view": round(
            (best["call"] - best["recognition without identity"]) / best["bare view"], 2
        ),
        "latency_ms": _percentiles(times),
        f"latency_ms_at_{RATE}_per_s": _percentiles(paced),
        "queries_per_call": queries(),
        "web_memory_mb": round(max(memory["web"]), 1),
    }


def at_a_rate(server: Portal, call: Any, *, per_second: int, seconds: float) -> list[float]:
    """Return the milliseconds of each call of a steady stream, from the moment it was due.

    A call that waits for the one before it counts its wait, as its caller would.
    """
    limit = str(per_second * 120)
    server.manage("set_limit", server.credentials["account"], "--calls-per-minute", limit)
    callers, begin = 8, time.monotonic() + 1

    def stream(number: int) -> list[float]:
        connection, found = connect(server.host), []
        for turn in range(int(seconds * per_second / callers)):
            due = begin + (turn + number / callers) * callers / per_second
            time.sleep(max(0.0, due - time.monotonic()))
            succeed(connection, call)
            found.append((time.monotonic() - due) * 1000)
        return found

    with ThreadPoolExecutor(callers) as pool:
        streams = list(pool.map(stream, range(callers)))
    return [value for found in streams for value in found]


def _percentiles(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        name: round(ordered[int(len(ordered) * share)], 1)
        for name, share in (("p50", 0.5), ("p99", 0.99))
    }


def _cpu(side: Portal, request: Any, calls: int) -> tuple[float, list[float]]:
    """Return the web worker's CPU milliseconds per call, and each call's wall milliseconds."""
    connection = connect(side.host)
    before, times = side.cpu_seconds(), []
    for _ in range(calls):
        started = time.perf_counter()
        status, answer = post(connection, request)
        if status != 200:
            raise RuntimeError(answer.decode())
        times.append((time.perf_counter() - started) * 1000)
    return (side.cpu_seconds() - before) / calls * 1000, times


def queries() -> int:
    """Return the database statements of one successful call, transaction control included."""
    code = (
        "import pytest, sys; sys.exit(pytest.main(['-q', '-s', '-p', 'no:cacheprovider',"
        " 'tests/test_queries.py::test_a_successful_call_costs_at_most_eight_statements']))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    ).stdout
    return int(out.split("statements per call:")[1].split()[0])


def throughput(name: str, *, seconds: float = 60.0, processes: int = 0) -> dict[str, Any]:
    """Return calls per second through the API and of the bare engine pool, at the same time.

    Both are fed by twice as many callers as engine processes, A4 for longer than `seconds`.
    """
    processes = processes or os.cpu_count() or 1
    service, image = sample(name)
    with portal(ENGINE_PROCESSES=str(processes)) as server:
        found = concurrent_ab.compare(
            Bare(service, image, processes),
            Calls(server.host, server.signed(service, image)),
            [server.pid],
            callers=processes * 2,
            seconds=lasting(name, seconds),
        )
        memory = server.memory_mb()
    return {
        "image": name, "engine_processes": processes, **found,
        "engine_memory_mb": [round(mb) for mb in memory["engine"]],
        "web_memory_mb": [round(mb) for mb in memory["web"]],
    }  # fmt: skip


@dataclass(frozen=True)
class Bare:
    """An engine pool without anything around it, which recognises one image."""

    service: str
    image: bytes
    processes: int

    @contextmanager
    def opened(self) -> Iterator[Callable[[], Callable[[], None]]]:
        """Start the pool; every caller has the image recognised in it."""
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        from ocr.catalog import BY_CODE
        from ocr.engine.ipc import Setup
        from ocr.engine.process_pool import Pool
        from ocr.options import parse

        row = BY_CODE[self.service]
        models = os.environ.get("MODELS_DIR") or str(ROOT / "var" / "models")
        pool = Pool(Setup("onnx", models, ""), processes=self.processes, queue=self.processes * 2)
        pool.start()
        options = parse(row.extractor.OPTIONS, {})

        def read() -> None:
            pool.recognize(
                self.image,
                extract=row.extractor.extract,
                options=options,
                profile=row.profile,
                timeout=120,
            )

        try:
            yield lambda: read
        finally:
            pool.stop()


@dataclass(frozen=True)
class Calls:
    """One signed call of a running server, repeated."""

    host: str
    call: tuple[str, bytes, dict[str, str]]

    @contextmanager
    def opened(self) -> Iterator[Callable[[], Callable[[], None]]]:
        """Every caller has a connection of its own."""

        def make() -> Callable[[], None]:
            connection = connect(self.host)
            return lambda: succeed(connection, self.call)

        yield make


def succeed(connection: Any, call: Any) -> None:
    """Make a call that must succeed. Raises RuntimeError with the answer."""
    status, answer = post(connection, call)
    if status != 200:
        raise RuntimeError(answer.decode())
