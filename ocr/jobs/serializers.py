"""Serializers of `/api/v1/jobs`, as OpenAPI describes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from core import clock
from core.error_tables import remedy_of
from core.errors import ApiError
from ocr import errors
from ocr.catalog import SERVICES
from ocr.exports import formats
from ocr.jobs import selectors
from ocr.jobs.estimates import JobEstimate
from ocr.models import Job, JobFile, JobPage

NAME_MAX = 255


class JobIn(serializers.Serializer[Any]):
    """A new job; `options` are those of the service's own API."""

    service = serializers.ChoiceField(choices=[row.code for row in SERVICES])
    name = serializers.CharField(max_length=128, required=False, allow_blank=True, default="")
    options = serializers.DictField(required=False, default=dict)
    project_id = serializers.CharField(max_length=32, required=False)
    enterprise_project_id = serializers.CharField(max_length=36, required=False, default="")
    page_range = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="",
        help_text="Pages of PDFs, such as 1-3,7,10-; empty: all.",
    )  # fmt: skip
    text_layer = serializers.ChoiceField(
        choices=[Job.RECOGNISE, Job.USE], required=False, default=Job.RECOGNISE,
        help_text="Pages that have text already: recognise them, or use it without a charge.",
    )  # fmt: skip
    retention_hours = serializers.IntegerField(
        min_value=0, max_value=168, required=False, default=24,
        help_text="Hours that files and results are kept; 0: until the first complete download.",
    )  # fmt: skip


class StartIn(serializers.Serializer[Any]):
    """How to start; `partial`: although a budget allows only some of the pages."""

    partial = serializers.BooleanField(required=False, default=False)  # type: ignore[assignment]


class CountsOut(serializers.Serializer[Any]):
    """Pages of a job by state; `free` of the succeeded ones were taken from their text layer."""

    pages = serializers.IntegerField()
    waiting = serializers.IntegerField()
    reading = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    skipped = serializers.IntegerField()
    free = serializers.IntegerField()


class ErrorOut(serializers.Serializer[Any]):
    """Why something failed or waits, and the remedy."""

    error_code = serializers.CharField()
    error_msg = serializers.CharField()
    advice = serializers.CharField()


class JobOut(serializers.Serializer[Any]):
    """A job."""

    id = serializers.CharField()
    name = serializers.CharField()
    service = serializers.CharField()
    state = serializers.ChoiceField(choices=list(Job.STATES))
    reason = ErrorOut(allow_null=True)
    options = serializers.DictField()
    page_range = serializers.CharField()
    text_layer = serializers.CharField()
    retention_hours = serializers.IntegerField()
    region = serializers.CharField()
    project_id = serializers.CharField()
    enterprise_project_id = serializers.CharField()
    user_id = serializers.CharField()
    user_name = serializers.CharField()
    counts = CountsOut()
    created_at = serializers.CharField()
    started_at = serializers.CharField(allow_null=True)
    finished_at = serializers.CharField(allow_null=True)
    expires_at = serializers.CharField()
    deleted_at = serializers.CharField(allow_null=True)
    receipt = serializers.DictField(allow_null=True)


class JobsOut(serializers.Serializer[Any]):
    """One page of the list of jobs; pass `next_marker` as `marker` to continue."""

    jobs = JobOut(many=True)
    next_marker = serializers.CharField(allow_null=True)


class FileOut(serializers.Serializer[Any]):
    """A file of a job."""

    id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    pages = serializers.IntegerField()
    pages_with_text = serializers.IntegerField()
    created_at = serializers.CharField()


class PageOut(serializers.Serializer[Any]):
    """A page of a job; `position` counts from 0 through the job, `number` from 1 in its document."""

    position = serializers.IntegerField()
    file_id = serializers.CharField()
    document = serializers.CharField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=list(JobPage.STATES))
    attempts = serializers.IntegerField()
    has_text = serializers.BooleanField()
    free = serializers.BooleanField()
    request_id = serializers.CharField()
    engine_ms = serializers.IntegerField()
    error = ErrorOut(allow_null=True)


class PagesOut(serializers.Serializer[Any]):
    """One page of the list of pages; pass `next_after` as `after` to continue."""

    pages = PageOut(many=True)
    next_after = serializers.IntegerField(allow_null=True)


class PageResultOut(PageOut):
    """A page with its result, as the service's own API answers it."""

    result = serializers.JSONField(allow_null=True)


class JobBudgetOut(serializers.Serializer[Any]):
    """A hard budget that covers the job."""

    name = serializers.CharField()
    unit = serializers.CharField()
    left = serializers.CharField()
    calls_left = serializers.IntegerField()


class JobPackageOut(serializers.Serializer[Any]):
    """A package that pays for pages of the job; `left` is its balance before."""

    id = serializers.IntegerField()
    calls = serializers.IntegerField()
    left = serializers.IntegerField()
    expires_at = serializers.CharField()


class EstimateOut(serializers.Serializer[Any]):
    """What the waiting pages cost now and what pays; `blocker`: why the job could not start."""

    pages = serializers.IntegerField()
    free_pages = serializers.IntegerField()
    package_pages = serializers.IntegerField()
    packages = JobPackageOut(many=True)
    allowance_pages = serializers.IntegerField()
    charged_pages = serializers.IntegerField()
    amount = serializers.CharField()
    currency = serializers.CharField()
    balance = serializers.CharField()
    budgets = JobBudgetOut(many=True)
    blocker = ErrorOut(allow_null=True)


FORMATS = [row.code for row in formats.FORMATS]


def checked(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the validated body; raises JOB.0001 naming the invalid field."""
    found = shape(data=request.data)
    if not found.is_valid():
        name, problems = next(iter(found.errors.items()))
        first = problems[0] if isinstance(problems, list) else problems
        raise ApiError(errors.JOB_INVALID, reason=f"{name}: {first}")
    return dict(found.validated_data)


def number_of(request: Request, name: str, default: int, low: int, high: int) -> int:
    """Return an integer query parameter within its limits; raises JOB.0001."""
    text = request.query_params.get(name, "")
    try:
        value = int(text) if text else default
    except ValueError as error:
        raise ApiError(errors.JOB_INVALID, reason=f"{name} must be a number") from error
    if not low <= value <= high:
        raise ApiError(errors.JOB_INVALID, reason=f"{name} must lie within {low} and {high}")
    return value


def job(row: Job, counts: dict[str, int]) -> dict[str, Any]:
    """Return the representation of a job."""
    plain = (
        "id", "name", "service", "state", "options", "page_range", "text_layer", "retention_hours",
        "region", "project_id", "enterprise_project_id", "user_id", "user_name", "receipt",
    )  # fmt: skip
    times = ("created_at", "started_at", "finished_at", "expires_at", "deleted_at")
    return {
        **{name: getattr(row, name) for name in plain},
        **{name: _time(getattr(row, name)) for name in times},
        "reason": explained(row.reason_code, row.reason) if row.reason_code else None,
        "counts": counts,
    }


def jobs(rows: list[Job]) -> list[dict[str, Any]]:
    """Return the representations of jobs; one query for all their counts."""
    counted = selectors.counts(rows)
    return [job(row, counted[row.id]) for row in rows]


def file(row: JobFile, key: bytes) -> dict[str, Any]:
    """Return the representation of a file; `key` decrypts its name."""
    name, entries = selectors.listing(row, key)
    return {
        "id": row.id,
        "name": name,
        "kind": row.kind,
        "size": row.size,
        "sha256": row.sha256,
        "pages": row.pages,
        "pages_with_text": sum(len(entry["pages_with_text"]) for entry in entries),
        "created_at": clock.iso_second(row.created_at),
    }


def pages(rows: Iterable[JobPage], files: Iterable[JobFile], key: bytes) -> list[dict[str, Any]]:
    """Return the representations of pages, without results."""
    named = {row.pk: selectors.listing(row, key) for row in files}
    return [page(row, *named[row.file_id], key) for row in rows]


def page(row: JobPage, name: str, entries: list[dict[str, Any]], key: bytes) -> dict[str, Any]:
    """Return the representation of one page; a failed one has its error and remedy."""
    plain = (
        "position", "file_id", "number", "state", "attempts", "has_text", "free", "request_id",
        "engine_ms",
    )  # fmt: skip
    error = None
    if row.state == JobPage.FAILED:
        content = selectors.content(row, key) or {}
        error = explained(row.error_code, content.get("error_msg", ""))
    return {
        **{field: getattr(row, field) for field in plain},
        "document": selectors.title(name, {**entries[row.entry], "pages": 1}, 1),
        "error": error,
    }


def estimate(found: JobEstimate) -> dict[str, Any]:
    """Return the representation of an estimate."""
    blocker = found.blocker()
    return {
        "pages": found.pages,
        "free_pages": found.free_pages,
        "package_pages": found.cost.package_calls,
        "packages": [
            {
                "id": package.pk,
                "calls": calls,
                "left": package.granted - package.used,
                "expires_at": clock.iso_second(package.expires_at),
            }
            for package, calls in found.cost.packages
        ],
        "allowance_pages": found.cost.allowance_calls,
        "charged_pages": found.cost.charged_calls,
        "amount": str(found.cost.amount),
        "currency": found.cost.currency,
        "balance": str(found.cost.balance),
        "budgets": [
            {
                "name": row.name,
                "unit": row.unit,
                "left": str(row.left),
                "calls_left": row.calls_left,
            }
            for row in found.cost.budgets
        ],
        "blocker": explained(blocker.code, blocker.message) if blocker else None,
    }


def explained(code: str, message: str) -> dict[str, str]:
    """Return an error with what to do about it."""
    return {"error_code": code, "error_msg": message, "advice": remedy_of(code)}


def _time(moment: Any) -> str | None:
    return clock.iso_second(moment) if moment else None
