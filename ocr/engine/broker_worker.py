"""Recognition over the broker, worker node's end: execute published calls and send heartbeats.

The web node's end, with the protocol, is `ocr.engine.broker_client`.
"""

from __future__ import annotations

import logging
import os
import pickle
import socket
import threading
import time
import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings

from core import log_context
from ocr.engine import transport
from ocr.engine.broker_client import store
from ocr.page import SameSides, WrongDocument
from ocr.profiles import EngineError, Extract, Profile

log = logging.getLogger(__name__)

HEARTBEAT_S = 1.0
ALIVE_S = 4.0  # a worker without a heartbeat for so long counts as dead
RESULT_S = 15  # seconds that a result is kept for a caller that does not fetch it


def execute(call_id: str, region: str, deadline: float) -> str:
    """Run one call on this node if its caller still waits.

    `deadline` is Unix time in seconds. Returns `late`, `gone` (taken by another worker, or the caller
    left), `done`, or the name of the error that was sent back.
    """
    if time.time() >= deadline:
        return "late"
    client = store()
    body, _ = (
        client.pipeline()
        .getdel(f"ocr:call:{call_id}")
        .set(f"ocr:taken:{call_id}", worker_name(), px=int((deadline - time.time()) * 1000) + 1000)
        .execute()
    )
    if body is None:
        return "gone"
    image, extract, options, profile, call = pickle.loads(body)
    log_context.begin(**call)
    answer = _answer(image, extract, options, profile, deadline, region)
    key = f"ocr:result:{call_id}"
    client.pipeline().rpush(key, pickle.dumps(answer)).expire(key, RESULT_S).execute()
    return answer[0] or "done"


def _answer(
    image: bytes,
    extract: Extract,
    options: Mapping[str, Any],
    profile: Profile,
    deadline: float,
    region: str,
) -> tuple[str, Any, Any]:
    """Return (error name, message, error code), or ("", result, engine time in milliseconds)."""
    try:
        outcome = transport.local().recognize(
            image,
            extract=extract,
            options=options,
            profile=profile,
            timeout=max(0.05, deadline - time.time()),
            region=region,
        )
    except WrongDocument as error:
        return "WrongDocument", str(error), error.code
    except SameSides as error:
        return "SameSides", str(error), ""
    except EngineError as error:
        return type(error).__name__, str(error), ""
    return "", outcome.result, outcome.engine_ms


@lru_cache(maxsize=1)
def worker_name() -> str:
    """Return the name of this worker process, new at each start."""
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


class Heartbeat(threading.Thread):
    """Publishes that this worker is alive and which regions it serves."""

    def __init__(self, regions: list[str]) -> None:
        super().__init__(name="worker-heartbeat", daemon=True)
        self.regions = regions
        self.draining = False
        self._stopped = threading.Event()

    def run(self) -> None:
        """Send heartbeats until stopped; when Redis fails, try again at the next interval."""
        while not self._stopped.is_set():
            try:
                self.beat()
            except redis.RedisError:
                log.warning("heartbeat failed", exc_info=True)
            self._stopped.wait(HEARTBEAT_S)

    def beat(self) -> None:
        """Send one heartbeat; a draining worker is alive but takes no new calls."""
        line = store().pipeline()
        line.set(f"ocr:alive:{worker_name()}", settings.ENGINE_PROCESSES, px=int(ALIVE_S * 1000))
        for region in self.regions:
            key = f"ocr:workers:{region}"
            if self.draining:
                line.zrem(key, worker_name())
            else:
                line.zadd(key, {worker_name(): time.time() + ALIVE_S})
                line.zremrangebyscore(key, "-inf", time.time() - 60)
        line.execute()

    def stop(self) -> None:
        """Stop the heartbeat and remove this worker from the regions."""
        self._stopped.set()
        self.draining = True
        try:
            self.beat()
            store().delete(f"ocr:alive:{worker_name()}")
        except redis.RedisError:
            log.warning("the worker could not sign off", exc_info=True)
