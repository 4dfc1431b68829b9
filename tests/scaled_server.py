"""The running server of the tests in scaled mode: `python -m tests.scaled_server`.

Starts what `deploy/` starts on several machines (web node, a recognition worker for every region, the
periodic worker, beat and the runner of batch jobs) on a database and a broker of its own, and ends all of it when it is told
to. The environment names them: DATABASE_URL, REDIS_URL, CELERY_BROKER_URL.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from bench.processes import Processes

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379")
RABBIT = os.environ.get("TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672")
_servers = count()


def wanted() -> bool:
    """Tell whether this run of the suite is the one on PostgreSQL, Redis and a broker."""
    return os.environ.get("TEST_BACKENDS") == "scaled"


def environ() -> dict[str, str]:
    """Return the settings of one more server: a database, a Redis number and a RabbitMQ vhost of its own."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw") or 0)
    name = f"ocr_suite_{uuid.uuid4().hex[:8]}"
    return {
        "DATABASE_URL": f"{POSTGRES}/{name}",
        "REDIS_URL": f"{REDIS}/{1 + (worker * 4 + next(_servers) % 4) % 8}",
        "CELERY_BROKER_URL": f"{RABBIT}/{name}",
        "WEB_PROCESSES": "2",
        "WEB_THREADS": "8",
        "ENGINE_PROCESSES": "2",
    }


def _vhost(name: str, *, make: bool) -> None:
    commands = [["delete_vhost", name]]
    if make:
        commands = [["add_vhost", name], ["set_permissions", "-p", name, "guest", ".*", ".*", ".*"]]
    for command in commands:
        check = command[0] == "set_permissions"  # a vhost may be there already, or gone
        subprocess.run(
            ["rabbitmqctl", "-q", *command],
            check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip


def _database(name: str, *, make: bool) -> None:
    import psycopg

    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not make:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        elif known.fetchone() is None:  # else a server that was killed left it, and goes on
            connection.execute(f"CREATE DATABASE {name}")


def _regions() -> list[str]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings

    return [name for name, _ in settings.REGIONS]


def main() -> int:
    """Serve until SIGINT or SIGTERM."""
    import redis

    name = urlsplit(os.environ["DATABASE_URL"]).path[1:]
    _database(name, make=True)
    _vhost(name, make=True)
    redis.Redis.from_url(os.environ["REDIS_URL"]).flushdb()
    ended: list[Any] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.append(True))
    site = Processes(os.environ)
    try:
        site.prepare()
        site.start_worker("recognition", ",".join(f"ocr.{region}" for region in _regions()))
        site.start_worker("periodic", "periodic")
        site.start_celery("beat", "beat")
        site.start("batch", "manage.py", "run_batch")
        site.start_web()
        while not ended and all(one.poll() is None for one in site.running.values()):
            time.sleep(0.1)
        return 0 if ended else 1
    finally:
        site.end(*site.running, wait_s=15)
        _vhost(name, make=False)
        _database(name, make=False)


if __name__ == "__main__":
    print(json.dumps({name: os.environ.get(name) for name in ("PORT", "DATABASE_URL")}), flush=True)
    sys.exit(main())
