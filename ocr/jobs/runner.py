"""The runner: claims pages by lease and processes a few at a time. Any number of runners may run.

In embedded mode it is a thread of the web process; in scaled mode `manage.py run_jobs` runs it. All
state is in the rows: if a runner is killed, its pages pass to another when their leases end.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import close_old_connections

from core.models import hex_id
from ocr.jobs import leases, page_processing, page_results
from ocr.jobs.wakeup import WOKEN
from ocr.models import JobPage

log = logging.getLogger(__name__)

IDLE_S = 1.0
RENEW_S = 8.0
SWEEP_S = 5.0
DRAIN_S = 20.0


class Runner(threading.Thread):
    """Claims pages in fair order and keeps their leases until each has an outcome."""

    def __init__(self, threads: int | None = None) -> None:
        super().__init__(name="job-runner", daemon=True)
        self.owner = hex_id()
        self.threads = threads or settings.JOB_THREADS
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="job-page")
        self._lock = threading.Lock()
        self._in_hand = 0
        self._turns = 0
        self._served: dict[str, int] = {}
        self._held_back: dict[str, float] = {}
        self._keeper = threading.Thread(target=self._keep, name="job-leases", daemon=True)

    def run(self) -> None:
        """Claim and process pages until stopped; database errors are retried."""
        self._keeper.start()
        while not self._stopped.is_set():
            try:
                busy = self._turn()
            except Exception:
                log.exception("the job runner could not take a page")
                busy = False
                self._stopped.wait(IDLE_S)
            if not busy:
                WOKEN.wait(IDLE_S)
                WOKEN.clear()
        close_old_connections()

    def stop(self, timeout: float = DRAIN_S) -> None:
        """Claim nothing new and wait for the pages in progress, at most `timeout` seconds."""
        self._stopped.set()
        WOKEN.set()
        limit = time.monotonic() + timeout
        while self._in_hand and time.monotonic() < limit:
            time.sleep(0.05)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _turn(self) -> bool:
        """Claim one page if a thread is free; returns whether one was claimed."""
        if self._in_hand >= self.threads:
            return False
        now = time.monotonic()
        self._held_back = {job: until for job, until in self._held_back.items() if until > now}
        page = leases.claim(owner=self.owner, served=self._served, held_back=tuple(self._held_back))
        if page is None:
            close_old_connections()
            return False
        self._turns += 1
        self._served[page.job.account_id] = self._served[page.job_id] = self._turns
        if len(self._served) > 10_000:
            self._served.clear()
        with self._lock:
            self._in_hand += 1
        self._pool.submit(self._read, page)
        return True

    def _read(self, page: JobPage) -> None:
        try:
            turn = page_processing.read(page)
            if turn.wait_s:
                self._held_back[page.job_id] = time.monotonic() + turn.wait_s
            page_results.job_finish(page.job_id)
        except Exception:
            log.exception("a page of a job was left", extra={"job": page.job_id})
        finally:
            with self._lock:
                self._in_hand -= 1
            close_old_connections()
            WOKEN.set()

    def _keep(self) -> None:
        """Renew our leases and sweep expired ones, until the last page is finished."""
        swept = 0.0
        while not (self._stopped.is_set() and not self._in_hand):
            try:
                if self._in_hand:
                    leases.renew(self.owner)
                if time.monotonic() - swept >= SWEEP_S:
                    swept = time.monotonic()
                    page_results.sweep()
            except Exception:
                log.exception("leases could not be kept")
            close_old_connections()
            self._stopped.wait(min(RENEW_S, SWEEP_S))
            if self._stopped.is_set():
                time.sleep(0.1)
