"""Wake the runner of this process when there may be work."""

from __future__ import annotations

import threading

WOKEN = threading.Event()


def wake() -> None:
    """Wake the runner if it runs in this process; in other processes it polls every second."""
    WOKEN.set()
