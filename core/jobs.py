"""Periodic jobs (not the batch jobs of `ocr.jobs`): one registry, run by a ticker thread (embedded) or by Celery beat (scaled).

Every job is safe to run twice; the lock only avoids doing the work twice.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import close_old_connections, connection

from core import log_context
from core.models import timed_id
from core.registry import Registry

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """`run` takes no argument, is safe to run twice and is started every `seconds`."""

    name: str
    seconds: float
    run: Callable[[], object]


PERIODIC: Registry[PeriodicJob] = Registry("periodic jobs", key=lambda job: job.name)


def register(*jobs: PeriodicJob) -> None:
    """Add jobs to the table; called from `AppConfig.ready()`."""
    PERIODIC.register(jobs)


@contextlib.contextmanager
def exclusive(name: str) -> Iterator[bool]:
    """Yield True if this process alone holds the lock `name` now, False if another one does."""
    if connection.vendor == "postgresql":
        key = zlib.crc32(name.encode())
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
            held = bool(cursor.fetchone()[0])
            try:
                yield held
            finally:
                if held:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
        return
    folder = settings.DATA_DIR / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def run_job(name: str) -> bool:
    """Run one job now unless another process is at it; returns whether it ran to its end."""
    job = PERIODIC.get(name)
    try:
        with log_context.bound(job=name, request_id=timed_id()), exclusive(f"job.{name}") as held:
            if held:
                job.run()
            return held
    except Exception:
        # A job must never stop the ticker; the next turn tries again.
        log.exception("periodic job failed", extra={"job": name})
        return False


class Ticker(threading.Thread):
    """The embedded scheduler: one daemon thread of the single web process."""

    def __init__(self) -> None:
        super().__init__(name="ticker", daemon=True)
        self._stopped = threading.Event()

    def run(self) -> None:
        """Run each job when it is due until `stop` is called."""
        due = {job.name: time.monotonic() + min(job.seconds, 2.0) for job in PERIODIC}
        while not self._stopped.wait(0.25):
            for job in PERIODIC:
                if time.monotonic() >= due[job.name]:
                    run_job(job.name)
                    due[job.name] = time.monotonic() + job.seconds
            close_old_connections()

    def stop(self) -> None:
        """Ask the thread to end after the job that is running."""
        self._stopped.set()
