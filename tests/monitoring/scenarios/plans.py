"""EXPLAIN every statement of the dashboards, the monitoring API and the audit trail, over HTTP.

Usage: plans.py CALLS TRACES. Fills PostgreSQL, asks each page and operation, and explains what it
sent to the tables that grow with use. Prints one JSON list: where, table, statement, plan's scan.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[3])]

from tools.bench import seed_data  # noqa: E402

described = seed_data.start(demo=True)

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from core import clock  # noqa: E402
from iam.models import Trace, User  # noqa: E402
from monitoring import alarms, partitions, rollup, statistics  # noqa: E402
from monitoring.models import CallRecord  # noqa: E402
from monitoring.notifications import delivery  # noqa: E402
from tests.signing import send  # noqa: E402

# Tables that grow with every call or operation, by the beginning of their name.
BIG = (
    "monitoring_call",
    "monitoring_account",
    "iam_trace",
    "monitoring_delivery",
    "monitoring_alarmhistory",
)
FILL = (
    """INSERT INTO monitoring_endpoint (id, account_id, kind, target, secret, events, enabled, created_at)
       SELECT md5('e' || n), %(account)s, 'webhook', 'http://127.0.0.1/', '', '[]', true, now()
       FROM generate_series(1, 20) AS n""",
    """INSERT INTO monitoring_delivery (event_id, endpoint_id, account_id, kind, payload, state, attempts,
         status_code, error, created_at, due_at)
       SELECT md5(n::text), md5('e' || 1 + n %% 20),
         CASE WHEN n %% 20 = 0 THEN %(account)s ELSE md5('other' || n %% 19) END, 'alarm.ok', '{}', 'delivered', 1,
         200, '', now(), now() FROM generate_series(1, 20000) AS n""",
    """INSERT INTO monitoring_alarmhistory (account_id, project_id, alarm_id, alarm_name, level, state, at,
         detail, datapoints)
       SELECT CASE WHEN n %% 20 = 0 THEN %(account)s ELSE md5('other' || n %% 19) END,
         CASE WHEN n %% 3 = 0 THEN %(project)s ELSE md5((n %% 3)::text) END,
         'al' || n %% 30, 'rule', 2, 'ok', now() - n * interval '1 minute', '{}', '[]'
       FROM generate_series(1, 20000) AS n""",
)


def fill(calls: int, traces: int) -> None:
    """Fill the growing tables and roll up."""
    seed_data.calls(described, calls, seed="plans", share=20)
    seed_data.traces(described, traces)
    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(
                statement,
                {"account": described["domain_id"], "project": described["project_id"]},
            )
    rollup.roll_up()
    seed_data.analyse()


def questions() -> list[tuple[str, str, dict[str, str]]]:
    """Return (method, path, query or body) of the signed operations."""
    project, now = described["project_id"], clock.epoch_ms(clock.now())
    ces, cts = f"/V1.0/{project}", f"/v3/{project}"
    data = {
        "namespace": "SYS.OCR", "metric_name": "successful_call_times_of_service",
        "dim.0": "call_of_interface,generalText", "filter": "sum", "to": str(now),
    }  # fmt: skip
    spans = {"1": 14_400, "60": 86_400, "3600": 864_000, "86400": 15_552_000}
    trace = Trace.objects.order_by("-sequence")[100]
    since = {"from": str(now - 86_400_000), "to": str(now), "limit": "200"}
    filters = {
        "service_type": "IAM", "user": "user7", "resource_id": trace.resource_id,
        "resource_name": "name7", "resource_type": "type7", "trace_name": "operation7",
        "trace_rating": "warning", "access_key_id": "none", "enterprise_project_id": "0",
        "trace_id": trace.id, "next": trace.id,
    }  # fmt: skip
    return [
        ("GET", f"{ces}/metrics", {}),
        *(
            ("GET", f"{ces}/metric-data", {**data, "period": p, "from": str(now - s * 1000)})
            for p, s in spans.items()
        ),
        ("GET", f"{ces}/alarm-histories", {"alarm_id": "al7", "limit": "100"}),
        ("GET", f"{ces}/alarm-histories", {"alarm_status": "ok", "start": "50"}),
        ("GET", f"{cts}/traces", since),
        *(("GET", f"{cts}/traces", {**since, name: value}) for name, value in filters.items()),
        ("GET", f"{cts}/operations", {}),
        ("GET", f"{cts}/user-resources", {}),
        ("GET", f"/v3/{described['domain_id']}/resources", {}),
        ("GET", "/api/v1/notifications/deliveries", {}),
        ("GET", "/api/v1/notifications/deliveries", {"before": "900"}),
    ]


PAGES = (
    "overview",
    *(
        f"monitoring?in=all&range={span}&by={by}"
        for span, by in (
            ("1h", ""),
            ("24h", "service"),
            ("7d", "user_id"),
            ("7d", "region"),
            ("30d", "user_id"),
            ("90d", "region"),
        )
    ),
    "monitoring?service=passport&range=7d",
    "audit",
    "audit?days=180&type=type7&name=operation7",
    "audit?days=30&before=1000500",
    "audit?resource_id=none&days=30",
)


def asked() -> list[tuple[str, str]]:
    """Return (where, statement) of everything that reads the growing tables."""
    found: list[tuple[str, str]] = []

    def watch(where: str, work) -> None:
        with CaptureQueriesContext(connection) as queries:
            answer = work()
        assert getattr(answer, "status_code", 200) == 200, (where, answer.content[:300])
        found.extend((where, query["sql"]) for query in queries)

    user = described["users"]["owner"]
    for method, path, query in questions():
        where = f"{path.split('/', 3)[-1]} {sorted(query)}"
        watch(where, lambda m=method, p=path, q=query: send(user, m, p, **q))
    browser = Client(HTTP_HOST="testserver")
    account = described["domain_id"]
    browser.force_login(User.objects.get(account_id=account, is_owner=True))
    for page in PAGES:
        watch(page, lambda page=page: browser.get(f"/console/{page}"))
    key = CallRecord.objects.filter(account_id=account).values_list("request_id", flat=True)[5]
    watch("call_detail", lambda: statistics.call_detail(account, key))
    watch("alarms", alarms.evaluate_all)
    watch("deliver", delivery.deliver)
    seed_data.calls(described, 200, seed="later")
    watch("roll_up", rollup.roll_up)
    watch("purge", partitions.purge)
    return found


def explained(statement: str) -> list[str]:
    """Return the tables that the plan of `statement` reads from end to end."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + statement.replace("%", "%%"))
        plan = "\n".join(line for (line,) in cursor.fetchall())
    # A table without a row, such as next week's partition, is read no other way.
    return [name for name in re.findall(r"Seq Scan on (\w+)", plan) if not is_empty(name)]


def is_empty(table: str) -> bool:
    """Tell whether a table has no row."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT NOT EXISTS (SELECT 1 FROM {table})")
        return cursor.fetchone()[0]


def main(calls: int, traces: int) -> None:
    """Fill unless that was done before, ask, explain."""
    if not CallRecord.objects.exists():
        fill(calls, traces)
    out = []
    for where, statement in asked():
        tables = {name for name in re.findall(r'"?(\w+)"?', statement) if name.startswith(BIG)}
        if not tables or not statement.startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            continue
        scans = [one for one in explained(statement) if one.startswith(BIG)]
        out.append({"where": where, "statement": statement[:400], "scans": scans})
    print(json.dumps(out))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
