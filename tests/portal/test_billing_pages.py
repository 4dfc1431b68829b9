"""Money on the console: buy, renew, trace a unit, budgets, orders, projects, the operator's desk."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from billed import SERVICE, bought, buy, calls
from django.contrib.auth import get_user_model

from billing import selectors
from core import clock


def test_the_order_is_confirmed_before_it_is_paid(funded: Any, client_of: Any) -> None:
    client = client_of("admin")
    plan = selectors.plans(product=SERVICE, region=funded["region"])[0]
    answer = buy(client, funded, do="confirm", quantity="2")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'aria-current="step">Confirm' in text
    assert f"{plan.price * 2:.2f}" in text
    assert not bought(funded)
    answer = client.post("/console/packages/buy", {**dict(answer.context["hidden"]), "do": "buy"})
    assert answer.status_code == 302
    assert len(bought(funded)) == 2
    assert selectors.account(funded["domain_id"]).balance == 1000 - plan.price * 2


def test_a_wrong_choice_is_refused_before_the_confirmation(funded: Any, client_of: Any) -> None:
    client = client_of("admin")
    for change in (
        {"quantity": "0"},
        {"plan": "none"},
        {"start": "date", "starts_on": "2001-01-01"},
        {"start": "date", "starts_on": "soon"},
    ):
        answer = buy(client, funded, do="confirm", **change)
        assert answer.status_code in (404, 422), change
        assert 'aria-current="step">Confirm' not in answer.content.decode()


def test_an_order_can_wait_and_be_paid_or_cancelled(funded: Any, client_of: Any) -> None:
    client = client_of("admin")
    for _ in range(2):
        assert buy(client, funded, do="place").status_code == 302
    waiting = [o.number for o in selectors.orders(funded["domain_id"], status="to_pay")]
    assert len(waiting) == 2
    client.post("/console/billing/orders", {"do": "pay", "order": waiting[0]})
    client.post("/console/billing/orders", {"do": "cancel", "order": waiting[1]})
    assert len(bought(funded)) == 1
    page = client.get(f"/console/billing/orders?order={waiting[1]}")
    assert [item["order"].number for item in page.context["orders"].page] == [waiting[1]]
    assert (
        page.content.decode().count("Cancelled") == 2
    )  # the state of the order, the choice of states


def test_a_package_is_renewed_watched_and_given_back(funded: Any, client_of: Any) -> None:
    client = client_of("admin")
    buy(client, funded, do="buy")
    (package,) = bought(funded)
    used = calls(funded, 3, product=SERVICE)
    address = f"/console/packages/details?package={package.pk}"
    text = client.get(address).content.decode()
    assert "Renew now" in text
    client.post(address, {"do": "auto_renew", "wanted": "on"})
    client.post(address, {"do": "alert", "percent": "35"})
    package.refresh_from_db()
    assert (package.auto_renew, package.alert_percent_left) == (True, 35)
    assert client.post(address, {"do": "alert", "percent": "101"}).status_code == 422
    client.post(address, {"do": "renew"})
    package.refresh_from_db()
    assert package.renewed_by.effective_at > package.expires_at
    client.post(address, {"do": "unsubscribe", "confirm": str(package.pk)})
    package.refresh_from_db()
    assert package.refunded_at is not None
    assert client.get(address).status_code == 200
    assert len(used) == 3
    assert client.get("/console/packages/details?package=999999").status_code == 404


def test_a_reader_is_told_what_is_missing_on_a_package(funded: Any, client_of: Any) -> None:
    buy(client_of("admin"), funded, do="buy")
    (package,) = bought(funded)
    client = client_of("reader")
    address = f"/console/packages/details?package={package.pk}"
    answer = client.post(address, {"do": "unsubscribe", "confirm": str(package.pk)})
    assert answer.status_code in (403, 422)
    assert "bss:package:" in answer.content.decode()
    package.refresh_from_db()
    assert package.refunded_at is None


def test_a_unit_is_traced_up_and_down(funded: Any, client_of: Any) -> None:
    client = client_of("admin")
    ids = calls(funded, 3, product="thailand-id-card")
    text = client.get(f"/console/billing/trace?request={ids[0]}").content.decode()
    unit = selectors.usage_trace(funded["domain_id"], request_id=ids[0])
    assert unit.bill_line is not None
    assert f"?line={unit.bill_line.pk}" in text
    down = client.get(f"/console/billing/trace?line={unit.bill_line.pk}")
    (part,) = down.context["rows"]
    shown = client.get(f"/console/billing/trace?line={unit.bill_line.pk}&{part.kind}={part.id}")
    assert [row.request_id for row in shown.context["rows"]] == ids
    assert all(request_id in shown.content.decode() for request_id in ids)
    bills = client.get(f"/console/billing/bills?month={unit.bill_line.month}").content.decode()
    assert f"trace?line={unit.bill_line.pk}" in bills


def test_an_unknown_unit_and_line_are_said_to_be_so(funded: Any, client_of: Any) -> None:
    client = client_of("admin")
    assert "No call of this account" in client.get(
        "/console/billing/trace?request=nothing"
    ).content.decode()  # fmt: skip
    assert client.get("/console/billing/trace?line=999999").status_code == 404


def test_budgets_are_made_changed_and_deleted(funded: Any, client_of: Any) -> None:
    client, address = client_of("admin"), "/console/billing/budgets"
    form = {"do": "create", "name": "cap", "scope": "account", "unit": "calls", "limit": "100",
            "alert_percent": "50", "hard_stop": "on"}  # fmt: skip
    assert client.post(address, form).status_code == 302
    ((budget, _period),) = selectors.budgets(funded["domain_id"], month="2000-01")
    assert (budget.limit, budget.alert_percent, budget.hard_stop) == (100, 50, True)
    change = {"do": "change", "budget": budget.pk, "limit": "7.5", "alert_percent": "80"}
    assert client.post(address, change).status_code == 302
    budget.refresh_from_db()
    assert (budget.limit, budget.hard_stop) == (Decimal("7.5"), False)
    assert client.post(address, {**change, "limit": "much"}).status_code == 422
    assert client.post(address, {**form, "name": ""}).status_code == 422
    user = funded["users"]["reader"]["id"]
    project = {**form, "name": "of a user", "scope": f"user:{user}", "unit": "amount"}
    assert client.post(address, project).status_code == 302
    gone = {"do": "delete", "budget": budget.pk}
    assert client.post(address, gone).status_code == 422
    assert client.post(address, {**gone, "confirm": "cap"}).status_code == 302
    assert len(selectors.budgets(funded["domain_id"], month="2000-01")) == 1


def test_the_balance_alert_is_set_and_removed(funded: Any, client_of: Any) -> None:
    client = client_of("admin")
    client.post("/console/billing", {"do": "alert", "threshold": "25.50"})
    assert selectors.account(funded["domain_id"]).balance_alert == Decimal("25.50")
    assert client.post(
        "/console/billing", {"do": "alert", "threshold": "25.5055"}
    ).status_code == 422  # fmt: skip
    client.post("/console/billing", {"do": "alert", "threshold": ""})
    assert selectors.account(funded["domain_id"]).balance_alert is None


def test_a_bill_is_sent_as_a_file_with_every_line(funded: Any, client_of: Any) -> None:
    calls(funded, 2, product="thailand-id-card")
    client = client_of("admin")
    page = client.get("/console/billing/bills")
    month = page.context["month"]
    lines = selectors.bill_lines(funded["domain_id"], month=month).count()
    sheet = client.get(f"/console/billing/bills?month={month}&format=csv").content.decode(
        "utf-8-sig"
    )
    assert len(sheet.strip().splitlines()) == lines + 1
    book = client.get(f"/console/billing/bills?month={month}&format=xlsx")
    assert book.content.startswith(b"PK")


def test_the_calculator_compares_every_way(client_of: Any) -> None:
    answer = client_of("admin").get(f"/console/billing/calculator?service={SERVICE}&calls=50000")
    quote = answer.context["quote"]
    assert len(quote.options) == len(selectors.plans(product=SERVICE, region=quote.region))
    assert min(way.total for way in quote.options) >= quote.best.total
    assert quote.best.total <= quote.pay_per_use
    assert "All ways compared" in answer.content.decode()


def test_a_project_shows_grants_resources_and_expenditures(funded: Any, client_of: Any) -> None:
    from iam import selectors as iam_selectors

    client = client_of("owner")
    listing = "/console/enterprise-projects"
    client.post(listing, {"do": "enable_function"})
    client.post(listing, {"do": "create", "name": "blue", "type": "prod"})
    project = next(
        row for row in iam_selectors.enterprise_projects(funded["domain_id"]) if row.name == "blue"
    )
    address = f"{listing}/details?project={project.public_id}"
    client.post("/console/iam/groups", {"do": "create", "name": "crew"})
    group = iam_selectors.groups(funded["domain_id"]).get(name="crew")
    policy = iam_selectors.policies(funded["domain_id"]).first()
    client.post(address, {"do": "grant", "group": group.pk, "policy": [policy.pk]})
    buy(client, funded, do="buy", enterprise_project=project.public_id)
    page = client.get(address)
    (grant,) = page.context["grants"]
    assert grant.group_id == group.pk
    assert len(page.context["usages"][0]["rows"]) == 1
    client.post(address, {"do": "revoke", "grant": grant.pk})
    assert not client.get(address).context["grants"]
    client.post(address, {"do": "update", "name": "green", "type": "poc", "description": "x"})
    assert "green" in client.get(address).content.decode()
    calls(funded, 4, product="thailand-id-card", project=project.public_id)
    spent = client.get(f"{listing}/expenditures?project={project.public_id}&months=12")
    assert spent.context["spent"].amount > 0
    assert len(spent.context["stack"]["labels"]) == 12
    assert spent.context["stack"]["parts"]
    assert round(sum(part["share"] for part in spent.context["parts"])) == 100
    assert client.get(f"{listing}/details?project=none").status_code == 404


def test_an_unknown_project_is_shown_with_a_warning(funded: Any, client_of: Any) -> None:
    stray = str(uuid.uuid4())
    calls(funded, 1, product="thailand-id-card", project=stray)
    text = client_of("admin").get(
        f"/console/enterprise-projects/expenditures?project={stray}"
    ).content.decode()  # fmt: skip
    assert "unknown project" in text
    assert stray in client_of("admin").get("/console/enterprise-projects").content.decode()


def test_many_services_are_subscribed_at_once(account: Any, client_of: Any) -> None:
    client, address = client_of("admin"), "/console/subscribers/all"
    chosen = ["passport", "thailand-id-card"]
    client.post(address, {"do": "subscribe", "who": "*", "service": chosen})
    counts = selectors.subscriber_counts(account["domain_id"], region=account["region"])
    assert all(counts[code][0] for code in chosen)
    reader = account["users"]["reader"]["id"]
    client.post(address, {"do": "subscribe", "who": reader, "service": chosen})
    client.post(address, {"do": "unsubscribe", "who": "*", "service": chosen})
    counts = selectors.subscriber_counts(account["domain_id"], region=account["region"])
    assert all(counts[code] == (False, 1) for code in chosen)
    assert client.post(address, {"do": "subscribe", "who": "*"}).status_code == 422
    answer = client_of("reader").post(address, {"do": "subscribe", "who": "*", "service": chosen})
    assert "subscribeAllUsers permission required" in answer.content.decode()


@pytest.fixture
def operator(account: Any, client_of: Any) -> Any:
    get_user_model().objects.filter(pk=account["users"]["admin"]["id"]).update(is_operator=True)
    return client_of("admin")


def test_the_operator_tops_up_grants_and_prices(account: Any, operator: Any) -> None:
    desk = f"/console/billing/operator?account={account['account']}"
    before = selectors.account(account["domain_id"]).balance
    form = {"do": "top_up", "amount": "12.50", "reference": "wire 1"}
    assert operator.post(desk, form).status_code == 302
    operator.post(desk, form)
    assert selectors.account(account["domain_id"]).balance == before + Decimal("12.50")
    operator.post(desk, {"do": "adjust", "amount": "-2.50", "reference": "fix 1"})
    assert selectors.account(account["domain_id"]).balance == before + 10
    operator.post(desk, {"do": "unlimited", "wanted": "on"})
    assert selectors.account(account["domain_id"]).unlimited
    grant = {"do": "grant", "service": "passport", "region": account["region"], "calls": "77",
             "months": "1", "reference": "g1"}  # fmt: skip
    operator.post(desk, grant)
    given = selectors.packages(account["domain_id"], product="passport")
    assert 77 in [row.package.granted for row in given]
    price = {"do": "price", "service": "passport", "region": "", "free_calls": "5",
             "tiers": "0, 0.5\n100, 0.25"}  # fmt: skip
    assert operator.post(desk, price).status_code == 302
    table = selectors.price_in_force(
        product="passport", region=account["region"], now=clock.now() + dt.timedelta(hours=2)
    )
    assert (table.free_calls, [tier.unit_price for tier in table.tiers]) == (
        5,
        [Decimal("0.5"), Decimal("0.25")],
    )
    assert operator.post(desk, {**price, "tiers": "none"}).status_code == 422


def test_a_voucher_is_shown_once_and_redeemed_once(account: Any, operator: Any) -> None:
    day = (clock.now() + dt.timedelta(days=9)).date().isoformat()
    answer = operator.post(
        "/console/billing/operator", {"do": "voucher", "amount": "30", "expires_on": day}
    )
    code = answer.context["code"]
    assert answer["Cache-Control"] == "no-store"
    before = selectors.account(account["domain_id"]).balance
    assert operator.post("/console/billing", {"do": "voucher", "code": code}).status_code == 302
    assert operator.post("/console/billing", {"do": "voucher", "code": code}).status_code == 422
    assert selectors.account(account["domain_id"]).balance == before + 30


def test_only_an_operator_opens_the_desk(account: Any, client_of: Any) -> None:
    client = client_of("owner")
    assert client.get("/console/billing/operator").status_code == 403
    form = {"do": "top_up", "amount": "1", "reference": "r"}
    answer = client.post(f"/console/billing/operator?account={account['account']}", form)
    assert answer.status_code == 403
