"""Arrears states (ok, grace, frozen) that follow from the balance, and the balance alert."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from billing.models import BillingAccount
from billing.services import accounts, events
from core import clock
from iam.services import accounts as iam_accounts


def state_at(
    *, in_arrears: bool, since: dt.datetime | None, now: dt.datetime, grace_days: int
) -> str:
    """Return "ok", "grace" or "frozen" of an account whose balance went below zero at `since`."""
    if not in_arrears or since is None:
        return "ok"
    return "grace" if now < since + dt.timedelta(days=grace_days) else "frozen"


def refresh(account: BillingAccount, *, now: dt.datetime) -> str:
    """Store the arrears state of a locked account; emits an event on each change."""
    in_arrears = account.balance < 0 and not account.unlimited
    since = (account.arrears_since or now) if in_arrears else None
    state = state_at(
        in_arrears=in_arrears, since=since, now=now, grace_days=settings.ARREARS_GRACE_DAYS
    )
    changed = state != account.arrears
    account.arrears, account.arrears_since = state, since
    low = (
        not account.unlimited
        and account.balance_alert is not None
        and account.balance < account.balance_alert
    )
    crossed = low != account.balance_alerted
    account.balance_alerted = low
    if changed or crossed:
        account.save(update_fields=["unlimited", "arrears", "arrears_since", "balance_alerted"])
    if changed:
        # iam refuses the tokens of a frozen account; it must not depend on billing, hence the copied flag.
        iam_accounts.account_freeze(account_id=account.account_id, frozen=state == "frozen")
    payload = {"balance": str(account.balance), "currency": account.currency}
    if changed:
        kind = {"ok": "arrears.ended", "grace": "arrears.grace", "frozen": "arrears.frozen"}[state]
        events.emit(account_id=account.account_id, kind=kind, **payload)
    if crossed:
        kind = "balance.low" if low else "balance.restored"
        events.emit(
            account_id=account.account_id,
            kind=kind,
            threshold=str(account.balance_alert),
            **payload,
        )
    return state


def refresh_due(*, now: dt.datetime | None = None) -> int:
    """Freeze the accounts whose grace period ended; returns how many."""
    now = now or clock.now()
    deadline = now - dt.timedelta(days=settings.ARREARS_GRACE_DAYS)
    due = BillingAccount.objects.filter(arrears="grace", arrears_since__lte=deadline)
    count = 0
    for account_id in list(due.values_list("account_id", flat=True)):
        with transaction.atomic():
            count += refresh(accounts.lock(account_id), now=now) == "frozen"
    return count


def unlimited_set(
    *, account_id: str, unlimited: bool, now: dt.datetime | None = None
) -> BillingAccount:
    """Grant or withdraw an unlimited balance (operators)."""
    with transaction.atomic():
        account = accounts.lock(account_id)
        account.unlimited = unlimited
        refresh(account, now=now or clock.now())
        account.save(update_fields=["unlimited"])
    return account


def balance_alert_set(
    *, account_id: str, threshold: Decimal | None, now: dt.datetime | None = None
) -> BillingAccount:
    """Set (or with None remove) the balance below which one alert is sent per crossing."""
    with transaction.atomic():
        account = accounts.lock(account_id)
        account.balance_alert = threshold
        account.save(update_fields=["balance_alert"])
        refresh(account, now=now or clock.now())
    return account
