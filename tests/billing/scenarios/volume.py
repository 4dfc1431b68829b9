"""Settle many events: one million, and ten thousand behind a short and a long history.

Usage: volume.py million [COUNT] | volume.py scaling SHORT LONG. Prints one JSON object. The
events are made by the database itself.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time

import world

world.start()

from django.db import connection  # noqa: E402

COLUMNS = """
INSERT INTO billing_usageevent
  (request_id, account_id, region, product_id, user_id, project_id, enterprise_project_id,
   occurred_at, quantity, allocation_id)
SELECT {request_id}, %(account)s, 'ap-southeast-2',
       CASE WHEN n %% 3 = 0 THEN 'test-text' ELSE 'test-card' END,
       %(user)s, %(project)s, CASE WHEN n %% 5 = 0 THEN '0' ELSE 'ep-' || (n %% 4) END,
       {moment}, 1, %(allocation)s
FROM {numbers}
"""
POSTGRESQL = COLUMNS.format(
    request_id="md5(%(seed)s || '/' || n::text)",
    moment="%(start)s::timestamptz + n * make_interval(secs => %(step)s)",
    numbers="generate_series(1, %(count)s) AS n",
)
SQLITE = COLUMNS.format(
    request_id="lower(hex(randomblob(16)))",
    moment="strftime('%%Y-%%m-%%d %%H:%%M:%%S', %(start)s, (n * %(step)s) || ' seconds')",
    numbers=(
        "(WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers"
        " WHERE n < %(count)s) SELECT n FROM numbers)"
    ),
)


def fill(tenant, count: int, *, seed: str, start: dt.datetime, allocation: int | None = None):
    with connection.cursor() as cursor:
        cursor.execute(
            POSTGRESQL if connection.vendor == "postgresql" else SQLITE,
            {
                "seed": seed,
                "account": tenant.id,
                "user": tenant.principal.user_id,
                "project": tenant.principal.project_id,
                "start": start.replace(tzinfo=None) if connection.vendor == "sqlite" else start,
                "step": 72000.0 / count,
                "allocation": allocation,
                "count": count,
            },
        )


def timed_settle(tenant, now: dt.datetime) -> float:
    from billing.services import settlement

    begin = time.monotonic()
    settlement.settle(tenant.id, now=now, batch=int(os.environ.get("BATCH", settlement.BATCH)))
    return time.monotonic() - begin


def million(count: int = 1_000_000) -> dict:
    from billing.services import packages
    from core import clock

    tenant = world.tenant()
    now = clock.now()
    start = now - dt.timedelta(hours=24)
    packages.grant(
        account_id=tenant.id,
        region=tenant.principal.region,
        product_code="test-card",
        calls=count * 3 // 10,
        source="free",
        grant_key="m",
        now=start - dt.timedelta(hours=1),
    )
    fill(tenant, count, seed="m", start=start)
    cpu = time.process_time()
    seconds = timed_settle(tenant, now)
    return {
        "events": count,
        "seconds": seconds,
        "own_cpu_seconds": time.process_time() - cpu,
        **totals(tenant),
    }


def totals(tenant) -> dict:
    from billing import selectors
    from billing.models import Allocation, HourCharge, UsageEvent

    return {
        "waiting": UsageEvent.objects.filter(account_id=tenant.id, allocation=None).count(),
        "allocated": sum(
            Allocation.objects.filter(account_id=tenant.id).values_list("quantity", flat=True)
        ),
        "charged": sum(
            HourCharge.objects.filter(account_id=tenant.id).values_list("quantity", flat=True)
        ),
        "ledger_sound": selectors.ledger_is_sound(tenant.id),
    }


def scaling(short: int, long: int) -> dict:
    """Time 10,000 new events behind `short` and then `long` settled ones, best of five each."""
    from billing.models import Allocation
    from core import clock

    tenant = world.tenant()
    now = clock.now()
    fill(tenant, 1, seed="first", start=now - dt.timedelta(days=40))
    timed_settle(tenant, now)
    settled = Allocation.objects.get().pk
    found: dict[str, float] = {}
    have = 1
    for name, size in (("short", short), ("long", long)):
        fill(tenant, size - have, seed=name, start=now - dt.timedelta(days=30), allocation=settled)
        have = size
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE billing_usageevent")
        times = []
        for turn in range(5):
            fill(tenant, 10_000, seed=f"{name}{turn}", start=now - dt.timedelta(hours=24))
            times.append(timed_settle(tenant, now))
        found[name] = min(times)
    return {**found, "ratio": found["long"] / found["short"], "sizes": [short, long]}


world.migrate()
numbers = [int(text) for text in sys.argv[2:]]
runs = {"million": lambda: million(*numbers), "scaling": lambda: scaling(*numbers)}
print(json.dumps(runs[sys.argv[1]]()))
