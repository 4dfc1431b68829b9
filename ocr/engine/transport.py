"""The one door to the engine: a local pool of processes, recorded pages for tests, or a broker.

The web process imports this module; neither it nor what it imports loads numpy, OpenCV, Pillow or
onnxruntime.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from ocr.engine.ipc import Setup
from ocr.engine.process_pool import Pool
from ocr.engine.recorded import RecordedPage
from ocr.profiles import INTERACTIVE, PRINTED, Extract, Outcome, Profile, Urgency
from ocr.vision import language_packs
from ocr.vision.language_packs import Script


class Transport(Protocol):
    """A way to have an image read."""

    def start(self) -> None:
        """Make ready; returns when calls would not wait for a warm-up."""

    def stop(self) -> None:
        """Let go of everything."""

    def stats(self) -> Mapping[str, int]:
        """Return figures for monitoring."""

    def recognize(
        self,
        image: bytes,
        *,
        extract: Extract,
        options: Mapping[str, Any],
        profile: Profile,
        timeout: float,
        region: str,
        urgency: Urgency = INTERACTIVE,
    ) -> Outcome:
        """Read one image; raises the errors of `ocr.profiles` and `WrongDocument`."""


class LocalTransport:
    """Engine processes of this machine."""

    def __init__(self) -> None:
        setup = Setup(settings.ENGINE, str(settings.MODELS_DIR), settings.TESSDATA_DIR)
        self.pool = Pool(setup, processes=settings.ENGINE_PROCESSES, queue=settings.ENGINE_QUEUE)

    def start(self) -> None:
        """Wait until every engine process is warm."""
        self.pool.start()

    def stop(self) -> None:
        """End the engine processes."""
        self.pool.stop()

    def stats(self) -> Mapping[str, int]:
        """Return the pool's figures."""
        return self.pool.stats()

    def recognize(
        self,
        image: bytes,
        *,
        extract: Extract,
        options: Mapping[str, Any],
        profile: Profile,
        timeout: float,
        region: str,
        urgency: Urgency = INTERACTIVE,
    ) -> Outcome:
        """Read one image in a process of this machine, whatever the region."""
        return self.pool.recognize(
            image,
            extract=extract,
            options=options,
            profile=profile,
            timeout=timeout,
            urgency=urgency,
        )


class RecordedTransport:
    """Pages that were read before, by the SHA-256 of the image; an unknown image is empty."""

    def __init__(self) -> None:
        self.folder = Path(getattr(settings, "RECORDED_PAGES_DIR", settings.DATA_DIR / "recorded"))

    def start(self) -> None:
        """Nothing to warm."""

    def stop(self) -> None:
        """Nothing to end."""

    def stats(self) -> Mapping[str, int]:
        """Return the figures of a pool that never waits."""
        return {"processes": 0, "busy": 0, "starting": 0, "waiting": 0, "restarts": 0}

    def recognize(
        self,
        image: bytes,
        *,
        extract: Extract,
        options: Mapping[str, Any],
        profile: Profile,
        timeout: float,
        region: str,
        urgency: Urgency = INTERACTIVE,
    ) -> Outcome:
        """Extract from the recorded page of this very image."""
        started = time.perf_counter()
        file = self.folder / f"{hashlib.sha256(image).hexdigest()}.json"
        page = RecordedPage.from_json(file.read_bytes()) if file.is_file() else RecordedPage()
        result = extract(page, options)
        return Outcome(result, (time.perf_counter() - started) * 1000)


_lock = threading.Lock()
_transport: Transport | None = None
_remote: Transport | None = None
_owner = 0


def local() -> Transport:
    """Return this process's own transport, made on first use (again after a fork)."""
    global _transport, _owner
    with _lock:
        if _transport is None or _owner != os.getpid():
            kind = RecordedTransport if settings.ENGINE == "recorded" else LocalTransport
            _transport, _owner = kind(), os.getpid()
        return _transport


def _current() -> Transport:
    """Return the way calls take from here: over the broker in scaled mode, else this machine."""
    global _remote
    if not settings.SCALED:
        return local()
    if _remote is None:
        from ocr.engine.broker_client import RemoteTransport

        _remote = RemoteTransport()
    return _remote


def recognize(
    image: bytes,
    *,
    extract: Extract,
    options: Mapping[str, Any],
    profile: Profile = PRINTED,
    timeout: float | None = None,
    region: str = "",
    urgency: Urgency = INTERACTIVE,
) -> Outcome:
    """Have an image read and extracted; `extract` is a module-level function, options plain data.

    A page of a batch job (`urgency`) waits until no interactive call does.
    Raises QueueFull, EngineTimeout, WorkerCrashed, UnreadableImage, ExtractError, or WrongDocument.
    """
    return _current().recognize(
        image,
        extract=extract,
        options=options,
        profile=profile,
        timeout=timeout or settings.ENGINE_TIMEOUT_S,
        region=region,
        urgency=urgency,
    )


def start() -> None:
    """Warm the engine; returns when the first call would not wait."""
    _current().start()


def stop() -> None:
    """End every engine process of this process."""
    global _transport
    with _lock:
        transport, _transport = _transport, None
    if transport is not None and _owner == os.getpid():
        transport.stop()


def missing_packs() -> Sequence[Script]:
    """Return the scripts whose language pack this machine lacks: `doctor` and service pages tell."""
    return language_packs.missing_packs(settings.TESSDATA_DIR)


def stats() -> Mapping[str, int]:
    """Return queue, busy processes and restarts; all zero before the engine was started."""
    if _transport is None and not settings.SCALED:
        return dict.fromkeys(("processes", "busy", "starting", "waiting", "restarts"), 0)
    return _current().stats()


atexit.register(stop)
