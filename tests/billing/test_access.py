"""The gate: subscription, arrears, hard budgets."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from billing_factories import NOW, OTHER_PRODUCT, OTHER_REGION, PRODUCT, REGION, record

from billing import selectors
from billing.access import require_open
from billing.models import BillingAccount, BillingEvent, BudgetPeriod
from billing.services import arrears, budgets, packages, settlement, subscriptions, top_ups
from core.errors import ApiError

DAY = dt.timedelta(days=1)


def refused(call):
    with pytest.raises(ApiError) as error:
        call()
    return error.value.code, error.value.status


@pytest.fixture
def subscribed(tenant):
    subscriptions.subscribe(principal=tenant.principal, product_code=PRODUCT, everyone=True)
    return tenant


def test_own_and_everyone_subscriptions_open_their_region_only(tenant):
    me, other = tenant.principal, tenant.other_user
    assert refused(lambda: require_open(me, PRODUCT)) == ("ModelArts.4204", 403)
    subscriptions.subscribe(principal=me, product_code=PRODUCT)
    require_open(me, PRODUCT)
    assert refused(lambda: require_open(other, PRODUCT))[0] == "ModelArts.4204"
    subscriptions.subscribe(principal=me, product_code=PRODUCT, everyone=True)
    require_open(other, PRODUCT)
    elsewhere = replace(me, region=OTHER_REGION)
    assert refused(lambda: require_open(elsewhere, PRODUCT))[0] == "ModelArts.4204"
    assert refused(lambda: require_open(me, OTHER_PRODUCT))[0] == "ModelArts.4204"


def test_subscribing_twice_is_one_and_a_strangers_user_is_not_found(tenant, stranger):
    assert subscriptions.subscribe(principal=tenant.principal, product_code=PRODUCT)
    assert not subscriptions.subscribe(principal=tenant.principal, product_code=PRODUCT)
    code = refused(
        lambda: subscriptions.subscribe(
            principal=tenant.principal,
            product_code=PRODUCT,
            user_id=stranger.principal.user_id,
        )
    )
    assert code[1] == 404
    assert subscriptions.unsubscribe(principal=tenant.principal, product_code=PRODUCT)
    assert not subscriptions.unsubscribe(principal=tenant.principal, product_code=PRODUCT)


def test_the_gate_costs_one_query(subscribed, django_assert_num_queries):
    with django_assert_num_queries(1):
        require_open(subscribed.principal, PRODUCT)


def overdraw(tenant):
    record(tenant.principal, count=100)
    settlement.settle(tenant.id, now=NOW + dt.timedelta(hours=1))


def test_arrears_run_through_grace_and_retention_and_a_top_up_ends_them(subscribed):
    me = subscribed.principal
    overdraw(subscribed)
    account = BillingAccount.objects.get(account_id=subscribed.id)
    assert (account.arrears, account.balance) == ("grace", Decimal("-1.62"))
    require_open(me, PRODUCT, now=NOW + 15 * DAY)
    grace, retention = selectors.arrears_ends(account)
    assert (grace - account.arrears_since, retention - grace) == (15 * DAY, 15 * DAY)
    frozen = NOW + 16 * DAY
    assert refused(lambda: require_open(me, PRODUCT, now=frozen)) == ("ModelArts.4106", 403)
    arrears.refresh_due(now=frozen)
    account.refresh_from_db()
    assert account.arrears == "frozen"
    assert account.account.is_frozen
    for amount, state in (("1.61", "frozen"), ("0.01", "ok")):
        top_ups.top_up(
            principal=me,
            account_id=subscribed.id,
            amount=Decimal(amount),
            reference=amount,
            now=frozen,
        )
        account = BillingAccount.objects.get(account_id=subscribed.id)
        assert account.arrears == state
    assert not account.account.is_frozen
    require_open(me, PRODUCT, now=frozen)
    kinds = list(BillingEvent.objects.values_list("kind", flat=True))
    assert kinds == ["arrears.grace", "arrears.frozen", "arrears.ended"]


def test_frozen_accounts_go_on_with_a_package_by_ak_sk_until_it_is_used_up(
    subscribed, django_assert_num_queries
):
    me = subscribed.principal
    overdraw(subscribed)
    frozen = NOW + 20 * DAY
    packages.grant(
        account_id=subscribed.id,
        region=REGION,
        product_code=PRODUCT,
        calls=2,
        source="promotional",
        grant_key="p",
        now=NOW + DAY,
    )
    with django_assert_num_queries(2):
        require_open(me, PRODUCT, now=frozen)
    for method in ("token", "session"):
        token = replace(me, method=method)
        assert (
            refused(lambda token=token: require_open(token, PRODUCT, now=frozen))[0]
            == "ModelArts.4106"
        )
    record(me, count=2, now=frozen)  # not settled yet
    assert refused(lambda: require_open(me, PRODUCT, now=frozen))[0] == "ModelArts.4106"


def test_balance_alert_once_per_crossing(tenant):
    arrears.balance_alert_set(account_id=tenant.id, threshold=Decimal(5), now=NOW)
    for number, amount in enumerate(("3", "10", "1")):
        top_ups.top_up(
            principal=tenant.principal,
            account_id=tenant.id,
            amount=Decimal(amount),
            reference=str(number),
            now=NOW,
        )
    kinds = list(BillingEvent.objects.values_list("kind", flat=True))
    assert kinds == ["balance.low", "balance.restored"]


def budget(tenant, **values):
    return budgets.create(
        **(
            {
                "account_id": tenant.id,
                "name": "b",
                "scope": "account",
                "unit": "calls",
                "limit": Decimal(3),
                "hard_stop": True,
                "now": NOW,
            }
            | values
        )
    )


def test_hard_stop_lets_exactly_n_in_and_a_failure_gives_its_unit_back(subscribed):
    me = subscribed.principal
    budget(subscribed)
    with pytest.raises(ZeroDivisionError), require_open(me, PRODUCT, request_id="a", now=NOW):
        raise ZeroDivisionError
    for number in range(3):
        with require_open(me, PRODUCT, request_id=f"r{number}", now=NOW):
            record(me)
    assert refused(lambda: require_open(me, PRODUCT, now=NOW))[0] == "ModelArts.4106"
    require_open(me, PRODUCT, now=NOW + 30 * DAY)  # another month


def test_releasing_twice_gives_back_once(subscribed):
    budget(subscribed)
    admission = require_open(subscribed.principal, PRODUCT, request_id="a", now=NOW)
    require_open(subscribed.principal, PRODUCT, request_id="b", now=NOW)
    admission.release()
    admission.release()
    assert BudgetPeriod.objects.get().admitted == 1


def test_a_unit_held_by_a_killed_call_comes_back(subscribed):
    me = subscribed.principal
    budget(subscribed)
    require_open(me, PRODUCT, request_id="lost", now=NOW)
    require_open(me, PRODUCT, request_id="kept", now=NOW)
    from billing.services import metering

    metering.usage_record(principal=me, product_code=PRODUCT, request_id="kept", now=NOW)
    budgets.holds_sweep(now=NOW + dt.timedelta(minutes=5))
    assert BudgetPeriod.objects.get().admitted == 2
    budgets.holds_sweep(now=NOW + dt.timedelta(minutes=16))
    assert BudgetPeriod.objects.get().admitted == 1


def test_scopes_cover_a_user_or_a_project(subscribed):
    me, other = subscribed.principal, subscribed.other_user
    budget(subscribed, name="u", scope="user", scope_id=me.user_id, limit=Decimal(0))
    budget(subscribed, name="e", scope="enterprise_project", scope_id="ep-1", limit=Decimal(0))
    assert refused(lambda: require_open(me, PRODUCT, now=NOW))[0] == "ModelArts.4106"
    require_open(other, PRODUCT, now=NOW)
    in_project = replace(other, enterprise_project_id="ep-1")
    assert refused(lambda: require_open(in_project, PRODUCT, now=NOW))[0] == "ModelArts.4106"


def test_money_budget_is_never_passed(subscribed):
    me = subscribed.principal
    budget(subscribed, unit="amount", limit=Decimal("0.50"))
    succeeded = 0
    for hour in range(80):
        now = NOW + dt.timedelta(hours=hour)
        try:
            with require_open(me, PRODUCT, request_id=f"h{hour}", now=now):
                record(me, now=now)
            succeeded += 1
        except ApiError:
            break
        settlement.settle(subscribed.id, now=now)
    settlement.settle(subscribed.id, now=now + 2 * DAY)
    spent = -BillingAccount.objects.get(account_id=subscribed.id).balance
    assert succeeded > 10  # the allowance and some paid calls
    assert Decimal("0.40") < spent <= Decimal("0.50")


def test_budget_alerts_once_at_the_threshold_and_once_at_the_limit(subscribed):
    budget(subscribed, limit=Decimal(10), hard_stop=False)
    for _ in range(12):
        record(subscribed.principal)
        settlement.settle(subscribed.id, now=NOW)
    kinds = list(BillingEvent.objects.values_list("kind", flat=True))
    assert kinds == ["budget.alert", "budget.exhausted"]


def test_a_new_budget_counts_what_the_month_already_holds(subscribed):
    record(subscribed.principal, count=2)
    settlement.settle(subscribed.id, now=NOW)
    record(subscribed.principal, count=1)
    budget(subscribed)
    assert refused(lambda: require_open(subscribed.principal, PRODUCT, now=NOW))[0] == (
        "ModelArts.4106"
    )


def test_unlimited_comes_and_goes_with_a_negative_balance(subscribed):
    arrears.unlimited_set(account_id=subscribed.id, unlimited=True, now=NOW)
    overdraw(subscribed)
    account = BillingAccount.objects.get(account_id=subscribed.id)
    assert (account.balance < 0, account.arrears) == (True, "ok")
    arrears.unlimited_set(account_id=subscribed.id, unlimited=False, now=NOW)
    account.refresh_from_db()
    assert account.arrears == "grace"
    arrears.unlimited_set(account_id=subscribed.id, unlimited=True, now=NOW)
    account.refresh_from_db()
    assert (account.arrears, account.arrears_since) == ("ok", None)


def test_each_step_of_a_subscription_is_one_trace_even_one_that_changes_nothing(tenant):
    from iam import selectors as iam_selectors

    me = tenant.principal
    subscriptions.subscribe(principal=me, product_code=PRODUCT)
    subscriptions.subscribe(principal=me, product_code=PRODUCT)
    subscriptions.unsubscribe(principal=me, product_code=PRODUCT)
    traces = list(iam_selectors.account(tenant.id).traces.order_by("sequence"))
    assert [(row.trace_name, row.resource_type, row.resource_id) for row in traces] == [
        ("subscribeAISubService", "ai_service", PRODUCT),
        ("subscribeAISubService", "ai_service", PRODUCT),
        ("unsubscribeAISubService", "ai_service", PRODUCT),
    ]


def test_a_users_budget_in_money_counts_that_users_numbers_only(subscribed):
    me, clerk = subscribed.principal, subscribed.other_user
    record(me, count=10)  # the free allowance
    record(clerk, count=5, now=NOW + dt.timedelta(seconds=1))
    early = budgets.create(
        account_id=subscribed.id, name="early", scope="user", scope_id=clerk.user_id,
        unit="amount", limit=Decimal("0.2"), hard_stop=True, now=NOW,
    )  # fmt: skip
    settlement.settle(subscribed.id, now=NOW + dt.timedelta(hours=1))
    late = budgets.create(
        account_id=subscribed.id, name="late", scope="user", scope_id=clerk.user_id,
        unit="amount", limit=Decimal("0.2"), now=NOW,
    )  # fmt: skip
    mine = budgets.create(
        account_id=subscribed.id, name="mine", scope="user", scope_id=me.user_id,
        unit="amount", limit=Decimal(1), now=NOW,
    )  # fmt: skip
    for budget, spent in ((early, "0.090"), (late, "0.090"), (mine, "0")):
        assert budget.periods.get().spent == Decimal(spent), budget.name  # 5 × 0.018
    for _ in range(6):  # 0.090 + 6 × 0.018 = 0.198, and one more would pass 0.2
        require_open(clerk, PRODUCT, now=NOW)
    assert refused(lambda: require_open(clerk, PRODUCT, now=NOW)) == ("ModelArts.4106", 403)
    require_open(me, PRODUCT, now=NOW)
