"""Concurrent A/B comparison: both sides run at the same time, each on half of the cores, then swapped.

A shared machine drifts by tens of per cent within seconds, more than the difference to be measured. What runs
at the same time drifts together, and no half of the cores favours a side that has both.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from tools.bench.processes import cpu_seconds, family

SWAPS = 20  # a multiple of four: halves by turns 0 1 1 0, so that a drift meets both alike
LEAD_S = 3.0
Call = tuple[float, float]  # when it began and ended, in seconds of the monotonic clock


class Side(Protocol):
    """What is driven, from a process of its own: it is sent there, and opened there."""

    def opened(self) -> AbstractContextManager[Callable[[], Callable[[], None]]]:
        """Return what gives each caller its call, which raises where it does not succeed."""


def compare(
    bare: Side, served: Side, serving: list[int], *, callers: int, seconds: float
) -> dict[str, Any]:
    """Drive both sides for `seconds`; return rates per second, their ratio, and the processor time a call.

    `serving` are the processes that serve the second side; they, those that they started, and the
    callers stay on its half of the cores, so a side pays for all of its own. `ratios` are the lowest and
    highest of the spans of four swaps. Raises RuntimeError on a machine of one core, and with the reason
    where a call failed.
    """
    cores = sorted(os.sched_getaffinity(0))
    half = len(cores) // 2
    if not half:
        raise RuntimeError("two sides at a time need two cores")
    halves = (cores[:half], cores[half : 2 * half])
    with driver(bare, callers) as alone, driver(served, callers) as through:
        drivers = (alone, through)
        roots = ([alone.pid], [through.pid, *serving])
        edges: list[float] = []
        for turn in range(SWAPS):
            swapped = (turn + 1) // 2 % 2
            for place, tree in enumerate(roots):
                pin(tree, halves[place ^ swapped])
            if turn == 0:
                time.sleep(LEAD_S)
                before = [cpu_seconds(family(tree)) for tree in roots]
            edges.append(time.monotonic())
            time.sleep(seconds / SWAPS)
        edges.append(time.monotonic())
        spent = [cpu_seconds(family(tree)) for tree in roots]
        pin([pid for tree in roots for pid in tree], cores)
        calls = [one.stop() for one in drivers]
    took = edges[-1] - edges[0]
    rates = [rate(made, edges[0], edges[-1]) for made in calls]
    spans = [
        rate(calls[1], start, end) / rate(calls[0], start, end)
        for start, end in zip(edges[0:-4:4], edges[4::4], strict=True)
    ]
    found: dict[str, Any] = {
        "ratio": round(rates[1] / rates[0], 3),
        "ratios": [round(min(spans), 3), round(max(spans), 3)],
    }
    for name, speed, was, now in zip(("bare", "served"), rates, before, spent, strict=True):
        busy = sum(now[pid] - was[pid] for pid in now if pid in was)
        found[name] = {
            "per_s": round(speed, 3),
            "cpu_ms_per_call": round(busy / (speed * took) * 1000, 1),
            "cores_used": round(busy / took, 3),
        }
    return found


def rate(calls: list[Call], start: float, end: float) -> float:
    """Return calls per second of a span; one that is only partly in it counts for that part."""
    inside = ((max(0.0, min(end, b) - max(start, a))) / (b - a) for a, b in calls)
    return sum(inside) / (end - start)


def pin(roots: list[int], cores: list[int]) -> None:
    """Keep these processes and all that they started on these cores."""
    for pid in family(roots):
        with contextlib.suppress(OSError):  # ended since
            for task in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setaffinity(int(task.name), cores)


@dataclass(frozen=True)
class Driver:
    """A process that runs one side until it is asked to stop."""

    pid: int
    pipe: Connection

    def stop(self) -> list[Call]:
        """End the calls; return all of them. Raises RuntimeError where one failed."""
        self.pipe.send(None)
        return self.answer()

    def answer(self) -> Any:
        """Return the next message of the process. Raises RuntimeError with its reason to give up."""
        try:
            message = self.pipe.recv()
        except EOFError:
            raise RuntimeError("the driver ended") from None
        if isinstance(message, str):
            raise RuntimeError(message)
        return message


@contextlib.contextmanager
def driver(side: Side, callers: int) -> Iterator[Driver]:
    """Start the calls of a side; yields when every caller had its first answer."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_drive, args=(side, callers, there))
    process.start()
    there.close()  # only the process holds it now, so its end is noticed
    try:
        assert process.pid is not None
        made = Driver(process.pid, here)
        made.answer()
        yield made
    finally:
        here.close()
        process.join(60)
        if process.is_alive():
            process.kill()


def _drive(side: Side, callers: int, pipe: Connection) -> None:
    """Call from `callers` threads: report the first answers, stop on request, send all results."""
    calls: list[Call] = []
    failures: list[str] = []
    stopped = threading.Event()
    met = threading.Barrier(callers + 1)

    def run(call: Callable[[], None]) -> None:
        try:
            call()
            met.wait()
            while not stopped.is_set():
                begun = time.monotonic()
                call()
                calls.append((begun, time.monotonic()))
        except Exception as error:
            failures.append(repr(error))
            met.abort()

    with side.opened() as made:
        threads = [threading.Thread(target=run, args=(made(),)) for _ in range(callers)]
        for thread in threads:
            thread.start()
        with contextlib.suppress(threading.BrokenBarrierError):
            met.wait()
            pipe.send(())
            with contextlib.suppress(EOFError):  # the other end gave up
                pipe.recv()
        stopped.set()
        for thread in threads:
            thread.join()
    with contextlib.suppress(OSError):
        pipe.send(failures[0] if failures else calls)
