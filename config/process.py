"""What a web process starts besides serving: the engine pool and, embedded, the periodic jobs."""

from __future__ import annotations

import threading

from django.conf import settings

from core import jobs

_ticker: jobs.Ticker | None = None


def start() -> None:
    """Start the parts that this mode needs; the engine warms up in the background."""
    global _ticker
    if settings.SCALED:
        return
    from ocr.engine import dispatch

    threading.Thread(target=dispatch.start, name="engine-warm-up", daemon=True).start()
    _ticker = jobs.Ticker()
    _ticker.start()


def stop() -> None:
    """Stop the periodic jobs and every engine process."""
    if settings.SCALED:
        return
    from ocr.engine import dispatch

    if _ticker:
        _ticker.stop()
    dispatch.stop()
