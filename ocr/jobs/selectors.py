"""Reads of jobs; every function takes the account, or rows that were found by it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from core.errors import ApiError
from ocr import errors
from ocr.jobs import encryption
from ocr.jobs.file_inspection import Listing
from ocr.models import Job, JobFile, JobPage


def job(account_id: str, job_id: str) -> Job:
    """Return one job of the account; raises JOB.0002."""
    found = Job.objects.filter(account_id=account_id, pk=job_id).first()
    if found is None:
        raise ApiError(errors.JOB_NOT_FOUND)
    return found


def jobs(
    account_id: str, *, state: str = "", projects: Iterable[str] | None = None, after: str = ""
) -> QuerySet[Job]:
    """Return the account's jobs, newest first, after the job `after`; `projects` restricts to these
    enterprise projects. Raises JOB.0002 for an unknown `after`.
    """
    rows = Job.objects.filter(account_id=account_id)
    if state:
        rows = rows.filter(state=state)
    if projects is not None:
        rows = rows.filter(enterprise_project_id__in=list(projects))
    if after:
        last = job(account_id, after)
        rows = rows.filter(
            Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, id__lt=last.id)
        )
    return rows.order_by("-created_at", "-id")


def counts(found: Iterable[Job]) -> dict[str, dict[str, int]]:
    """Return pages by state, and how many of the succeeded were free, per job; one query."""
    rows = list(found)
    empty = dict.fromkeys(("pages", *JobPage.STATES, "free"), 0)
    result = {row.id: {**empty, **row.counts} for row in rows}
    alive = [row.id for row in rows if row.state != Job.DELETED]
    grouped = (
        JobPage.objects.filter(job_id__in=alive)
        .order_by()
        .values_list("job_id", "state")
        .annotate(number=Count("id"), frees=Count("id", filter=Q(free=True)))
    )
    for job_id, state, number, free in grouped:
        result[job_id][state] = number
        result[job_id]["pages"] += number
        result[job_id]["free"] += free
    return result


def files(of: Job) -> QuerySet[JobFile]:
    """Return the files of a job in upload order."""
    return JobFile.objects.filter(job=of).order_by("position")


def totals(of: Job) -> tuple[int, int, int]:
    """Return (files, bytes, pages) of a job."""
    found = JobFile.objects.filter(job=of).aggregate(
        files=Count("id"), size=Sum("size"), pages=Sum("pages")
    )
    return found["files"], found["size"] or 0, found["pages"] or 0


def listing(file: JobFile, key: bytes) -> tuple[str, Listing]:
    """Return the decrypted name and the entries of a file."""
    opened = json.loads(encryption.unseal(key, file.sealed_listing))
    return opened["name"], opened["entries"]


def pages(
    of: Job, *, state: str = "", after: int = -1, with_content: bool = False
) -> QuerySet[JobPage]:
    """Return the pages of a job in order, after position `after`."""
    rows = JobPage.objects.filter(job=of, position__gt=after)
    if state:
        rows = rows.filter(state=state)
    return (rows if with_content else rows.defer("sealed")).order_by("position")


def page(of: Job, position: int) -> JobPage:
    """Return one page of a job; raises JOB.0002."""
    found = JobPage.objects.filter(job=of, position=position).first()
    if found is None:
        raise ApiError(errors.JOB_NOT_FOUND)
    return found


def content(row: JobPage, key: bytes) -> Any:
    """Return what a finished page holds: the result, or {"error_msg": …}; None before that."""
    return None if row.sealed is None else json.loads(encryption.unseal(key, row.sealed))


def to_read(of: Job) -> tuple[int, int]:
    """Return (waiting pages that will be calls, waiting pages whose text layer is used)."""
    waiting = JobPage.objects.filter(job=of, state=JobPage.WAITING)
    if of.text_layer != Job.USE:
        return waiting.count(), 0
    free = waiting.filter(has_text=True).count()
    return waiting.count() - free, free


def finished(of: Job) -> Iterator[JobPage]:
    """Yield the finished pages with their content, in order, a few at a time.

    No cursor stays open in between: a slow download must not hold back the database.
    """
    ended = (JobPage.SUCCEEDED, JobPage.FAILED)
    after = -1
    while rows := list(
        JobPage.objects.filter(job=of, state__in=ended, position__gt=after).order_by("position")[
            :20
        ]
    ):
        yield from rows
        after = rows[-1].position


def title(file_name: str, entry: dict[str, Any], number: int) -> str:
    """Return the display name of a page: file, archive member, and page number where there are several."""
    member = entry["name"]
    name = file_name if member == file_name else f"{file_name}/{member}"
    return f"{name} ({number})" if entry["pages"] > 1 else name
