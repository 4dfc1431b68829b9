"""Prepared statements do what the querysets do that they were written from."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from billing.models import UsageEvent
from core import clock
from core.compiled_queries import PreparedInsert, PreparedQuery
from monitoring.models import CallRecord

pytestmark = pytest.mark.django_db

ROW: dict[str, Any] = {
    "request_id": "a" * 32, "occurred_at": dt.datetime(2026, 11, 21, 8, 30, 15, 123456, dt.UTC),
    "region": "r", "account_id": "b" * 32, "project_id": "c" * 32, "user_id": "d" * 32,
    "service": "passport", "status": 200, "latency_ms": 12,
}  # fmt: skip


def test_an_insert_writes_what_create_writes() -> None:
    PreparedInsert(CallRecord).run(**ROW)
    CallRecord.objects.create(**{**ROW, "request_id": "e" * 32})
    mine, djangos = CallRecord.objects.order_by("id").values()
    assert mine.pop("id") < djangos.pop("id")
    assert mine.pop("request_id") == "a" * 32
    djangos.pop("request_id")
    assert mine == djangos
    assert mine["rolled_up"] is False
    assert mine["enterprise_project_id"] == "0"


def test_an_insert_obeys_the_table() -> None:
    insert = PreparedInsert(CallRecord)
    insert.run(**ROW)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert.run(**ROW)
    with pytest.raises(TypeError, match="no column"):
        insert.run(**ROW, colour="red")


def test_a_query_answers_for_each_set_of_parameters() -> None:
    for name in "ab":
        CallRecord.objects.create(
            **{**ROW, "request_id": name * 32, "service": name, "occurred_at": clock.now()}
        )
    query = PreparedQuery(
        lambda service: CallRecord.objects.filter(service=service).values(
            "request_id", "rolled_up"
        ),
        "service",
    )
    with CaptureQueriesContext(connection) as statements:
        assert query.one(service="a") == {"request_id": "a" * 32, "rolled_up": False}
        assert query.one(service="b") == {"request_id": "b" * 32, "rolled_up": False}
        assert query.one(service="a' OR '1'='1") is None
    assert len(statements) == 3


def test_an_insert_can_read_its_key_back() -> None:
    row = {
        "request_id": "k" * 32,
        "account_id": "a" * 32,
        "region": "here",
        "product_id": "card",
        "user_id": "u" * 32,
        "project_id": "p" * 32,
        "enterprise_project_id": "0",
        "occurred_at": clock.now(),
    }
    key = PreparedInsert(UsageEvent, returning=True).run(**row)
    assert UsageEvent.objects.get().pk == key


def test_a_query_gives_every_row_with_what_it_counts() -> None:
    for name, service in (("a", "x"), ("b", "x"), ("c", "y")):
        CallRecord.objects.create(**{**ROW, "request_id": name * 32, "service": service})
    query = PreparedQuery(
        lambda region: (
            CallRecord.objects.filter(region=region)
            .values("service")
            .annotate(calls=Count("id"))
            .order_by("service")
        ),
        "region",
    )
    assert query.all(region="r") == [{"service": "x", "calls": 2}, {"service": "y", "calls": 1}]
    assert query.all(region="elsewhere") == []


def test_no_row_is_asked_for_by_a_text_that_none_can_hold() -> None:
    query = PreparedQuery(lambda name: CallRecord.objects.filter(service=name).values("id"), "name")
    with CaptureQueriesContext(connection) as statements:
        assert query.one(name="pass\0port") is None
    assert not statements
