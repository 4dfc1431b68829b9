"""Renew packages, manually or automatically, and unsubscribe from them with a refund."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from billing import errors
from billing.models import BillingEvent, Order, OrderLine, Package
from billing.services import accounts, arrears, events, ledger, orders, packages, settlement, traces
from core import clock
from core.errors import ApiError
from core.money import round_amount
from iam.principal import Principal

AUTO_RENEW_DAYS = 3
RETRY = dt.timedelta(hours=24)


def renew(
    *,
    principal: Principal,
    package_id: int,
    idempotency_key: str = "",
    now: dt.datetime | None = None,
) -> Order:
    """Buy the same plan again, in force when the package ends (now, if it has ended); paid at once.

    A renewal is a package of its own. Raises CBC.0152 when it was renewed already, and what
    `orders.pay` raises.
    """
    now = now or clock.now()
    with transaction.atomic():
        accounts.lock(principal.account_id)
        package = packages.get(account_id=principal.account_id, package_id=package_id)
        plan = package.plan
        if plan is None or not plan.active or package.refunded_at is not None:
            raise ApiError(errors.INVALID, reason="the package cannot be renewed")
        if package.renewed_by_id is not None:
            raise ApiError(errors.CONFLICT, reason="The package was renewed already.")
        order = orders.order_new(
            principal, kind="renew", amount=plan.price, key=idempotency_key, now=now
        )
        follows = package.expires_at + dt.timedelta(microseconds=1)
        OrderLine.objects.create(
            order=order,
            product_id=package.product_id,
            plan=plan,
            region=package.region,
            enterprise_project_id=package.enterprise_project_id,
            quantity=1,
            calls=plan.calls,
            months=plan.months,
            unit_price=plan.price,
            amount=plan.price,
            starts_at=follows if follows > now else None,
            auto_renew=package.auto_renew,
            renews=package,
        )
        return orders.pay(principal=principal, number=order.number, now=now)


def auto_renew(*, now: dt.datetime | None = None) -> int:
    """Renew the packages with auto-renewal that end within three days; returns how many.

    A package whose renewal failed is tried again a day later, with one event per try.
    """
    now = now or clock.now()
    due = Package.objects.filter(
        auto_renew=True,
        refunded_at=None,
        renewed_by=None,
        expires_at__gt=now - dt.timedelta(days=AUTO_RENEW_DAYS),
        expires_at__lte=now + dt.timedelta(days=AUTO_RENEW_DAYS),
    ).order_by("expires_at")
    done = 0
    for package in due[:500]:
        if _failed_lately(package, now):
            continue
        done += _auto_renew_one(package, now)
    return done


def _auto_renew_one(package: Package, now: dt.datetime) -> bool:
    system = Principal(
        account_id=package.account_id,
        account_name="",
        user_id="",
        user_name="system",
        method="system",
        region=package.region,
    )
    facts = {"package_id": package.pk, "product": package.product_id, "region": package.region}
    try:
        with transaction.atomic():
            order = renew(
                principal=system,
                package_id=package.pk,
                idempotency_key=f"auto-renew/{package.pk}",
                now=now,
            )
            events.emit(
                account_id=package.account_id, kind="package.renewed", order=order.number, **facts
            )
        return True
    except ApiError as error:
        events.emit(
            account_id=package.account_id,
            kind="package.renewal_failed",
            reason=error.message,
            **facts,
        )
        return False


def _failed_lately(package: Package, now: dt.datetime) -> bool:
    return BillingEvent.objects.filter(
        account_id=package.account_id,
        kind="package.renewal_failed",
        payload__package_id=package.pk,
        created_at__gt=now - RETRY,
    ).exists()


def unsubscribe(*, principal: Principal, package_id: int, now: dt.datetime | None = None) -> Order:
    """End a bought package and refund the unused share of its price to the balance.

    Calls that wait for settlement are settled first, so that what they used is not refunded.
    Raises CBC.30000052 for a free, ended, used up or already refunded package.
    """
    now = now or clock.now()
    with transaction.atomic():
        account = accounts.lock(principal.account_id)
        while settlement.settle_locked(account) == settlement.BATCH_SIZE:
            pass
        package = packages.get(account_id=principal.account_id, package_id=package_id)
        left = package.granted - package.used
        _require_refundable(package, left, now)
        refund = round_amount(package.price * left / package.granted, account.currency)
        order = orders.order_new(principal, kind="unsubscribe", amount=-refund, key="", now=now)
        OrderLine.objects.create(
            order=order,
            product_id=package.product_id,
            plan_id=package.plan_id,
            region=package.region,
            enterprise_project_id=package.enterprise_project_id,
            quantity=1,
            calls=left,
            unit_price=-refund,
            amount=-refund,
            renews=package,
        )
        entry = ledger.post(
            account,
            kind="refund",
            amount=refund,
            reference=order.number,
            now=now,
            made_by=principal.user_name,
        )
        orders.complete(order, entry, now=now)
        package.refunded_at = now
        package.auto_renew = False
        package.save(update_fields=["refunded_at", "auto_renew"])
        arrears.refresh(account, now=now)
        events.emit(
            account_id=account.account_id,
            kind="order.refunded",
            order=order.number,
            package_id=package.pk,
            amount=str(refund),
            currency=account.currency,
        )
        traces.record(
            principal,
            "unsubscribePackage",
            resource_type="package",
            resource_id=package.pk,
            order=order.number,
            refund=str(refund),
        )
    return order


def _require_refundable(package: Package, left: int, now: dt.datetime) -> None:
    reasons = (
        (package.refunded_at is not None, "it was refunded already"),
        (package.order_line_id is None, "it was not bought"),
        (package.expires_at < now, "it has expired"),
        (left == 0, "it is used up"),
    )
    for applies, reason in reasons:
        if applies:
            raise ApiError(errors.NOT_REFUNDABLE, reason=reason)
