"""Request id and account of the current call, for log lines and trace spans; nothing of its content."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Any

from structlog import contextvars

NAMES = ("request_id", "account_id")
_path: ContextVar[str] = ContextVar("path", default="")  # for the audit trail; no log line has it
_tracer: Any = None


def begin(request_id: str, account_id: str = "", *, path: str = "") -> None:
    """Start anew in this thread: what was known of an earlier call is forgotten."""
    _path.set(path)
    contextvars.clear_contextvars()
    contextvars.bind_contextvars(request_id=request_id, account_id=account_id)


def caller(account_id: str) -> None:
    """Name the account once it is known."""
    contextvars.bind_contextvars(account_id=account_id)


def bound(**names: str) -> AbstractContextManager[None]:
    """Name a piece of work, such as a periodic job, for the block."""
    return contextvars.bound_contextvars(**names)


def known() -> dict[str, str]:
    """Return request id and account, "" where there is none."""
    here = contextvars.get_contextvars()
    return {name: str(here.get(name, "")) for name in NAMES}


def path() -> str:
    """Return the path of the request at hand, "" where there is none."""
    return _path.get()


def trace_with(tracer: Any) -> None:
    """Send spans to an OpenTelemetry tracer; None switches them off."""
    global _tracer
    _tracer = tracer


def span(name: str, **attributes: str | int) -> AbstractContextManager[Any]:
    """Return a span around a step of a call, or nothing where traces are off.

    Exceptions are not recorded in it: their texts may quote what the caller sent.
    """
    if _tracer is None:
        return nullcontext()
    span_: AbstractContextManager[Any] = _tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    )
    return span_
