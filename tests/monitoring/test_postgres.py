"""What holds on SQLite holds on PostgreSQL; partitions; plans and sizes."""

from __future__ import annotations

import json

import pytest
from postgres import run, scenario

from tests import scaled_server
from tests.backends import database

pytestmark = pytest.mark.scaled
SAME = ("test_rollup.py", "test_call_rollup.py", "test_partitions.py")


@pytest.mark.skipif(scaled_server.wanted(), reason="the suite itself runs on PostgreSQL")
def test_roll_ups_and_partitions_on_postgresql(tmp_path):
    with database() as url:
        told = run(
            "-m",
            "pytest",
            "-v",
            "-p",
            "no:xdist",
            *(f"tests/monitoring/{name}" for name in SAME),
            url=url,
            data_dir=tmp_path,
        )
    assert " passed" in told
    assert "SKIPPED" not in told


def test_no_dashboard_metric_or_trace_statement_scans_a_growing_table(tmp_path):
    with database() as url:
        plans = scenario("plans.py", "40000", "40000", url=url, data_dir=tmp_path)
    tables = (
        "monitoring_callrecord",
        "monitoring_callminute",
        "monitoring_callhour",
        "monitoring_callday",
        "iam_trace",
    )
    accounts = ("monitoring_accountslot", "monitoring_accounthour", "monitoring_accountday")
    for name in (*tables, *accounts, "monitoring_delivery", "monitoring_alarmhistory"):
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
