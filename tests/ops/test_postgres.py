"""What holds on SQLite holds on PostgreSQL; partitions; plans and sizes."""

from __future__ import annotations

import json

import pytest
from postgres import run, scenario

from tests.backends import database

pytestmark = pytest.mark.scaled
SAME = ("tests/ops/test_rollup.py", "tests/ocr/test_call_rollup.py", "tests/ops/test_partitions.py")


def test_roll_ups_and_partitions_on_postgresql(tmp_path):
    with database() as url:
        told = run("-m", "pytest", "-v", "-p", "no:xdist", *SAME, url=url, data_dir=tmp_path)
    assert " passed" in told
    assert "SKIPPED" not in told


def test_no_dashboard_metric_or_trace_statement_scans_a_growing_table(tmp_path):
    with database() as url:
        plans = scenario("plans.py", "40000", "40000", url=url, data_dir=tmp_path)
    tables = ("ocr_callrecord", "ocr_callminute", "ocr_callhour", "ocr_callday", "iam_trace")
    accounts = ("ocr_accountslot", "ocr_accounthour", "ocr_accountday")
    for name in (*tables, *accounts, "ocr_delivery", "ocr_alarmhistory"):
        assert any(name in row["statement"] for row in plans), name
    assert len(plans) > 50
    assert not [row for row in plans if row["scans"]]


def test_figures_hold_at_a_small_volume(tmp_path):
    with database() as url:
        told = run("-m", "tools.bench.dashboards", "4000", "12000", url=url, data_dir=tmp_path)
    found = json.loads(told)
    for count, row in found.items():
        assert row["rebuilt"] == int(count)
        assert row["rebuilt_equals_incremental"]
    assert found["12000"]["rolled_up"] == 8000
