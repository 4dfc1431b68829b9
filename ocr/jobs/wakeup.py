"""Tells the runner of this process, if there is one, that there may be work."""

from __future__ import annotations

import threading

RUNG = threading.Event()


def ring() -> None:
    """Wake the runner; in other processes it looks by itself every second."""
    RUNG.set()
