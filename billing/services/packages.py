"""Packages: free and promotional grants, delivery of paid orders, settings, expiry notices."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import F

from billing import errors, periods
from billing.burndown import FREE, PROMOTIONAL, PURCHASED
from billing.models import OrderLine, Package, Product
from billing.services import accounts, events, products, subscriptions
from core import clock
from core.errors import ApiError

EXPIRY_NOTICE_DAYS = 7


def grant(
    *,
    account_id: str,
    region: str,
    product_code: str,
    calls: int,
    source: str,
    grant_key: str,
    months: int = 12,
    enterprise_project_id: str = "",
    effective_at: dt.datetime | None = None,
    now: dt.datetime | None = None,
) -> Package:
    """Give an account a package without money; repeating a `grant_key` returns the first one.

    `source` is "free" or "promotional". Raises CBC.0100 for a bad value.
    """
    if source not in (FREE, PROMOTIONAL) or calls <= 0:
        raise ApiError(errors.INVALID, reason="source or calls")
    if not Product.objects.filter(code=product_code).exists():
        raise ApiError(errors.NOT_FOUND, kind="service")
    start = effective_at or now or clock.now()
    with transaction.atomic():
        accounts.lock(account_id)
        known = Package.objects.filter(account_id=account_id, grant_key=grant_key).first()
        if known is not None:
            return known
        return Package.objects.create(
            account_id=account_id,
            region=region,
            product_id=product_code,
            enterprise_project_id=enterprise_project_id,
            source=source,
            grant_key=grant_key,
            granted=calls,
            effective_at=start,
            expires_at=periods.package_expiry(start, settings.BILLING_TIME_ZONE, months=months),
            created_at=now or clock.now(),
        )


def free_grant(
    *, account_id: str, region: str, product_code: str, now: dt.datetime | None = None
) -> Package | None:
    """Give the trial package of the price book, once per account, region and product."""
    trial = products.book().trial
    if not trial.calls:
        return None
    return grant(
        account_id=account_id,
        region=region,
        product_code=product_code,
        calls=trial.calls,
        source=FREE,
        grant_key=f"trial/{region}/{product_code}",
        months=trial.months,
        now=now,
    )


def deliver(*, account_id: str, line: OrderLine, now: dt.datetime) -> list[Package]:
    """Make the packages of a paid order line and subscribe Everyone; the account is locked.

    A line without a start date begins now; several packages of one line begin together. A
    renewal begins when the package it follows ends.
    """
    start = max(line.starts_at or now, now)
    made = Package.objects.bulk_create(
        Package(
            account_id=account_id,
            region=line.region,
            product_id=line.product_id,
            enterprise_project_id=line.enterprise_project_id,
            source=PURCHASED,
            plan_id=line.plan_id,
            order_line=line,
            granted=line.calls,
            price=line.unit_price,
            effective_at=start,
            expires_at=periods.package_expiry(
                start, settings.BILLING_TIME_ZONE, months=line.months
            ),
            auto_renew=line.auto_renew,
            created_at=now,
        )
        for _ in range(line.quantity)
    )
    if line.renews_id:
        Package.objects.filter(pk=line.renews_id).update(renewed_by=made[0])
    subscriptions.ensure(
        account_id=account_id, region=line.region, product_code=line.product_id, user_id=None
    )
    return made


def auto_renew_set(*, account_id: str, package_id: int, enabled: bool) -> Package:
    """Turn auto-renewal of a bought package on or off; 404 for another account's."""
    with transaction.atomic():
        accounts.lock(account_id)
        package = get(account_id=account_id, package_id=package_id)
        if package.plan_id is None and enabled:
            raise ApiError(errors.INVALID, reason="only bought packages renew")
        package.auto_renew = enabled
        package.save(update_fields=["auto_renew"])
    return package


def alert_set(*, account_id: str, package_id: int, percent_left: int) -> Package:
    """Set at which share of quota left one alert is sent (0 = only when used up)."""
    if not 0 <= percent_left <= 100:
        raise ApiError(errors.INVALID, reason="percent_left")
    with transaction.atomic():
        accounts.lock(account_id)
        package = get(account_id=account_id, package_id=package_id)
        package.alert_percent_left = percent_left
        left = package.granted - package.used
        package.alerted = package.alerted and left * 100 <= package.granted * percent_left
        package.save(update_fields=["alert_percent_left", "alerted"])
    return package


def get(*, account_id: str, package_id: int) -> Package:
    """Return a package of the account; CBC.0151 for another's."""
    package = Package.objects.filter(account_id=account_id, id=package_id).first()
    if package is None:
        raise ApiError(errors.NOT_FOUND, kind="package")
    return package


def expiry_notices(*, now: dt.datetime | None = None) -> int:
    """Emit one event per package that ends within a week, and one when it has ended; returns how many."""
    now = now or clock.now()
    soon = Package.objects.filter(
        expiry_alerted=False,
        refunded_at=None,
        used__lt=F("granted"),
        expires_at__gt=now,
        expires_at__lte=now + dt.timedelta(days=EXPIRY_NOTICE_DAYS),
    )
    ended = Package.objects.filter(expired_event=False, refunded_at=None, expires_at__lte=now)
    return _notify(soon, "package.expiring", "expiry_alerted") + _notify(
        ended, "package.expired", "expired_event"
    )


def _notify(rows: object, kind: str, flag: str) -> int:
    sent = 0
    for package in rows[:500]:  # type: ignore[index]
        with transaction.atomic():
            # The update decides who sends: a second process finds the flag set.
            if not Package.objects.filter(pk=package.pk, **{flag: False}).update(**{flag: True}):
                continue
            events.emit(
                account_id=package.account_id,
                kind=kind,
                package_id=package.pk,
                product=package.product_id,
                region=package.region,
                left=package.granted - package.used,
                expires_at=package.expires_at.isoformat(),
            )
            sent += 1
    return sent
