"""What a call costs besides the engine, and how much of the bare engine's throughput the API keeps."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.server import ROOT, Portal, connect, portal, post

SAMPLES = {"passport": "passport.jpg", "general-text": "general-text.png"}
TURNS = 6  # of each side of a comparison
A4 = "a4"  # a drawn page of sixty lines, for general-text


def sample(name: str) -> tuple[str, bytes]:
    """Return service and picture of a key of SAMPLES, or of A4."""
    if name == A4:
        from bench.engine import sheet

        return "general-text", sheet()
    return name, (ROOT / "ocr" / "samples" / SAMPLES[name]).read_bytes()


def gateway(*, calls: int = 400) -> dict[str, Any]:
    """Return web CPU and latency of a call whose engine answers at once (recorded pages).

    The picture is the general-text sample, so signature, Base64, header check, permission, quota
    and metering are those of a real call. Beside it, on the same server, in turns: a bare view, and
    one that reads the picture for anybody. What the call costs beyond the latter is identity, policy,
    quota and metering.
    """
    image = (ROOT / "ocr" / "samples" / SAMPLES["general-text"]).read_bytes()
    with (
        portal(ENGINE="recorded") as server,
        portal(wsgi="bench.bare:application", ENGINE="recorded") as bare,
    ):
        call = server.signed("general-text", image)
        sides = {
            "call": (server, call),
            "bare view": (bare, ("/v2/bare/answer", call[1], call[2])),
            "reading for anybody": (bare, ("/v2/bare/read", call[1], call[2])),
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
    best = {name: min(values) for name, values in cpu.items()}
    times.sort()
    return {
        "calls": calls,
        "web_cpu_ms_per_call": {name: round(value, 2) for name, value in best.items()},
        "identity_policy_quota_metering_to_bare_view": round(
            (best["call"] - best["reading for anybody"]) / best["bare view"], 2
        ),
        "latency_ms": {
            "p50": round(times[len(times) // 2], 1),
            "p99": round(times[int(len(times) * 0.99)], 1),
        },
        "queries_per_call": queries(),
        "web_memory_mb": round(max(memory["web"]), 1),
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
    """Return calls per second through the API and of the bare engine pool, in turns of one run.

    Both are fed by twice as many callers as engine processes.
    """
    processes = processes or os.cpu_count() or 1
    service, image = sample(name)
    with (
        bare(service, image, processes) as read,
        portal(ENGINE_PROCESSES=str(processes)) as server,
    ):
        call = server.signed(service, image)
        sides = {
            "bare": (read, lambda: None),
            "api": (lambda connection: succeed(connection, call), lambda: connect(server.host)),
        }
        found = in_turns(sides, callers=processes * 2, seconds=seconds)
        memory = server.memory_mb()
    return {
        "picture": name, "engine_processes": processes, **found,
        "engine_memory_mb": [round(mb) for mb in memory["engine"]],
        "web_memory_mb": [round(mb) for mb in memory["web"]],
    }  # fmt: skip


Side = tuple[Callable[[Any], None], Callable[[], Any]]  # one call, and what a caller holds


def in_turns(sides: dict[str, Side], *, callers: int, seconds: float) -> dict[str, Any]:
    """Drive both sides for `seconds` each, turn about; the first is the baseline.

    Returns the median rates per second, their ratio as the median over the turns, and the lowest and
    highest of a turn: a machine that drifts or is shared drifts under both sides of a turn.
    """
    rates: dict[str, list[float]] = {side: [] for side in sides}
    for turn in range(TURNS):
        for side in list(sides) if turn % 2 else reversed(list(sides)):
            rates[side].append(drive(callers, seconds / TURNS, *sides[side]))
    base, other = rates.values()
    ratios = [through / alone for alone, through in zip(base, other, strict=True)]
    return {
        **{f"{side}_per_s": round(statistics.median(found), 2) for side, found in rates.items()},
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(min(ratios), 3), round(max(ratios), 3)],
    }


def drive(
    callers: int, seconds: float, one: Callable[[Any], None], make: Callable[[], Any]
) -> float:
    """Call `one(make())` from `callers` threads for `seconds`; return calls per second.

    The clock starts when every thread has had its first call, and stops with the last one.
    """
    counts = [0] * callers
    started: list[float] = []
    barrier = threading.Barrier(callers, action=lambda: started.append(time.monotonic()))

    def run(index: int) -> None:
        state = make()
        one(state)
        barrier.wait()
        while time.monotonic() - started[0] < seconds:
            one(state)
            counts[index] += 1

    threads = [threading.Thread(target=run, args=(index,)) for index in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - started[0])


@contextmanager
def bare(service: str, image: bytes, processes: int) -> Iterator[Callable[[Any], None]]:
    """Start an engine pool without anything around it; yield what reads the picture once."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from ocr.catalog import BY_CODE
    from ocr.engine.messages import Setup
    from ocr.engine.pool import Pool
    from ocr.options import parse

    row = BY_CODE[service]
    models = os.environ.get("MODELS_DIR") or str(ROOT / "var" / "models")
    pool = Pool(Setup("onnx", models, ""), processes=processes, queue=processes * 2)
    pool.start()
    options = parse(row.module.OPTIONS, {})

    def read(_: Any) -> None:
        pool.recognise(
            image, extract=row.module.extract, options=options, profile=row.profile, timeout=120
        )

    try:
        yield read
    finally:
        pool.stop()


def succeed(connection: Any, call: Any) -> None:
    """Make a call that must succeed. Raises RuntimeError with the answer."""
    status, answer = post(connection, call)
    if status != 200:
        raise RuntimeError(answer.decode())
