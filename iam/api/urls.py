"""Routes of the identity API, each an absolute path of the contract."""

from __future__ import annotations

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
