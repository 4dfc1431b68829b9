"""The principal of a job: its creator, with the permissions of the moment, as the caller of each page."""

from __future__ import annotations

import time
from dataclasses import replace

from core.errors import ApiError
from iam import authn
from iam import selectors as iam_selectors
from iam.principal import Principal
from ocr import errors
from ocr.models import Job

KEPT_S = 2.0
_known: dict[str, tuple[float, Principal]] = {}


def of(job: Job) -> Principal:
    """Return the principal that calls for a page of `job`; raises JOB.0006 if the creator may not call any more.

    A change of the user or the account takes effect within two seconds.
    """
    known = _known.get(job.id)
    if known and time.monotonic() - known[0] < KEPT_S:
        return known[1]
    principal = fresh(job)
    if len(_known) > 1000:
        _known.clear()
    _known[job.id] = (time.monotonic(), principal)
    return principal


def fresh(job: Job) -> Principal:
    """Return the principal as of now, uncached; raises JOB.0006."""
    try:
        project = iam_selectors.project(job.account_id, job.project_id)
        if job.agency_id:
            principal = authn.principal_for_agency(
                agency_id=job.agency_id,
                account_id=job.account_id,
                trusted=job.user_name.partition("/")[0],
                method=job.method,  # type: ignore[arg-type]
            )
        else:
            user = iam_selectors.user(job.account_id, job.user_id)
            if not (user.enabled and user.account.enabled):
                raise ApiError(errors.JOB_CALLER)
            principal = authn.principal_for(user, method=job.method, project=project)  # type: ignore[arg-type]
    except ApiError as error:
        raise ApiError(errors.JOB_CALLER) from error
    return replace(
        principal,
        project_id=project.id,
        project_name=project.name,
        region=job.region,
        enterprise_project_id=job.enterprise_project_id,
    )
