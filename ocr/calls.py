"""Write call records: one row per call of a valid route, whatever its outcome."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from core import clock
from core.errors import INTERNAL, ApiError
from iam.principal import Principal
from ocr.models import CallRecord


@dataclass(slots=True)
class TrackedCall:
    """The call being recorded; `engine_ms` is what the engine process needed."""

    principal: Principal
    service: str
    request_id: str
    source: str = "api"
    engine_ms: int = 0
    started: float = field(default_factory=time.perf_counter)
    recorded: bool = False

    def succeed(self) -> None:
        """Insert the record of a successful call; call it inside the billing transaction."""
        self._insert(status=200, error_code="")
        self.recorded = True

    def fail(self, *, status: int, error_code: str) -> None:
        """Insert the record of a failed call, which is never billed."""
        self._insert(status=status, error_code=error_code)

    def _insert(self, *, status: int, error_code: str) -> None:
        CallRecord.objects.create(
            request_id=self.request_id,
            occurred_at=clock.now(),
            region=self.principal.region,
            account_id=self.principal.account_id,
            project_id=self.principal.project_id,
            user_id=self.principal.user_id,
            service=self.service,
            enterprise_project_id=self.principal.enterprise_project_id,
            status=status,
            error_code=error_code,
            latency_ms=round((time.perf_counter() - self.started) * 1000),
            engine_ms=self.engine_ms,
            source=self.source,
        )


@contextmanager
def tracked(
    *, principal: Principal, service: str, request_id: str, source: str = "api"
) -> Iterator[TrackedCall]:
    """Record the call in the block: failures here, success by `TrackedCall.succeed` inside it.

    An exception after the transaction of `succeed` was rolled back is recorded as the failure
    that the caller sees.
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
