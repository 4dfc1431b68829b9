"""Call records and their roll-ups. No content of an image or a result is ever stored."""

from __future__ import annotations

from django.db import models

from core import clock

# Upper edges of the latency histogram in milliseconds; the last bucket is open.
LATENCY_EDGES_MS = (
    25,
    50,
    100,
    150,
    200,
    300,
    400,
    500,
    750,
    1000,
    1500,
    2000,
    3000,
    5000,
    10000,
    30000,
)


class CallRecord(models.Model):
    """One call of an interface, successful or not.

    On PostgreSQL the table is partitioned by weeks (`monitoring.partitions`), with the request id as its key.
    """

    request_id = models.CharField(max_length=32)
    occurred_at = models.DateTimeField(default=clock.now)
    region = models.CharField(max_length=32)
    account_id = models.CharField(max_length=32)
    project_id = models.CharField(max_length=32)
    user_id = models.CharField(max_length=32)
    service = models.CharField(max_length=40)
    enterprise_project_id = models.CharField(max_length=36, default="0")
    status = models.PositiveSmallIntegerField()
    error_code = models.CharField(max_length=20, blank=True, default="")
    latency_ms = models.PositiveIntegerField()
    engine_ms = models.PositiveIntegerField(default=0)
    source = models.CharField(max_length=8, default="api")
    rolled_up = models.BooleanField(default=False)

    class Meta:
        constraints = [
            # Not unique=True: that costs a second index, for LIKE, on PostgreSQL.
            models.UniqueConstraint(fields=["request_id"], name="call_request_once")
        ]
        indexes = [
            models.Index(fields=["account_id", "-occurred_at"], name="call_account_time"),
            models.Index(
                fields=["id"], condition=models.Q(rolled_up=False), name="call_not_rolled_up"
            ),
            models.Index(
                fields=["account_id", "-id"],
                condition=models.Q(status__gte=400),
                name="call_account_failed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.request_id} {self.status}"


class RollUp(models.Model):
    """Calls of one time bucket and one value of every dimension: count, latency sum and histogram.

    `histogram` has one count per bucket of LATENCY_EDGES_MS and one for slower calls.
    """

    start = models.DateTimeField()
    region = models.CharField(max_length=32)
    account_id = models.CharField(max_length=32)
    service = models.CharField(max_length=40)
    user_id = models.CharField(max_length=32)
    enterprise_project_id = models.CharField(max_length=36)
    error_code = models.CharField(max_length=20, blank=True, default="")  # "" = successful
    calls = models.PositiveIntegerField(default=0)
    latency_sum_ms = models.PositiveBigIntegerField(default=0)
    histogram = models.JSONField(default=list)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.service} {self.start:%Y-%m-%dT%H:%M} {self.calls}"


_KEY = [
    "account_id",
    "start",
    "region",
    "service",
    "user_id",
    "enterprise_project_id",
    "error_code",
]


class CallMinute(RollUp):
    """Roll-up per minute."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=_KEY, name="call_minute_key")]
        indexes = [
            # For one series of metrics: a day by minutes must not read the other services' rows.
            models.Index(
                fields=["account_id", "region", "service", "start"], name="call_minute_series"
            )
        ]


class CallHour(RollUp):
    """Roll-up per hour."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=_KEY, name="call_hour_key")]
        # For one user's statistics, without reading the other users' rows.
        indexes = [models.Index(fields=["account_id", "user_id", "start"], name="call_hour_user")]


class CallDay(RollUp):
    """Roll-up per day (UTC)."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=_KEY, name="call_day_key")]
        # For one user's statistics, without reading the other users' rows.
        indexes = [models.Index(fields=["account_id", "user_id", "start"], name="call_day_user")]


class AccountSlot(RollUp):
    """Roll-up of whole accounts per five minutes: `user_id` and `enterprise_project_id` are "".

    A dashboard first shows the account: per user, a thousand users would be a thousand rows a step.
    """

    class Meta:
        constraints = [models.UniqueConstraint(fields=_KEY, name="account_slot_key")]


class AccountHour(RollUp):
    """Roll-up of whole accounts per hour."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=_KEY, name="account_hour_key")]


class AccountDay(RollUp):
    """Roll-up of whole accounts per day (UTC)."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=_KEY, name="account_day_key")]
