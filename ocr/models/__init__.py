"""Tables of the recognition app; other apps use its selectors and services."""

from ocr.models.jobs import Job, JobFile, JobPage
from ocr.models.limits import AccountLimit

__all__ = ["AccountLimit", "Job", "JobFile", "JobPage"]
