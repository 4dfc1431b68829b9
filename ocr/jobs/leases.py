"""Lease-based page queue, fair between accounts, then between the jobs of an account.

A page is claimed by a conditional UPDATE, so that two runners never hold the same page, on SQLite and
on PostgreSQL alike. The next page belongs to the account with the fewest pages in progress, then to the
account that has waited longest; the same rule orders the jobs within an account.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from django.db.models import Count, F

from core import clock
from core.compiled_queries import PreparedQuery
from ocr.models import Job, JobFile, JobPage

LEASE = dt.timedelta(seconds=30)
MAX_ATTEMPTS = 2

_RUNNING = PreparedQuery(
    lambda: (
        Job.objects.filter(state=Job.RUNNING)
        .order_by()
        .values("id", "account_id", "started_at", "runs")
    )
)
_IN_PROGRESS = PreparedQuery(
    lambda: (
        JobPage.objects.filter(state=JobPage.READING)
        .order_by()
        .values("job_id")
        .annotate(pages=Count("id"))
    )
)
_WAITING = PreparedQuery(
    lambda job: (
        JobPage.objects.filter(job_id=job, state=JobPage.WAITING)
        .order_by("position")
        .values(
            "id", "file_id", "position", "entry", "number", "has_text", "attempts", "request_id"
        )[:1]
    ),
    "job",
)


def claim(
    *, owner: str, served: Mapping[str, int], held_back: Collection[str] = ()
) -> JobPage | None:
    """Claim the next page for `owner` and return it with its job and file, or None.

    `served` maps account and job ids to the turn (any increasing number) at which they were last served;
    jobs in `held_back` are skipped.
    """
    running = [row for row in _RUNNING.all() if row["id"] not in held_back]
    if not running:
        return None
    in_progress = {row["job_id"]: row["pages"] for row in _IN_PROGRESS.all()}
    busy: Counter[str] = Counter()
    for row in running:
        busy[row["account_id"]] += in_progress.get(row["id"], 0)

    def turn(row: dict[str, Any]) -> tuple[Any, ...]:
        job, account = row["id"], row["account_id"]
        began = row["started_at"]
        return (
            busy[account],
            served.get(account, 0),
            in_progress.get(job, 0),
            served.get(job, 0),
            began,
        )

    for row in sorted(running, key=turn):
        if page := _take(row["id"], row["runs"], owner):
            return page
    return None


@lru_cache(maxsize=64)
def _job(job_id: str, runs: int) -> Job | None:
    """Return a job as it was when run number `runs` began; the fields that its pages need do not change within a run."""
    return Job.objects.filter(pk=job_id, runs=runs).first()


@lru_cache(maxsize=16)
def _file(file_id: str) -> JobFile | None:
    """Return a file of a job; its row is immutable."""
    return JobFile.objects.filter(pk=file_id).first()


def _take(job_id: str, runs: int, owner: str) -> JobPage | None:
    """Claim the first waiting page of a job; retries when another runner claims the same one."""
    for _ in range(5):
        row = _WAITING.one(job=job_id)
        if row is None:
            return None
        job, file = _job(job_id, runs), _file(row["file_id"])
        if job is None or file is None:
            return None  # deleted meanwhile
        until = clock.now() + LEASE
        taken = JobPage.objects.filter(
            pk=row["id"], state=JobPage.WAITING, attempts=row["attempts"], job__state=Job.RUNNING
        ).update(state=JobPage.READING, owner=owner, lease_until=until, attempts=F("attempts") + 1)
        if taken:
            # The condition held: the row is as it was read, and one attempt more.
            page = JobPage(**row, job=job, state=JobPage.READING, owner=owner, lease_until=until)
            page.file = file
            page.attempts += 1
            return page
    return None


def renew(owner: str) -> int:
    """Extend the leases of `owner`; returns how many."""
    return JobPage.objects.filter(state=JobPage.READING, owner=owner).update(
        lease_until=clock.now() + LEASE
    )


def give_back(page: JobPage, *, begun: bool) -> bool:
    """Release a claimed page; `begun`: the attempt counts. Returns whether the lease was still held."""
    return bool(
        JobPage.objects.filter(pk=page.pk, state=JobPage.READING, owner=page.owner).update(
            state=JobPage.WAITING,
            owner="",
            lease_until=None,
            attempts=page.attempts if begun else F("attempts") - 1,
        )
    )


def lost(now: dt.datetime | None = None) -> list[JobPage]:
    """Return pages whose lease has expired, with their jobs."""
    limit = now or clock.now()
    return list(
        JobPage.objects.filter(state=JobPage.READING, lease_until__lt=limit)
        .select_related("job")
        .defer("sealed")
        .order_by("lease_until")[:200]
    )
