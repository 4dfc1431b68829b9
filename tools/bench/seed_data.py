"""Start Django on the database of the environment and fill it with calls and traces.

For processes of their own: nothing here is imported by pytest.
"""

from __future__ import annotations

import datetime as dt
import os
import random
from itertools import islice
from typing import Any

DAYS = 30
SERVICES = ("general-text", "passport", "general-table", "web-image", "id-card")

# One account has every `share`-th call, some hundred others the rest; five services, three users;
# three calls of a hundred fail.
CALLS = """
INSERT INTO monitoring_callrecord (request_id, occurred_at, region, account_id, project_id, user_id, service,
  enterprise_project_id, status, error_code, latency_ms, engine_ms, source, rolled_up)
SELECT lpad(to_hex(ms), 12, '0') || '7' || substr(md5(n || %(seed)s), 1, 19),
  to_timestamp(ms / 1000.0), %(region)s,
  CASE WHEN n %% %(share)s = 0 THEN %(account)s ELSE md5('account' || n %% 97) END, %(project)s,
  repeat(substr('abc', 1 + (n %% 3)::int, 1), 32),
  (ARRAY['general-text', 'passport', 'general-table', 'web-image', 'id-card'])[1 + (n / %(share)s %% 5)],
  '0', CASE WHEN n %% 33 = 0 THEN 400 ELSE 200 END, CASE WHEN n %% 33 = 0 THEN 'AIS.0104' ELSE '' END,
  (20 - 300 * ln(random() + 1e-9))::int, 10, 'api', %(rolled_up)s
FROM (SELECT n, (%(end)s - (%(count)s - n) * %(step)s)::bigint AS ms
      FROM generate_series(1::bigint, %(count)s) AS n) AS numbers
"""
TRACES = """
INSERT INTO iam_trace (id, account_id, sequence, time, trace_name, trace_type, trace_rating,
  service_type, resource_type, resource_id, resource_name, code, user_id, user_name, is_owner,
  access_key, source_ip, project_id, enterprise_project_id, request_id, request, response, message,
  api_version, resource_url, read_only, previous_hash, hash)
SELECT gen_random_uuid(), CASE WHEN n %% 20 = 0 THEN %(account)s ELSE other.id END, 1000000 + n,
  %(now)s::timestamptz - (%(count)s - n) * make_interval(secs => %(step)s),
  'operation' || n %% 40, 'ApiCall', 'normal', (ARRAY['IAM', 'EPS', 'CES', 'BSS'])[1 + n %% 4],
  'type' || n %% 12, md5((n %% 500)::text), 'name' || n %% 500, '200', md5((n %% 50)::text),
  'user' || n %% 50, false, '', '127.0.0.1', '', '', '', '{}', '{}', '', '', '', false, '', ''
FROM generate_series(1, %(count)s) AS n
JOIN (SELECT id, row_number() OVER () AS place FROM iam_account WHERE id <> %(account)s) AS other
  ON other.place = 1 + n %% 19
"""
OTHERS = """
INSERT INTO iam_account SELECT (jsonb_populate_record(a, jsonb_build_object(
  'id', md5('other' || n), 'name', 'other' || n))).*
FROM iam_account AS a, generate_series(1, 19) AS n WHERE a.id = %(account)s
"""


def start(*, demo: bool) -> dict[str, Any]:
    """Set Django up without a pool, migrate; return the demo account's credentials if asked for."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ.setdefault("ENGINE", "recorded")
    import django
    from django.conf import settings

    settings.DATABASES["default"].get("OPTIONS", {}).pop("pool", None)
    django.setup()
    import logging

    logging.disable(logging.WARNING)
    from django.core.management import call_command

    if not demo:
        call_command("migrate", verbosity=0)
        return {"domain_id": "d" * 32, "project_id": "p" * 32, "region": settings.REGIONS[0][0]}
    call_command("up", "--prepare-only", verbosity=0)
    from config.management.commands.up import open_services, write_demo_credentials

    described = write_demo_credentials()
    open_services(account_id=described["domain_id"], region=described["region"])
    return described


def calls(
    described: dict[str, Any], count: int, *, seed: str, share: int = 2, rolled_up: bool = False
) -> None:
    """Insert `count` records over the last 30 days; every `share`-th is of the described account."""
    from django.db import connection

    from core import clock
    from monitoring import partitions

    now = clock.now()
    if connection.vendor != "postgresql":
        _calls_row_by_row(described, count, now=now, share=share, rolled_up=rolled_up)
        return
    partitions.ensure(since=now - dt.timedelta(days=DAYS))
    with connection.cursor() as cursor:
        cursor.execute(
            CALLS,
            {
                "region": described["region"],
                "account": described["domain_id"],
                "project": described["project_id"],
                "seed": seed,
                "count": count,
                "share": share,
                "end": clock.epoch_ms(now),
                "step": DAYS * 86_400_000 / count,
                "rolled_up": rolled_up,
            },
        )


def _calls_row_by_row(
    described: dict[str, Any], count: int, *, now: dt.datetime, share: int, rolled_up: bool
) -> None:
    """Insert records as CALLS does, where a database has no functions for it."""
    from monitoring.models import CallRecord

    there, chance = CallRecord.objects.count(), random.Random(count)

    def record(n: int) -> CallRecord:
        mine, failed = n % share == 0, n % 33 == 0
        return CallRecord(
            request_id=f"{there + n:032x}",
            occurred_at=now - (count - n) / count * dt.timedelta(days=DAYS),
            region=described["region"],
            account_id=described["domain_id"] if mine else f"{n % 97:032x}",
            project_id=described["project_id"],
            user_id="abc"[n % 3] * 32,
            service=SERVICES[n // share % 5],
            status=400 if failed else 200,
            error_code="AIS.0104" if failed else "",
            latency_ms=int(20 + chance.expovariate(1 / 300)),
            rolled_up=rolled_up,
        )

    records = map(record, range(1, count + 1))
    while batch := list(islice(records, 5000)):
        CallRecord.objects.bulk_create(batch)


def traces(described: dict[str, Any], count: int) -> None:
    """Insert `count` traces over the last 30 days."""
    from django.db import connection

    from core import clock

    with connection.cursor() as cursor:
        cursor.execute(OTHERS, {"account": described["domain_id"]})
        cursor.execute(
            TRACES,
            {
                "account": described["domain_id"],
                "count": count,
                "now": clock.now(),
                "step": DAYS * 86_400 / count,
            },
        )


def analyse() -> None:
    """Let the database learn the sizes, and PostgreSQL settle what it has to write."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def size_gb() -> float:
    """Return the size of the database in GB."""
    from django.db import connection

    size = (
        "SELECT pg_database_size(current_database())"
        if connection.vendor == "postgresql"
        else "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    )
    with connection.cursor() as cursor:
        cursor.execute(size)
        return round(cursor.fetchone()[0] / 1e9, 2)
