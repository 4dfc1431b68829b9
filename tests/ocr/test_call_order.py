"""The order of checks: a call with several faults is told the first of them, and what it cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from billing.models import UsageEvent
from iam import throttle
from monitoring.models import CallRecord
from ocr import concurrency
from tests import factories
from tests.signing import HOST, headers_for

pytestmark = pytest.mark.django_db
BROKEN = b"{"


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    throttle._limiter.cache_clear()
    concurrency._known.clear()


def call(user: dict[str, str], project: str, body: bytes, slug: str = "general-text") -> Any:
    """Return (status, code) of a signed call."""
    path = f"/v2/{project}/ocr/{slug}"
    headers = headers_for(user, "POST", path, body, [])
    kind = headers.pop("Content-Type")
    answer = Client().generic(
        "POST", path, body, content_type=kind, headers=headers, HTTP_HOST=HOST, CONTENT_TYPE=kind
    )
    return answer.status_code, answer.json()["error_code"]


def test_the_first_fault_in_the_documented_order_is_told(demo: dict[str, Any]) -> None:
    user = demo["users"]["admin"]
    forged = {**user, "secret_key": "x" * 40}
    other = factories.demo_account(name="other")
    foreign, unsubscribed = other["project_id"], demo["other_project_id"]
    here = demo["project_id"]
    concurrency.limit_set(account_id=demo["domain_id"], service="bankcard", calls_per_minute=1)
    # Each line leaves out the fault that the line before was told, and keeps all the later ones.
    assert call(forged, foreign, BROKEN, "no-such-service") == (404, "APIG.0101")
    assert CallRecord.objects.count() == 0
    assert call(forged, foreign, BROKEN, "bankcard") == (401, "APIG.0301")
    assert call(user, foreign, BROKEN, "bankcard") == (404, "APIG.0101")
    assert CallRecord.objects.count() == 0  # nobody's call yet: it is in no project of the caller
    assert call(user, unsubscribed, BROKEN, "bankcard") == (403, "ModelArts.4204")
    assert call(user, unsubscribed, BROKEN, "bankcard") == (429, "APIG.0308")  # the second a minute
    assert call(user, unsubscribed, BROKEN) == (403, "ModelArts.4204")
    assert call(user, here, BROKEN) == (400, "ModelArts.4105")
    assert call(user, here, b'{"image": "@@", "quick_mode": "yes"}') == (400, "AIS.0101")
    assert call(user, here, b'{"image": "@@"}') == (400, "AIS.0102")
    codes = list(CallRecord.objects.order_by("occurred_at").values_list("error_code", flat=True))
    assert codes == [
        "ModelArts.4204", "APIG.0308", "ModelArts.4204", "ModelArts.4105", "AIS.0101", "AIS.0102",
    ]  # fmt: skip
    assert UsageEvent.objects.count() == 0


def test_a_method_that_is_not_there_is_no_such_api_whoever_asks(demo: dict[str, Any]) -> None:
    for path in (f"/v2/{demo['project_id']}/ocr/passport", "/v2/ocr/passport"):
        answer = Client().get(path)
        assert (answer.status_code, answer.json()["error_code"]) == (404, "APIG.0101")
        assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
