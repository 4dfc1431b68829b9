"""Wake the runner of this process when there may be work."""

from __future__ import annotations

import threading

RUNG = threading.Event()


def ring() -> None:
    """Wake the runner if it runs in this process; in other processes it polls every second."""
    RUNG.set()
