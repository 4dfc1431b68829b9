"""Limits of an account: calls per user and minute, and concurrent calls.

Each process reads them at most every 15 seconds, so that a refused call costs no query.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import redis
from django.conf import settings

from core.errors import ApiError
from ocr import errors
from ocr.catalog import Service
from ocr.models import AccountLimit

log = logging.getLogger(__name__)

KEPT_S = 15.0
_known: dict[str, tuple[float, dict[str, tuple[int, int]]]] = {}
_running: Counter[str] = Counter()
_lock = threading.Lock()


def limits_of(account_id: str) -> dict[str, tuple[int, int]]:
    """Return service code ("" = all) → (calls per minute, concurrent calls) of the account."""
    known = _known.get(account_id)
    if known and time.monotonic() - known[0] < KEPT_S:
        return known[1]
    found = {
        row.service: (row.calls_per_minute, row.concurrency)
        for row in AccountLimit.objects.filter(account_id=account_id)
    }
    if len(_known) > 10_000:
        _known.clear()
    _known[account_id] = (time.monotonic(), found)
    return found


def calls_per_minute(account_id: str, service: Service) -> int:
    """Return the throttle of one user: the account's for the service, for all services, or the catalogue's."""
    limits = limits_of(account_id)
    for key in (service.code, ""):
        if key in limits and limits[key][0]:
            return limits[key][0]
    return service.calls_per_minute


def limit_set(
    *, account_id: str, service: str = "", calls_per_minute: int = 0, concurrency: int = 0
) -> AccountLimit:
    """Set the limits of an account for a service or for all; other processes follow within 15 s."""
    row, _ = AccountLimit.objects.update_or_create(
        account_id=account_id,
        service=service,
        defaults={"calls_per_minute": calls_per_minute, "concurrency": concurrency},
    )
    _known.pop(account_id, None)
    return row


@contextmanager
def slot(account_id: str, *, keep_one: bool = False) -> Iterator[None]:
    """Hold one of the account's concurrent calls; raises ModelArts.4401 when all are in use.

    `keep_one`: leave the last slot, if there are two or more, to interactive calls.
    """
    allowed = limits_of(account_id).get("", (0, 0))[1]
    allowed -= 1 if keep_one and allowed > 1 else 0
    if not allowed:
        yield
        return
    if settings.REDIS_URL:
        with _shared(account_id, allowed):
            yield
        return
    with _lock:
        if _running[account_id] >= allowed:
            raise ApiError(errors.BUSY, headers={"Retry-After": "1"})
        _running[account_id] += 1
    try:
        yield
    finally:
        with _lock:
            _running[account_id] -= 1
            if not _running[account_id]:
                del _running[account_id]


@contextmanager
def _shared(account_id: str, allowed: int) -> Iterator[None]:
    """Count over all processes; a slot of a process that died expires with the call's time limit."""
    from ocr.engine.broker_client import store

    key, mine, now = f"ocr:slots:{account_id}", uuid.uuid4().hex, time.time()
    try:
        line = store().pipeline()
        line.zremrangebyscore(key, "-inf", now)
        line.zadd(key, {mine: now + settings.ENGINE_TIMEOUT_S + 30})
        line.expire(key, int(settings.ENGINE_TIMEOUT_S) + 60)
        line.zcard(key)
        count = line.execute()[-1]
    except redis.RedisError:
        log.exception("the account's slots could not be counted")
        yield
        return
    try:
        if count > allowed:
            raise ApiError(errors.BUSY, headers={"Retry-After": "1"})
        yield
    finally:
        try:
            store().zrem(key, mine)
        except redis.RedisError:
            log.warning("a slot was not given back; it ends by itself", exc_info=True)
