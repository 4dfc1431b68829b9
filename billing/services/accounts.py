"""The billing account: created on first use, row-locked by each writer."""

from __future__ import annotations

from django.conf import settings

from billing.models import BillingAccount


def ensure(account_id: str) -> None:
    """Create the billing account of `account_id` unless it exists."""
    BillingAccount.objects.get_or_create(
        account_id=account_id, defaults={"currency": settings.CURRENCY}
    )


def lock(account_id: str) -> BillingAccount:
    """Return the billing account, locked until the transaction ends: one writer per account.

    SQLite starts every transaction as a writer, so the lock is the whole database there.
    """
    account = BillingAccount.objects.select_for_update().filter(account_id=account_id).first()
    if account is None:
        ensure(account_id)
        account = BillingAccount.objects.select_for_update().get(account_id=account_id)
    return account


def try_lock(account_id: str) -> BillingAccount | None:
    """Return the locked billing account, or None while another writer holds it."""
    ensure(account_id)
    return (
        BillingAccount.objects.select_for_update(skip_locked=True)
        .filter(account_id=account_id)
        .first()
    )
