"""The monitoring API: counts equal the calls, periods and filters as documented, tenancy."""

from __future__ import annotations

import datetime as dt

import pytest
from conftest import record

from core import clock
from ocr import alarms, rollup
from ocr.models import Alarm, AlarmHistory

BASE = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0) - dt.timedelta(hours=2)
GOOD = "successful_call_times_of_service"
BAD = "failed_call_times_of_service"


@pytest.fixture
def calls(tenant):
    for minute, good, bad in ((0, 3, 1), (1, 1, 0), (7, 2, 4)):
        at = BASE + dt.timedelta(minutes=minute, seconds=10)
        for _ in range(good):
            record(tenant, at)
        for _ in range(bad):
            record(tenant, at, status=400)
    rollup.roll_up()
    return tenant


def ask(tenant, **query):
    defaults = {
        "namespace": "SYS.OCR",
        "metric_name": GOOD,
        "dim.0": "call_of_interface,generalText",
        "filter": "sum",
        "period": 1,
        "from": clock.epoch_ms(BASE),
        "to": clock.epoch_ms(BASE) + 3_600_000,
    }
    return tenant.ces("GET", "/metric-data", **{**defaults, **query})


def test_raw_points_equal_the_calls(calls):
    answer = ask(calls)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    first = clock.epoch_ms(BASE)
    assert body["metric_name"] == GOOD
    assert body["datapoints"] == [
        {"sum": 3, "timestamp": first, "unit": "Times/min"},
        {"sum": 1, "timestamp": first + 60_000, "unit": "Times/min"},
        {"sum": 2, "timestamp": first + 420_000, "unit": "Times/min"},
    ]
    failed = ask(calls, metric_name=BAD).json()["datapoints"]
    assert [point["sum"] for point in failed] == [1, 0, 4]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("sum", [4, 2]),
        ("max", [3, 2]),
        ("min", [1, 2]),
        ("average", [2, 2]),
        ("variance", [1, 0]),
    ],
)
def test_filters_over_five_minutes(calls, kind, values):
    # `from` inside a period is rounded down to its start.
    points = ask(calls, filter=kind, period=300, **{"from": clock.epoch_ms(BASE) + 59_000}).json()[
        "datapoints"
    ]
    assert [point[kind] for point in points] == values
    assert points[0]["timestamp"] == clock.epoch_ms(BASE)
    assert set(points[0]) == {kind, "timestamp", "unit"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": 5},
        {"filter": "p99"},
        {"namespace": "SYS.ECS"},
        {"metric_name": "x"},
        {"from": 5, "to": 5},
        {"dim.0": "call_of_interface"},
    ],
)
def test_bad_parameters_are_named(calls, wrong):
    answer = ask(calls, **wrong)
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "ces.0003"
    assert answer["X-Request-Id"]


def test_metrics_list_pages_by_marker(calls):
    first = calls.ces("GET", "/metrics", limit=1, order="asc").json()
    assert first["meta_data"]["total"] == 2
    second = calls.ces(
        "GET", "/metrics", limit=1, order="asc", start=first["meta_data"]["marker"]
    ).json()
    names = [part["metrics"][0]["metric_name"] for part in (first, second)]
    assert sorted(names) == [BAD, GOOD]
    assert first["metrics"][0]["dimensions"] == [
        {"name": "call_of_interface", "value": "generalText"}
    ]


def test_batch_answers_in_order_and_cuts_the_span(calls):
    series = [
        {
            "namespace": "SYS.OCR",
            "metric_name": name,
            "dimensions": [{"name": "call_of_interface", "value": "generalText"}],
        }
        for name in (BAD, GOOD)
    ]
    body = {"metrics": series, "period": "1", "filter": "sum", "from": 0,
            "to": clock.epoch_ms(BASE) + 3_600_000}  # fmt: skip
    found = calls.ces("POST", "/batch-query-metric-data", body).json()["metrics"]
    assert [m["metric_name"] for m in found] == [BAD, GOOD]
    assert sum(p["sum"] for p in found[1]["datapoints"]) == 6
    late = {**body, "to": clock.epoch_ms(BASE) + 30 * 3_600_000}
    cut = calls.ces("POST", "/batch-query-metric-data", late).json()["metrics"]
    assert cut[0]["datapoints"] == []
    number = {**body, "period": 1}
    assert calls.ces("POST", "/batch-query-metric-data", number).status_code == 400


def test_another_accounts_calls_do_not_count(calls):
    record(calls, BASE, account_id="f" * 32)
    rollup.roll_up()
    assert [p["sum"] for p in ask(calls).json()["datapoints"]] == [3, 1, 2]


def rule(**more):
    return {
        "alarm_name": "many failures",
        "metric": {
            "namespace": "SYS.OCR",
            "metric_name": BAD,
            "dimensions": [{"name": "call_of_interface", "value": "generalText"}],
        },
        "condition": {
            "comparison_operator": ">=",
            "count": 1,
            "filter": "sum",
            "period": 300,
            "unit": "Times/min",
            "value": 3,
        },
        "alarm_enabled": True,
        "alarm_action_enabled": True,
        "alarm_level": 1,
        **more,
    }


def test_alarm_life(calls):
    made = calls.ces("POST", "/alarms", rule())
    assert made.status_code == 201
    alarm_id = made.json()["alarm_id"]
    assert alarm_id.startswith("al")
    assert calls.ces("POST", "/alarms", rule()).status_code == 409
    shown = calls.ces("GET", f"/alarms/{alarm_id}").json()["metric_alarms"][0]
    assert shown["condition"]["value"] == 3
    assert shown["alarm_state"] == "insufficient_data"
    # five minutes 5..10 hold four failures
    now = BASE + dt.timedelta(minutes=10, seconds=30)
    assert alarms.evaluate_all(now) == 1
    assert alarms.evaluate_all(now) == 0
    assert Alarm.objects.get().state == "alarm"
    history = calls.ces("GET", "/alarm-histories", alarm_id=alarm_id).json()
    assert history["meta_data"]["total"] == 1
    assert history["alarm_histories"][0]["alarm_status"] == "alarm"
    assert history["alarm_histories"][0]["datapoints"][0]["value"] == 4
    assert (
        calls.ces("PUT", f"/alarms/{alarm_id}/action", {"alarm_enabled": False}).status_code == 204
    )
    assert alarms.evaluate_all(now + dt.timedelta(hours=1)) == 0
    assert calls.ces("GET", "/quotas").json()["quotas"]["resources"][0]["used"] == 1
    assert calls.ces("DELETE", f"/alarms/{alarm_id}").status_code == 204
    assert calls.ces("GET", f"/alarms/{alarm_id}").json()["error_code"] == "ces.0004"
    assert AlarmHistory.objects.count() == 1


def test_a_reader_may_look_and_not_change(calls):
    calls.role = "reader"
    assert ask(calls).status_code == 200
    assert calls.ces("POST", "/alarms", rule()).status_code == 403


@pytest.mark.parametrize("name", ["period", "count", "filter", "comparison_operator"])
def test_a_bad_condition_is_refused(tenant, name):
    body = rule()
    body["condition"][name] = "7"
    assert tenant.ces("POST", "/alarms", body).json()["error_msg"].find(name) > 0
