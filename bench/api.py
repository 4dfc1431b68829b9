"""What a call costs besides the engine, and how much of the bare engine's throughput the API keeps."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.server import ROOT, Portal, connect, portal, post

SAMPLES = {"passport": "passport.jpg", "general-text": "general-text.png"}
RATE = 50  # calls a second of a steady stream
TURNS = 10  # of each side of a comparison
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
        paced = at_a_rate(server, call, per_second=RATE, seconds=30)
    best = {name: min(values) for name, values in cpu.items()}
    return {
        "calls": calls,
        "web_cpu_ms_per_call": {name: round(value, 2) for name, value in best.items()},
        "identity_policy_quota_metering_to_bare_view": round(
            (best["call"] - best["reading for anybody"]) / best["bare view"], 2
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


@dataclass(frozen=True)
class Turn:
    """Calls of one side for a while, and what the whole machine did in it, in seconds of a processor."""

    calls: int
    seconds: float
    busy: float
    idle: float

    @property
    def rate(self) -> float:
        """Calls per second."""
        return self.calls / self.seconds

    @property
    def cpu_ms(self) -> float:
        """The machine's milliseconds of processor time per call, whoever spent them."""
        return self.busy / self.calls * 1000


def in_turns(sides: dict[str, Side], *, callers: int, seconds: float) -> dict[str, Any]:
    """Drive both sides for `seconds` each, turn about; the first is the baseline.

    Returns the median rates per second, their ratio as the median over the turns with the lowest and
    highest of a turn (a machine that drifts or is shared drifts under both sides of a turn), and what
    tells the cost of a call from such drift: processor time a call and the idle share of the machine.
    """
    turns: dict[str, list[Turn]] = {side: [] for side in sides}
    for number in range(TURNS):
        for side in list(sides) if number % 2 else reversed(list(sides)):
            turns[side].append(drive(callers, seconds / TURNS, *sides[side]))
    base, other = turns.values()
    ratios = [through.rate / alone.rate for alone, through in zip(base, other, strict=True)]
    cpu = [alone.cpu_ms / through.cpu_ms for alone, through in zip(base, other, strict=True)]
    found: dict[str, Any] = {
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(min(ratios), 3), round(max(ratios), 3)],
        "cpu_ratio": round(statistics.median(cpu), 3),
    }
    for side, made in turns.items():
        found[side] = {
            "per_s": round(statistics.median(turn.rate for turn in made), 2),
            "cpu_ms_per_call": round(statistics.median(turn.cpu_ms for turn in made), 1),
            "machine_idle": round(
                statistics.mean(turn.idle / (turn.idle + turn.busy) for turn in made), 3
            ),
        }
    return found


def drive(
    callers: int, seconds: float, one: Callable[[Any], None], make: Callable[[], Any]
) -> Turn:
    """Call `one(make())` from `callers` threads for `seconds`.

    The clock starts when every thread has had its first call, and stops with the last one.
    """
    counts = [0] * callers
    started: list[float] = []
    before: list[tuple[float, float]] = []

    def begin() -> None:
        before.append(machine())
        started.append(time.monotonic())

    barrier = threading.Barrier(callers, action=begin)

    def run(index: int) -> None:
        state = make()
        try:
            one(state)
        except BaseException:
            barrier.abort()
            raise
        barrier.wait()
        while time.monotonic() - started[0] < seconds:
            one(state)
            counts[index] += 1

    with ThreadPoolExecutor(callers) as pool:
        for running in [pool.submit(run, index) for index in range(callers)]:
            running.result()  # a call that failed ends the measurement
    took = time.monotonic() - started[0]
    busy, idle = (after - was for after, was in zip(machine(), before[0], strict=True))
    return Turn(sum(counts), took, busy, idle)


def machine() -> tuple[float, float]:
    """Return the seconds that this machine's processors were busy and idle since it started."""
    fields = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:]
    user, nice, system, idle, waiting, interrupts, soft = (int(field) for field in fields[:7])
    tick = os.sysconf("SC_CLK_TCK")
    return (user + nice + system + interrupts + soft) / tick, (idle + waiting) / tick


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
