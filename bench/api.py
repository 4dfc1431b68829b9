"""What a call costs besides the engine, and how much of the bare engine's throughput the API keeps."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from bench.server import ROOT, Portal, connect, portal, post

SAMPLES = {"passport": "passport.jpg", "general-text": "general-text.png"}
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


def throughput(name: str, *, seconds: float = 20.0, processes: int = 0) -> dict[str, Any]:
    """Return calls per second through the API and of the bare engine pool, in one run.

    Both are fed by twice as many callers as engine processes; the bare engine runs before and
    after the API, so that a drifting machine shows.
    """
    processes = processes or os.cpu_count() or 1
    service, image = sample(name)
    callers = processes * 2
    first = bare_rate(service, image, seconds / 2, processes, callers)
    with portal(ENGINE_PROCESSES=str(processes)) as server:
        through = _through_api(server, service, image, seconds, callers)
        memory = server.memory_mb()
    second = bare_rate(service, image, seconds / 2, processes, callers)
    bare = (first + second) / 2
    return {
        "picture": name, "engine_processes": processes, "seconds": seconds,
        "bare_per_s": [round(first, 2), round(second, 2)], "api_per_s": round(through, 2),
        "ratio": round(through / bare, 3),
        "engine_memory_mb": [round(mb) for mb in memory["engine"]],
        "web_memory_mb": [round(mb) for mb in memory["web"]],
    }  # fmt: skip


def drive(
    callers: int, seconds: float, one: Callable[[Any], None], make: Callable[[], Any]
) -> float:
    """Call `one(make())` from `callers` threads for `seconds`; return calls per second."""
    counts = [0] * callers
    ends = time.monotonic() + seconds
    barrier = threading.Barrier(callers)

    def run(index: int) -> None:
        state = make()
        one(state)
        barrier.wait()
        while time.monotonic() < ends:
            one(state)
            counts[index] += 1

    started = time.monotonic()
    threads = [threading.Thread(target=run, args=(index,)) for index in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - started)


def bare_rate(service: str, image: bytes, seconds: float, processes: int, callers: int) -> float:
    """Return pictures per second of an engine pool without anything around it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from ocr.catalog import BY_CODE
    from ocr.engine.messages import Setup
    from ocr.engine.pool import Pool
    from ocr.options import parse

    row = BY_CODE[service]
    models = os.environ.get("MODELS_DIR") or str(ROOT / "var" / "models")
    pool = Pool(Setup("onnx", models, ""), processes=processes, queue=callers)
    pool.start()
    options = parse(row.module.OPTIONS, {})

    def one(_: None) -> None:
        pool.recognise(
            image, extract=row.module.extract, options=options, profile=row.profile, timeout=120
        )

    try:
        return drive(callers, seconds, one, lambda: None)
    finally:
        pool.stop()


def _through_api(server: Portal, service: str, image: bytes, seconds: float, callers: int) -> float:
    call = server.signed(service, image)

    def one(connection: Any) -> None:
        status, answer = post(connection, call)
        if status != 200:
            raise RuntimeError(answer.decode())

    return drive(callers, seconds, one, lambda: connect(server.host))
