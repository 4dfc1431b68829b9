"""Pool of local engine processes with a bounded queue. Imports no image or model library.

The calling thread waits for an idle process, sends its call and waits for the answer on that process's
socket, so a result can only reach the caller that sent the call; the id is checked all the same. A
process that dies or exceeds a deadline is killed and replaced in the background.
"""

from __future__ import annotations

import itertools
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ocr import profiles
from ocr.engine.ipc import Answer, Call, Setup, receive, send
from ocr.page import SameSides, WrongDocument
from ocr.profiles import (
    BATCH,
    INTERACTIVE,
    EngineTimeout,
    ExtractError,
    Outcome,
    Profile,
    QueueFull,
    Urgency,
    WorkerCrashed,
)

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[2]
START_LIMIT_S = 60.0
MAX_START_FAILURES = 3  # consecutive failed starts after which callers are refused at once
INTERACTIVE_RESERVE_S = 3.0  # so long after an interactive call, batch pages leave one process free


class Worker:
    """One engine process and the pool's end of its socket."""

    def __init__(self, setup: Setup) -> None:
        ours, theirs = socket.socketpair()
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_THREAD_LIMIT": "1",
            # By default glibc maps every large array anew and unmaps it after use, a fifth of the time
            # of a passport. With these thresholds the process keeps the memory; `engine_process._trim`
            # returns it to the system after some calls.
            "MALLOC_ARENA_MAX": "2",
            "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
            "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
            "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True",
        }
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ocr.engine.engine_process", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        self.connection = ours
        try:
            send(ours, setup)
            ours.settimeout(START_LIMIT_S)
            receive(ours)
        except (OSError, EOFError):
            self.kill()
            raise

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def kill(self) -> None:
        """Kill the process and wait for its end."""
        self.connection.close()
        if self.is_alive:
            self.process.kill()
        self.process.wait()


class Pool:
    """A fixed number of engine processes; `recognize` may be called from any thread."""

    def __init__(self, setup: Setup, *, processes: int, queue: int) -> None:
        self.setup = setup
        self.processes = processes
        self.queue = queue
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._idle: deque[Worker] = deque()
        self._busy: set[Worker] = set()
        self._waiting: deque[object] = deque()
        self._batch: deque[object] = deque()
        self._interactive_at = -INTERACTIVE_RESERVE_S
        self._starting = 0
        self._failed_starts = 0
        self._restarts = 0
        self._stopped = False
        self._ids = itertools.count(1)
        self._keeper = threading.Thread(target=self._keep, name="engine-keeper", daemon=True)
        self._keeper.start()

    def start(self, *, timeout: float = START_LIMIT_S) -> None:
        """Wait until every process is warm; raises WorkerCrashed if they cannot be started in time."""
        limit = time.monotonic() + timeout
        with self._changed:
            while len(self._idle) + len(self._busy) < self.processes:
                if self._failed_starts >= MAX_START_FAILURES or time.monotonic() >= limit:
                    raise WorkerCrashed("The engine processes could not be started.")
                self._changed.wait(0.2)

    def stop(self) -> None:
        """Kill every process; waiting callers get WorkerCrashed."""
        with self._changed:
            self._stopped = True
            workers = [*self._idle, *self._busy]
            self._idle.clear()
            self._changed.notify_all()
        for worker in workers:
            worker.kill()
        self._keeper.join(timeout=5)

    def stats(self) -> dict[str, int]:
        """Return processes alive, busy and starting, waiting callers, and restarts so far."""
        with self._lock:
            return {
                "processes": len(self._idle) + len(self._busy),
                "busy": len(self._busy),
                "starting": self._starting,
                "waiting": len(self._waiting) + len(self._batch),
                "restarts": self._restarts,
            }

    def pids(self) -> list[int]:
        """Return the process ids, for measurements and for tests that kill one."""
        with self._lock:
            return [worker.process.pid for worker in (*self._idle, *self._busy)]

    def recognize(
        self,
        image: bytes,
        *,
        extract: profiles.Extract,
        options: Mapping[str, Any],
        profile: Profile,
        timeout: float,
        urgency: Urgency = INTERACTIVE,
    ) -> Outcome:
        """Run one call in the next idle process; raises the errors of `ocr.profiles`.

        `timeout` is in seconds. A batch page waits until no interactive call does, and for
        INTERACTIVE_RESERVE_S after such a call it leaves one process free, if there are two or more.
        """
        limit = time.monotonic() + timeout
        call = Call(next(self._ids), image, extract, dict(options), profile)
        for _ in range(self.processes + 2):
            worker = self._take(limit, urgency)
            if urgency == BATCH:
                limit = time.monotonic() + timeout  # a page is not blamed for its wait
            if self._hand_over(worker, call, limit):
                return self._wait(worker, call, limit)
        raise WorkerCrashed("No engine process takes the call.")

    def _hand_over(self, worker: Worker, call: Call, limit: float) -> bool:
        """Send the call to a process; False if it had died while idle, so that nothing was begun."""
        try:
            worker.connection.settimeout(max(0.01, limit - time.monotonic()))
            send(worker.connection, call)
            receive(worker.connection)
        except TimeoutError:
            self._drop(worker)
            raise EngineTimeout("The image could not be sent in time.") from None
        except (EOFError, OSError):
            self._drop(worker)
            return False
        except BaseException:
            self._drop(worker)
            raise
        return True

    def _wait(self, worker: Worker, call: Call, limit: float) -> Outcome:
        try:
            worker.connection.settimeout(max(0.01, limit - time.monotonic()))
            answer = receive(worker.connection)
        except TimeoutError:
            self._drop(worker)
            raise EngineTimeout("The image was not recognised in time.") from None
        except (EOFError, OSError):
            self._drop(worker)
            raise WorkerCrashed("The engine process ended in the middle of the call.") from None
        except BaseException:
            self._drop(worker)  # an interrupted caller leaves an answer that no other may receive
            raise
        if not isinstance(answer, Answer) or answer.id not in (call.id, -1):
            self._drop(worker)
            raise WorkerCrashed("The engine process answered another call.")
        self._give(worker)
        return _outcome(answer)

    def _take(self, limit: float, urgency: Urgency) -> Worker:
        """Wait for an idle process and return it: in order of arrival, interactive calls first."""
        ticket = object()
        with self._changed:
            line = self._line(urgency)
            line.append(ticket)
            try:
                while not self._is_next(ticket, line):
                    self._refuse_if_hopeless()
                    left = limit - time.monotonic()
                    if left <= 0 and urgency == BATCH:
                        raise QueueFull("Interactive calls take every engine process.")
                    if left <= 0:
                        raise EngineTimeout("No engine process became free in time.")
                    self._changed.wait(min(left, 1.0))
                worker = self._idle.popleft()
                self._busy.add(worker)
                return worker
            finally:
                line.remove(ticket)
                self._changed.notify_all()

    def _line(self, urgency: Urgency) -> deque[object]:
        """Return the queue of the urgency; raises QueueFull. Job pages have a queue of their own."""
        line = self._batch if urgency == BATCH else self._waiting
        if line is self._waiting:
            self._interactive_at = time.monotonic()
        if (not self._idle or bool(line)) and len(line) >= self.queue:
            raise QueueFull("The queue of the engine is full.")
        return line

    def _is_next(self, ticket: object, line: deque[object]) -> bool:
        if not self._idle or line[0] is not ticket:
            return False
        if line is self._waiting:
            return True
        calls_come = time.monotonic() - self._interactive_at < INTERACTIVE_RESERVE_S
        kept = 1 if calls_come and self.processes > 1 else 0
        return not self._waiting and len(self._idle) > kept

    def _refuse_if_hopeless(self) -> None:
        nobody = not self._idle and not self._busy
        if self._stopped or (nobody and self._failed_starts >= MAX_START_FAILURES):
            raise WorkerCrashed("No engine process is running.")

    def _give(self, worker: Worker) -> None:
        with self._changed:
            self._busy.discard(worker)
            if not self._stopped:
                self._idle.append(worker)
            self._changed.notify_all()

    def _drop(self, worker: Worker) -> None:
        worker.kill()
        with self._changed:
            self._busy.discard(worker)
            if not self._stopped:
                self._restarts += 1
            self._changed.notify_all()

    def _keep(self) -> None:
        """Replace missing processes and those that died while idle, until the pool is stopped."""
        while True:
            with self._changed:
                if self._stopped:
                    return
                dead = [worker for worker in self._idle if not worker.is_alive]
                for worker in dead:
                    self._idle.remove(worker)
                    self._restarts += 1
                missing = self.processes - len(self._idle) - len(self._busy)
                self._starting = missing
            for worker in dead:
                worker.kill()
            if missing > 0:
                self._start_one()
                continue
            with self._changed:
                self._changed.wait(0.25)

    def _start_one(self) -> None:
        try:
            worker = Worker(self.setup)
        except Exception:
            logger.exception("An engine process could not be started")
            with self._changed:
                self._failed_starts += 1
                self._changed.notify_all()
                pause = min(30.0, 0.5 * 2**self._failed_starts)
                self._changed.wait_for(lambda: self._stopped, timeout=pause)
            return
        with self._changed:
            self._failed_starts = 0
            if not self._stopped:
                self._idle.append(worker)
                self._changed.notify_all()
                return
        worker.kill()


def _outcome(answer: Answer) -> Outcome:
    if not answer.fault:
        return Outcome(answer.result, answer.engine_ms)
    if answer.fault == "WrongDocument":
        raise WrongDocument(answer.reason, code=answer.code)
    if answer.fault == "SameSides":
        raise SameSides(answer.reason)
    kind = getattr(profiles, answer.fault, ExtractError)
    if kind is ExtractError:
        logger.error("The engine failed on an image: %s", answer.reason)
    raise kind(answer.reason)
