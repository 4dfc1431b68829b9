"""Entry point of recognition: local engine processes, worker nodes over a broker, or recorded pages.

The web process imports this module; neither it nor its imports load numpy, OpenCV, Pillow or
onnxruntime.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from ocr.engine import registry
from ocr.engine.ipc import Setup
from ocr.engine.process_pool import Pool
from ocr.engine.recorded import RecordedPage
from ocr.profiles import INTERACTIVE, PRINTED, Extract, Outcome, Profile, Urgency


class Transport(Protocol):
    """A way to have an image processed."""

    def start(self) -> None:
        """Prepare; returns when calls would not wait for a warm-up."""

    def stop(self) -> None:
        """Release all processes and connections."""

    def stats(self) -> Mapping[str, int]:
        """Return processes, busy, starting, waiting and restarts, for monitoring."""

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
        """Process one image; raises the errors of `ocr.profiles`, WrongDocument or SameSides."""


class LocalTransport:
    """Transport to engine processes of this machine."""

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
        """Process one image on this machine, whatever the region."""
        return self.pool.recognize(
            image,
            extract=extract,
            options=options,
            profile=profile,
            timeout=timeout,
            urgency=urgency,
        )


class RecordedTransport:
    """Transport to recorded pages, found by the SHA-256 of the image; an unknown image is an empty page."""

    def __init__(self) -> None:
        self.folder = Path(getattr(settings, "RECORDED_PAGES_DIR", settings.DATA_DIR / "recorded"))

    def start(self) -> None:
        """Do nothing: there is no process."""

    def stop(self) -> None:
        """Do nothing: there is no process."""

    def stats(self) -> Mapping[str, int]:
        """Return zeros: nothing ever waits."""
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
        """Extract from the recorded page of this image."""
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
    """Return this process's own transport, created on first use, and again after a fork."""
    global _transport, _owner
    with _lock:
        if _transport is None or _owner != os.getpid():
            recognizes = registry.row(settings.ENGINE).recognizes
            _transport = LocalTransport() if recognizes else RecordedTransport()
            _owner = os.getpid()
        return _transport


def _current() -> Transport:
    """Return the transport of calls: over the broker in scaled mode, else this process's own."""
    global _remote
    if not settings.SCALED:
        return local()
    if _remote is None:
        # Celery and Redis clients are loaded in scaled mode only.
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
    """Recognise an image and extract its fields.

    `extract` is a module-level function `(page, options) -> result`; options and result are plain data.
    `timeout` in seconds, by default the setting ENGINE_TIMEOUT_S. A page of a batch job (`urgency`)
    waits until no interactive call does.
    Raises QueueFull, EngineTimeout, WorkerCrashed, UnreadableImage, NoSuchPage, ExtractError,
    WrongDocument or SameSides.
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
    """Warm the engine; returns when the first call would not wait for a start."""
    _current().start()


def stop() -> None:
    """End every engine process of this process."""
    global _transport
    with _lock:
        transport, _transport = _transport, None
    if transport is not None and _owner == os.getpid():
        transport.stop()


def stats() -> Mapping[str, int]:
    """Return processes, busy, starting, waiting and restarts; all zero before the engine was started."""
    if _transport is None and not settings.SCALED:
        return dict.fromkeys(("processes", "busy", "starting", "waiting", "restarts"), 0)
    return _current().stats()


atexit.register(stop)
