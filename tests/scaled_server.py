"""The running server of the tests in scaled mode: `python -m tests.scaled_server`.

Starts what `deploy/` starts on several machines (web node, a recognition worker for every region, the
periodic worker, beat and the runner of batch jobs) on a database and a broker of its own, and ends all of it when it is told
to. The environment names them: DATABASE_URL, REDIS_URL, CELERY_BROKER_URL.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any
from urllib.parse import urlsplit

from tests import backends, rabbit
from tools.bench.processes import Processes


def wanted() -> bool:
    """Tell whether this run of the suite is the one on PostgreSQL, Redis and a broker."""
    return os.environ.get("TEST_BACKENDS") == "scaled"


def environ() -> dict[str, str]:
    """Return the settings of one more server: a database, a Redis number and a vhost of its own."""
    name = backends.named("ocr_suite")
    return {
        "DATABASE_URL": f"{backends.POSTGRES}/{name}",
        "REDIS_URL": backends.redis_url(),
        "CELERY_BROKER_URL": f"{rabbit.url()}/{name}",
        "WEB_PROCESSES": "2",
        "WEB_THREADS": "8",
        "ENGINE_PROCESSES": "2",
    }


def _regions() -> list[str]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings

    return [name for name, _ in settings.REGIONS]


def main() -> int:
    """Serve until SIGINT or SIGTERM."""
    import redis

    name = urlsplit(os.environ["DATABASE_URL"]).path[1:]
    backends.make_database(name)
    backends.make_vhost(name)
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
        site.start("jobs", "manage.py", "run_jobs")
        site.start_web()
        while not ended and all(one.poll() is None for one in site.running.values()):
            time.sleep(0.1)
        return 0 if ended else 1
    finally:
        site.end(*site.running, wait_s=15)
        backends.drop_vhost(name)
        backends.drop_database(name)


if __name__ == "__main__":
    print(json.dumps({name: os.environ.get(name) for name in ("PORT", "DATABASE_URL")}), flush=True)
    sys.exit(main())
