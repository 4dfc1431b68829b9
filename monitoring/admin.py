"""Operator's pages of monitoring: alarm rules and deliveries, read only.

What a delivery carries and where it goes is the account's own: payloads and targets are left out.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model

from billing.admin import ReadOnly
from monitoring import models

_COLUMNS: tuple[tuple[type[Model], tuple[str, ...], tuple[str, ...]], ...] = (
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
