"""The comparison that `make bench` makes of two sides at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tools.bench import concurrent_ab


@dataclass(frozen=True)
class Work:
    """A side whose every call takes this much processor time; 0 fails."""

    cpu_s: float

    @contextmanager
    def opened(self) -> Iterator[Callable[[], Callable[[], None]]]:
        yield lambda: self.call

    def call(self) -> None:
        if not self.cpu_s:
            raise ValueError("no work")
        ends = time.thread_time() + self.cpu_s
        while time.thread_time() < ends:
            pass


def test_a_call_counts_for_the_part_of_it_that_lies_in_the_span():
    calls = [(0.0, 4.0), (4.0, 6.0), (9.0, 11.0), (20.0, 30.0)]
    assert concurrent_ab.rate(calls, 2.0, 10.0) == pytest.approx((0.5 + 1 + 0.5) / 8)


def test_half_the_work_is_twice_the_rate_and_costs_half():
    found = concurrent_ab.compare(Work(0.02), Work(0.01), [], callers=1, seconds=4)
    assert found["ratio"] == pytest.approx(2, rel=0.4)
    cost = found["bare"]["cpu_ms_per_call"], found["served"]["cpu_ms_per_call"]
    assert cost == (pytest.approx(20, rel=0.25), pytest.approx(10, rel=0.25))


def test_a_call_that_fails_ends_the_comparison():
    with pytest.raises(RuntimeError, match="no work"):
        concurrent_ab.compare(Work(0.01), Work(0), [], callers=2, seconds=4)
