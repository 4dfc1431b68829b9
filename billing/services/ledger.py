"""The only code that writes the ledger: entry and balance change together, under the account's lock."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction

from billing.models import BillingAccount, LedgerEntry
from billing.services import arrears


def post(
    account: BillingAccount,
    *,
    kind: str,
    amount: Decimal,
    reference: str,
    now: dt.datetime,
    made_by: str = "",
) -> LedgerEntry:
    """Append one entry to the ledger of a locked account and add it to the balance.

    `amount` is signed and already rounded; `reference` is unique per kind, so that a repeated
    step raises IntegrityError instead of moving money twice. Call `settle_state` once afterwards.
    """
    return post_many(account, [(kind, amount, reference)], now=now, made_by=made_by)[0]


def post_many(
    account: BillingAccount,
    moves: list[tuple[str, Decimal, str]],
    *,
    now: dt.datetime,
    made_by: str = "",
) -> list[LedgerEntry]:
    """Append several (kind, amount, reference) entries; see `post`."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("the ledger is written inside the transaction that holds the account")
    entries = []
    for kind, amount, reference in moves:
        account.balance += amount
        account.ledger_entries += 1
        entries.append(
            LedgerEntry(
                account_id=account.account_id,
                number=account.ledger_entries,
                kind=kind,
                amount=amount,
                balance_after=account.balance,
                currency=account.currency,
                reference=reference,
                made_by=made_by,
                created_at=now,
            )
        )
    LedgerEntry.objects.bulk_create(entries, batch_size=500)
    account.save(update_fields=["balance", "ledger_entries"])
    return entries


def settle_state(account: BillingAccount, *, now: dt.datetime) -> None:
    """Bring arrears and the balance alert in line with the balance of a locked account."""
    arrears.refresh(account, now=now)
