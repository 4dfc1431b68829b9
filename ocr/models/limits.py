"""Account limits that differ from the catalogue's."""

from __future__ import annotations

from django.db import models


class AccountLimit(models.Model):
    """Calls per minute of one user for a service ("" = all), and concurrent calls of the account.

    0 means the catalogue's value, or no limit of concurrent calls.
    """

    account_id = models.CharField(max_length=32)
    service = models.CharField(max_length=40, blank=True, default="")
    calls_per_minute = models.PositiveIntegerField(default=0)
    concurrency = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "service"], name="account_limit_once")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.service or 'all'}"
