"""The console API and the BSS surface, through the real routes, as different callers."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from billing_factories import PRODUCT, REGION, record

from billing.models import BillLine, Package
from billing.services import packages, products, settlement, top_ups
from core import clock
from core.registry import Registry


@pytest.fixture(autouse=True)
def product_rows(monkeypatch):
    from billing.api import subscriptions as api

    table = Registry("products", key=lambda row: row.code)
    # A registered prefix: permission names must exist.
    table.register(
        [
            products.ProductRow(
                code=PRODUCT, title=PRODUCT, action_prefix="ocr:passport", price_class="card"
            )
        ]
    )
    monkeypatch.setattr(api, "PRODUCTS", table)


@pytest.fixture
def call(client, monkeypatch, tenant):
    """Call an API as a principal; the credentials themselves are iam's tests."""
    from iam import authn

    def make(method, path, body=None, who=None, status=200):
        principal = who or tenant.principal
        monkeypatch.setattr(authn, "authenticate", lambda request, **_: principal)
        answer = client.generic(
            method,
            path,
            json.dumps(body) if body is not None else "",
            content_type="application/json",
        )
        assert answer.status_code == status, answer.content
        return json.loads(answer.content) if answer.content else None

    return make


@pytest.fixture
def rich(tenant):
    top_ups.top_up(
        principal=tenant.principal, account_id=tenant.id, amount=Decimal(100), reference="t"
    )
    return tenant


ORDER = {"region": REGION, "product": PRODUCT, "plan": "1k"}


def test_subscribe_see_and_unsubscribe(call, tenant):
    wanted = {"region": REGION, "product": PRODUCT}
    assert call("POST", "/api/v1/subscriptions", wanted) == {"changed": True}
    rows = call("GET", f"/api/v1/subscriptions?region={REGION}")
    assert {row["product"]: row["own"] for row in rows}[PRODUCT]
    everyone = {**wanted, "everyone": True}
    call("POST", "/api/v1/subscriptions", everyone)
    found = call("GET", f"/api/v1/subscriptions/{REGION}/{PRODUCT}/users")
    assert found["everyone"]
    assert [row["id"] for row in found["users"]] == [tenant.principal.user_id]
    assert call("DELETE", "/api/v1/subscriptions", everyone) == {"changed": True}
    assert call("DELETE", "/api/v1/subscriptions", everyone) == {"changed": False}


def test_a_user_without_a_policy_is_told_the_action(call, tenant):
    who = tenant.other_user
    refused = call(
        "POST", "/api/v1/subscriptions", {"region": REGION, "product": PRODUCT}, who, 403
    )
    assert "ocr:passport:subscribe" in refused["error_msg"]
    refused = call("POST", "/api/v1/orders", ORDER, who, 403)
    assert "bss:order:create" in refused["error_msg"]
    refused = call("GET", "/v2/accounts/customer-accounts/balances", None, who, 403)
    assert refused["error_code"] == "CBC.0150"
    assert "bss:balance:view" in refused["error_msg"]
    for path in ("monthly-sum?bill_cycle=2026-03", "res-fee-records?cycle=2026-03"):
        call("GET", f"/v2/bills/customer-bills/{path}", None, who, 403)


def test_buy_renew_unsubscribe(call, rich):
    order = call("POST", "/api/v1/orders", ORDER, status=201)
    assert (order["status"], order["amount"]) == ("done", "15.900")
    (package_id,) = order["lines"][0]["package_ids"]
    changed = call(
        "PATCH",
        f"/api/v1/packages/{package_id}",
        {"auto_renew": True, "alert_percent_left": 5},
    )
    assert (changed["auto_renew"], changed["alert_percent_left"]) == (True, 5)
    call("POST", f"/api/v1/packages/{package_id}/renew", status=201)
    call("POST", f"/api/v1/packages/{package_id}/renew", status=409)
    call("POST", f"/api/v1/packages/{package_id}/unsubscribe")
    states = [row["state"] for row in call("GET", "/api/v1/packages")]
    assert states == ["not_yet", "refunded"]
    assert call("GET", "/api/v1/balance")["balance"] == "84.100"
    kinds = [row["kind"] for row in call("GET", "/api/v1/ledger")]
    assert kinds == ["refund", "order", "order", "top_up"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"quantity": 0}, 400),
        ({"plan": "none"}, 404),
        ({"region": "mars"}, 400),
        ({"starts_on": "2001-01-01"}, 400),
        ({"starts_on": "x"}, 400),
        ({"quantity": 50}, 400),
    ],
)
def test_bad_orders_are_refused_with_a_code(call, rich, change, status):
    refused = call("POST", "/api/v1/orders", ORDER | change, status=status)
    assert refused["error_code"].startswith("CBC.")
    assert refused["request_id"]


def test_place_then_pay_or_cancel(call, rich):
    order = call("POST", "/api/v1/orders", ORDER | {"pay": False}, status=201)
    assert order["status"] == "to_pay"
    assert call("POST", f"/api/v1/orders/{order['number']}/pay")["status"] == "done"
    other = call("POST", "/api/v1/orders", ORDER | {"pay": False}, status=201)
    assert call("POST", f"/api/v1/orders/{other['number']}/cancel")["status"] == "cancelled"


def used(tenant, count=30):
    packages.grant(
        account_id=tenant.id,
        region=REGION,
        product_code=PRODUCT,
        calls=5,
        source="promotional",
        grant_key="g",
    )
    import datetime as dt

    ago = clock.now() - dt.timedelta(hours=2)
    Package.objects.update(effective_at=ago - dt.timedelta(hours=1))
    record(replace(tenant.principal, enterprise_project_id="nobody"), count=count, now=ago)
    settlement.settle(tenant.id)
    return BillLine.objects.latest("id").month


def test_bill_export_and_unit_trace(call, client, tenant):
    month = used(tenant)
    bill = call("GET", f"/api/v1/bills/{month}")
    assert bill["total"] == "0.270"  # 30 - 5 packaged - 10 free = 15 × 0.018
    assert call("GET", "/api/v1/bills") == [month]
    found = set()
    for line in bill["lines"]:
        for part in call("GET", f"/api/v1/bill-lines/{line['id']}/parts"):
            calls = call("GET", f"/api/v1/{part['kind']}s/{part['id']}/calls")
            assert len(calls) == part["quantity"]
            found |= {(row["request_id"], line["id"]) for row in calls}
    assert len(found) == 30
    for request_id, line_id in found:
        assert call("GET", f"/api/v1/units/{request_id}")["bill_line_id"] == line_id
    for kind in ("csv", "xlsx"):
        answer = client.get(f"/api/v1/bills/{month}/export?type={kind}")
        assert answer.status_code == 200
        assert answer["Content-Disposition"].endswith(f'{month}.{kind}"')
    call("GET", "/api/v1/bills/2026-13", status=400)


def test_another_account_gets_404_everywhere(call, rich, stranger):
    order = call("POST", "/api/v1/orders", ORDER, status=201)
    (package_id,) = order["lines"][0]["package_ids"]
    used(rich)
    (request_id,) = record(rich.principal)
    line = BillLine.objects.latest("id").pk
    budget = call(
        "POST",
        "/api/v1/budgets",
        {"name": "b", "scope": "account", "unit": "calls", "limit": "5"},
        status=201,
    )["id"]
    them = stranger.principal
    for method, path, body in (
        ("GET", f"/api/v1/orders/{order['number']}", None),
        ("POST", f"/api/v1/orders/{order['number']}/pay", None),
        ("POST", f"/api/v1/orders/{order['number']}/cancel", None),
        ("GET", f"/api/v1/packages/{package_id}", None),
        ("PATCH", f"/api/v1/packages/{package_id}", {"auto_renew": True}),
        ("GET", f"/api/v1/packages/{package_id}/history", None),
        ("POST", f"/api/v1/packages/{package_id}/renew", None),
        ("POST", f"/api/v1/packages/{package_id}/unsubscribe", None),
        ("GET", f"/api/v1/bill-lines/{line}/parts", None),
        ("GET", f"/api/v1/units/{request_id}", None),
        ("PATCH", f"/api/v1/budgets/{budget}", {"limit": "6"}),
        ("DELETE", f"/api/v1/budgets/{budget}", None),
        ("GET", f"/v2/orders/customer-orders/details/{order['number']}", None),
    ):
        call(method, path, body, them, 404)
    assert call("GET", "/api/v1/packages", who=them) == []


def test_budgets_are_made_changed_and_deleted(call):
    body = {
        "name": "b", "scope": "account", "unit": "amount", "limit": "5.00", "hard_stop": True,
    }  # fmt: skip
    budget = call("POST", "/api/v1/budgets", body, status=201)
    call("POST", "/api/v1/budgets", body, status=409)
    changed = call("PATCH", f"/api/v1/budgets/{budget['id']}", {"limit": "7"})
    assert (changed["limit"], changed["reached"]) == ("7.000", "0.000")
    assert len(call("GET", "/api/v1/budgets")) == 1
    call("DELETE", f"/api/v1/budgets/{budget['id']}", status=204)
    assert call("GET", "/api/v1/budgets") == []
    call("POST", "/api/v1/budgets", body | {"scope": "user"}, status=400)


def test_operator_operations_need_an_operator(call, tenant):
    body = {"account_id": tenant.id, "amount": "5", "reference": "r"}
    call("POST", "/api/v1/operator/top-ups", body, status=403)
    operator = replace(tenant.principal, is_operator=True)
    for _ in range(2):
        call("POST", "/api/v1/operator/top-ups", body, operator)
    assert call("GET", "/api/v1/balance")["balance"] == "5.000"
    call("POST", "/api/v1/operator/adjustments", body | {"amount": "-2"}, operator)
    voucher = call(
        "POST",
        "/api/v1/operator/vouchers",
        {"amount": "4", "expires_at": "2099-01-01T00:00:00Z"},
        operator,
        201,
    )
    call("POST", "/api/v1/balance/vouchers", {"code": voucher["code"]})
    assert call("GET", "/api/v1/balance")["balance"] == "7.000"
    grant = {"account_id": tenant.id, "region": REGION, "product": PRODUCT, "calls": 9, "key": "k"}
    call("POST", "/api/v1/operator/packages", grant, operator, 201)
    call(
        "POST",
        "/api/v1/operator/accounts",
        {"account_id": tenant.id, "unlimited": True},
        operator,
    )
    assert call("GET", "/api/v1/balance")["unlimited"]
    call("POST", "/api/v1/operator/top-ups", body | {"account_id": "f" * 32}, operator, 404)


def test_an_operator_sets_a_price_for_the_next_hour(call, tenant):
    operator = replace(tenant.principal, is_operator=True)
    price = {
        "product": PRODUCT,
        "free_calls": 3,
        "tiers": [{"above": 0, "unit_price": "0.5"}, {"above": 10, "unit_price": "0.25"}],
    }
    call("POST", "/api/v1/operator/prices", price, status=403)
    call("POST", "/api/v1/operator/prices", price, operator, 201)
    call("POST", "/api/v1/operator/prices", price, operator, 409)
    call("POST", "/api/v1/operator/prices", price | {"product": "x"}, operator, 404)
    for bad in ({"tiers": []}, {"effective_from": "2001-01-01T00:00:00Z"}):
        call("POST", "/api/v1/operator/prices", price | bad, operator, 400)
    now = call("GET", f"/api/v1/prices?region={REGION}")[0]
    assert now["free_calls"] == 10  # not yet


def test_expenditures_and_calculator_and_prices(call, tenant):
    month = used(tenant)
    spent = call("GET", f"/api/v1/enterprise-projects/nobody/expenditures?month={month}&months=12")
    assert spent["amount"] == "0.270"
    assert len(spent["trend"]) == 12
    assert spent["trend"][month][PRODUCT] == "0.270"
    assert spent["distribution"][0]["calls"] == 30
    quote = call(
        "POST",
        "/api/v1/price-calculator",
        {"region": REGION, "product": PRODUCT, "calls": 1010},
    )
    assert quote["pay_per_use"] == "17.970"  # 990 × 0.018 + 10 × 0.015
    assert quote["best_total"] == "15.900"  # a package of 1000; the rest is the free allowance
    assert call("GET", f"/api/v1/prices?region={REGION}")[0]["plans"]
    assert call("GET", "/api/v1/forecast")["to_date"] in ("0.270", "0.000")


def test_bss_fee_records_agree_at_every_granularity(call, tenant):
    month = used(tenant)
    base = "/v2/bills/customer-bills"
    total = call("GET", f"{base}/monthly-sum?bill_cycle={month}")
    assert total["consume_amount"] == 0.27
    for statistic in (1, 2, 3):
        found = call("GET", f"{base}/res-fee-records?cycle={month}&statistic_type={statistic}")
        assert round(sum(row["amount"] for row in found["fee_records"]), 6) == 0.27
        assert sum(row["usage"] for row in found["fee_records"]) == 30
        assert sum(row["free_resource_usage"] for row in found["fee_records"]) == 5
        assert {row["enterprise_project_id"] for row in found["fee_records"]} == {"nobody"}
    assert call("GET", f"{base}/fee-records?bill_cycle={month}&charging_mode=3")["total_count"] == 2
    empty = call("GET", f"{base}/res-fee-records?cycle={month}&region=nowhere")
    assert (empty["fee_records"], empty["total_count"]) == ([], 0)
    for bad in ("cycle=2026-3", "cycle=2026-03&limit=0", "cycle=2026-03&offset=-1", ""):
        refused = call("GET", f"{base}/res-fee-records?{bad}", status=400)
        assert refused["error_code"] == "CBC.0100"


def test_bss_packages_and_orders(call, rich):
    order = call("POST", "/api/v1/orders", ORDER | {"pay": False}, status=201)["number"]
    call("POST", "/v3/orders/customer-orders/pay", {"order_id": order}, status=204)
    found = call("GET", "/v2/orders/customer-orders?status=5&order_type=1")
    assert [row["order_id"] for row in found["order_infos"]] == [order]
    assert found["order_infos"][0]["amount_after_discount"] == 15.9
    assert call("GET", "/v2/orders/customer-orders?status=6")["total_count"] == 0
    details = call("GET", f"/v2/orders/customer-orders/details/{order}")
    assert details["order_line_items"][0]["period_num"] == 1
    found = call("POST", "/v3/payments/free-resources/query", {"status": 1})
    package = found["free_resource_packages"][0]
    assert package["free_resources"][0]["amount"] == "1000"
    usage = call(
        "POST",
        "/v2/payments/free-resources/usages/details/query",
        {"free_resource_ids": [package["free_resources"][0]["free_resource_id"]]},
    )
    assert usage["free_resources"][0]["original_amount"] == 1000
    done = call(
        "POST",
        "/v2/orders/subscriptions/resources/unsubscribe",
        {"resource_ids": [package["order_instance_id"]], "unsubscribe_type": 1},
    )
    assert len(done["order_ids"]) == 1
    call(
        "POST",
        "/v2/orders/subscriptions/resources/unsubscribe",
        {"resource_ids": [package["order_instance_id"]], "unsubscribe_type": 1},
        status=409,
    )


def test_bss_deductions_balance_ratings_and_services(call, tenant):
    used(tenant)
    today = clock.now().date().isoformat()
    path = "/v2/bills/customer-bills/free-resources-usage-records"
    import datetime as dt

    tomorrow = (clock.now().date() + dt.timedelta(days=1)).isoformat()
    found = call("GET", f"{path}?deduct_time_begin={today}&deduct_time_end={tomorrow}")
    row = found["free_resource_records"][0]
    assert (row["available_amount"], row["used_amount"], row["remaining_amount"]) == ("5", "5", "0")
    call("GET", f"{path}?deduct_time_begin=2026-01-01&deduct_time_end=2026-12-01", status=400)
    balances = call("GET", "/v2/accounts/customer-accounts/balances")
    assert (balances["account_balances"][0]["amount"], balances["debt_amount"]) == (0, 0.27)
    info = {
        "id": "1", "cloud_service_type": "hws.service.type.ocr",
        "resource_type": "hws.resource.type.ocr", "resource_spec": PRODUCT, "region": REGION,
        "usage_factor": "count", "usage_value": 110, "usage_measure_id": 21,
        "subscription_num": 1,
    }  # fmt: skip
    rated = call("POST", "/v2/bills/ratings/on-demand-resources", {"product_infos": [info]})
    assert rated["amount"] == 1.8
    bad = {"product_infos": [info | {"resource_spec": "x"}]}
    call("POST", "/v2/bills/ratings/on-demand-resources", bad, status=400)
    services = call("GET", "/v2/products/service-types")
    assert services["service_types"][0]["service_type_code"] == "hws.service.type.ocr"


def test_broken_json_is_a_documented_400(client, monkeypatch, tenant):
    from iam import authn

    monkeypatch.setattr(authn, "authenticate", lambda request, **_: tenant.principal)
    for path in ("/v3/payments/free-resources/query", "/api/v1/orders"):
        answer = client.post(path, "{", content_type="application/json")
        assert answer.status_code == 400
        assert json.loads(answer.content)["error_code"]
