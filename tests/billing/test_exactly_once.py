"""Kill -9 at commit points, crowds on shared limits, and volume, in processes of their own.

`BILLING_KILLS` sets the kills per point (default 2; the full test is 25), `BILLING_EVENTS` how many
events are settled at once (20,000; 1,000,000), `BILLING_HISTORY` the short and the long history
(2000,40000; 100000,10000000), `BILLING_SECONDS` how long a turn of the hot account lasts. The
PostgreSQL runs make a database of their own on the server of `TEST_POSTGRES_URL`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import backends

SCENARIOS = Path(__file__).parent / "scenarios"
KILLS = int(os.environ.get("BILLING_KILLS", "2"))
EVENTS = os.environ.get("BILLING_EVENTS", "20000")
HISTORY = os.environ.get("BILLING_HISTORY", "2000,40000").split(",")


@pytest.fixture
def postgres_url():
    """A fresh database; skipped by name without a server."""
    with backends.database() as url:
        yield url


def run(script: str, *arguments: str, data_dir: Path, database_url: str = "") -> dict:
    environ = {
        **{k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": database_url,
    }
    done = subprocess.run(
        [sys.executable, str(SCENARIOS / script), *arguments],
        env=environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def assert_exactly_once(found: dict) -> None:
    assert len(found["killed"]) == 15
    assert set(found["killed"].values()) == {KILLS}
    assert found["lost"] == 0
    assert found["waiting"] == 0
    assert found["settled"] == found["allocated"] == found["recorded"] == found["billed"]
    assert found["packaged"] == found["deducted"]
    assert found["deducted"] + found["charged"] == found["recorded"]
    assert found["ledger_sound"]
    assert found["orders_paid"] == found["orders_ledger"] == found["packages_bought"]
    assert found["refunds"] == found["refunds_ledger"] == found["packages_refunded"]


@pytest.mark.timeout(0)
def test_kills_lose_and_double_nothing_on_sqlite(tmp_path):
    assert_exactly_once(run("exactly_once.py", str(KILLS), data_dir=tmp_path))


@pytest.mark.scaled
@pytest.mark.timeout(0)
def test_kills_lose_and_double_nothing_on_postgresql(tmp_path, postgres_url):
    found = run("exactly_once.py", str(KILLS), data_dir=tmp_path, database_url=postgres_url)
    assert_exactly_once(found)


@pytest.mark.scaled
def test_64_threads_on_the_last_1000_units_take_exactly_those(tmp_path, postgres_url):
    found = run("crowd.py", "last-units", data_dir=tmp_path, database_url=postgres_url)
    assert (found["succeeded"], found["used"], found["pay_per_use"]) == (1500, 1000, 500)


@pytest.mark.scaled
def test_64_threads_never_pass_a_hard_stop(tmp_path, postgres_url):
    found = run("crowd.py", "hard-stop", data_dir=tmp_path, database_url=postgres_url)
    assert found["succeeded"] == found["recorded"] == 300
    assert found["admitted"] == [300, 300]


@pytest.mark.scaled
@pytest.mark.timeout(0)
def test_a_hot_account_is_as_fast_as_a_hundred_others(tmp_path, postgres_url, monkeypatch):
    monkeypatch.setenv("BILLING_SECONDS", os.environ.get("BILLING_SECONDS", "2"))
    found = run("crowd.py", "hot", data_dir=tmp_path, database_url=postgres_url)
    assert found["ratio"] >= 0.8, found


@pytest.mark.scaled
@pytest.mark.timeout(0)
def test_a_million_events_settle_within_two_minutes_of_cpu(tmp_path, postgres_url):
    found = run("volume.py", "million", EVENTS, data_dir=tmp_path, database_url=postgres_url)
    assert found["allocated"] == int(EVENTS)
    assert found["waiting"] == 0
    assert found["ledger_sound"]
    assert 0 < found["cpu_seconds"] < 120 * int(EVENTS) / 1_000_000, found


@pytest.mark.scaled
@pytest.mark.timeout(0)
def test_settling_does_not_slow_down_with_the_history(tmp_path, postgres_url):
    found = run("volume.py", "scaling", *HISTORY, data_dir=tmp_path, database_url=postgres_url)
    assert found["ratio"] <= 1.3, found
