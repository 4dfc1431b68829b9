"""Estimate a job before its start: what it costs, what pays for it, and what would refuse the start."""

from __future__ import annotations

from dataclasses import dataclass

from billing import access
from billing import selectors as billing
from core.errors import ApiError
from ocr.jobs import job_principal, selectors
from ocr.models import Job


@dataclass(frozen=True, slots=True)
class JobEstimate:
    """Pages by how they are paid, and the refusal that the first page would get (None: none)."""

    pages: int
    free_pages: int
    cost: billing.CallsEstimate
    refusal: ApiError | None

    def blocker(self, *, partial: bool = False) -> ApiError | None:
        """Return the refusal of a start, or None; with `partial` a budget for some of the pages is enough."""
        if self.refusal is not None or not self.pages:
            return self.refusal
        return None if partial else self.cost.shortage()


def estimate(job: Job) -> JobEstimate:
    """Return what recognising the waiting pages of `job` would cost now; nothing is reserved."""
    pages, free = selectors.to_read(job)
    cost = billing.calls_estimate(
        job.account_id,
        region=job.region,
        product=job.service,
        user_id=job.user_id,
        enterprise_project_id=job.enterprise_project_id,
        calls=pages,
    )
    refusal: ApiError | None = None
    try:
        access.check_open(job_principal.fresh(job), job.service)
    except ApiError as error:
        refusal = error
    return JobEstimate(pages, free, cost, refusal)
