"""One measured value and its baseline."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """`value` in `unit`; `ratio` = value ÷ baseline of the same run; `goal` as text."""

    part: str
    name: str
    value: float
    unit: str
    baseline: str = ""
    ratio: float | None = None
    goal: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def show(rows: list[Row]) -> None:
    """Print a table."""
    for row in rows:
        ratio = f"{row.ratio:8.3f} x {row.baseline}" if row.ratio is not None else ""
        goal = f"  (goal {row.goal})" if row.goal else ""
        print(
            f"{row.part:10} {row.name:44} {row.value:12.3f} {row.unit:10}{ratio}{goal}", flush=True
        )


def cpu_ms(work: Callable[[], object], *, times: int) -> float:
    """Return CPU milliseconds of this process per call of `work`, the best of three rounds."""
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        for _ in range(times):
            work()
        best = min(best, (time.process_time() - started) / times * 1000)
    return best


def wall_ms(work: Callable[[], object], *, times: int = 5) -> float:
    """Return the shortest wall time of one call of `work` in milliseconds."""
    best = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best * 1000
