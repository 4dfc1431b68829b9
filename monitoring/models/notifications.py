"""Notification endpoints and the log of deliveries to them."""

from __future__ import annotations

from django.db import models

from core import clock
from core.models import hex_id


class Endpoint(models.Model):
    """A webhook or an e-mail address of an account, with the kinds of events it subscribes to."""

    WEBHOOK, EMAIL = "webhook", "email"

    id = models.CharField(primary_key=True, max_length=32, default=hex_id, editable=False)
    account_id = models.CharField(max_length=32)
    kind = models.CharField(max_length=8)
    target = models.CharField(max_length=1024)
    secret = models.TextField(blank=True, default="")  # encrypted; webhooks only
    events = models.JSONField(default=list, blank=True)  # prefixes such as "alarm."; [] = all
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["account_id"], name="endpoint_account")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Delivery(models.Model):
    """One event for one endpoint. The row alone is the queue entry and the log: no broker is involved."""

    WAITING, DELIVERED, FAILED = "waiting", "delivered", "failed"

    event_id = models.CharField(max_length=64)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    account_id = models.CharField(max_length=32)
    kind = models.CharField(max_length=48)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    status_code = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    due_at = models.DateTimeField(default=clock.now)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event_id", "endpoint"], name="delivery_once")
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(state="waiting"), name="delivery_due"
            ),
            models.Index(fields=["account_id", "-id"], name="delivery_account"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
