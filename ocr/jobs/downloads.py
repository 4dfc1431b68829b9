"""Stream the results of a job as one file; a job with retention 0 is deleted after a complete download."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache

from core.errors import ApiError
from iam.principal import Principal
from iam.services import audit
from ocr import errors
from ocr.jobs import export, file_inspection, keys, retention, selectors
from ocr.jobs.export import ReadPage
from ocr.models import Job, JobPage


def download(*, principal: Principal, job: Job, code: str) -> Iterator[bytes]:
    """Return the file of `job` in the format `code` as chunks; writes one trace.

    The first chunk is produced before this function returns, so that a refusal can still be answered
    with an error. When the last chunk was taken, a finished job with retention 0 is deleted. Raises
    JOB.0003 for a job without a finished page.
    """
    retention.require_content(job)
    key = keys.of(job)
    with audit.operation(
        principal, "downloadJob", resource_type="job", service_type="OCR", resource_id=job.id,
        resource_name=job.name or job.service, request={"format": code},
    ) as running:  # fmt: skip
        running.enterprise_project_id = job.enterprise_project_id
        if next(selectors.finished(job), None) is None:
            raise ApiError(errors.JOB_STATE, state=job.state, reason="no page is finished yet")
        pieces = export.stream(code, lambda: _pages(job, key))
        first = next(pieces, b"")
    return _until_complete(job, itertools.chain([first], pieces))


def _until_complete(job: Job, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the chunks; code after the last one runs only if the caller took them all."""
    yield from pieces
    retention.downloaded(job)


def _pages(job: Job, key: bytes) -> Iterator[ReadPage]:
    """Yield the finished pages in order, with one result in memory at a time."""
    files = {row.pk: row for row in selectors.files(job)}

    @lru_cache(maxsize=2)
    def opened(file_id: str) -> tuple[str, file_inspection.Listing]:
        return selectors.listing(files[file_id], key)

    for row in selectors.finished(job):
        file = files[row.file_id]
        name, entries = opened(row.file_id)
        entry = file_inspection.entry_of(entries[row.entry])
        content = selectors.content(row, key)
        good = row.state == JobPage.SUCCEEDED
        yield ReadPage(
            title=selectors.title(name, entries[row.entry], row.number),
            result=content if good else None,
            source=keys.blob(file, key),
            entry=entry,
            number=row.number,
            error="" if good else f"{row.error_code}: {(content or {}).get('error_msg', '')}",
        )
