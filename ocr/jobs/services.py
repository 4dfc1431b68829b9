"""Create a job, add files, start, pause, resume, cancel and retry it; callers check permissions first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import transaction

from core import clock
from core.errors import ApiError
from core.models import timed_id
from iam import selectors as iam_selectors
from iam.principal import Principal
from iam.services import audit
from ocr import errors
from ocr.catalog import BY_CODE
from ocr.jobs import (
    encryption,
    estimates,
    expiry,
    file_inspection,
    keys,
    page_ranges,
    page_results,
    selectors,
)
from ocr.jobs.wakeup import wake as runner_wake
from ocr.models import Job, JobFile, JobPage
from ocr.recognize import checked_options

MAX_FILES = 1000
TEXT_SERVICE = "general-text"  # the shape of the text that a page of a PDF has
_BATCH = 500
_NO_OPTION = "pdf_page_number"  # a job names its pages by page_range


def create(
    *,
    principal: Principal,
    service: str,
    name: str = "",
    options: dict[str, Any] | None = None,
    page_range: str = "",
    text_layer: str = Job.RECOGNISE,
    retention_hours: int = 24,
    enterprise_project_id: str = "",
) -> Job:
    """Return a new, empty job in the caller's project; writes one trace.

    Raises JOB.0001 for a bad value, AIS.0101 for a bad option, 404 for an enterprise project of
    another account.
    """
    project = enterprise_project_id or principal.enterprise_project_id or "0"
    given = dict(options or {})
    with audit.operation(
        principal,
        "createJob",
        resource_type="job",
        service_type="OCR",
        request={"service": service},
    ) as running:
        _check(principal, service, given, text_layer, page_range, retention_hours)
        if project != "0":
            iam_selectors.enterprise_project(principal.account_id, project)
        checked = checked_options(BY_CODE[service], given)
        checked.pop(_NO_OPTION, None)
        job = Job(
            account_id=principal.account_id,
            project_id=principal.project_id,
            region=principal.region,
            enterprise_project_id=project,
            user_id=principal.user_id,
            user_name=principal.user_name,
            agency_id=principal.agency_id,
            method=principal.method,
            name=name,
            service=service,
            options=checked,
            page_range=page_range,
            text_layer=text_layer,
            retention_hours=retention_hours,
        )
        job.expires_at = expiry.expiry(job, job.created_at)
        job.key = keys.make(job.id)
        job.save(force_insert=True)
        running.about(job.id, name or service)
        running.enterprise_project_id = project
    return job


def _check(
    principal: Principal,
    service: str,
    options: dict[str, Any],
    text_layer: str,
    page_range: str,
    retention_hours: int,
) -> None:
    """Raise JOB.0001 naming the invalid value."""
    problem = ""
    if service not in BY_CODE:
        problem = f"service {service[:40]} does not exist"
    elif not principal.project_id:
        problem = "name a project: project_id or X-Project-Id"
    elif _NO_OPTION in options:
        problem = f"use page_range instead of {_NO_OPTION}"
    elif text_layer == Job.USE and service != TEXT_SERVICE:
        problem = f"the text of a PDF stands for {TEXT_SERVICE} only"
    elif not 0 <= retention_hours <= expiry.MAX_HOURS:
        problem = f"retention_hours must lie within 0 and {expiry.MAX_HOURS}"
    try:
        page_ranges.parse(page_range)
    except ValueError as error:
        problem = problem or f"page_range: {error}"
    if problem:
        raise ApiError(errors.JOB_INVALID, reason=problem)


def file_add(job: Job, *, name: str, chunks: Iterable[bytes], sha256: str = "") -> JobFile:
    """Encrypt a file to disk as it arrives, inspect it, and add its pages to the draft.

    One chunk is in memory at a time. Raises JOB.0003 for a job that was started, JOB.0004 above the
    limits, JOB.0001 when the content's hash is not `sha256`, and the refusal of the file.
    """
    _require_state(job, Job.DRAFT, reason="files are added before the start")
    key, file_key = keys.of(job), encryption.new_key()
    file = JobFile(job=job, sealed_key=encryption.seal(key, file_key))
    count, size, _ = selectors.totals(job)
    if count >= MAX_FILES:
        raise ApiError(errors.JOB_TOO_LARGE, reason=f"it has {MAX_FILES} files; send an archive")
    blob = encryption.Blob(keys.folder(job.id) / file.id, file_key)
    stored = blob.write(_limited(chunks, settings.JOB_MAX_MB * 1024 * 1024 - size))
    try:
        if sha256 and sha256.lower() != stored.sha256:
            raise ApiError(
                errors.JOB_INVALID, reason="the content has another SHA-256 than declared"
            )
        file.size, file.sha256 = stored.size, stored.sha256
        file.kind, entries = file_inspection.inspect(
            blob, name=name, size=stored.size, sha256=stored.sha256
        )
        file.sealed_listing = encryption.seal(
            key, json.dumps({"name": name, "entries": entries}).encode()
        )
        _pages_add(job, file, key, entries)
    except BaseException:
        blob.path.unlink(missing_ok=True)
        raise
    return file


def _limited(chunks: Iterable[bytes], left: int) -> Iterator[bytes]:
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise ApiError(
                errors.JOB_TOO_LARGE, reason=f"files may have {settings.JOB_MAX_MB} MB in all"
            )
        yield chunk


def _pages_add(job: Job, file: JobFile, key: bytes, entries: file_inspection.Listing) -> None:
    """Insert the file's row and its pages; concurrent uploads to one job wait for the job's row lock."""
    wanted = page_ranges.parse(job.page_range)
    with transaction.atomic():
        locked = Job.objects.select_for_update().get(pk=job.pk)
        _require_state(locked, Job.DRAFT, reason="files are added before the start")
        count, _, pages = selectors.totals(job)
        rows = [
            JobPage(
                job=job, file=file, position=pages + place, entry=entry, number=number,
                has_text=has_text, **_outcome(key, refusal),
            )
            for place, (entry, number, has_text, refusal) in enumerate(_pages(entries, wanted))
        ]  # fmt: skip
        if pages + len(rows) > settings.JOB_MAX_PAGES:
            raise ApiError(
                errors.JOB_TOO_LARGE, reason=f"a job may have {settings.JOB_MAX_PAGES} pages"
            )
        file.position, file.pages = count, len(rows)
        file.save(force_insert=True)
        JobPage.objects.bulk_create(rows, batch_size=_BATCH)


def _pages(entries: file_inspection.Listing, wanted: Any) -> Iterator[tuple[int, int, bool, Any]]:
    """Yield (entry, page number, has text, refusal) of the pages to process.

    The range counts the pages of a PDF; an image is always processed.
    """
    for index, entry in enumerate(entries):
        if entry["refusal"]:
            yield index, 1, False, entry["refusal"]
            continue
        with_text = set(entry["pages_with_text"])
        for number in range(1, entry["pages"] + 1):
            if entry["kind"] != "pdf" or wanted(number):
                yield index, number, number in with_text, None


def _outcome(key: bytes, refusal: dict[str, str] | None) -> dict[str, Any]:
    """Return the fields of a page that failed before processing: a refused member."""
    if refusal is None:
        return {}
    reason = json.dumps({"error_msg": refusal["reason"]}).encode()
    return {
        "state": JobPage.FAILED,
        "error_code": refusal["code"],
        "sealed": encryption.seal(key, reason),
        "finished_at": clock.now(),
    }


def _require_state(job: Job, *states: str, reason: str) -> None:
    if job.state not in states:
        raise ApiError(errors.JOB_STATE, state=job.state, reason=reason)


def _changed(
    principal: Principal,
    job: Job,
    name: str,
    *states: str,
    reason: str,
    also: Callable[[Job], object] | None = None,
    **fields: Any,
) -> Job:
    """Change a job that is in one of `states`, with one trace; raises JOB.0003 otherwise.

    `also` changes its pages in the same transaction.
    """
    with audit.operation(
        principal, name, resource_type="job", service_type="OCR", resource_id=job.id,
        resource_name=job.name or job.service,
    ) as running:  # fmt: skip
        running.enterprise_project_id = job.enterprise_project_id
        locked = Job.objects.select_for_update().get(pk=job.pk)
        _require_state(locked, *states, reason=reason)
        if also is not None:
            also(locked)
        for field, value in {**fields, "reason_code": "", "reason": ""}.items():
            setattr(locked, field, value)
        locked.save()
        if locked.state != Job.RUNNING:
            page_results.publish(locked)
    return locked


def start(*, principal: Principal, job: Job, partial: bool = False) -> Job:
    """Start a draft after the checks of a call: subscription, arrears, hard budgets.

    `partial`: start although a budget allows fewer pages; the job pauses when it is used up.
    """
    _require_state(job, Job.DRAFT, reason="only a draft is started")
    if not any(selectors.to_read(job)):
        raise ApiError(errors.JOB_STATE, state=job.state, reason="it has no page to read")
    blocker = estimates.estimate(job).blocker(partial=partial)
    if blocker is not None:
        raise blocker
    return _run(principal, job, "startJob", Job.DRAFT, reason="only a draft is started")


def _run(
    principal: Principal,
    job: Job,
    name: str,
    *states: str,
    reason: str,
    also: Callable[[Job], object] | None = None,
) -> Job:
    """Set a job running, in its next run; it finishes at once if no page is waiting."""
    job = _changed(
        principal, job, name, *states, reason=reason, also=also,
        state=Job.RUNNING, runs=job.runs + 1, started_at=job.started_at or clock.now(),
        finished_at=None, expires_at=expiry.last_moment(job),
    )  # fmt: skip
    page_results.job_finish(job.id)
    runner_wake()
    return job


def pause(*, principal: Principal, job: Job) -> Job:
    """Stop claiming pages; pages in progress are finished."""
    reason = "only a running job is paused"
    return _changed(
        principal, job, "pauseJob", Job.RUNNING, reason=reason, state=Job.PAUSED,
        expires_at=expiry.expiry(job, clock.now()),
    )  # fmt: skip


def resume(*, principal: Principal, job: Job) -> Job:
    """Continue a paused job."""
    return _run(principal, job, "resumeJob", Job.PAUSED, reason="only a paused job is resumed")


def cancel(*, principal: Principal, job: Job) -> Job:
    """End a job; waiting pages are skipped, finished ones are kept and stay billed."""
    now = clock.now()
    return _changed(
        principal, job, "cancelJob", Job.DRAFT, Job.RUNNING, Job.PAUSED, reason="it has ended",
        also=_skip_waiting, state=Job.CANCELLED, finished_at=now,
        expires_at=expiry.expiry(job, now),
    )  # fmt: skip


def _skip_waiting(job: Job) -> None:
    JobPage.objects.filter(job=job, state=JobPage.WAITING).update(state=JobPage.SKIPPED)


def retry(*, principal: Principal, job: Job) -> Job:
    """Recognise the failed pages of a job again, each as a new call with its own request id."""
    states = (Job.RUNNING, Job.PAUSED, *Job.ENDED)
    return _run(
        principal, job, "retryJob", *states, reason="it cannot be retried", also=_renew_failed
    )


def _renew_failed(job: Job) -> None:
    rows = list(
        JobPage.objects.filter(job=job, state=JobPage.FAILED).defer("sealed").order_by("id")
    )
    if not rows:
        raise ApiError(errors.JOB_STATE, state=job.state, reason="no page has failed")
    for row in rows:
        row.state, row.attempts, row.error_code = JobPage.WAITING, 0, ""
        row.request_id, row.sealed, row.finished_at = timed_id(), None, None
    fields = ["state", "attempts", "error_code", "request_id", "sealed", "finished_at"]
    JobPage.objects.bulk_update(rows, fields, batch_size=_BATCH)
