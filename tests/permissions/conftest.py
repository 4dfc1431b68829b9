"""The world of the permission tables is built once for the module; each call in it is undone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import permission_world
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from iam import throttle
from ocr.engine import transport


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[dict[str, Any]]:
    """Build everything in one transaction that is rolled back after the module's tests."""
    kept = (settings.ENGINE, getattr(settings, "RECORDED_PAGES_DIR", None), settings.STORAGES)
    transport.stop()
    settings.ENGINE, settings.RECORDED_PAGES_DIR = "recorded", tmp_path_factory.mktemp("pages")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    with django_db_blocker.unblock(), transaction.atomic():
        yield permission_world.build()
        transaction.set_rollback(True)
    transport.stop()
    settings.ENGINE, settings.RECORDED_PAGES_DIR, settings.STORAGES = kept


@pytest.fixture
def undone(world: dict[str, Any], db: None) -> dict[str, Any]:
    """Give the world to one test; what it does is undone by the test's own transaction."""
    throttle._limiter.cache_clear()
    cache.clear()
    return world
