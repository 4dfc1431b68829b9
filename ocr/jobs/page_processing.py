"""Process one page of a job, from its file to its result, through the same function as a single call."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import transaction

from billing import errors as billing_errors
from core.errors import INTERNAL, ApiError
from iam import errors as iam_errors
from monitoring import call_records
from ocr import errors, profiles
from ocr.catalog import BY_CODE, Service
from ocr.intake import image_header
from ocr.jobs import file_inspection, job_principal, keys, leases, page_results, selectors
from ocr.jobs.file_model import PageInput
from ocr.models import Job, JobFile, JobPage
from ocr.recognize import perform

log = logging.getLogger(__name__)

# Refusals that pass by themselves: the page was not begun and waits.
WAIT = (iam_errors.THROTTLED, errors.BUSY)
# Refusals that every further page would meet: the job waits for a person.
PAUSE = (
    billing_errors.NOT_SUBSCRIBED,
    billing_errors.RESTRICTED,
    billing_errors.BUDGET_REACHED,
    errors.JOB_CALLER,
    errors.JOB_CONTENT,
)
# Failures of ours, not of the page: it is begun once more.
AGAIN = (errors.ENGINE_LOST, errors.NO_ENGINE, errors.TIMEOUT, INTERNAL)


@dataclass(frozen=True, slots=True)
class Turn:
    """The outcome of a turn: `wait_s` asks to leave the job alone for that many seconds."""

    outcome: str
    wait_s: float = 0.0


def read(page: JobPage) -> Turn:
    """Recognise a claimed page and write its result, or release it."""
    job = page.job
    call: call_records.TrackedCall | None = None
    try:
        key = keys.of(job)
        principal = job_principal.of(job)
        service = BY_CODE[job.service]
        call = call_records.TrackedCall(principal, service.code, page.request_id, "batch")
        opened: PageInput | None = None
        if job.text_layer == Job.USE and page.has_text:
            opened = _opened(page, key, text_options=job.options)
            if opened.text is not None:
                with transaction.atomic():
                    page_results.taken_from_text(page, key, opened.text)
                return Turn("free")
        perform(
            call,
            service,
            lambda: (_checked_image(opened or _opened(page, key), service), dict(job.options)),
            urgency=profiles.BATCH,
            record=lambda outcome: page_results.succeeded(
                page, key, outcome.result, engine_ms=outcome.engine_ms
            ),
        )
        return Turn("succeeded")
    except page_results.LeaseLost:
        return Turn("lost")
    except ApiError as error:
        return _refused(page, error, call)
    except Exception:
        log.exception("a page of a job failed", extra={"job": job.id, "page": page.position})
        return _refused(page, ApiError(INTERNAL), call)


def _refused(page: JobPage, error: ApiError, call: call_records.TrackedCall | None) -> Turn:
    """Wait, pause the job, release the page, or fail it, depending on the refusal."""
    if error.row in WAIT:
        leases.give_back(page, begun=False)
        return Turn("wait", float(error.headers.get("Retry-After", "1")))
    if error.row in PAUSE:
        leases.give_back(page, begun=False)
        page_results.job_pause(page.job_id, error)
        return Turn("paused")
    if error.row in AGAIN and page.attempts < leases.MAX_ATTEMPTS:
        leases.give_back(page, begun=True)
        return Turn("again", 0.5)
    try:
        page_results.failed(page, keys.of(page.job), error, call)
    except (page_results.LeaseLost, ApiError):
        return Turn("lost")
    return Turn("failed")


def _opened(page: JobPage, key: bytes, *, text_options: Any = None) -> PageInput:
    """Return the page's image or its text layer; raises the refusal of the file."""
    entry = _entries(page.file, key)[page.entry]
    blob = keys.blob(page.file, key)
    return file_inspection.page(blob, page.file.kind, entry, page.number, text_options)


@lru_cache(maxsize=4)
def _entries(file: JobFile, key: bytes) -> file_inspection.Listing:
    """Return the entries of a file, decrypted once for its many pages."""
    return selectors.listing(file, key)[1]


def _checked_image(opened: PageInput, service: Service) -> bytes:
    """Return the image bytes if the service accepts the image; raises AIS.0102 or AIS.0103."""
    data = opened.image or b""
    image_header.check(data, service.limits)
    return data
