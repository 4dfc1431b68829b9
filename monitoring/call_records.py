"""Write call records: one row per call of a routed interface, whatever its outcome.

Refused calls (HTTP 429) may come in floods: a thread of the web process writes their rows in batches,
at most half a second later. In a process without that thread they are written at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, close_old_connections

from core import clock
from core.compiled_queries import PreparedInsert
from core.errors import INTERNAL, ApiError
from iam.principal import Principal
from monitoring.models import CallRecord

log = logging.getLogger(__name__)
_RECORD = PreparedInsert(CallRecord)
REFUSED = 429
FLUSH_S = 0.5
_ROWS_PER_INSERT = 500
# While the database refuses rows, the oldest are dropped beyond this number: a flood must not fill the memory.
_MAX_WAITING = 100_000


class Writer(threading.Thread):
    """Thread that writes the rows of refused calls in batches."""

    def __init__(self) -> None:
        super().__init__(name="refused-calls", daemon=True)
        self._rows: deque[CallRecord] = deque(maxlen=_MAX_WAITING)
        self._stopped = threading.Event()

    def add(self, row: CallRecord) -> None:
        """Queue a row."""
        self._rows.append(row)

    def run(self) -> None:
        """Write every half second until `stop`."""
        while not self._stopped.wait(FLUSH_S):
            self.flush()
            close_old_connections()

    def flush(self) -> int:
        """Write the queued rows; returns how many. Rows that the database refuses stay queued."""
        written = 0
        while self._rows:
            count = min(len(self._rows), _ROWS_PER_INSERT)
            rows = [self._rows.popleft() for _ in range(count)]
            try:
                CallRecord.objects.bulk_create(rows)
            except DatabaseError:
                log.exception("refused calls could not be recorded yet")
                self._rows.extendleft(reversed(rows))
                break
            written += len(rows)
        return written

    def stop(self) -> None:
        """End the thread and write the queued rows."""
        self._stopped.set()
        self.join(timeout=5)
        self.flush()


_writer: Writer | None = None


def writer_start() -> None:
    """Begin to write refused calls in batches; each web process calls it once."""
    global _writer
    _writer = Writer()
    _writer.start()


def writer_stop() -> None:
    """Write the queued rows; from then on each row is written at once."""
    global _writer
    if _writer is not None:
        ending, _writer = _writer, None
        ending.stop()


@dataclass(slots=True)
class TrackedCall:
    """The call in progress; `engine_ms` is the time in the engine process."""

    principal: Principal
    service: str
    request_id: str
    source: str = "api"
    engine_ms: int = 0
    started: float = field(default_factory=time.perf_counter)

    def succeed(self) -> None:
        """Insert the record of a successful call; call it inside the billing transaction."""
        self._insert(status=200, error_code="")

    def fail(self, *, status: int, error_code: str) -> None:
        """Insert the record of a failed call, which is never billed."""
        self._insert(status=status, error_code=error_code)

    def _insert(self, *, status: int, error_code: str) -> None:
        row: dict[str, Any] = {
            "request_id": self.request_id,
            "occurred_at": clock.now(),
            "region": self.principal.region,
            "account_id": self.principal.account_id,
            "project_id": self.principal.project_id,
            "user_id": self.principal.user_id,
            "service": self.service,
            "enterprise_project_id": self.principal.enterprise_project_id,
            "status": status,
            "error_code": error_code,
            "latency_ms": round((time.perf_counter() - self.started) * 1000),
            "engine_ms": self.engine_ms,
            "source": self.source,
        }
        if status == REFUSED and _writer is not None:
            _writer.add(CallRecord(**row))
        else:
            _RECORD.run(**row)


@contextmanager
def tracked(
    *, principal: Principal, service: str, request_id: str, source: str = "api"
) -> Iterator[TrackedCall]:
    """Record the call in the block: failures here, success by `TrackedCall.succeed` inside it.

    An exception that rolled back the transaction of `succeed` is recorded as the failure that the
    caller sees. Raises what the block raises.
    """
    call = TrackedCall(principal=principal, service=service, request_id=request_id, source=source)
    try:
        yield call
    except ApiError as error:
        call.fail(status=error.status, error_code=error.code)
        raise
    except Exception:
        call.fail(status=INTERNAL.status, error_code=INTERNAL.code)
        raise
