"""Settling: packages first, the rest charged by the hour; repeatable; every unit traceable."""

import datetime as dt
from decimal import Decimal

import pytest
from billing_factories import NOW, PRODUCT, REGION, record
from django.db import IntegrityError, transaction

from billing.models import (
    Allocation,
    BillingAccount,
    BillingEvent,
    BillLine,
    HourCharge,
    LedgerEntry,
    Package,
    UsageEvent,
)
from billing.services import packages, settlement

HOUR = dt.timedelta(hours=1)


def give(tenant, calls, key="k", **more):
    return packages.grant(
        account_id=tenant.id,
        region=REGION,
        product_code=PRODUCT,
        calls=calls,
        source="free",
        grant_key=key,
        now=NOW - HOUR,
        **more,
    )


def test_package_pays_first_and_the_rest_is_charged_at_the_next_hour(tenant):
    package = give(tenant, 3)
    record(tenant.principal, count=15)

    assert settlement.settle(tenant.id, now=NOW).events == 15
    package.refresh_from_db()
    assert package.used == 3
    assert not HourCharge.objects.exists()  # the hour is not over

    settlement.settle(tenant.id, now=NOW + HOUR)
    charge = HourCharge.objects.get()
    assert charge.quantity == 12
    assert charge.amount == Decimal("0.04")  # 10 free, 2 × 0.018 = 0.036
    account = BillingAccount.objects.get(account_id=tenant.id)
    assert account.balance == Decimal("-0.04")
    assert [line.mode for line in BillLine.objects.order_by("mode")] == [
        "package",
        "pay_per_use",
        "pay_per_use",
    ]


def test_settling_again_changes_nothing(tenant):
    give(tenant, 3)
    record(tenant.principal, count=15)
    settlement.settle(now=NOW + HOUR)
    before = [
        list(model.objects.order_by("pk").values())
        for model in (Allocation, Package, BillLine, LedgerEntry, HourCharge, BillingAccount)
    ]
    assert settlement.settle(now=NOW + HOUR) == settlement.Settled(0, 0)
    after = [
        list(model.objects.order_by("pk").values())
        for model in (Allocation, Package, BillLine, LedgerEntry, HourCharge, BillingAccount)
    ]
    assert before == after


def test_small_hours_add_up_to_the_rounded_month(tenant):
    for hour in range(40):
        record(tenant.principal, now=NOW + HOUR * hour)
        settlement.settle(tenant.id, now=NOW + HOUR * (hour + 1))
    assert HourCharge.objects.count() == 40
    # 10 free calls, 30 × 0.018 = 0.54: rounding each hour would have made 0.60.
    assert sum(HourCharge.objects.values_list("amount", flat=True)) == Decimal("0.54")
    assert sum(BillLine.objects.values_list("amount", flat=True)) == Decimal("0.54")
    assert BillingAccount.objects.get(account_id=tenant.id).balance == Decimal("-0.54")


def test_a_late_call_of_a_charged_hour_is_charged_once_more(tenant):
    record(tenant.principal, count=12)
    settlement.settle(tenant.id, now=NOW + HOUR)
    record(tenant.principal, count=1)
    settlement.settle(tenant.id, now=NOW + 2 * HOUR)
    assert list(HourCharge.objects.order_by("id").values_list("month_offset", "quantity")) == [
        (0, 12),
        (12, 1),
    ]


def test_the_same_request_is_never_recorded_twice(tenant):
    (request_id,) = record(tenant.principal)
    with pytest.raises(IntegrityError), transaction.atomic():
        UsageEvent.objects.create(
            request_id=request_id,
            account_id=tenant.id,
            region=REGION,
            product_id=PRODUCT,
            user_id=tenant.principal.user_id,
            project_id=tenant.principal.project_id,
            enterprise_project_id="0",
            occurred_at=NOW,
        )


def test_package_alert_is_sent_once_per_crossing(tenant):
    give(tenant, 10)
    for _ in range(10):
        record(tenant.principal)
        settlement.settle(tenant.id, now=NOW)
    kinds = list(BillingEvent.objects.values_list("kind", flat=True))
    assert kinds.count("package.low") == 1
    assert kinds.count("package.used_up") == 1


def test_recording_is_two_inserts(tenant, django_assert_num_queries):
    with django_assert_num_queries(2) as captured:
        record(tenant.principal)
    assert all(row["sql"].startswith("INSERT") for row in captured)


def test_limit_and_small_batches_reach_the_same_end(tenant):
    give(tenant, 7)
    record(tenant.principal, count=20, step=dt.timedelta(seconds=1))
    assert settlement.settle(tenant.id, limit=6, batch=4, now=NOW).events == 6
    assert settlement.settle(tenant.id, batch=4, now=NOW).events == 14
    assert Package.objects.get().used == 7
    assert sum(Allocation.objects.values_list("quantity", flat=True)) == 20


def test_price_is_that_of_the_hour_of_the_call(tenant):
    from billing.pricing import PriceTable, Tier
    from billing.services import products

    record(tenant.principal, count=1, now=NOW)
    products.price_set(product_code=PRODUCT, table=PriceTable((Tier(0, Decimal(7)),)), now=NOW)
    record(tenant.principal, count=1, now=NOW + HOUR)
    settlement.settle(tenant.id, now=NOW + 2 * HOUR)
    assert list(HourCharge.objects.order_by("hour").values_list("amount", flat=True)) == [
        Decimal(0),
        Decimal(7),
    ]


def test_accounts_take_turns(tenant, stranger):
    record(tenant.principal, count=30)
    record(stranger.principal, count=2)
    settlement.settle(limit=14, batch=10, now=NOW)
    assert not UsageEvent.objects.waiting(stranger.id).exists()


def test_one_broken_account_does_not_stop_the_others(tenant, stranger):
    # A product that has no price yet cannot be charged.
    from billing.models import Product

    Product.objects.create(
        code="priceless",
        title="x",
        service_type_code="x",
        resource_type_code="x",
        price_class="x",
    )
    first, second = sorted([tenant, stranger], key=lambda who: who.id)
    record(first.principal, product="priceless")
    record(second.principal)
    settlement.settle(now=NOW + HOUR)
    assert HourCharge.objects.get().account_id == second.id
    with pytest.raises(LookupError):
        settlement.settle(first.id, now=NOW + HOUR)


def test_a_locked_account_is_left_to_its_writer(tenant, monkeypatch):
    from billing.services import accounts

    record(tenant.principal)
    monkeypatch.setattr(accounts, "try_lock", lambda account_id: None)
    assert settlement.settle(tenant.id, now=NOW) == settlement.Settled(0, 0)
