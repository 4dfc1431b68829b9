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
from pathlib import Path

import world

world.start()

from django.db import connection  # noqa: E402

TURNS = 7
COLUMNS = """
INSERT INTO billing_usageevent
  (request_id, account_id, region, product_id, user_id, project_id, enterprise_project_id,
   occurred_at, quantity)
SELECT {request_id}, %(account)s, 'ap-southeast-2',
       CASE WHEN n %% 3 = 0 THEN 'test-text' ELSE 'test-card' END,
       %(user)s, %(project)s, CASE WHEN n %% 5 = 0 THEN '0' ELSE 'ep-' || (n %% 4) END,
       {moment}, 1
FROM {numbers}
"""
QUEUED = """
INSERT INTO billing_unsettledevent (account_id, event_id)
SELECT account_id, id FROM billing_usageevent WHERE id > %(last)s
"""
SETTLED = """
INSERT INTO billing_settledevent (event_id, allocation_id)
SELECT id, %(allocation)s FROM billing_usageevent WHERE id > %(last)s
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
    """Insert events, waiting for settlement or settled by `allocation`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM billing_usageevent")
        last = cursor.fetchone()[0]
        cursor.execute(
            POSTGRESQL if connection.vendor == "postgresql" else SQLITE,
            {
                "seed": seed,
                "account": tenant.id,
                "user": tenant.principal.user_id,
                "project": tenant.principal.project_id,
                "start": start.replace(tzinfo=None) if connection.vendor == "sqlite" else start,
                "step": 72000.0 / count,
                "count": count,
            },
        )
        cursor.execute(
            QUEUED if allocation is None else SETTLED, {"last": last, "allocation": allocation}
        )


def timed_settle(tenant, now: dt.datetime) -> tuple[float, float]:
    """Settle what waits; returns the seconds it took and the CPU seconds of both processes."""
    from billing.services import settlement

    begin, cost = time.monotonic(), time.process_time() + server_cpu()
    settlement.settle(tenant.id, now=now, batch=int(os.environ.get("BATCH", settlement.BATCH_SIZE)))
    return time.monotonic() - begin, time.process_time() + server_cpu() - cost


def server_cpu() -> float:
    """Return the CPU seconds of this connection's server process; 0 where it cannot be seen."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        path = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not path.exists():
        return 0.0
    fields = path.read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
    seconds, cpu_seconds = timed_settle(tenant, now)
    return {
        "events": count,
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        **totals(tenant),
    }


def totals(tenant) -> dict:
    from billing import selectors
    from billing.models import Allocation, HourCharge, UnsettledEvent

    return {
        "waiting": UnsettledEvent.objects.filter(account_id=tenant.id).count(),
        "allocated": sum(
            Allocation.objects.filter(account_id=tenant.id).values_list("quantity", flat=True)
        ),
        "charged": sum(
            HourCharge.objects.filter(account_id=tenant.id).values_list("quantity", flat=True)
        ),
        "ledger_sound": selectors.ledger_is_sound(tenant.id),
    }


def scaling(short: int, long: int) -> dict:
    """Settle 10,000 new events behind `short` and behind `long` settled ones, in turns.

    Each history has a database of its own, so that both are measured at the same time of the day.
    Compared are the least CPU seconds of a turn: what else the machine does only adds to them.
    PostgreSQL only.
    """
    from billing.models import Allocation
    from core import clock

    tenant = world.tenant()
    now = clock.now()
    fill(tenant, 1, seed="first", start=now - dt.timedelta(days=40))
    timed_settle(tenant, now)
    settled = Allocation.objects.get().pk
    name = connection.settings_dict["NAME"]
    places = {"short": name, "long": f"{name}_long"}
    turns: dict[str, list[tuple[float, float]]] = {"short": [], "long": []}
    connect(name)
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{places["long"]}" TEMPLATE "{name}"')
    try:
        for kind, size in (("short", short), ("long", long)):
            connect(places[kind])
            start = now - dt.timedelta(days=30)
            fill(tenant, size - 1, seed=kind, start=start, allocation=settled)
            with connection.cursor() as cursor:
                for table in ("usageevent", "settledevent", "unsettledevent"):
                    cursor.execute(f"VACUUM ANALYZE billing_{table}")
        for turn in range(TURNS):
            for kind in turns:
                connect(places[kind])
                fill(tenant, 10_000, seed=f"turn {turn}", start=now - dt.timedelta(hours=24))
                turns[kind].append(timed_settle(tenant, now))
    finally:
        connect(name)
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{places["long"]}"')
    cost = {kind: min(cpu for _, cpu in rows) for kind, rows in turns.items()}
    return {"ratio": cost["long"] / cost["short"], "sizes": [short, long], "turns": turns}


def connect(name: str) -> None:
    """Let the next statement open a connection to this database."""
    connection.close()
    connection.settings_dict["NAME"] = name


world.migrate()
numbers = [int(text) for text in sys.argv[2:]]
runs = {"million": lambda: million(*numbers), "scaling": lambda: scaling(*numbers)}
print(json.dumps(runs[sys.argv[1]]()))
