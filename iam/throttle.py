"""Rate limits with a moving window per key, in this process or shared through Redis."""

from __future__ import annotations

import logging
import math
import threading
import time
from functools import lru_cache

from django.conf import settings
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from core.errors import ApiError
from iam import errors
from iam.principal import Principal

log = logging.getLogger(__name__)
_EXPIRE_S = 1.0


class _Memory(MemoryStorage):
    """Memory storage that removes expired entries once a second, where the library starts a thread per hit."""

    def _MemoryStorage__schedule_expiry(self) -> None:
        if not self.timer.is_alive():
            self.timer = threading.Timer(_EXPIRE_S, self._MemoryStorage__expire_events)  # type: ignore[attr-defined]
            self.timer.daemon = True
            self.timer.start()


@lru_cache(maxsize=4)
def _limiter(url: str) -> MovingWindowRateLimiter:
    """Return the limiter of a Redis, or of this process where `url` is empty."""
    if not url:
        return MovingWindowRateLimiter(_Memory(wrap_exceptions=True))
    return MovingWindowRateLimiter(storage_from_string(url, wrap_exceptions=True))


def _refuse(limiter: MovingWindowRateLimiter, item: RateLimitItemPerMinute, *keys: str) -> int:
    """Return after how many seconds the oldest hit leaves the window."""
    reset = limiter.get_window_stats(item, *keys).reset_time
    return max(1, math.ceil(reset - time.time()))


def _hit(limit: int, policy: str, *keys: str) -> None:
    limiter = _limiter(settings.REDIS_URL)
    item = RateLimitItemPerMinute(limit)
    try:
        if limiter.hit(item, *keys):
            return
        wait = _refuse(limiter, item, *keys)
    except StorageError:
        # A lost Redis must not stop recognition; the operator sees it in the log.
        log.exception("throttle storage failed")
        return
    raise ApiError(errors.THROTTLED, headers={"Retry-After": str(wait)}, policy=policy, limit=limit)


def throttle(principal: Principal, key: str, limit_per_minute: int) -> None:
    """Count one call of this user for `key`; raises APIG.0308 above `limit_per_minute`."""
    _hit(limit_per_minute, "user over ratelimit", "user", principal.user_id, key)


def throttle_address(address: str, key: str, limit_per_minute: int) -> None:
    """Count one call from this address for `key`; raises APIG.0308 above `limit_per_minute`."""
    _hit(limit_per_minute, "ip over ratelimit", "ip", address, key)
