"""Every route that changes something leaves exactly one trace, a failing one leaves one with its code.

The routes come from the URL resolver: a new one must bring a row here (identity, EPS and CTS have
their rows in tests/permissions, where every call's traces are counted).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from core import clock
from iam.api import urls as identity
from iam.models import Trace, User
from monitoring.models import Delivery
from monitoring.notifications import delivery
from tests.signing import send

METHODS = ("post", "put", "patch", "delete")
# Routes that only ask, and those whose record is another one.
NOT_TRACED = {
    "api/v1/price-calculator": "asks",
    "v2/bills/ratings/on-demand-resources": "asks",
    "v3/payments/free-resources/query": "asks",
    "v2/payments/free-resources/usages/details/query": "asks",
    "V1.0/<str:project_id>/batch-query-metric-data": "asks",
    "api/v1/exports": "turns a result into a file, keeps nothing",
    "api/v1/jobs/<str:job_id>/files": "takes pictures, as a call does; starting the job is traced",
    "login": "has a trace of its own, whoever signs in",
    "logout": "ends a session",
    "preferences": "language and theme",
    "password": "sets the password of whoever must; the service leaves the trace",
}
REGION = "ap-southeast-2"
SERVICE = {"region": REGION, "product": "passport"}
ORDER = {**SERVICE, "plan": "1k"}
CES = "/V1.0/{project}"
RULE = {
    "alarm_name": "many", "alarm_enabled": True,
    "metric": {"namespace": "SYS.OCR", "metric_name": "failed_call_times_of_service",
               "dimensions": [{"name": "call_of_interface", "value": "generalText"}]},
    "condition": {"comparison_operator": ">=", "count": 1, "filter": "sum", "period": 300, "value": 3},
}  # fmt: skip
# method, path, body, name of the trace. They run in this order; {name} is what an answer gave.
ROWS: tuple[tuple[str, str, Any, str], ...] = (
    ("POST", "/api/v1/subscriptions", {**SERVICE, "everyone": True}, "subscribeAISubService"),
    ("DELETE", "/api/v1/subscriptions", {**SERVICE, "everyone": True}, "unsubscribeAISubService"),
    ("DELETE", "/api/v1/subscriptions", {**SERVICE, "everyone": True}, "unsubscribeAISubService"),
    ("POST", "/api/v1/operator/top-ups", {"account_id": "{account}", "amount": "500", "reference": "r1"}, "topUp"),
    ("POST", "/api/v1/operator/top-ups", {"account_id": "{account}", "amount": "500", "reference": "r1"}, "topUp"),
    ("POST", "/api/v1/operator/adjustments", {"account_id": "{account}", "amount": "-1", "reference": "r2"}, "adjustBalance"),
    ("POST", "/api/v1/operator/vouchers", {"amount": "5", "expires_at": "{later}"}, "createVoucher"),
    ("POST", "/api/v1/balance/vouchers", {"code": "{code}"}, "redeemVoucher"),
    ("POST", "/api/v1/operator/packages", {"account_id": "{account}", **SERVICE, "calls": 100, "months": 1, "key": "k1"}, "grantPackage"),
    ("POST", "/api/v1/operator/prices", {"product": "passport", "region": REGION, "tiers": [{"above": 0, "unit_price": "0.01"}], "free_calls": 0, "effective_from": "{later}"}, "setPrice"),
    ("POST", "/api/v1/operator/accounts", {"account_id": "{account}", "unlimited": False}, "updateAccountBilling"),
    ("PATCH", "/api/v1/balance", {"balance_alert": "10"}, "setBalanceAlert"),
    ("POST", "/api/v1/budgets", {"name": "b", "scope": "account", "unit": "amount", "limit": "50"}, "createBudget"),
    ("PATCH", "/api/v1/budgets/{id}", {"limit": "60"}, "updateBudget"),
    ("DELETE", "/api/v1/budgets/{id}", None, "deleteBudget"),
    ("POST", "/api/v1/orders", {**ORDER, "pay": True}, "createOrder"),
    ("PATCH", "/api/v1/packages/{package}", {"auto_renew": True, "alert_percent_left": 20}, "updatePackage"),
    ("POST", "/api/v1/packages/{package}/renew", None, "renewPackage"),
    ("POST", "/api/v1/packages/{package}/unsubscribe", None, "unsubscribePackage"),
    ("POST", "/api/v1/orders", {**ORDER, "pay": False}, "createOrder"),
    ("POST", "/api/v1/orders/{number}/pay", None, "payOrder"),
    ("POST", "/v2/orders/subscriptions/resources/unsubscribe", {"resource_ids": ["{package}"], "unsubscribe_type": 1}, "unsubscribePackage"),
    ("POST", "/api/v1/orders", {**ORDER, "pay": False}, "createOrder"),
    ("POST", "/api/v1/orders/{number}/cancel", None, "cancelOrder"),
    ("POST", "/api/v1/orders", {**ORDER, "pay": False}, "createOrder"),
    ("POST", "/v3/orders/customer-orders/pay", {"order_id": "{number}", "use_coupon": "NO", "use_discount": "NO"}, "payOrder"),
    ("POST", "/api/v1/orders", {**ORDER, "pay": False}, "createOrder"),
    ("PUT", "/v2/orders/customer-orders/cancel", {"order_id": "{number}"}, "cancelOrder"),
    ("POST", CES + "/alarms", RULE, "createAlarm"),
    ("PUT", CES + "/alarms/{alarm_id}", {"alarm_level": 3}, "updateAlarm"),
    ("PUT", CES + "/alarms/{alarm_id}/action", {"alarm_enabled": False}, "updateAlarmAction"),
    ("DELETE", CES + "/alarms/{alarm_id}", None, "deleteAlarm"),
    ("POST", "/api/v1/notifications/endpoints", {"kind": "email", "target": "a@example.com"}, "createEndpoint"),
    ("POST", "/api/v1/notifications/deliveries/{delivery}/replay", None, "replayDelivery"),
    ("DELETE", "/api/v1/notifications/endpoints/{id}", None, "deleteEndpoint"),
)  # fmt: skip


def routes(resolver: Any = None, prefix: str = ""):
    """Yield (pattern, view class) of every route but Django's own admin."""
    for entry in (resolver or get_resolver()).url_patterns:
        where = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if not where.startswith("operator/"):
                yield from routes(entry, where)
        elif isinstance(entry, URLPattern):
            view = getattr(entry.callback, "view_class", None) or getattr(
                entry.callback, "cls", None
            )
            if view is not None:
                yield where, view, entry


IDENTITY = {str(entry.pattern) for entry in identity.urlpatterns}
CHANGING = [
    (where, method, view)
    for where, view, entry in routes()
    for method in METHODS
    if hasattr(view, method)
    and where not in NOT_TRACED
    and where not in IDENTITY
    and "/ocr/" not in where  # calls are recorded and billed, not traced
    and not where.startswith("console")
]


def test_every_changing_route_has_a_row() -> None:
    missing = []
    for where, method, _ in CHANGING:
        if "api/v1/jobs" in where:  # tests/ocr/jobs
            continue
        pattern = re.sub(r"\\?<\w+:\w+>|\(\?P<\w+>[^)]*\)", "[^/]+", where).strip("^$")
        rows = [path for verb, path, _, _ in ROWS if verb.lower() == method]
        if not any(re.fullmatch(f"/?{pattern}", path.lstrip("/")) for path in rows):
            missing.append((method, where))
    assert missing == []


def filled(value: Any, known: dict[str, Any]) -> Any:
    if isinstance(value, str):
        return value.format(**known) if "{" in value else value
    if isinstance(value, dict):
        return {name: filled(item, known) for name, item in value.items()}
    return [filled(item, known) for item in value] if isinstance(value, list) else value


def newest(before: set[str]) -> list[Trace]:
    return [row for row in Trace.objects.order_by("sequence") if row.id not in before]


def ids() -> set[str]:
    return set(Trace.objects.values_list("id", flat=True))


@pytest.fixture
def world(demo: dict[str, Any]) -> dict[str, Any]:
    User.objects.filter(account_id=demo["domain_id"], is_owner=True).update(is_operator=True)
    later = clock.now().replace(minute=0, second=0) + dt.timedelta(days=40)
    return {
        "account": demo["domain_id"], "project": demo["project_id"],
        "later": clock.iso_second(later), "users": demo["users"],
    }  # fmt: skip


def learn(world: dict[str, Any], answer: dict[str, Any]) -> None:
    """Remember what the next rows name."""
    from billing.models import Package

    for name in ("id", "code", "number", "alarm_id"):
        if name in answer and "event_id" not in answer:
            world[name] = answer[name]
    newest_package = Package.objects.filter(order_line__isnull=False).order_by("-pk").first()
    world["package"] = newest_package.pk if newest_package else 0
    if answer.get("kind") == "email":
        delivery.publish(account_id=world["account"], kind="alarm.ok", event_id="e", payload={})
        world["delivery"] = Delivery.objects.get().pk


def test_each_change_leaves_exactly_one_trace(world: dict[str, Any]) -> None:
    owner = world["users"]["owner"]
    for method, path, body, name in ROWS:
        before = ids()
        answer = send(owner, method, filled(path, world), filled(body, world))
        assert answer.status_code < 300, (method, path, answer.content)
        left = newest(before)
        assert [row.trace_name for row in left] == [name], (method, path)
        assert left[0].code.startswith("20")
        assert left[0].trace_rating == "normal"
        if name == "redeemVoucher":
            assert world["code"] not in left[0].request
        learn(world, answer.json() if answer.content else {})


def path_of(where: str, project: str) -> str:
    path = where.replace("<str:project_id>", project)
    path = path.replace("(?P<step>start|pause|resume|cancel|retry)", "start").strip("^$")
    path = re.sub(r"\(\?P<\w+>[^)]*\)", "0" * 32, path)
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: "999999" if "int" in m[0] else "0" * 32, path)
    return "/" + path


@pytest.mark.parametrize("role", ["reader", "owner"])
def test_a_refused_change_leaves_one_trace_with_its_code(role: str, world: dict[str, Any]) -> None:
    wrong = {}
    for where, method in sorted({(where, method) for where, method, _ in CHANGING}):
        before = ids()
        answer = send(world["users"][role], method.upper(), path_of(where, world["project"]), {})
        codes = [row.code for row in newest(before)]
        if answer.status_code < 400 or codes != [str(answer.status_code)]:
            wrong[method, where] = (answer.status_code, codes, answer.content[:150])
    assert wrong == {}


# Forms that ask, and steps of a form that have changed nothing yet.
NO_CHANGE = {
    ("console/audit", "verify"),
    ("console/credentials/device", "begin"),
    ("console/credentials/device", "cancel"),
    ("console/credentials/signatures", "compare"),
    ("console/iam/policies", "check"),
}
FORMS = sorted(
    (where, name.removeprefix("do_"))
    for where, view, _ in routes()
    if where.startswith("console")
    for name in dir(view)
    if name.startswith("do_") and (where, name.removeprefix("do_")) not in NO_CHANGE
)


def test_a_form_that_is_refused_leaves_one_trace(world: dict[str, Any]) -> None:
    browser = Client(HTTP_HOST="testserver")
    browser.force_login(User.objects.get(pk=world["users"]["reader"]["id"]))
    wrong = {}
    for where, form in FORMS:
        query = "?service=passport" if "subscribers" in where else ""
        before = ids()
        answer = browser.post(f"/{where}{query}", {"do": form, "service": "passport"})
        codes = [row.code for row in newest(before)]
        # A form about the reader's own things may succeed, with its trace.
        if len(codes) != 1 or (codes[0] >= "400") != (answer.status_code >= 400):
            wrong[where, form] = (answer.status_code, codes)
    assert wrong == {}
