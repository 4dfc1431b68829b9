"""The monitoring API: counts equal the calls, periods and filters as documented, tenancy."""

from __future__ import annotations

import datetime as dt

import pytest
from call_rows import record

from core import clock
from monitoring import alarms, rollup
from monitoring.models import Alarm, AlarmHistory, Delivery
from monitoring.notifications import endpoints

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


def test_metrics_come_in_the_order_of_their_markers(calls):
    def names(**query):
        return [
            row["metric_name"] for row in calls.ces("GET", "/metrics", **query).json()["metrics"]
        ]

    assert names() == names(order="asc") == [BAD, GOOD]
    assert names(order="desc") == [GOOD, BAD]
    assert calls.ces("GET", "/metrics", order="any").status_code == 400


def test_lists_of_alarms_and_histories_are_narrowed(calls):
    made = calls.ces("POST", "/alarms", rule(enterprise_project_id="a" * 36)).json()["alarm_id"]
    alarms.evaluate_all(BASE + dt.timedelta(minutes=10, seconds=30))

    def found(**query):
        answer = calls.ces("GET", "/alarms", **query).json()
        return [row["alarm_id"] for row in answer["metric_alarms"]]

    assert found(enterprise_project_id="a" * 36) == found() == [made]
    assert found(enterprise_project_id="all_granted_eps") == [made]
    assert found(enterprise_project_id="b" * 36) == []

    def told(**query):
        return calls.ces("GET", "/alarm-histories", **query).json()["meta_data"]["total"]

    right = {"alarm_id": made, "alarm_name": "many failures", "alarm_status": "alarm",
             "alarm_level": 1, "namespace": "SYS.OCR", "from": 1}  # fmt: skip
    wrong = {"alarm_id": "al0", "alarm_name": "few", "alarm_status": "ok", "alarm_level": 2,
             "namespace": "SYS.ECS", "to": 1}  # fmt: skip
    assert told(**right) == 1
    assert [told(**{name: value}) for name, value in wrong.items()] == [0] * len(wrong)


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


def test_an_alarm_tells_whom_it_names_again_after_a_while_and_when_it_is_over(calls):
    named, other = (
        endpoints.endpoint_create(
            account_id=calls.account_id, kind="email", target=f"{n}@example.org"
        )[0]
        for n in "ab"
    )
    action = [{"type": "notification", "notificationList": [f"urn:smn:{calls.region}::{named.id}"]}]
    body = rule(alarm_actions=action)
    body["condition"]["suppress_duration"] = 300
    alarm_id = calls.ces("POST", "/alarms", body).json()["alarm_id"]
    now = BASE + dt.timedelta(minutes=10, seconds=30)  # five minutes 5..10 hold four failures

    def told():
        rows = Delivery.objects.order_by("id").values_list("kind", "endpoint_id")
        return [(kind, {named.id: "named", other.id: "other"}[place]) for kind, place in rows]

    alarms.evaluate_all(now)
    assert told() == [("alarm.alarm", "named")]
    row = Delivery.objects.get()
    assert row.payload["alarm_id"] == alarm_id
    assert row.payload["rule"] == "sum >= 3, 1 x 300 s"
    alarms.evaluate_all(now + dt.timedelta(seconds=60))
    assert len(told()) == 1  # suppressed
    alarms.evaluate_all(now + dt.timedelta(seconds=299))
    alarms.evaluate_all(now + dt.timedelta(seconds=300))
    assert Alarm.objects.get().state == "insufficient_data"  # nothing was called since
    record(calls, BASE + dt.timedelta(minutes=21))
    rollup.roll_up()
    alarms.evaluate_all(BASE + dt.timedelta(minutes=25, seconds=30))
    assert Alarm.objects.get().state == "ok"
    states = list(AlarmHistory.objects.order_by("id").values_list("state", flat=True))
    assert states == ["alarm", "insufficient_data", "ok"]


def test_an_alarm_that_goes_on_is_repeated_and_its_end_told_to_all_where_none_is_named(calls):
    endpoints.endpoint_create(account_id=calls.account_id, kind="email", target="a@example.org")
    body = rule()
    body["condition"] |= {"suppress_duration": 300, "period": 60, "value": 1}
    calls.ces("POST", "/alarms", body)

    def minute(number, *, failures):
        at = BASE + dt.timedelta(minutes=number, seconds=5)
        record(calls, at, status=400 if failures else 200)
        rollup.roll_up()
        alarms.evaluate_all(BASE + dt.timedelta(minutes=number + 1, seconds=15))
        return list(Delivery.objects.order_by("id").values_list("kind", flat=True))

    assert [len(minute(20 + n, failures=True)) for n in range(6)] == [1, 1, 1, 1, 1, 2]
    assert minute(26, failures=False) == ["alarm.alarm", "alarm.alarm", "alarm.ok"]


def test_a_reader_may_look_and_not_change(calls):
    calls.role = "reader"
    assert ask(calls).status_code == 200
    assert calls.ces("POST", "/alarms", rule()).status_code == 403


@pytest.mark.parametrize("name", ["period", "count", "filter", "comparison_operator"])
def test_a_bad_condition_is_refused(tenant, name):
    body = rule()
    body["condition"][name] = "7"
    assert tenant.ces("POST", "/alarms", body).json()["error_msg"].find(name) > 0
