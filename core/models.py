"""Abstract models and generators of ids shared by the apps' tables."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid

from django.db import models

from core import clock


def hex_id() -> str:
    """Return a new id of 32 lower-case hex digits, the form of accounts, users and projects."""
    return uuid.uuid4().hex


def timed_id(now: dt.datetime | None = None) -> str:
    """Return a new id of 32 lower-case hex digits that sorts by time: a UUID of version 7.

    The first 12 digits are the milliseconds of `now` (RFC 9562, section 5.7), the rest is random but
    for version and variant. Tables in time partitions use it, because a unique id then determines
    its partition.
    """
    random = secrets.randbits(74)
    tail = 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & ((1 << 62) - 1)
    return f"{clock.epoch_ms(now or clock.now()):012x}{tail:020x}"


def timed_id_floor(moment: dt.datetime) -> str:
    """Return a text that sorts before every `timed_id` of `moment` and after all of those before."""
    return f"{clock.epoch_ms(moment):012x}{0:020x}"


def dashed_id() -> str:
    """Return a new UUID with dashes, the form of enterprise projects and traces."""
    return str(uuid.uuid4())


class Timestamped(models.Model):
    """Creation and change times."""

    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
