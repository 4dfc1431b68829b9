"""Service Monitoring: figures, filters, comparison, latency, failed calls with cause and cure, at once."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from django.test import Client

from core import clock
from monitoring import rollup
from monitoring.models import CallRecord
from tests import factories

PATH = "/console/monitoring"


@pytest.fixture
def admin(client_of: Any) -> Client:
    found: Client = client_of("admin")
    return found


def record(account: dict[str, Any], ago_s: int, *, who: str = "admin", **more: Any) -> CallRecord:
    code = more.pop("code", "")
    fields = {"service": "passport", "user_id": account["users"][who]["id"], **more}
    at = clock.now() - dt.timedelta(seconds=ago_s)
    return factories.call_record(
        account, at, status=400 if code else 200, error_code=code, **fields
    )


def shown(text: str, key: str) -> int:
    found = re.search(rf'id="{key}"[^>]*>([\d,]+)<', text)
    assert found is not None
    return int(found[1].replace(",", ""))


def data(text: str, key: str) -> dict[str, Any]:
    found = re.search(rf'<script id="{key}" type="application/json">(.*?)</script>', text)
    assert found is not None
    read: dict[str, Any] = json.loads(found[1])
    return read


def test_a_failed_call_shows_before_it_is_rolled_up(account: Any, admin: Client) -> None:
    row = record(account, 1, code="AIS.0103")
    text = admin.get(PATH).content.decode()
    assert row.request_id in text
    assert "/console/help/errors/AIS.0103" in text
    assert "Scale the picture: every side at least 15 pixels" in text
    assert ">1</span> A side of the picture" in text
    rollup.roll_up()
    assert ">1</span> A side of the picture" in admin.get(PATH).content.decode()


def test_figures_filters_and_the_range_before(account: Any, admin: Client) -> None:
    for ago, more in (
        (60, {}),
        (120, {"who": "reader"}),
        (180, {"service": "id-card", "code": "AIS.0101"}),
        (240, {"code": "APIG.0308", "who": "reader"}),
        (240, {"region": account["other_region"]}),
        (7200, {}),
    ):
        record(account, ago, **more)
    rollup.roll_up()

    def figures(query: str) -> tuple[int, int, int]:
        text = admin.get(f"{PATH}?{query}").content.decode()
        keys = ("total-calls", "total-successful", "total-failed")
        one, two, three = (shown(text, key) for key in keys)
        return one, two, three

    assert figures("range=1h") == (4, 2, 2)
    assert figures("range=24h") == (5, 3, 2)
    assert figures("range=1h&in=all") == (5, 3, 2)
    assert figures("range=1h&service=id-card") == (1, 0, 1)
    assert figures("range=1h&code=APIG.0308") == (1, 0, 1)
    assert figures("range=1h&user=reader") == (2, 1, 1)
    assert figures("range=1h&user=nobody") == (0, 0, 0)
    before = admin.get(f"{PATH}?range=1h&by=before").content.decode()
    lines = data(before, "chart-data")["lines"]
    assert [line.get("dash", False) for line in lines] == [False, True]
    assert sum(lines[0]["values"]) == 4
    start = int(clock.now().timestamp()) - 3600
    zoomed = admin.get(f"{PATH}?start={start}&end={start + 3600}").content.decode()
    assert shown(zoomed, "total-calls") == 4
    only = admin.get(f"{PATH}?range=1h&code=APIG.0308").content.decode()
    assert only.count("/console/help/errors/APIG.0308") >= 1
    assert 'href="/console/help/errors/AIS.0101"' not in only


@pytest.mark.parametrize(
    ("by", "label"),
    [
        ("service", "Passport OCR"), ("user_id", "reader"), ("error_code", "AIS.0101"),
        ("region", "AP-Bangkok"), ("enterprise_project_id", "default"),
    ],
)  # fmt: skip
def test_a_split_has_one_named_line_a_value(
    account: Any, admin: Client, by: str, label: str
) -> None:
    record(account, 60)
    record(account, 60, who="reader", service="id-card")
    record(account, 60, code="AIS.0101")
    rollup.roll_up()
    chart = data(admin.get(f"{PATH}?range=1h&by={by}").content.decode(), "chart-data")
    sums = {line["label"]: sum(line["values"]) for line in chart["lines"]}
    assert label in sums
    assert sum(sums.values()) == 3


def test_latency_is_drawn_by_step_and_told_in_a_table(account: Any, admin: Client) -> None:
    for latency in (40, 40, 40, 900):
        record(account, 90, latency_ms=latency)
    rollup.roll_up()
    text = admin.get(f"{PATH}?range=1h").content.decode()
    lines = {line["label"]: line["values"] for line in data(text, "latency-data")["lines"]}
    median = [value for value in lines["50 %"] if value is not None]
    slowest = [value for value in lines["99 %"] if value is not None]
    assert len(median) == 1
    assert 25 < median[0] <= 50
    assert 750 < slowest[0] <= 1000
    assert f'<td class="oc-number">{median[0]}</td>' in text


def test_the_table_and_the_failed_calls_are_exported(account: Any, admin: Client) -> None:
    record(account, 60)
    record(account, 60, code="AIS.0101")
    rollup.roll_up()
    rows = list(csv.reader(io.StringIO(admin.get(f"{PATH}?range=1h&format=csv").content.decode())))
    assert rows[0] == ["time", "service", "successful", "failed"]
    assert rows[1][1:] == ["passport", "1", "1"]
    text = b"".join(admin.get(f"{PATH}?failed.export=csv")).decode()
    assert [line.split(",")[1] for line in text.splitlines()] == ["code", "AIS.0101"]


def linked(text: str, words: str) -> dict[str, list[str]]:
    found = re.search(rf'<a[^>]*href="([^"]*)"[^>]*>(?:<svg.*?</svg>)?{words}</a>', text)
    assert found is not None
    return parse_qs(html.unescape(found[1]).partition("?")[2].partition("#")[0])


def test_a_link_within_the_page_keeps_every_filter(account: Any, admin: Client) -> None:
    """Reset zoom, one service and one error code change what they say and nothing else."""
    region, now = account["other_region"], int(clock.now().timestamp())
    record(account, 60, code="AIS.0101", region=region)
    kept = {
        "range": ["7d"], "in": [region], "user": ["admin"], "code": ["AIS.0101"],
        "by": ["user_id"], "failed.sort": ["-code"],
    }  # fmt: skip
    zoom = {"start": [str(now - 3600)], "end": [str(now)]}
    query = urlencode({**kept, **zoom, "failed.after": "x"}, doseq=True)
    rollup.roll_up()
    text = admin.get(f"{PATH}?{query}").content.decode()
    assert linked(text, "Reset zoom") == kept
    assert linked(text, "Passport OCR") == {**kept, **zoom, "service": ["passport"]}
    assert linked(text, "Only these calls") == {**kept, **zoom}
    empty = admin.get(f"{PATH}?{query}&service=id-card").content.decode()
    assert linked(empty, "Reset zoom") == {**kept, "service": ["id-card"]}


def test_another_account_sees_nothing_of_it(account: Any, admin: Client) -> None:
    row = record(account, 60, code="AIS.0101")
    CallRecord.objects.filter(pk=row.pk).update(account_id="f" * 32)
    rollup.roll_up()
    text = admin.get(f"{PATH}?range=1h&in=all").content.decode()
    assert row.request_id not in text
    assert shown(text, "total-calls") == 0
