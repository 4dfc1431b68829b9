"""The pool: each caller gets its own answer or a clear error, whatever happens to the processes."""

from __future__ import annotations

import io
import os
import signal
import threading
import time

import pytest
from PIL import Image

from ocr.engine.ipc import Setup
from ocr.engine.process_pool import Pool
from ocr.page import SameSides, WrongDocument
from ocr.profiles import (
    PRINTED,
    EngineTimeout,
    ExtractError,
    QueueFull,
    UnreadableImage,
    WorkerCrashed,
)
from tests.ocr.engine import probe


def png(width: int = 20, height: int = 20) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def pool():
    made = Pool(Setup("recorded", ""), processes=2, queue=3)
    made.start()
    yield made
    made.stop()


def call(pool, extract, *, image=None, timeout=10.0, **options):
    return pool.recognize(
        image or png(), extract=extract, options=options, profile=PRINTED, timeout=timeout
    )


def test_two_hundred_interleaved_calls_never_meet(pool):
    pool.queue = 50
    wrong = []

    def work(number):
        for turn in range(10):
            word, size = f"{number}-{turn}", (20 + number, 30 + turn)
            result = call(pool, probe.echo, image=png(size[1], size[0]), word=word).result
            if result["word"] != word or result["size"] != size:
                wrong.append((word, result))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert pool.stats()["restarts"] == 0


def test_a_process_that_dies_fails_only_its_caller_and_is_replaced(pool):
    with pytest.raises(WorkerCrashed):
        call(pool, probe.die)
    assert call(pool, probe.echo, word="next").result["word"] == "next"
    pool.start(timeout=10)
    assert pool.stats()["processes"] == 2
    assert pool.stats()["restarts"] == 1


def test_a_process_killed_while_idle_costs_nobody_a_call(pool):
    for pid in pool.pids():
        os.kill(pid, signal.SIGKILL)
    assert call(pool, probe.echo, word="still here").result["word"] == "still here"


def test_a_call_that_overruns_is_cancelled(pool):
    started = time.monotonic()
    with pytest.raises(EngineTimeout):
        call(pool, probe.echo, word="slow", sleep=30, timeout=0.5)
    assert time.monotonic() - started < 3
    pool.start(timeout=10)
    assert call(pool, probe.echo, word="next").result["word"] == "next"


def test_a_full_queue_refuses_at_once(pool):
    threads = [
        threading.Thread(target=call, args=(pool, probe.echo), kwargs={"word": "w", "sleep": 1.0})
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.4)
    started = time.monotonic()
    with pytest.raises(QueueFull):
        call(pool, probe.echo, word="one too many")
    assert time.monotonic() - started < 0.2
    for thread in threads:
        thread.join()


def test_faults_of_an_image_travel_without_its_text(pool):
    with pytest.raises(UnreadableImage):
        call(pool, probe.echo, image=b"\x89PNG nothing", word="w")
    with pytest.raises(WrongDocument) as wrong:
        call(pool, probe.wrong)
    assert wrong.value.code == "AIS.0122"
    with pytest.raises(SameSides):
        call(pool, probe.twice)
    with pytest.raises(ExtractError) as fault:
        call(pool, probe.broken)
    assert "JOHN" not in str(fault.value)
    assert "probe.py" in str(fault.value)


def test_a_stopped_pool_leaves_no_process(pool):
    pids = pool.pids()
    pool.stop()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    with pytest.raises(WorkerCrashed):
        call(pool, probe.echo, word="late")


def test_an_engine_process_loads_no_framework(pool):
    assert "django" not in call(pool, probe.modules).result
