"""Orders: place, pay from the balance, cancel; each step leaves one trace.

Everything of one step is one transaction under the account's lock: order, ledger entry, packages,
subscription and bill line appear together or not at all.
"""

from __future__ import annotations

import datetime as dt
import secrets
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from billing import errors, periods
from billing.models import BillingAccount, BillLine, LedgerEntry, Order, OrderLine, PackagePlan
from billing.services import accounts, arrears, events, ledger, packages, traces
from core import clock
from core.errors import ApiError
from iam.principal import Principal

MAX_QUANTITY = 100
MAX_DAYS_AHEAD = 365
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def place(
    *,
    principal: Principal,
    region: str,
    product_code: str,
    plan_code: str,
    quantity: int = 1,
    starts_on: dt.date | None = None,
    enterprise_project_id: str = "",
    auto_renew: bool = False,
    idempotency_key: str = "",
    now: dt.datetime | None = None,
) -> Order:
    """Place an order for packages, to be paid; the same `idempotency_key` returns the first one.

    `starts_on` is a day of the billing zone (None or today = at payment). Raises CBC.0100 for a
    bad value, CBC.0151 for an unknown plan.
    """
    now = now or clock.now()
    starts_at = start_of(starts_on, now=now)
    if not 1 <= quantity <= MAX_QUANTITY:
        raise ApiError(errors.INVALID, reason=f"quantity must be 1 to {MAX_QUANTITY}")
    if region not in dict(settings.REGIONS):
        raise ApiError(errors.INVALID, reason="region")
    plan = plan_find(region=region, product_code=product_code, plan_code=plan_code)
    with transaction.atomic():
        accounts.lock(principal.account_id)
        if idempotency_key:
            known = _known(principal.account_id, idempotency_key)
            if known is not None:
                return known
        order = order_new(
            principal, kind="new", amount=plan.price * quantity, key=idempotency_key, now=now
        )
        OrderLine.objects.create(
            order=order,
            product_id=plan.product_id,
            plan=plan,
            region=region,
            enterprise_project_id=enterprise_project_id,
            quantity=quantity,
            calls=plan.calls,
            months=plan.months,
            unit_price=plan.price,
            amount=plan.price * quantity,
            starts_at=starts_at,
            auto_renew=auto_renew,
        )
        _trace(principal, "createOrder", order)
    return order


def pay(*, principal: Principal, number: str, now: dt.datetime | None = None) -> Order:
    """Pay an order from the balance and deliver it; paying a paid order again changes nothing.

    Raises CBC.30000010 when the balance does not cover it, CBC.30000018 for a cancelled order,
    CBC.0151 for another account's.
    """
    now = now or clock.now()
    with transaction.atomic():
        account = accounts.lock(principal.account_id)
        order = get(account_id=principal.account_id, number=number)
        if order.status == "done":
            return order
        if order.status != "to_pay":
            raise ApiError(errors.ORDER_STATE, status=order.status, verb="paid")
        _require_funds(account, order.amount)
        entry = ledger.post(
            account,
            kind="order",
            amount=-order.amount,
            reference=order.number,
            now=now,
            made_by=principal.user_name,
        )
        complete(order, entry, now=now)
        for line in order.lines.all():
            packages.deliver(account_id=account.account_id, line=line, now=now)
        arrears.refresh(account, now=now)
        events.emit(
            account_id=account.account_id,
            kind="order.paid",
            order=order.number,
            amount=str(order.amount),
            currency=order.currency,
        )
        _trace(principal, "payOrder", order)
    return order


def buy(
    *,
    principal: Principal,
    region: str,
    product_code: str,
    plan_code: str,
    quantity: int = 1,
    starts_on: dt.date | None = None,
    enterprise_project_id: str = "",
    auto_renew: bool = False,
    idempotency_key: str = "",
    now: dt.datetime | None = None,
) -> Order:
    """Place and pay in one transaction: no order remains when the balance does not cover it."""
    with transaction.atomic():
        order = place(
            principal=principal,
            region=region,
            product_code=product_code,
            plan_code=plan_code,
            quantity=quantity,
            starts_on=starts_on,
            enterprise_project_id=enterprise_project_id,
            auto_renew=auto_renew,
            idempotency_key=idempotency_key,
            now=now,
        )
        return pay(principal=principal, number=order.number, now=now)


def cancel(*, principal: Principal, number: str) -> Order:
    """Cancel an unpaid order; CBC.30000018 when it was paid."""
    with transaction.atomic():
        accounts.lock(principal.account_id)
        order = get(account_id=principal.account_id, number=number)
        if order.status == "done":
            raise ApiError(errors.ORDER_STATE, status=order.status, verb="cancelled")
        if order.status != "cancelled":
            order.status = "cancelled"
            order.save(update_fields=["status"])
            _trace(principal, "cancelOrder", order)
    return order


def get(*, account_id: str, number: str) -> Order:
    """Return an order of the account; CBC.0151 for another's."""
    order = Order.objects.filter(account_id=account_id, number=number).first()
    if order is None:
        raise ApiError(errors.NOT_FOUND, kind="order")
    return order


def plan_find(*, region: str, product_code: str, plan_code: str) -> PackagePlan:
    """Return the plan on sale in a region: the region's own before the general one."""
    plans = PackagePlan.objects.filter(
        product_id=product_code,
        product__active=True,
        code=plan_code,
        active=True,
        region__in=[region, ""],
    )
    plan = plans.order_by("-region").first()
    if plan is None:
        raise ApiError(errors.NOT_FOUND, kind="package plan")
    return plan


def order_new(
    principal: Principal, *, kind: str, amount: Decimal, key: str, now: dt.datetime
) -> Order:
    """Insert an unpaid order under a fresh number; the account is locked."""
    local = now.strftime("%y%m%d%H%M")
    number = f"CS{local}{''.join(secrets.choice(_ALPHABET) for _ in range(7))}"
    return Order.objects.create(
        number=number,
        account_id=principal.account_id,
        kind=kind,
        amount=amount,
        currency=settings.CURRENCY,
        idempotency_key=key or number,
        placed_by=principal.user_name,
        created_at=now,
    )


def complete(order: Order, entry: LedgerEntry, *, now: dt.datetime) -> None:
    """Mark an order done and put its lines on the bill of the month."""
    order.status, order.paid_at, order.ledger_entry = "done", now, entry
    order.save(update_fields=["status", "paid_at", "ledger_entry"])
    BillLine.objects.bulk_create(
        BillLine(
            account_id=order.account_id,
            month=periods.month(now, settings.BILLING_TIME_ZONE),
            region=line.region,
            enterprise_project_id=line.enterprise_project_id or "0",
            product_id=line.product_id,
            mode="order",
            order_line=line,
            package_id=line.renews_id if order.kind == "unsubscribe" else None,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.amount,
            currency=order.currency,
            first_at=now,
            last_at=now,
        )
        for line in order.lines.all()
    )


def _known(account_id: str, key: str) -> Order | None:
    return Order.objects.filter(account_id=account_id, idempotency_key=key).first()


def start_of(starts_on: dt.date | None, *, now: dt.datetime) -> dt.datetime | None:
    """Return the start of a day of the billing zone, None for at payment.

    Raises CBC.0100 unless it is from today to a year ahead.
    """
    today = periods.day(now, settings.BILLING_TIME_ZONE)
    if starts_on is None or starts_on == today:
        return None
    if not today < starts_on <= today + dt.timedelta(days=MAX_DAYS_AHEAD):
        raise ApiError(errors.INVALID, reason="the start date must be within a year from today")
    return periods.day_start(starts_on, settings.BILLING_TIME_ZONE)


def _require_funds(account: BillingAccount, amount: Decimal) -> None:
    if not account.unlimited and account.balance < amount:
        raise ApiError(
            errors.BALANCE_TOO_LOW,
            amount=amount,
            balance=account.balance,
            currency=account.currency,
        )


def _trace(principal: Principal, name: str, order: Order) -> None:
    traces.record(
        principal,
        name,
        resource_type="order",
        resource_id=order.number,
        amount=str(order.amount),
        currency=order.currency,
    )
