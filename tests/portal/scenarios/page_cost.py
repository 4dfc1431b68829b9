"""What each console page costs in an account of 1,000 users and 10 million calls.

    python tests/portal/scenarios/page_cost.py [calls]

Fills a database of its own (SQLite in a temporary folder, or DATABASE_URL) with users, traces, failed
calls and the roll-ups that so many calls leave over ninety days (minutes and hours only as far back as
a page reads them), then draws every page five times in one process. It prints queries and milliseconds,
of CPU and of the clock, and ends with 1 if a page needs more than 150 ms of CPU or 12 queries. On SQLite
the database works inside the process, so its time is counted.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="page-cost-"))

DAYS, HOURS_BACK, MINUTES_BACK = 90, 14 * 24, 2 * 1440
USERS, TRACES, FAILED = 1_000, 50_000, 50_000
MAX_MS, MAX_QUERIES = 150.0, 12
CODES = ("AIS.0101", "AIS.0103", "AIS.0104", "ModelArts.4601", "APIG.0308", "APIG.0301")
RANGES = ("1h", "6h", "24h", "7d", "30d", "90d")


def people(account: str) -> list[str]:
    """Create the users; return their ids."""
    from iam.models import User

    User.objects.bulk_create(
        User(account_id=account, name=f"user-{number:04}", email=f"{number}@example.com")
        for number in range(USERS)
    )
    return people_of(account)


def people_of(account: str) -> list[str]:
    """Return the ids of the account's users."""
    from iam.models import User

    return list(User.objects.filter(account_id=account).values_list("pk", flat=True))


class Crowd:
    """Who calls what: a few users and services make most of the calls, one in twenty fails."""

    def __init__(self, users: list[str], projects: list[str]) -> None:
        from ocr.catalog import SERVICES

        chance = random.Random(7)
        self.chance = chance
        self.pairs = [
            (service.code, user, chance.choice(projects))
            for user in users
            for service in chance.sample(SERVICES, 3)
        ]
        self.weights = list(accumulate(1 / (1 + rank) ** 0.6 for rank in range(len(self.pairs))))

    def calls(self, count: int) -> Counter[tuple[str, str, str, str]]:
        """Return (service, user, enterprise project, error code) → calls."""
        drawn = self.chance.choices(self.pairs, cum_weights=self.weights, k=count)
        return Counter(
            (*pair, self.chance.choice(CODES) if self.chance.random() < 0.05 else "")
            for pair in drawn
        )


def rows(
    described: dict[str, Any], start: dt.datetime, calls: Counter[tuple[str, str, str, str]]
) -> Iterator[tuple[tuple[Any, ...], list[Any]]]:
    """Return the roll-up rows of one bucket."""
    for number, ((service, user, project, code), count) in enumerate(sorted(calls.items())):
        histogram = [0] * 17
        histogram[4 + number % 6] = count
        key = (described["domain_id"], start, described["region"], service, user, project, code)
        yield key, [count, count * 300, histogram]


def of_account(calls: Counter[tuple[str, str, str, str]]) -> Counter[tuple[str, str, str, str]]:
    """Return the calls without users and enterprise projects."""
    whole: Counter[tuple[str, str, str, str]] = Counter()
    for (service, _user, _project, code), count in calls.items():
        whole[service, "", "", code] += count
    return whole


def fill(described: dict[str, Any], calls: int) -> None:
    """Write the roll-ups of `calls` calls over DAYS days up to now."""
    from core import clock
    from iam.selectors import enterprise_project_names
    from monitoring import models
    from monitoring.rollup import sqlite

    account = described["domain_id"]
    crowd = Crowd(people(account), list(enterprise_project_names(account)))
    now = clock.now().replace(second=0, microsecond=0)
    grains = (
        (models.CallDay, models.AccountDay, dt.timedelta(days=1), DAYS),
        (models.CallHour, models.AccountHour, dt.timedelta(hours=1), HOURS_BACK),
        (models.CallMinute, None, dt.timedelta(minutes=1), MINUTES_BACK),
        (None, models.AccountSlot, dt.timedelta(minutes=5), MINUTES_BACK // 5),
    )
    for apart, whole, step, count in grains:
        seconds = int(step.total_seconds())
        first = int(now.timestamp()) // seconds * seconds
        for index in range(count):
            start = dt.datetime.fromtimestamp(first - index * seconds, dt.UTC)
            drawn = crowd.calls(round(calls * seconds / (DAYS * 86400)))
            if apart:
                sqlite._write(apart, rows(described, start, drawn))
            if whole:
                sqlite._write(whole, rows(described, start, of_account(drawn)))


def history(described: dict[str, Any]) -> None:
    """Write failed calls and traces."""
    from core import clock
    from iam.models import Trace
    from monitoring.models import CallRecord
    from ocr.catalog import SERVICES

    chance, now = random.Random(8), clock.now()
    user = described["users"]["admin"]["id"]
    CallRecord.objects.bulk_create(
        (
            CallRecord(
                request_id=f"{number:032x}", occurred_at=now - dt.timedelta(seconds=17 * (FAILED - number)),
                region=described["region"], account_id=described["domain_id"], user_id=user,
                project_id=described["project_id"], service=chance.choice(SERVICES).code, status=400,
                error_code=chance.choice(CODES), latency_ms=chance.randint(20, 900), rolled_up=True,
            )
            for number in range(FAILED)
        ),
        batch_size=2000,
    )  # fmt: skip
    last = Trace.objects.filter(account_id=described["domain_id"]).latest("sequence")
    fields = {
        field.attname: getattr(last, field.attname)
        for field in Trace._meta.concrete_fields
        if not field.primary_key
    }
    Trace.objects.bulk_create(
        (
            Trace(
                **{
                    **fields,
                    "time": now - dt.timedelta(seconds=17 * (TRACES - number)),
                    "sequence": last.sequence + 1 + number,
                    "hash": f"{number:064x}",
                }
            )
            for number in range(TRACES)
        ),
        batch_size=2000,
    )


def measure(client: Any, address: str) -> tuple[int, float, float]:
    """Return queries, least CPU and least wall milliseconds of drawing the page."""
    from django.db import connection

    asked: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    with connection.execute_wrapper(note):
        client.get(address)
    cpu, wall = [], []
    for _ in range(5):
        began = time.process_time(), time.perf_counter()
        client.get(address)
        cpu.append(time.process_time() - began[0])
        wall.append(time.perf_counter() - began[1])
    return len(asked), min(cpu) * 1000, min(wall) * 1000


def details(described: dict[str, Any]) -> dict[str, str]:
    """Put all users into one group; return what the addresses of details name."""
    from billing import selectors as billing_selectors
    from iam.models import Group, Membership

    account = described["domain_id"]
    crowd = Group.objects.create(account_id=account, name="crowd")
    users = people_of(account)
    Membership.objects.bulk_create(Membership(group=crowd, user_id=key) for key in users)
    packages = billing_selectors.packages(account)
    return {
        "iam/users/detail": f"user={users[0]}",
        "iam/groups": f"group={crowd.pk}",
        "enterprise-projects/details": "project=0",
        "packages/details": f"package={packages[0].package.pk}" if packages else "",
    }


def addresses(named: dict[str, str]) -> Iterator[str]:
    """Return every page, what `named` names, and the monitoring page in its ranges and splits."""
    from portal.navigation import PAGES
    from tests.console_pages import address

    for page in PAGES:
        if page.slug not in {"explorer/sample", "subscribers"} and "detail" not in page.slug:
            yield address(page)
    yield "/console/subscribers?service=passport"
    yield "/console/iam/policies?new=1"
    for slug, query in named.items():
        if query:
            yield f"/console/{slug}?{query}"
    for name in RANGES:
        yield f"/console/monitoring?range={name}"
    for more in ("by=user_id", "by=before", "by=service", "by=error_code", "user=user-0001",
                 "code=AIS.0101", "by=enterprise_project_id", "by=user_id&range=30d"):  # fmt: skip
        yield f"/console/monitoring?{more}"
    yield "/console/iam/users?users.q=user-09"
    yield "/console/audit?days=180&name=login"


def main() -> int:
    """Fill, draw, tell."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from iam.services import demo

    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.ALLOWED_HOSTS = ["*"]
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    call_command("migrate", verbosity=0)
    call_command("sync_catalog", verbosity=0)
    described = demo.demo_account_ensure()
    client, admin = Client(), described["users"]["admin"]
    client.post(
        "/login",
        {"account": described["account"], "username": admin["name"], "password": admin["password"]},
    )
    began = time.perf_counter()
    fill(described, calls)
    history(described)
    if connection.vendor == "postgresql":  # what its own autovacuum does within minutes
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    print(f"filled for {calls:,} calls in {time.perf_counter() - began:.0f} s", flush=True)
    return draw(client, details(described))


def draw(client: Any, named: dict[str, str]) -> int:
    """Measure and print every page; 1 if one is over."""
    over = 0
    for address in addresses(named):
        if client.get(address).status_code == 403:  # the operator's own
            continue
        queries, cpu, wall = measure(client, address)
        bad = cpu > MAX_MS or queries > MAX_QUERIES
        over += bad
        print(
            f"{address:60} {queries:3} queries {cpu:7.0f} ms CPU {wall:7.0f} ms{' OVER' if bad else ''}",
            flush=True,
        )
    print(json.dumps({"over": over}))
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
