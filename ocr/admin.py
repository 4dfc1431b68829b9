"""Operator's pages of recognition: limits may be edited; jobs are read only.

What a job holds is the account's own: names, keys and contents are left out.
"""

from __future__ import annotations

from django.contrib import admin

from billing.admin import ReadOnly
from ocr import models


@admin.register(models.AccountLimit)
class AccountLimitAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Calls per minute and concurrent calls; every process follows within 15 seconds."""

    list_display = ("account_id", "service", "calls_per_minute", "concurrency")
    search_fields = ("account_id",)


@admin.register(models.Job)
class JobAdmin(ReadOnly):
    """State and dates of a job."""

    list_display = ("id", "account_id", "region", "service", "state", "reason_code", "created_at", "finished_at", "expires_at")  # fmt: skip
    fields = list_display
    list_filter = ("state", "service", "region")
