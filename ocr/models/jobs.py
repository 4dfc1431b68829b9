"""Tables of jobs: job, file, page. The rows are the truth about progress, results and deletion.

Names, results and error texts are encrypted with the job's key (`ocr.jobs.encryption`); in clear are
only ids, sizes, hashes, counts, codes and times.
"""

from __future__ import annotations

from django.db import models

from core import clock
from core.models import hex_id, timed_id


class Job(models.Model):
    """Files of one service with its options, processed page by page."""

    DRAFT, RUNNING, PAUSED = "draft", "running", "paused"
    DONE, FAILED, CANCELLED, DELETED = "done", "failed", "cancelled", "deleted"
    ENDED = (DONE, FAILED, CANCELLED)
    STATES = (DRAFT, RUNNING, PAUSED, DONE, FAILED, CANCELLED, DELETED)
    RECOGNISE, USE = "recognise", "use"

    id = models.CharField(primary_key=True, max_length=32, default=hex_id, editable=False)
    account_id = models.CharField(max_length=32)
    project_id = models.CharField(max_length=32)
    region = models.CharField(max_length=32)
    enterprise_project_id = models.CharField(max_length=36, default="0")
    # Who pays and is checked before every page: the person (or agency) that made the job.
    user_id = models.CharField(max_length=32)
    user_name = models.CharField(max_length=140)
    agency_id = models.CharField(max_length=32, blank=True, default="")
    method = models.CharField(max_length=10)
    name = models.CharField(max_length=128, blank=True, default="")
    service = models.CharField(max_length=40)
    options = models.JSONField(default=dict)
    page_range = models.CharField(max_length=200, blank=True, default="")
    text_layer = models.CharField(max_length=10, default=RECOGNISE)
    retention_hours = models.PositiveSmallIntegerField(default=24)
    state = models.CharField(max_length=10, default=DRAFT)
    reason_code = models.CharField(max_length=20, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")
    runs = models.PositiveSmallIntegerField(default=0)
    key = models.TextField(blank=True, default="")  # one half of it, itself encrypted
    counts = models.JSONField(default=dict, blank=True)  # as they were when the pages went
    receipt = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["account_id", "-created_at", "-id"], name="job_account"),
            models.Index(fields=["id"], condition=models.Q(state="running"), name="job_running"),
            models.Index(
                fields=["expires_at"], condition=~models.Q(state="deleted"), name="job_expiry"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.id} {self.state}"


class JobFile(models.Model):
    """One uploaded file: an image, a PDF or an archive, encrypted on disk."""

    id = models.CharField(primary_key=True, max_length=32, default=hex_id, editable=False)
    job = models.ForeignKey(Job, models.CASCADE, related_name="files")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=8)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveIntegerField()
    sealed_key = models.BinaryField()
    sealed_listing = models.BinaryField()  # name and entries
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="job_file_place")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class JobPage(models.Model):
    """One page: at most one outcome, under a request id fixed before processing.

    `attempts` counts how often processing began; `owner` holds the lease until `lease_until`. A free page was
    taken from the PDF's text layer and is not billed.
    """

    WAITING, READING = "waiting", "reading"
    SUCCEEDED, FAILED, SKIPPED = "succeeded", "failed", "skipped"
    STATES = (WAITING, READING, SUCCEEDED, FAILED, SKIPPED)

    job = models.ForeignKey(Job, models.CASCADE, related_name="pages")
    file = models.ForeignKey(JobFile, models.CASCADE, related_name="page_rows")
    position = models.PositiveIntegerField()
    entry = models.PositiveIntegerField()  # place in the file's listing
    number = models.PositiveIntegerField(default=1)
    has_text = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default=WAITING)
    owner = models.CharField(max_length=32, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    request_id = models.CharField(max_length=32, unique=True, default=timed_id)
    free = models.BooleanField(default=False)
    error_code = models.CharField(max_length=20, blank=True, default="")
    sealed = models.BinaryField(null=True)  # the result, or the text of the error
    engine_ms = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="job_page_place")]
        indexes = [
            models.Index(
                fields=["job", "position"],
                condition=models.Q(state="waiting"),
                name="job_page_waiting",
            ),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state="reading"),
                name="job_page_reading",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.position} {self.state}"
