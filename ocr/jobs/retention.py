"""Delete a job's content (files, names, results, key) when its retention ends, and keep a receipt."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import time
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import connection
from django.db.models import Q, Sum
from django.db.models.functions import Length

from core import clock
from core.errors import ApiError
from iam import selectors as iam_selectors
from iam.principal import Principal
from iam.services import audit
from ocr import errors
from ocr.jobs import expiry, keys, page_results, selectors
from ocr.models import Job, JobFile, JobPage

log = logging.getLogger(__name__)

BY_PERSON, BY_TIME, BY_DOWNLOAD = "deleted by a person", "retention ended", "first download"
_STRAY_S = 3600.0


def delete(*, principal: Principal, job: Job, reason: str = BY_PERSON) -> dict[str, Any]:
    """Delete all content of a job and return the receipt; idempotent, with the same receipt.

    The receipt states ids, sizes, hashes and times, no names. Its SHA-256 is written to the audit trail.
    """
    if job.state == Job.DELETED:
        return dict(job.receipt or {})
    _erase_freed_pages()
    with audit.operation(
        principal, "deleteJob", resource_type="job", service_type="OCR", resource_id=job.id,
        resource_name=job.service, request={"reason": reason},
    ) as running:  # fmt: skip
        locked = Job.objects.select_for_update().get(pk=job.pk)
        if locked.state == Job.DELETED:
            return dict(locked.receipt or {})
        receipt = _receipt(locked, reason)
        JobPage.objects.filter(job=locked).delete()
        JobFile.objects.filter(job=locked).delete()
        locked.receipt, locked.counts, locked.key = receipt, receipt["pages"], ""
        locked.name = locked.reason = locked.reason_code = ""
        locked.state, locked.deleted_at = Job.DELETED, clock.now()
        locked.save()
        page_results.publish(locked)
        running.enterprise_project_id = locked.enterprise_project_id
        running.response = {"receipt_sha256": receipt["sha256"]}
    keys.forget(job.id)
    _forget_log()
    return receipt


def _receipt(job: Job, reason: str) -> dict[str, Any]:
    results = JobPage.objects.filter(job=job, sealed__isnull=False).aggregate(
        size=Sum(Length("sealed"))
    )
    body: dict[str, Any] = {
        "job_id": job.id,
        "account_id": job.account_id,
        "service": job.service,
        "reason": reason,
        "created_at": clock.iso_second(job.created_at),
        "started_at": clock.iso_second(job.started_at) if job.started_at else None,
        "finished_at": clock.iso_second(job.finished_at) if job.finished_at else None,
        "deleted_at": clock.iso_second(clock.now()),
        "files": [
            {
                "id": file.id,
                "size": file.size,
                "sha256": file.sha256,
                "created_at": clock.iso_second(file.created_at),
            }
            for file in selectors.files(job).defer("sealed_key", "sealed_listing")
        ],
        "pages": selectors.counts([job])[job.id],
        "results_bytes": results["size"] or 0,
        "key": "both halves overwritten",
    }
    digest = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return {**body, "sha256": digest}


def downloaded(job: Job) -> None:
    """Record that a user received the complete file of `job` as it was when the download began.

    A job with retention 0 that was finished then and not run again since is deleted.
    """
    if job.retention_hours or job.state not in Job.ENDED:
        return
    now = Job.objects.filter(pk=job.pk, runs=job.runs, state=job.state).first()
    if now is not None:
        delete(principal=_system(now), job=now, reason=BY_DOWNLOAD)


def expire(now: dt.datetime | None = None) -> int:
    """Delete the jobs whose retention has ended; none outlives seven days. Returns how many."""
    moment = now or clock.now()
    oldest = moment - dt.timedelta(hours=expiry.MAX_HOURS)
    due = Job.objects.exclude(state=Job.DELETED).filter(
        Q(expires_at__lte=moment) & ~Q(state=Job.RUNNING) | Q(created_at__lte=oldest)
    )
    done = 0
    for job in list(due.order_by("expires_at")[:200]):
        try:
            delete(principal=_system(job), job=job, reason=BY_TIME)
            done += 1
        except ApiError:
            log.exception("a job could not be deleted", extra={"job": job.id})
    strays()
    if done:
        _forget_log()
    return done


def strays() -> int:
    """Remove folders without a living job, left by an interrupted deletion or upload. Returns how many."""
    root, found = Path(settings.JOBS_DIR), 0
    if not root.is_dir():
        return 0
    old = time.time() - _STRAY_S
    names = [entry.name for entry in root.iterdir() if entry.is_dir()]
    alive = dict(Job.objects.filter(pk__in=names).values_list("pk", "state"))
    for name in names:
        state = alive.get(name)
        is_old = (root / name).stat().st_mtime < old
        if state == Job.DELETED or (state is None and is_old):
            keys.forget(name)
            found += 1
        elif state is not None and is_old:
            _remove_parts(name)
    return found


def _remove_parts(job_id: str) -> None:
    """Remove files of a job without a row: their upload was interrupted by a kill."""
    known = set(JobFile.objects.filter(job_id=job_id).values_list("pk", flat=True))
    limit = time.time() - _STRAY_S
    for path in keys.folder(job_id).iterdir():
        if path.name not in known and path.name != "key" and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)


def purge(now: dt.datetime | None = None) -> int:
    """Delete the rows of jobs that were deleted longer ago than call records are kept."""
    limit = (now or clock.now()) - dt.timedelta(days=settings.ENV["CALL_RETENTION_DAYS"])
    return Job.objects.filter(state=Job.DELETED, deleted_at__lt=limit).delete()[0]


def require_content(job: Job) -> None:
    """Raise JOB.0003 for a job whose content was deleted."""
    if job.state == Job.DELETED:
        raise ApiError(errors.JOB_STATE, state=job.state, reason="its content is gone")


def _system(job: Job) -> Principal:
    account = iam_selectors.account(job.account_id)
    return Principal(
        account.id,
        account.name,
        "",
        "system",
        "system",
        project_id=job.project_id,
        region=job.region,
    )


def _erase_freed_pages() -> None:
    """Make SQLite overwrite what this connection frees; PostgreSQL does so when it vacuums."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")


def _forget_log() -> None:
    """Truncate SQLite's write-ahead log, which still holds the old rows; the scheduler retries."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
