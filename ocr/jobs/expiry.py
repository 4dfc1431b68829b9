"""When a job's content expires; `ocr.jobs.retention` deletes it then."""

from __future__ import annotations

import datetime as dt

from ocr.models import Job

MAX_HOURS = 7 * 24
ZERO_HOURS = 24  # retention 0 = until the first complete download, and at most this long


def expiry(job: Job, now: dt.datetime) -> dt.datetime:
    """Return when all content of the job is deleted: `now` plus its retention, at most seven days of age."""
    hours = job.retention_hours or ZERO_HOURS
    return min(now + dt.timedelta(hours=hours), last_moment(job))


def last_moment(job: Job) -> dt.datetime:
    """Return seven days after the job's creation: no content is kept longer, whatever its state."""
    return job.created_at + dt.timedelta(hours=MAX_HOURS)
