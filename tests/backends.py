"""PostgreSQL, Redis and RabbitMQ of this machine; each test gets a database, a Redis number and a vhost of its own.

Files of tests run at the same time: what one empties, drops or kills must be nobody else's. The servers
are those of TEST_POSTGRES_URL, TEST_REDIS_URL and TEST_AMQP_URL, each without a path; tests of one that
does not answer are skipped by name. RabbitMQ is the one of `tests.rabbit`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from tests import rabbit
from tools.bench.services import listening

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379")
RABBIT = "amqp"
_REDIS_NUMBERS = (
    15  # a Redis as installed has sixteen; number 0 is left to whoever uses the machine
)
_turns = count()


def need(*servers: str) -> None:
    """Skip the test where one of these servers (POSTGRES, REDIS, RABBIT) does not answer."""
    names = {POSTGRES: ("PostgreSQL", 5432), REDIS: ("Redis", 6379)}
    missing = []
    for url in (server for server in servers if server != RABBIT):
        place, (name, port) = urlsplit(url), names[url]
        if not listening(place.port or port, place.hostname or "127.0.0.1"):
            missing.append(f"{name} does not run on this machine")
    if RABBIT in servers and (problem := rabbit.problem()):
        missing.append(problem)
    if missing:
        pytest.skip("; ".join(missing))


def named(prefix: str) -> str:
    """Return a name that no other test has."""
    return f"{prefix}_{uuid.uuid4().hex[:12]}"


def redis_url() -> str:
    """Return a Redis number of this process of the suite: the next of its share at each call, not emptied."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    share = _REDIS_NUMBERS // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return f"{REDIS}/{1 + worker * share + next(_turns) % share}"


@contextmanager
def emptied_redis() -> Iterator[str]:
    """Yield the URL of an empty Redis number; skips without a server."""
    need(REDIS)
    url = redis_url()
    redis.Redis.from_url(url).flushdb()
    yield url


def make_database(name: str) -> None:
    """Create a database; one that is there stays as it is: a server that was killed goes on with it."""
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        server.execute(f'CREATE DATABASE "{name}"')


def drop_database(name: str) -> None:
    """Drop a database and the one that Django makes of it for tests, whoever is connected."""
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as server:
        for each in (name, f"test_{name}"):
            server.execute(f'DROP DATABASE IF EXISTS "{each}" WITH (FORCE)')


@contextmanager
def database() -> Iterator[str]:
    """Yield the URL of a fresh database, dropped afterwards; skips without a server."""
    need(POSTGRES)
    name = named("ocr_test")
    make_database(name)
    try:
        yield f"{POSTGRES}/{name}"
    finally:
        drop_database(name)


def make_vhost(name: str) -> None:
    """Create a RabbitMQ vhost for the broker's user; one that is there stays as it is."""
    user = urlsplit(rabbit.url()).username or "guest"
    with contextlib.suppress(subprocess.CalledProcessError):
        rabbit.control("add_vhost", name)
    rabbit.control("set_permissions", "-p", name, user, ".*", ".*", ".*")


def drop_vhost(name: str) -> None:
    """Delete a vhost with its queues; one that is gone already is no error."""
    with contextlib.suppress(subprocess.CalledProcessError):
        rabbit.control("delete_vhost", name)


@contextmanager
def vhost() -> Iterator[str]:
    """Yield the URL of a fresh vhost, deleted afterwards; skips without a server."""
    need(RABBIT)
    name = named("ocr_test")
    make_vhost(name)
    try:
        yield f"{rabbit.url()}/{name}"
    finally:
        drop_vhost(name)
