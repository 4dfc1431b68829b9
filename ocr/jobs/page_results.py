"""Write the result of a page exactly once, in one transaction with its call record and usage event."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import transaction

from core import clock
from core.compiled_queries import PreparedQuery
from core.errors import ApiError
from monitoring import call_records
from monitoring.notifications import delivery
from ocr import errors
from ocr.jobs import encryption, expiry, job_principal, keys, leases
from ocr.models import Job, JobPage

_OPEN = PreparedQuery(
    lambda job: JobPage.objects.filter(
        job_id=job, state__in=(JobPage.WAITING, JobPage.READING)
    ).values("id")[:1],
    "job",
)


class LeaseLost(Exception):
    """Another runner holds the page now, or the job is gone: the result must be discarded."""


def _settle(page: JobPage, key: bytes, content: Any, **fields: Any) -> None:
    """Write the outcome of a page whose lease we hold; raises LeaseLost, which rolls the transaction back."""
    written = JobPage.objects.filter(pk=page.pk, state=JobPage.READING, owner=page.owner).update(
        sealed=encryption.seal(key, json.dumps(content, ensure_ascii=False).encode()),
        owner="",
        lease_until=None,
        finished_at=clock.now(),
        **fields,
    )
    if not written:
        raise LeaseLost(page.pk)


def succeeded(page: JobPage, key: bytes, result: Any, *, engine_ms: float) -> None:
    """Write a result; call it inside the transaction that bills the call."""
    _settle(page, key, result, state=JobPage.SUCCEEDED, engine_ms=round(engine_ms))


def taken_from_text(page: JobPage, key: bytes, result: Any) -> None:
    """Write a result taken from the page's text layer. It is no call and is not billed."""
    _settle(page, key, result, state=JobPage.SUCCEEDED, free=True)


def failed(
    page: JobPage, key: bytes, error: ApiError, call: call_records.TrackedCall | None
) -> None:
    """Write a failure and, in the same transaction, its call record."""
    with transaction.atomic():
        _settle(
            page, key, {"error_msg": error.message}, state=JobPage.FAILED, error_code=error.code
        )
        if call is not None:
            call.fail(status=error.status, error_code=error.code)


def job_pause(job_id: str, error: ApiError) -> bool:
    """Pause a running job for a reason that every further page would meet; returns whether it was running."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, state=Job.RUNNING).first()
        if job is None:
            return False
        job.state, job.reason_code, job.reason = Job.PAUSED, error.code, error.message[:300]
        job.expires_at = expiry.expiry(job, clock.now())
        job.save()
        publish(job)
    return True


def job_finish(job_id: str) -> bool:
    """Finish a running job whose pages all have an outcome; returns whether this call finished it."""
    if _OPEN.one(job=job_id):  # nearly always: a lock is taken only for the last page
        return False
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, state=Job.RUNNING).first()
        if job is None or _OPEN.one(job=job_id):
            return False
        any_good = JobPage.objects.filter(job=job, state=JobPage.SUCCEEDED).exists()
        job.state = Job.DONE if any_good else Job.FAILED
        job.finished_at = clock.now()
        job.expires_at = expiry.expiry(job, job.finished_at)
        job.reason_code = job.reason = ""
        job.save()
        publish(job)
    return True


def ended_jobs() -> list[str]:
    """Return running jobs without an unfinished page: their runner died before it finished them."""
    running = Job.objects.filter(state=Job.RUNNING)
    open_pages = JobPage.objects.filter(state__in=(JobPage.WAITING, JobPage.READING))
    return list(
        running.exclude(pk__in=open_pages.values("job_id")).values_list("id", flat=True)[:100]
    )


def publish(job: Job) -> None:
    """Notify the account's endpoints of a job's new state; no file names, no content."""
    from ocr.jobs import selectors

    delivery.publish(
        account_id=job.account_id,
        kind=f"job.{job.state}",
        event_id=f"job-{job.id}-{job.runs}-{job.state}-{int(clock.now().timestamp())}",
        payload={
            "job_id": job.id,
            "service": job.service,
            "state": job.state,
            "reason_code": job.reason_code,
            "counts": selectors.counts([job])[job.id],
            "expires_at": clock.iso_second(job.expires_at),
            "url": f"{settings.PUBLIC_URL}/api/v1/jobs/{job.id}",
        },
    )


def sweep() -> int:
    """Release pages with expired leases, or fail those begun twice; finish finished jobs."""
    found = leases.lost()
    for page in found:
        if page.attempts < leases.MAX_ATTEMPTS:
            leases.give_back(page, begun=True)
        else:
            _fail_lost(page)
    for job_id in {page.job_id for page in found} | set(ended_jobs()):
        job_finish(job_id)
    return len(found)


def _fail_lost(page: JobPage) -> None:
    try:
        key, principal = keys.of(page.job), job_principal.of(page.job)
        call = call_records.TrackedCall(principal, page.job.service, page.request_id, "batch")
        failed(page, key, ApiError(errors.JOB_PAGE_LOST), call)
    except (ApiError, LeaseLost):
        JobPage.objects.filter(pk=page.pk, state=JobPage.READING, owner=page.owner).update(
            state=JobPage.FAILED, error_code=errors.JOB_PAGE_LOST.code, owner="", lease_until=None
        )
