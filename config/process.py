"""Background parts of a web process in embedded mode: engine pool, periodic jobs, pages of batch jobs."""

from __future__ import annotations

import threading
from typing import Any

from django.conf import settings

from core import jobs
from monitoring import call_records

_ticker: jobs.Ticker | None = None
_runner: Any = None


def start() -> None:
    """Start the parts that the mode needs; the engine warms up in the background."""
    global _ticker, _runner
    call_records.writer_start()
    if settings.SCALED:
        return
    from ocr.engine import transport
    from ocr.jobs.runner import Runner

    threading.Thread(target=transport.start, name="engine-warm-up", daemon=True).start()
    _ticker = jobs.Ticker()
    _ticker.start()
    _runner = Runner()
    _runner.start()


def stop() -> None:
    """Stop the periodic jobs, let running pages finish, stop the engine processes."""
    call_records.writer_stop()
    if settings.SCALED:
        return
    from ocr.engine import transport

    if _ticker:
        _ticker.stop()
    if _runner:
        _runner.stop()
    transport.stop()
