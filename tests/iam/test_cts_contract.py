"""The audit API line by line: every filter, both ends of the range, paging, the fields of a trace."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from core import clock
from iam import authn, selectors
from iam.services import audit

pytestmark = pytest.mark.django_db
NOON = clock.now().replace(microsecond=0) - dt.timedelta(minutes=30)


@pytest.fixture
def traced(demo_account: dict[str, Any]) -> list[str]:
    """Three traces, a second apart, that differ in everything that a filter asks for."""
    owner = authn.principal_for(selectors.owner(demo_account["domain_id"]))
    ids = []
    for number in range(3):
        caller = replace(owner, user_name=f"user-{number}", access_key=f"KEY{number}")
        row = audit.trace_record(
            principal=caller, action_name=f"name-{number}", resource_type=f"type-{number}",
            resource_id=f"id-{number}", resource_name=f"thing-{number}", service_type=f"S{number}",
            code=(200, 400, 500)[number], enterprise_project_id=f"ep-{number}",
            now=NOON + dt.timedelta(seconds=number, microseconds=500),
        )  # fmt: skip
        ids.append(row.id)
    return ids


@pytest.fixture
def ask(reader, demo_account):
    def get(**query: Any) -> Any:
        path = f"/v3/{demo_account['project_id']}/traces"
        wide = {"from": clock.epoch_ms(NOON) - 1000, "to": clock.epoch_ms(NOON) + 60_000}
        return reader("GET", path, query={**wide, "limit": 200, **query})

    return get


def ids_of(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["meta_data"]["count"] == len(body["traces"])
    return [row["trace_id"] for row in body["traces"]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("service_type", "S1"), ("user", "user-1"), ("resource_id", "id-1"),
        ("resource_name", "thing-1"), ("resource_type", "type-1"), ("trace_name", "name-1"),
        ("trace_rating", "warning"), ("access_key_id", "KEY1"), ("enterprise_project_id", "ep-1"),
    ],
)  # fmt: skip
def test_each_filter_finds_its_one(traced, ask, name, value) -> None:
    assert ids_of(ask(**{name: value})) == [traced[1]]
    assert ids_of(ask(**{name: "something else"})) == []


def test_newest_first_and_pages_by_marker(traced, ask) -> None:
    newest_first = traced[::-1]
    assert ids_of(ask()) == newest_first
    pages, marker = [], None
    for _ in range(5):
        answer = ask(limit=1, **({"next": marker} if marker else {}))
        pages += ids_of(answer)
        marker = answer.json()["meta_data"]["marker"]
        if marker is None:
            break
        assert marker == pages[-1]
    assert pages == newest_first


def test_neither_end_belongs_to_the_range(traced, ask) -> None:
    first = clock.epoch_ms(NOON)
    assert ids_of(ask(**{"from": first})) == [traced[2], traced[1]]
    assert ids_of(ask(**{"from": first - 1})) == traced[::-1]
    assert ids_of(ask(to=first + 2000)) == [traced[1], traced[0]]
    assert ask(**{"from": first + 5, "to": first}).status_code == 400


def test_an_id_makes_all_other_filters_void(traced, ask) -> None:
    found = ask(
        trace_id=traced[0], user="nobody", tracker_name="other", **{"from": 1, "to": 2}, next="x"
    )
    assert ids_of(found) == [traced[0]]
    assert ids_of(ask(tracker_name="other")) == []
    assert ids_of(ask(tracker_name="system", trace_type="system")) == traced[::-1]
    assert ids_of(ask(trace_type="data")) == []


def test_without_a_range_the_last_hour_is_shown(traced, reader, demo_account) -> None:
    old = NOON - dt.timedelta(hours=3)
    principal = authn.principal_for(selectors.owner(demo_account["domain_id"]))
    audit.trace_record(
        principal=principal, action_name="old", resource_type="t", service_type="IAM", now=old
    )
    path = f"/v3/{demo_account['project_id']}/traces"
    names = {
        row["trace_name"] for row in reader("GET", path, query={"limit": 200}).json()["traces"]
    }
    assert {"name-0", "name-1", "name-2"} <= names
    assert "old" not in names


@pytest.mark.parametrize(
    "query", [{"limit": "x"}, {"limit": 0}, {"from": "x"}, {"trace_type": "odd"}, {"next": "none"}]
)
def test_a_wrong_parameter_is_named(traced, ask, query) -> None:
    answer = ask(**query)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "CTS.0003")
    assert next(iter(query)) in answer.json()["error_msg"]


def test_a_trace_says_who_did_what_where(owner, ask) -> None:
    made = owner("POST", "/v3.0/OS-ROLE/roles", {"role": {"display_name": "x"}})  # refused
    assert made.status_code == 400
    row = ask(trace_name="createRole", to=clock.epoch_ms(clock.now()) + 1000).json()["traces"][0]
    assert (row["api_version"], row["resource_url"]) == ("v3.0", "/v3.0/OS-ROLE/roles")
    assert row["request_id"] == made.headers["X-Request-Id"]
    assert (row["code"], row["trace_rating"], row["trace_type"]) == ("400", "warning", "ApiCall")
    assert isinstance(row["response"], str) and isinstance(row["request"], str)
    assert isinstance(row["time"], int) and row["record_time"] >= row["time"]
    assert row["user"]["access_key_id"] == owner.access
    assert row["user"]["principal_is_root_user"] == "true"
    assert row["source_ip"] == "127.0.0.1"
