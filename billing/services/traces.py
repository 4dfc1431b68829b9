"""Write exactly one audit trace per change of billing, in the transaction of the change."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any

from iam.principal import Principal
from iam.services import audit

_whole: contextvars.ContextVar[audit.Operation | None] = contextvars.ContextVar("whole")


@contextlib.contextmanager
def operation(
    principal: Principal,
    action_name: str,
    *,
    resource_type: str,
    service_type: str = "BSS",
    request: Any = None,
) -> Iterator[audit.Operation]:
    """Run what one caller asked for in one transaction with exactly one trace, also of a failure.

    It may take several steps, such as ordering and paying: what they `record` names the resource.
    """
    with audit.operation(
        principal,
        action_name,
        resource_type=resource_type,
        service_type=service_type,
        request=request,
    ) as running:
        mark = _whole.set(running)
        try:
            yield running
        finally:
            _whole.reset(mark)


def record(
    principal: Principal,
    action_name: str,
    *,
    resource_type: str,
    resource_id: object,
    resource_name: str = "",
    service_type: str = "BSS",
    code: int = 200,
    **facts: Any,
) -> None:
    """Write one trace, or pass it to the surrounding `operation`; `facts` become its request (no secrets)."""
    running = _whole.get(None)
    if running is not None:
        running.about(
            running.resource_id or str(resource_id), running.resource_name or resource_name
        )
        running.response = {**(running.response or {}), action_name: facts}
        return
    audit.trace_record(
        principal=principal,
        action_name=action_name,
        resource_type=resource_type,
        resource_id=str(resource_id),
        resource_name=resource_name,
        service_type=service_type,
        code=code,
        request=facts or None,
    )
