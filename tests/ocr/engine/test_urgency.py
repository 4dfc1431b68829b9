"""Batch pages give way: interactive calls go first, keep a process free, and never find the line full."""

from __future__ import annotations

import threading
import time

import pytest

from ocr.engine import process_pool as pool_module
from ocr.engine.ipc import Setup
from ocr.engine.process_pool import Pool
from ocr.profiles import BATCH, INTERACTIVE, PRINTED, QueueFull
from tests.ocr.engine import probe
from tests.ocr.engine.test_process_pool import png


@pytest.fixture
def pool(request):
    made = Pool(Setup("recorded", ""), processes=request.param, queue=4)
    made.start()
    yield made
    made.stop()


def begun(pool, order: list, name: str, urgency: str, sleep: float = 0.4) -> threading.Thread:
    def work() -> None:
        pool.recognize(
            png(), extract=probe.echo, options={"word": name, "sleep": sleep}, profile=PRINTED,
            timeout=60, urgency=urgency,
        )  # fmt: skip
        order.append(name)

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.1)
    return thread


@pytest.mark.parametrize("pool", [1], indirect=True)
def test_a_call_passes_the_batch_pages_that_wait(pool):
    order: list[str] = []
    threads = [begun(pool, order, f"batch {number}", BATCH) for number in range(3)]
    threads.append(begun(pool, order, "call", INTERACTIVE))
    for thread in threads:
        thread.join()
    assert order == ["batch 0", "call", "batch 1", "batch 2"]


@pytest.mark.parametrize("pool", [2], indirect=True)
def test_a_process_is_kept_free_while_calls_come(pool, monkeypatch):
    monkeypatch.setattr(pool_module, "INTERACTIVE_RESERVE_S", 30.0)
    order: list[str] = []
    begun(pool, order, "call", INTERACTIVE, sleep=0.0).join()
    threads = [begun(pool, order, f"batch {number}", BATCH, sleep=1.0) for number in range(3)]
    assert pool.stats()["busy"] == 1
    begun(pool, order, "second call", INTERACTIVE, sleep=0.0).join()
    assert order == ["call", "second call"]
    monkeypatch.setattr(pool_module, "INTERACTIVE_RESERVE_S", 0.0)
    for thread in threads:
        thread.join()
    assert len(order) == 5


@pytest.mark.parametrize("pool", [1], indirect=True)
def test_waiting_pages_take_no_place_in_the_callers_line(pool):
    order: list[str] = []
    threads = [begun(pool, order, f"batch {number}", BATCH, sleep=0.2) for number in range(5)]
    threads += [begun(pool, order, f"call {number}", INTERACTIVE, sleep=0.0) for number in range(2)]
    for thread in threads:
        thread.join()
    assert len(order) == 7
    held = begun(pool, order, "long", INTERACTIVE, sleep=1.5)
    with pytest.raises(QueueFull):
        pool.recognize(
            png(), extract=probe.echo, options={"word": "x"}, profile=PRINTED, timeout=0.3,
            urgency=BATCH,
        )  # fmt: skip
    held.join()
