"""Routes of the whole installation: each app brings its own list."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("iam.api.urls")),
    path("admin/", admin.site.urls),
]
