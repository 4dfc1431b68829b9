"""Tables of the audit trail: append-only traces, chained by hash per account, and trackers."""

from __future__ import annotations

from django.db import models

from core.models import dashed_id
from iam.models.accounts import Account


class Trace(models.Model):
    """One management operation. Rows are only ever inserted, and removed by age."""

    id = models.CharField(primary_key=True, max_length=36, default=dashed_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="traces")
    sequence = models.PositiveBigIntegerField()
    time = models.DateTimeField()
    trace_name = models.CharField(max_length=64)
    trace_type = models.CharField(max_length=16)
    trace_rating = models.CharField(max_length=8, default="normal")
    service_type = models.CharField(max_length=32)
    resource_type = models.CharField(max_length=64)
    resource_id = models.CharField(max_length=64, blank=True)
    resource_name = models.CharField(max_length=256, blank=True)
    code = models.CharField(max_length=8)
    user_id = models.CharField(max_length=32, blank=True)
    user_name = models.CharField(max_length=64, blank=True)
    is_owner = models.BooleanField(default=False)
    access_key = models.CharField(max_length=40, blank=True)
    source_ip = models.CharField(max_length=45, blank=True)
    project_id = models.CharField(max_length=32, blank=True)
    enterprise_project_id = models.CharField(max_length=36, blank=True)
    request_id = models.CharField(max_length=36, blank=True)
    request = models.TextField(blank=True)
    response = models.TextField(blank=True)
    message = models.TextField(blank=True)
    api_version = models.CharField(max_length=16, blank=True)
    resource_url = models.CharField(max_length=512, blank=True)
    read_only = models.BooleanField(default=False)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-sequence"]
        constraints = [
            models.UniqueConstraint(fields=["account", "sequence"], name="trace_order_of_account")
        ]
        indexes = [
            models.Index(fields=["account", "time"], name="trace_by_time"),
            models.Index(fields=["account", "trace_name", "time"], name="trace_by_name"),
            models.Index(fields=["account", "resource_id"], name="trace_by_resource"),
            models.Index(
                fields=["account", "service_type", "resource_type", "trace_name"],
                name="trace_by_kind",
            ),
            models.Index(fields=["account", "user_name"], name="trace_by_user"),
            models.Index(fields=["time"], name="trace_age"),
        ]

    def __str__(self) -> str:
        return f"{self.trace_name} {self.id}"


class TraceHead(models.Model):
    """The end of an account's chain; writers lock this row, so that they append one after the other."""

    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.CASCADE, related_name="trace_head"
    )
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.account_id} {self.sequence}"


class Tracker(models.Model):
    """A tracker of an account in one project: where its traces are also sent."""

    id = models.CharField(primary_key=True, max_length=36, default=dashed_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="trackers")
    project_id = models.CharField(max_length=32)
    name = models.CharField(max_length=64, default="system")
    type = models.CharField(max_length=16, default="system")
    status = models.CharField(max_length=16, default="enabled")
    options = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "project_id", "name"], name="tracker_name_of_project"
            )
        ]

    def __str__(self) -> str:
        return self.name
