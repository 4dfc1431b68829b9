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


def gateway(*, calls: int = 400) -> dict[str, Any]:
    """Return web CPU and latency of a call whose engine answers at once (recorded pages).

    The picture is the general-text sample, so signature, Base64, header check, permission, quota
    and metering are those of a real call.
    """
    image = (ROOT / "ocr" / "samples" / SAMPLES["general-text"]).read_bytes()
    with portal(ENGINE="recorded") as server:
        call = server.signed("general-text", image)
        connection = connect(server.host)
        for _ in range(20):
            assert post(connection, call)[0] == 200
        before, times = server.cpu_seconds(), []
        for _ in range(calls):
            started = time.perf_counter()
            status, _ = post(connection, call)
            assert status == 200
            times.append((time.perf_counter() - started) * 1000)
        cpu = (server.cpu_seconds() - before) / calls * 1000
        memory = server.memory_mb()
    times.sort()
    return {
        "calls": calls,
        "web_cpu_ms_per_call": round(cpu, 2),
        "latency_ms": {
            "p50": round(times[calls // 2], 1),
            "p99": round(times[int(calls * 0.99)], 1),
        },
        "queries_per_call": queries(),
        "web_memory_mb": round(max(memory["web"]), 1),
    }


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


def throughput(service: str, *, seconds: float = 20.0, processes: int = 0) -> dict[str, Any]:
    """Return calls per second through the API and of the bare engine pool, in one run.

    Both are fed by twice as many callers as engine processes; the bare engine runs before and
    after the API, so that a drifting machine shows.
    """
    processes = processes or os.cpu_count() or 1
    image = (ROOT / "ocr" / "samples" / SAMPLES[service]).read_bytes()
    callers = processes * 2
    first = _bare(service, image, seconds / 2, processes, callers)
    with portal(ENGINE_PROCESSES=str(processes)) as server:
        through = _through_api(server, service, image, seconds, callers)
        memory = server.memory_mb()
    second = _bare(service, image, seconds / 2, processes, callers)
    bare = (first + second) / 2
    return {
        "service": service, "engine_processes": processes, "seconds": seconds,
        "bare_per_s": [round(first, 2), round(second, 2)], "api_per_s": round(through, 2),
        "ratio": round(through / bare, 3),
        "engine_memory_mb": [round(mb) for mb in memory["engine"]],
        "web_memory_mb": [round(mb) for mb in memory["web"]],
    }  # fmt: skip


def _drive(
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


def _bare(service: str, image: bytes, seconds: float, processes: int, callers: int) -> float:
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
        return _drive(callers, seconds, one, lambda: None)
    finally:
        pool.stop()


def _through_api(server: Portal, service: str, image: bytes, seconds: float, callers: int) -> float:
    call = server.signed(service, image)

    def one(connection: Any) -> None:
        status, answer = post(connection, call)
        if status != 200:
            raise RuntimeError(answer.decode())

    return _drive(callers, seconds, one, lambda: connect(server.host))
