"""Abstract bases and id makers shared by the apps' tables."""

from __future__ import annotations

import uuid

from django.db import models

from core import clock


def hex_id() -> str:
    """Return a new id of 32 lower-case hex digits, the form of accounts, users and projects."""
    return uuid.uuid4().hex


def dashed_id() -> str:
    """Return a new UUID with dashes, the form of enterprise projects and traces."""
    return str(uuid.uuid4())


class Timestamped(models.Model):
    """Creation and change times."""

    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
