"""Buying, renewing, unsubscribing, topping up."""

import datetime as dt
from decimal import Decimal

import pytest
from billing_factories import NOW, OTHER_REGION, PRODUCT, REGION, record

from billing import selectors
from billing.models import (
    BillingAccount,
    BillingEvent,
    BillLine,
    LedgerEntry,
    Order,
    Package,
    Voucher,
)
from billing.services import arrears, orders, packages, renewals, settlement, top_ups
from core.errors import ApiError

DAY = dt.timedelta(days=1)


def fund(tenant, amount="100", reference="t"):
    return top_ups.top_up(
        principal=tenant.principal,
        account_id=tenant.id,
        amount=Decimal(amount),
        reference=reference,
        now=NOW,
    )


def buy(tenant, **more):
    values = {"plan_code": "1k", "now": NOW} | more
    return orders.buy(principal=tenant.principal, region=REGION, product_code=PRODUCT, **values)


def balance(tenant):
    account = BillingAccount.objects.get(account_id=tenant.id)
    entries = LedgerEntry.objects.filter(account_id=tenant.id).values_list("amount", flat=True)
    assert account.balance == sum(entries)
    return account.balance


def test_buying_pays_delivers_subscribes_and_bills(tenant):
    fund(tenant)
    order = buy(tenant, quantity=2)
    assert balance(tenant) == Decimal("68.20")
    assert order.status == "done"
    assert [p.granted for p in Package.objects.all()] == [1000, 1000]
    state = selectors.subscription_state(
        tenant.id, region=REGION, user_id=tenant.other_user.user_id
    )
    assert state[PRODUCT].everyone
    line = BillLine.objects.get()
    assert (line.mode, line.quantity, line.amount) == ("order", 2, Decimal("31.80"))


def test_without_money_nothing_remains(tenant):
    with pytest.raises(ApiError) as refused:
        buy(tenant)
    assert refused.value.code == "CBC.30000010"
    assert not Order.objects.exists()
    assert not Package.objects.exists()
    assert not BillLine.objects.exists()


def test_unlimited_accounts_buy_below_zero_and_never_fall_into_arrears(tenant):
    arrears.unlimited_set(account_id=tenant.id, unlimited=True, now=NOW)
    buy(tenant)
    account = BillingAccount.objects.get(account_id=tenant.id)
    assert (account.balance, account.arrears) == (Decimal("-15.90"), "ok")


def test_paying_twice_and_repeating_a_key_move_money_once(tenant):
    fund(tenant)
    first = buy(tenant, idempotency_key="click-1")
    assert buy(tenant, idempotency_key="click-1").number == first.number
    orders.pay(principal=tenant.principal, number=first.number, now=NOW)
    assert balance(tenant) == Decimal("84.10")
    assert Package.objects.count() == 1


def test_an_unpaid_order_can_be_cancelled_a_paid_one_not(tenant):
    fund(tenant)
    order = orders.place(
        principal=tenant.principal, region=REGION, product_code=PRODUCT, plan_code="1k", now=NOW
    )
    assert orders.cancel(principal=tenant.principal, number=order.number).status == "cancelled"
    with pytest.raises(ApiError, match="cancelled"):
        orders.pay(principal=tenant.principal, number=order.number, now=NOW)
    paid = buy(tenant)
    with pytest.raises(ApiError) as refused:
        orders.cancel(principal=tenant.principal, number=paid.number)
    assert refused.value.code == "CBC.30000018"


def test_another_accounts_order_and_package_are_not_found(tenant, stranger):
    fund(tenant)
    order = buy(tenant)
    package = Package.objects.get()
    for attempt in (
        lambda: orders.pay(principal=stranger.principal, number=order.number),
        lambda: renewals.renew(principal=stranger.principal, package_id=package.pk),
        lambda: renewals.unsubscribe(principal=stranger.principal, package_id=package.pk),
        lambda: packages.auto_renew_set(
            account_id=stranger.id, package_id=package.pk, enabled=True
        ),
    ):
        with pytest.raises(ApiError) as refused:
            attempt()
        assert refused.value.status == 404


def test_a_chosen_start_date_begins_at_local_midnight_and_lasts_a_year(tenant):
    fund(tenant)
    buy(tenant, starts_on=dt.date(2026, 4, 1))
    package = Package.objects.get()
    assert package.effective_at == dt.datetime(2026, 3, 31, 16, tzinfo=dt.UTC)
    assert package.expires_at.replace(microsecond=0) == dt.datetime(
        2027, 4, 1, 15, 59, 59, tzinfo=dt.UTC
    )
    assert PRODUCT not in selectors.quota_left(tenant.id, region=REGION, now=NOW)
    with pytest.raises(ApiError):
        buy(tenant, starts_on=dt.date(2026, 3, 9))


def test_packages_do_not_cross_regions(tenant):
    fund(tenant)
    orders.buy(
        principal=tenant.principal,
        region=OTHER_REGION,
        product_code=PRODUCT,
        plan_code="1k",
        now=NOW,
    )
    record(tenant.principal)
    settlement.settle(tenant.id, now=NOW)
    assert Package.objects.get().used == 0


def test_refund_returns_the_unused_share_after_settling_what_waits(tenant):
    fund(tenant)
    buy(tenant)
    record(tenant.principal, count=100, now=NOW + DAY)
    package = Package.objects.get()
    renewals.unsubscribe(principal=tenant.principal, package_id=package.pk, now=NOW + 2 * DAY)
    assert balance(tenant) == Decimal("84.10") + Decimal("14.31")
    package.refresh_from_db()
    assert (package.used, package.refunded_at is not None) == (100, True)
    record(tenant.principal, now=NOW + 3 * DAY)
    settlement.settle(tenant.id, now=NOW + 3 * DAY)
    package.refresh_from_db()
    assert package.used == 100
    with pytest.raises(ApiError) as refused:
        renewals.unsubscribe(principal=tenant.principal, package_id=package.pk, now=NOW + 4 * DAY)
    assert refused.value.code == "CBC.30000052"


def test_auto_renewal_follows_without_a_gap_and_happens_once(tenant):
    fund(tenant)
    buy(tenant, auto_renew=True)
    package = Package.objects.get()
    before = package.expires_at - 2 * DAY
    assert renewals.auto_renew(now=before - 5 * DAY) == 0
    assert renewals.auto_renew(now=before) == 1
    assert renewals.auto_renew(now=before) == 0
    package.refresh_from_db()
    assert package.renewed_by.effective_at == package.expires_at + dt.timedelta(microseconds=1)
    assert package.renewed_by.auto_renew


def test_failed_auto_renewal_tells_once_a_day(tenant):
    fund(tenant, "16")
    buy(tenant, auto_renew=True)
    package = Package.objects.get()
    before = package.expires_at - 2 * DAY
    BillingEvent.objects.all().delete()
    for _ in range(3):
        assert renewals.auto_renew(now=before) == 0
    BillingEvent.objects.update(created_at=before - DAY)
    renewals.auto_renew(now=before + dt.timedelta(seconds=1))
    assert BillingEvent.objects.filter(kind="package.renewal_failed").count() >= 2
    assert Order.objects.count() == 1


def test_voucher_works_once_and_is_kept_as_a_digest(tenant, stranger):
    _, code = top_ups.voucher_create(
        principal=tenant.principal, amount=Decimal(25), expires_at=NOW + DAY
    )
    assert code not in str(Voucher.objects.values().get())
    top_ups.voucher_redeem(principal=tenant.principal, code=code.lower(), now=NOW)
    assert balance(tenant) == 25
    for who, when in ((stranger, NOW), (tenant, NOW)):
        with pytest.raises(ApiError) as refused:
            top_ups.voucher_redeem(principal=who.principal, code=code, now=when)
        assert refused.value.code == "CBC.30000060"


def test_top_up_reference_is_idempotent_and_amounts_are_checked(tenant):
    fund(tenant, "10", "same")
    fund(tenant, "10", "same")
    assert balance(tenant) == 10
    for bad in ("0", "-1", "0.001"):
        with pytest.raises(ApiError):
            fund(tenant, bad, f"bad{bad}")


def test_expiry_is_told_a_week_before_and_once_after(tenant):
    fund(tenant)
    buy(tenant)
    package = Package.objects.get()
    BillingEvent.objects.all().delete()
    for moment in (-9 * DAY, -3 * DAY, -2 * DAY, DAY, 2 * DAY):
        packages.expiry_notices(now=package.expires_at + moment)
    kinds = list(BillingEvent.objects.values_list("kind", flat=True))
    assert kinds == ["package.expiring", "package.expired"]


def test_the_database_refuses_to_change_the_ledger(tenant):
    from django.db import DatabaseError, transaction

    fund(tenant)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        LedgerEntry.objects.update(amount=0)
    assert balance(tenant) == 100
