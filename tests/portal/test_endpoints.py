"""Webhooks and e-mail addresses on the console: added, logged, sent again, deleted by typed name."""

from __future__ import annotations

from typing import Any

from iam.models import Trace
from monitoring.models import Delivery
from monitoring.notifications import delivery, endpoints

PAGE = "/console/notifications/endpoints"
TARGET = "https://example.com/hook"


def traces(account: Any) -> list[tuple[str, str]]:
    rows = Trace.objects.filter(account_id=account["domain_id"], resource_type="endpoint")
    return list(rows.order_by("sequence").values_list("trace_name", "trace_rating"))


def test_an_endpoint_is_added_used_again_and_deleted(account: Any, client_of: Any) -> None:
    client = client_of("admin")
    answer = client.post(
        PAGE, {"do": "create", "kind": "webhook", "target": TARGET, "event": ["alarm.", "budget."]}
    )
    (made,) = endpoints.endpoints(account["domain_id"])
    secret = answer.context["secret"]
    assert made.events == ["alarm.", "budget."]
    assert len(secret) > 30
    assert answer["Cache-Control"] == "no-store"
    assert secret not in client.get(PAGE).content.decode()
    delivery.publish(
        account_id=account["domain_id"], kind="alarm.alarm", event_id="e", payload={"n": 1}
    )
    (row,) = delivery.deliveries(account["domain_id"])
    Delivery.objects.filter(pk=row.pk).update(state="failed", error="the receiver answered 500")
    assert "the receiver answered 500" in client.get(f"{PAGE}?state=failed").content.decode()
    assert client.post(PAGE, {"do": "replay", "delivery": row.pk}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0)
    assert client.post(PAGE, {"do": "delete", "endpoint": made.pk}).status_code == 422
    form = {"do": "delete", "endpoint": made.pk, "confirm": TARGET}
    assert client.post(PAGE, form).status_code == 302
    assert not endpoints.endpoints(account["domain_id"])
    names = [name for name, rating in traces(account) if rating == "normal"]
    assert names == ["createEndpoint", "replayDelivery", "deleteEndpoint"]


def test_a_bad_address_keeps_what_was_typed(account: Any, client_of: Any) -> None:
    answer = client_of("admin").post(
        PAGE, {"do": "create", "kind": "email", "target": "no address", "event": "job."}
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'value="no address"' in text
    assert 'value="job." checked' in text
    assert 'value="email" checked' in text
    assert not endpoints.endpoints(account["domain_id"])
    assert traces(account) == [("createEndpoint", "warning")]


def test_another_account_has_nothing_here(account: Any, client_of: Any) -> None:
    made, _secret = endpoints.endpoint_create(account_id="f" * 32, kind="webhook", target=TARGET)
    delivery.publish(account_id="f" * 32, kind="alarm.alarm", event_id="e", payload={})
    (row,) = delivery.deliveries("f" * 32)
    client = client_of("admin")
    assert TARGET not in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"do": "replay", "delivery": row.pk}).status_code == 404
    form = {"do": "delete", "endpoint": made.pk, "confirm": TARGET}
    assert client.post(PAGE, form).status_code == 404
