"""Recognition over the broker, web node's end: admit a call, publish it, wait for its result.

The message on the region's queue holds an id and a deadline only. Image and options are stored in
Redis under a key that expires at the caller's deadline and is read and deleted (GETDEL) by the first
worker that takes the call. A message that is delivered twice, or after the caller has gone, finds no
key and is dropped. The result comes back over a list on which the caller blocks; reading it removes
it. A dead worker is detected by its missing heartbeat; the call is then sent once more if time is
left. Nothing is billed here: the web node does that when it has the result.

The worker's end is `ocr.engine.broker_worker`.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import time
import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import redis
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

from core import log_context
from ocr import profiles
from ocr.page import SameSides, WrongDocument
from ocr.profiles import (
    BATCH,
    INTERACTIVE,
    EngineTimeout,
    Extract,
    Outcome,
    Profile,
    QueueFull,
    Urgency,
    WorkerCrashed,
)

TASK = "ocr.recognise"
REPUBLISH_S = 3.0  # a call that no worker has taken for so long is published again
INTERACTIVE_RESERVE_MS = (
    3000  # so long after an interactive call, batch pages leave one process free
)
# One script, so that two web nodes cannot both take the last free position of a region.
_ADMIT = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[4])
redis.call('SET', KEYS[2], ARGV[5], 'PX', ARGV[6])
return 1
"""


@lru_cache(maxsize=2)
def _client(url: str, pid: int) -> redis.Redis:
    # `pid` is part of the cache key: a forked process must not share its parent's sockets.
    return redis.Redis.from_url(url, socket_connect_timeout=3, health_check_interval=30)


def store() -> Any:
    """Return this process's connection pool to REDIS_URL."""
    return _client(settings.REDIS_URL, os.getpid())


def queue_name(region: str) -> str:
    """Return the name of a region's queue."""
    return f"ocr.{region}"


def broker_priority(urgency: Urgency) -> int:
    """Return the broker's priority number: Redis serves 0 first, RabbitMQ serves 9 first."""
    first = urgency == INTERACTIVE
    if settings.CELERY_BROKER_URL.startswith("redis"):
        return 0 if first else 9
    return 9 if first else 0


def capacity(region: str) -> int:
    """Return how many engine processes the region's live workers have in total."""
    names = store().zrangebyscore(f"ocr:workers:{region}", time.time(), "+inf")
    if not names:
        return 0
    return sum(
        int(value) for value in store().mget([f"ocr:alive:{n.decode()}" for n in names]) if value
    )


class RemoteTransport:
    """Transport to the engine processes of the region's worker nodes."""

    def start(self) -> None:
        """Do nothing: the worker nodes warm their own processes."""

    def stop(self) -> None:
        """Do nothing: a web node has no engine process."""

    def stats(self) -> Mapping[str, int]:
        """Return the engine processes of all live workers and the calls that wait or run."""
        found = {"processes": 0, "busy": 0, "starting": 0, "waiting": 0, "restarts": 0}
        for region, _ in settings.REGIONS:
            found["processes"] += capacity(region)
            found["waiting"] += int(store().zcard(f"ocr:open:{region}"))
        return found

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
        """Process the image on a worker of `region`; raises the errors of `ocr.profiles`."""
        deadline = time.time() + timeout
        body = pickle.dumps((image, extract, dict(options), profile, log_context.known()))
        for last in (False, True):
            try:
                return self._once(body, region=region, deadline=deadline, urgency=urgency)
            except _WorkerLost as lost:
                if last or deadline - time.time() < 2:
                    raise WorkerCrashed("The recognition worker ended during the call.") from lost
            except redis.RedisError as error:
                raise WorkerCrashed("The recognition queue cannot be reached.") from error
            except OperationalError as error:
                raise WorkerCrashed("The broker cannot be reached.") from error
        raise AssertionError("unreachable")

    def _once(self, body: bytes, *, region: str, deadline: float, urgency: Urgency) -> Outcome:
        call_id = uuid.uuid4().hex
        workers = capacity(region)
        if not workers:
            raise WorkerCrashed("No recognition worker of the region is running.")
        left = max(0.05, deadline - time.time())
        admitted = store().eval(
            _ADMIT,
            2,
            f"ocr:open:{region}",
            f"ocr:call:{call_id}",
            time.time(),
            _limit(region, workers, urgency),
            deadline,
            call_id,
            body,
            int(left * 1000),
        )
        if not admitted:
            raise QueueFull("The queue of the region is full.")
        try:
            _publish(call_id, region, deadline, urgency)
            return _outcome(self._wait(call_id, region, deadline, urgency))
        finally:
            # The caller is leaving: a call that no worker has taken must not run any more.
            store().pipeline().delete(f"ocr:call:{call_id}", f"ocr:result:{call_id}").zrem(
                f"ocr:open:{region}", call_id
            ).execute()

    def _wait(
        self, call_id: str, region: str, deadline: float, urgency: Urgency
    ) -> tuple[Any, ...]:
        """Block for the result; raises EngineTimeout, or _WorkerLost when its worker fell silent.

        A broker that restarts forgets its messages, so a call that no worker takes is published again.
        A duplicate does no harm: only the first worker finds the image.
        """
        published = time.time()
        while (left := deadline - time.time()) > 0:
            answer = store().blpop([f"ocr:result:{call_id}"], timeout=max(0.05, min(left, 1.0)))
            if answer:
                return pickle.loads(answer[1])
            waits, worker = (
                store()
                .pipeline()
                .exists(f"ocr:call:{call_id}")
                .get(f"ocr:taken:{call_id}")
                .execute()
            )
            if worker and not store().exists(f"ocr:alive:{worker.decode()}"):
                raise _WorkerLost(worker.decode())
            if worker:
                continue
            if not waits:
                raise _WorkerLost("Redis lost the image")
            if not capacity(region):
                raise WorkerCrashed("The region's recognition workers ended.")
            if time.time() - published > REPUBLISH_S:
                published = time.time()
                with contextlib.suppress(OperationalError):
                    _publish(call_id, region, deadline, urgency)
        raise EngineTimeout("The image was not recognised in time.")


def _limit(region: str, workers: int, urgency: Urgency) -> int:
    """Return the number of open calls in the region below which one of this urgency is admitted.

    A batch page never waits in the region's queue, and leaves one process free while calls arrive.
    """
    key = f"ocr:recent:{region}"
    if urgency != BATCH:
        store().set(key, b"1", px=INTERACTIVE_RESERVE_MS)
        return settings.ENGINE_QUEUE + workers
    return workers - 1 if workers > 1 and store().exists(key) else workers


def _publish(call_id: str, region: str, deadline: float, urgency: Urgency) -> None:
    """Put the call on the region's queue; raises kombu's OperationalError."""
    current_app.send_task(
        TASK,
        args=[call_id, region, deadline],
        queue=queue_name(region),
        expires=max(0.05, deadline - time.time()),
        priority=broker_priority(urgency),
        ignore_result=True,
        retry=False,
    )


class _WorkerLost(Exception):
    """The worker that took the call sends no heartbeat any more."""


def _outcome(answer: tuple[Any, ...]) -> Outcome:
    fault, value, more = answer
    if not fault:
        return Outcome(value, more)
    if fault == "WrongDocument":
        raise WrongDocument(value, code=more)
    if fault == "SameSides":
        raise SameSides(value)
    raise getattr(profiles, fault, profiles.ExtractError)(value)
