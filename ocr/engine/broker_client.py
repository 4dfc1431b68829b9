"""Recognition over the broker: the web node's transport and the worker node's end of it.

The message on the region's queue holds an id and a deadline only. Image and options wait in
Redis under a key that expires with the caller's patience and is taken (read and deleted) by the
first worker that gets there: a message that is delivered twice, or after the caller has gone, finds
nothing and is dropped. The answer goes back over a list that the caller blocks on and that vanishes
when read. A worker that dies is noticed by its heartbeat; the call is then sent once more if time is
left. Nothing is billed here: that is done by the web node when it has the answer.
"""

from __future__ import annotations

import contextlib
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

log = logging.getLogger(__name__)

TASK = "ocr.recognise"
BEAT_S = 1.0
ALIVE_S = 4.0  # a worker silent for longer is dead
ANNOUNCE_S = 3.0  # after that long a call that nobody took is announced again
RESULT_S = 15  # how long an answer waits for a caller that does not come
KEPT_FREE_MS = 3000  # after an interactive call batch pages leave one process free for the next
_ADMIT = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[4])
redis.call('SET', KEYS[2], ARGV[5], 'PX', ARGV[6])
return 1
"""


@lru_cache(maxsize=2)
def _client(url: str, pid: int) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=3, health_check_interval=30)


def store() -> Any:
    """Return this process's connection pool to REDIS_URL."""
    return _client(settings.REDIS_URL, os.getpid())


def queue_name(region: str) -> str:
    """Return the queue of a region."""
    return f"ocr.{region}"


def broker_priority(urgency: Urgency) -> int:
    """Return the broker's number for an urgency: Redis serves 0 first, RabbitMQ serves 9 first."""
    first = urgency == INTERACTIVE
    if settings.CELERY_BROKER_URL.startswith("redis"):
        return 0 if first else 9
    return 9 if first else 0


class RemoteTransport:
    """Engine processes of the region's worker nodes."""

    def start(self) -> None:
        """Nothing to warm on a web node."""

    def stop(self) -> None:
        """Nothing to end on a web node."""

    def stats(self) -> Mapping[str, int]:
        """Return workers alive, their engine processes, and calls waiting or running."""
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
        """Have the image read by a worker of `region`; raises the errors of `ocr.profiles`."""
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
            _places(region, workers, urgency),
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
            # The caller is going: what nobody has taken must not be executed any more.
            store().pipeline().delete(f"ocr:call:{call_id}", f"ocr:result:{call_id}").zrem(
                f"ocr:open:{region}", call_id
            ).execute()

    def _wait(
        self, call_id: str, region: str, deadline: float, urgency: Urgency
    ) -> tuple[Any, ...]:
        """Block for the answer; raises EngineTimeout, or _WorkerLost when its worker fell silent.

        A broker that restarts forgets its messages: a call that nobody takes is announced again,
        which costs nothing where it still waits, because only the first worker finds its image.
        """
        announced = time.time()
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
                raise _WorkerLost("the image went with Redis")
            if not capacity(region):
                raise WorkerCrashed("The region's recognition workers ended.")
            if time.time() - announced > ANNOUNCE_S:
                announced = time.time()
                with contextlib.suppress(OperationalError):
                    _publish(call_id, region, deadline, urgency)
        raise EngineTimeout("The image was not read in time.")


def _places(region: str, workers: int, urgency: Urgency) -> int:
    """Return how many calls of the region may be open for one more of this urgency to be let in.

    A batch page never waits in the region's queue, and leaves a process free while calls come.
    """
    key = f"ocr:recent:{region}"
    if urgency != BATCH:
        store().set(key, b"1", px=KEPT_FREE_MS)
        return settings.ENGINE_QUEUE + workers
    return workers - 1 if workers > 1 and store().exists(key) else workers


def _publish(call_id: str, region: str, deadline: float, urgency: Urgency) -> None:
    """Tell the region's workers of a call; raises kombu's OperationalError."""
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
    """The worker that took the call is silent."""


def _outcome(answer: tuple[Any, ...]) -> Outcome:
    fault, value, more = answer
    if not fault:
        return Outcome(value, more)
    if fault == "WrongDocument":
        raise WrongDocument(value, code=more)
    if fault == "SameSides":
        raise SameSides(value)
    raise getattr(profiles, fault, profiles.ExtractError)(value)


def capacity(region: str) -> int:
    """Return how many engine processes the region's live workers have together."""
    names = store().zrangebyscore(f"ocr:workers:{region}", time.time(), "+inf")
    if not names:
        return 0
    return sum(
        int(value) for value in store().mget([f"ocr:alive:{n.decode()}" for n in names]) if value
    )


# The worker node's end ------------------------------------------------------------------------


def work(call_id: str, region: str, deadline: float) -> str:
    """Execute one call on this node if its caller still waits; returns what came of it."""
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
    answer = _execute(image, extract, options, profile, deadline, region)
    key = f"ocr:result:{call_id}"
    client.pipeline().rpush(key, pickle.dumps(answer)).expire(key, RESULT_S).execute()
    return answer[0] or "done"


def _execute(
    image: bytes,
    extract: Extract,
    options: Mapping[str, Any],
    profile: Profile,
    deadline: float,
    region: str,
) -> tuple[str, Any, Any]:
    from ocr.engine import transport

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
    except profiles.EngineError as error:
        return type(error).__name__, str(error), ""
    return "", outcome.result, outcome.engine_ms


@lru_cache(maxsize=1)
def worker_name() -> str:
    """Return the name of this worker node's process, new with each start."""
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


class Heartbeat(threading.Thread):
    """Tells that this worker lives and which regions it serves."""

    def __init__(self, regions: list[str]) -> None:
        super().__init__(name="worker-heartbeat", daemon=True)
        self.regions = regions
        self.draining = False
        self._stopped = threading.Event()

    def run(self) -> None:
        """Beat until stopped; a lost Redis is tried again at the next beat."""
        while not self._stopped.is_set():
            try:
                self.beat()
            except redis.RedisError:
                log.warning("heartbeat failed", exc_info=True)
            self._stopped.wait(BEAT_S)

    def beat(self) -> None:
        """Write one sign of life; a draining worker lives but takes no new calls."""
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
        """End and take this worker off the lists."""
        self._stopped.set()
        self.draining = True
        try:
            self.beat()
            store().delete(f"ocr:alive:{worker_name()}")
        except redis.RedisError:
            log.warning("the worker could not sign off", exc_info=True)
