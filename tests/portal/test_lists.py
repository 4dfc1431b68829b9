"""Every list of the console is the shared table: each column sorts, shows, and is exported."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from billed import bought, buy, calls, person
from django.db import connection
from django.test.utils import CaptureQueriesContext
from test_job_pages import draft

from config.management.commands import up
from iam import selectors as iam_selectors
from iam.services import enterprise_projects, groups
from monitoring.notifications import delivery, endpoints
from ocr.catalog import SERVICES
from portal.data_table import Table

# Address → its table, and how many rows the world below puts there (None = whatever there is).
LISTS = {
    "/console/subscribers?service=passport": ("users", None),
    "/console/subscribers/all": ("services", len(SERVICES)),
    "/console/iam/users": ("users", None),
    "/console/iam/groups": ("groups", None),
    "/console/iam/groups?group={group}": ("members", 1),
    "/console/iam/policies": ("policies", None),
    "/console/iam/policies?kind=custom": ("policies", 0),
    "/console/enterprise-projects": ("projects", 2),
    "/console/enterprise-projects/expenditures": ("lines", None),
    "/console/billing": ("ledger", None),
    "/console/billing/bills": ("lines", None),
    "/console/billing/orders": ("orders", 2),
    "/console/billing/budgets": ("budgets", 1),
    "/console/packages": ("packages", None),
    "/console/packages/details?package={package}": ("history", 1),
    "/console/jobs": ("jobs", 1),
    "/console/notifications/endpoints": ("endpoints", 1),
    "/console/notifications/endpoints?state=waiting": ("deliveries", 1),
    "/console/audit": ("traces", None),
}
OWN_FILES = {"/console/billing/bills"}


@pytest.fixture
def world(funded: Any, client_of: Any, settings: Any, tmp_path: Any) -> dict[str, Any]:
    """One of everything that is listed."""
    settings.JOBS_DIR = tmp_path / "jobs"
    up.open_services(account_id=funded["domain_id"], region=funded["region"])
    admin, me = client_of("admin"), person(funded)
    admin.get("/console/overview")
    buy(admin, funded, do="buy")
    package = bought(funded)[0]
    package.effective_at -= dt.timedelta(hours=3)
    package.save()
    buy(admin, funded, do="place")
    calls(funded, 3)
    draft(admin, name="Invoices", project_id=funded["project_id"])
    form = {"do": "create", "name": "Limit", "unit": "calls", "limit": "5", "alert_percent": "80"}
    assert admin.post("/console/billing/budgets", form).status_code == 302
    enterprise_projects.enterprise_project_create(
        principal=me, name="Harbour", description="", type="prod"
    )
    group = groups.group_create(principal=me, name="Readers", description="")
    user = iam_selectors.user(me.account_id, funded["users"]["reader"]["id"])
    groups.member_add(principal=me, group=group, user=user)
    endpoints.endpoint_create(account_id=me.account_id, kind="email", target="a@example.com")
    delivery.publish(account_id=me.account_id, kind="alarm.alarm", event_id="e1", payload={"n": 1})
    return {"client": admin, "group": group.id, "package": package.pk}


def shown(client: Any, address: str, name: str) -> Table:
    """Return the table of a page that opens."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.content[:300])
    return next(
        value
        for part in answer.context
        for values in part
        for value in values.values()
        if isinstance(value, Table) and value.name == name
    )


def test_every_list_sorts_shows_and_exports_each_column(world: Any) -> None:
    client = world["client"]
    for pattern, (name, count) in LISTS.items():
        address = pattern.format(**world)
        first = shown(client, address, name)
        if count is not None:
            assert len(first.page) == count, address
        join = f"{address}{'&' if '?' in address else '?'}{name}."
        for column in first.columns:
            if column.sort:
                for sign in ("", "-"):
                    assert len(shown(client, f"{join}sort={sign}{column.key}", name).page) == len(
                        first.page
                    )
        assert not shown(client, f"{join}q=no-such-thing", name).page or not first.search
        chosen = address + ("&" if "?" in address else "?") + f"columns={name}"
        keys = "".join(f"&show={column.key}" for column in first.columns)
        client.get(chosen + keys)
        with CaptureQueriesContext(connection) as asked:
            whole = shown(client, address, name)
        assert len(asked) <= 12, (address, [row["sql"][:100] for row in asked])
        assert len(whole.heads) == len(whole.columns)
        if pattern in OWN_FILES or not first.page:
            continue
        exported = [column for column in first.columns if column.value]
        lines = list(csv.reader(io.StringIO(b"".join(client.get(f"{join}export=csv")).decode())))
        assert lines[0] == [column.key for column in exported]
        assert len(lines) > len(first.page)
        book = openpyxl.load_workbook(
            io.BytesIO(b"".join(client.get(f"{join}export=xlsx"))), read_only=True
        )
        assert len(list(book.active.rows)) == len(lines)


def test_rows_and_heads_have_as_many_cells(world: Any) -> None:
    client = world["client"]
    for pattern, (name, _count) in LISTS.items():
        address = pattern.format(**world)
        client.get(address)
        for turn in ("some", "all"):
            found = shown(client, address, name)
            if not found.page:
                continue
            text = client.get(address).content.decode().split(f'id="table-{name}"')[1]
            head, body = text.split("</thead>")[0], text.split("<tbody>")[1].split("</tr>")[0]
            cells = body.count("<td") + body.count("<th")
            assert head.count("<th ") == cells, (address, turn, body)
            keys = "".join(f"&show={column.key}" for column in found.columns)
            client.get(address + ("&" if "?" in address else "?") + f"columns={name}" + keys)
