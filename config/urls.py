"""Every route, in the order of the contract's collision rules; each app brings its own table."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from config import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("", include("iam.api.urls")),
    path("operator/", admin.site.urls),
]
