"""Alarm rules on Cloud Eye metrics and the history of their states."""

from __future__ import annotations

import secrets
import string
import time

from django.db import models

from core import clock


def alarm_id() -> str:
    """Return a new alarm id in the form of the public API: `al`, milliseconds, random letters."""
    letters = string.ascii_letters + string.digits
    tail = "".join(secrets.choice(letters) for _ in range(9))
    return f"al{int(time.time() * 1000)}{tail}"


class Alarm(models.Model):
    """One rule: a metric of a project meets a condition for `count` periods of `period` seconds in a row."""

    OK, ALARM, NO_DATA = "ok", "alarm", "insufficient_data"

    id = models.CharField(primary_key=True, max_length=32, default=alarm_id, editable=False)
    account_id = models.CharField(max_length=32)
    project_id = models.CharField(max_length=32)
    region = models.CharField(max_length=32)
    name = models.CharField(max_length=128)
    description = models.CharField(max_length=256, blank=True, default="")
    metric_name = models.CharField(max_length=64)
    interface = models.CharField(max_length=64)
    operator = models.CharField(max_length=2)
    filter = models.CharField(max_length=8)
    period = models.PositiveIntegerField()
    count = models.PositiveSmallIntegerField()
    value = models.FloatField()
    unit = models.CharField(max_length=32, blank=True, default="")
    suppress_duration = models.PositiveIntegerField(default=0)
    level = models.PositiveSmallIntegerField(default=2)
    enabled = models.BooleanField(default=True)
    action_enabled = models.BooleanField(default=True)
    alarm_actions = models.JSONField(default=list, blank=True)
    ok_actions = models.JSONField(default=list, blank=True)
    enterprise_project_id = models.CharField(max_length=36, default="0")
    state = models.CharField(max_length=20, default=NO_DATA)
    notified_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "project_id", "name"], name="alarm_name")
        ]
        indexes = [models.Index(fields=["id"], condition=models.Q(enabled=True), name="alarm_on")]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


class AlarmHistory(models.Model):
    """One state change of an alarm; kept when the alarm is deleted."""

    account_id = models.CharField(max_length=32)
    project_id = models.CharField(max_length=32)
    alarm_id = models.CharField(max_length=32)
    alarm_name = models.CharField(max_length=128)
    level = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=20)
    at = models.DateTimeField(default=clock.now)
    detail = models.JSONField(default=dict)
    datapoints = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["account_id", "project_id", "-id"], name="alarm_history")]

    def __str__(self) -> str:
        return f"{self.alarm_name} {self.state} {self.at:%Y-%m-%dT%H:%M:%SZ}"
