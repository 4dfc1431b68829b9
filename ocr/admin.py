"""Operator's pages of recognition: limits may be edited; jobs, alarms and deliveries are shown.

What a job or a delivery holds is nobody's but the account's: names, keys and contents are left out.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model

from billing.admin import ReadOnly
from ocr import models


@admin.register(models.AccountLimit)
class AccountLimitAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Calls per minute and concurrent calls; every process follows within 15 seconds."""

    list_display = ("account_id", "service", "calls_per_minute", "concurrency")
    search_fields = ("account_id",)


_COLUMNS: tuple[tuple[type[Model], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        models.Job,
        ("id", "account_id", "region", "service", "state", "reason_code", "created_at", "finished_at", "expires_at"),
        ("state", "service", "region"),
    ),
    (
        models.Alarm,
        ("id", "account_id", "region", "metric_name", "interface", "enabled", "state", "updated_at"),
        ("state", "enabled"),
    ),
    (
        models.Delivery,
        ("id", "account_id", "kind", "state", "attempts", "status_code", "error", "created_at", "delivered_at"),
        ("state", "kind"),
    ),
)  # fmt: skip
for _model, _columns, _filters in _COLUMNS:
    _shown = {"list_display": _columns, "fields": _columns, "list_filter": _filters}
    admin.site.register(_model, type(f"{_model.__name__}Admin", (ReadOnly,), _shown))
