"""Write the audit trail: one trace per management operation, chained by hash per account."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction

from core import clock, log_context
from core.errors import ApiError
from iam.models import Trace, TraceHead
from iam.principal import Principal

MASK = "********"
_SECRET_WORDS = ("password", "secret", "token", "passcode", "authorization", "credential_value")
_MAX_TEXT = 8000
_VERSION = re.compile(r"/(?:api/)?([vV]\d[\d.]*)\b")
_HASHED = (
    "id", "sequence", "time", "trace_name", "trace_type", "trace_rating", "service_type",
    "resource_type", "resource_id", "resource_name", "code", "user_id", "user_name", "is_owner",
    "access_key", "source_ip", "project_id", "enterprise_project_id", "request_id", "request",
    "response", "message", "api_version", "resource_url", "read_only", "previous_hash",
)  # fmt: skip


def masked(value: Any) -> Any:
    """Return `value` with the members whose names speak of secrets replaced by stars."""
    if isinstance(value, Mapping):
        return {
            key: MASK
            if any(word in str(key).lower() for word in _SECRET_WORDS) and isinstance(item, str)
            else masked(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [masked(item) for item in value]
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return orjson.dumps(masked(value), default=str).decode()[:_MAX_TEXT]


def row_hash(account_id: str, row: Mapping[str, Any]) -> str:
    """Return SHA-256 over the account, every kept field and the hash of the trace before."""
    fields = {name: row[name] for name in _HASHED}
    fields["time"] = clock.iso_micro(fields["time"])
    fields["account_id"] = account_id
    return hashlib.sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _rating(status: int) -> str:
    return "incident" if status >= 500 else "warning" if status >= 400 else "normal"


def trace_record(
    *,
    principal: Principal,
    action_name: str,
    resource_type: str,
    resource_id: str = "",
    resource_name: str = "",
    service_type: str,
    code: int | str = 200,
    request: Any = None,
    response: Any = None,
    message: str = "",
    enterprise_project_id: str = "",
    read_only: bool = False,
    rating: str | None = None,
    now: dt.datetime | None = None,
) -> Trace:
    """Append one trace to the account's chain, inside the caller's transaction.

    `request` and `response` are values that JSON can hold; secrets in them are masked. The rating is
    `warning` for a refused and `incident` for a failed operation unless given.
    """
    with transaction.atomic():
        head, _ = TraceHead.objects.select_for_update().get_or_create(
            account_id=principal.account_id
        )
        version = _VERSION.match(log_context.path())
        row: dict[str, Any] = {
            "sequence": head.sequence + 1,
            "time": now or clock.now(),
            "trace_name": action_name[:64],
            "trace_type": _trace_type(principal),
            "trace_rating": rating or _rating(int(code)),
            "service_type": service_type[:32],
            "resource_type": resource_type[:64],
            "resource_id": resource_id[:64],
            "resource_name": resource_name[:256],
            "code": str(code),
            "user_id": principal.user_id,
            "user_name": principal.user_name[:64],
            "is_owner": principal.is_owner,
            "access_key": principal.access_key[:40],
            "source_ip": principal.source_ip[:45],
            "project_id": principal.project_id,
            "enterprise_project_id": enterprise_project_id,
            "request_id": principal.request_id,
            "request": _text(request),
            "response": _text(response),
            "message": message[:_MAX_TEXT],
            "api_version": version[1] if version else "",
            "resource_url": log_context.path()[:512],
            "read_only": read_only,
            "previous_hash": head.hash,
        }
        trace = Trace(account_id=principal.account_id, **row)
        trace.hash = row_hash(principal.account_id, {"id": trace.id, **row})
        trace.save(force_insert=True)
        TraceHead.objects.filter(pk=head.pk).update(sequence=trace.sequence, hash=trace.hash)
        return trace


def _trace_type(principal: Principal) -> str:
    match principal.method:
        case "session":
            return "ConsoleAction"
        case "system":
            return "SystemAction"
        case _:
            return "ApiCall"


@dataclass
class Operation:
    """What is known of a running operation; services fill it in as they learn it."""

    resource_id: str = ""
    resource_name: str = ""
    response: Any = None
    code: int = 200
    enterprise_project_id: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    def about(self, resource_id: str, resource_name: str) -> None:
        """Name the resource of the operation."""
        self.resource_id, self.resource_name = resource_id, resource_name


@contextlib.contextmanager
def operation(
    principal: Principal,
    action_name: str,
    *,
    resource_type: str,
    service_type: str = "IAM",
    request: Any = None,
    resource_id: str = "",
    resource_name: str = "",
) -> Iterator[Operation]:
    """Run a management operation in one transaction with exactly one trace.

    When the body ends, the trace is written in the same transaction. When it raises `ApiError`,
    everything is rolled back and one trace with the error's status and code is written instead.
    """
    running = Operation(resource_id, resource_name)
    common = {
        "principal": principal,
        "action_name": action_name,
        "resource_type": resource_type,
        "service_type": service_type,
        "request": request,
    }
    try:
        with transaction.atomic():
            yield running
            trace_record(
                **common,  # type: ignore[arg-type]
                resource_id=running.resource_id,
                resource_name=running.resource_name,
                code=running.code,
                response=running.response,
                enterprise_project_id=running.enterprise_project_id,
            )
    except ApiError as error:
        trace_record(
            **common,  # type: ignore[arg-type]
            resource_id=running.resource_id,
            resource_name=running.resource_name,
            code=error.status,
            response={"error_code": error.code, "error_msg": error.message},
            message=error.message,
        )
        error.traced = True  # type: ignore[attr-defined]
        raise


def failure_record(
    principal: Principal,
    error: ApiError,
    *,
    action_name: str,
    resource_type: str,
    service_type: str,
) -> None:
    """Write the trace of an operation that was refused before its service ran; at most one."""
    if getattr(error, "traced", False):
        return
    trace_record(
        principal=principal,
        action_name=action_name,
        resource_type=resource_type,
        service_type=service_type,
        code=error.status,
        response={"error_code": error.code, "error_msg": error.message},
        message=error.message,
    )
    error.traced = True  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Broken:
    """Where an account's chain does not hold."""

    account_id: str
    sequence: int
    reason: str


def verify_chain(account_id: str) -> Broken | None:
    """Return the first trace that was changed, removed or inserted, or None if the chain holds.

    Old traces may be gone by age; the chain is then checked from the oldest one kept.
    """
    previous: Trace | None = None
    for trace in Trace.objects.filter(account_id=account_id).order_by("sequence").iterator(1000):
        if previous is not None and trace.sequence != previous.sequence + 1:
            return Broken(account_id, previous.sequence + 1, "a trace is missing")
        if previous is not None and trace.previous_hash != previous.hash:
            return Broken(account_id, trace.sequence, "the trace before was changed")
        if row_hash(account_id, {name: getattr(trace, name) for name in _HASHED}) != trace.hash:
            return Broken(account_id, trace.sequence, "the trace was changed")
        previous = trace
    head = TraceHead.objects.filter(account_id=account_id).first()
    at = previous.sequence if previous else 0
    if (
        head is not None
        and previous is not None
        and (head.sequence, head.hash)
        != (
            previous.sequence,
            previous.hash,
        )
    ):
        return Broken(account_id, at + 1, "the newest traces are missing")
    return None


def purge(now: dt.datetime | None = None) -> int:
    """Remove traces older than TRACE_RETENTION_DAYS and return how many went."""
    limit = (now or clock.now()) - dt.timedelta(days=settings.TRACE_RETENTION_DAYS)
    count, _ = Trace.objects.filter(time__lt=limit).delete()
    return count
