"""Credit an account: top-ups and corrections by an operator, vouchers by their codes."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from billing import errors
from billing.models import LedgerEntry, Voucher
from billing.services import accounts, arrears, ledger, traces
from core import clock
from core.errors import ApiError
from core.money import round_amount
from iam.principal import Principal

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MAX_AMOUNT = Decimal("1000000000")


def top_up(
    *,
    principal: Principal,
    account_id: str,
    amount: Decimal,
    reference: str,
    now: dt.datetime | None = None,
) -> LedgerEntry:
    """Add money to an account; the same `reference` again returns the first entry.

    `principal` is an operator, checked at the edge. Ends arrears that the new balance covers.
    Raises CBC.0100 for an amount that is not positive or finer than the currency's smallest unit.
    """
    _check_amount(amount)
    if not reference:
        raise ApiError(errors.INVALID, reason="reference")
    with transaction.atomic():
        known = _known(account_id, "top_up", reference)
        if known is not None:
            return known
        entry = _post(account_id, "top_up", amount, reference, principal, now or clock.now())
        if entry.made_by == principal.user_name:
            traces.record(
                principal,
                "topUp",
                resource_type="balance",
                resource_id=account_id,
                amount=str(amount),
                reference=reference,
            )
    return entry


def adjust(
    *,
    principal: Principal,
    account_id: str,
    amount: Decimal,
    reference: str,
    now: dt.datetime | None = None,
) -> LedgerEntry:
    """Correct a balance by a signed entry (operators): the ledger itself is never changed."""
    if amount == 0 or amount != round_amount(amount, settings.CURRENCY) or not reference:
        raise ApiError(errors.INVALID, reason="amount or reference")
    with transaction.atomic():
        known = _known(account_id, "adjustment", reference)
        if known is not None:
            return known
        entry = _post(account_id, "adjustment", amount, reference, principal, now or clock.now())
        traces.record(
            principal,
            "adjustBalance",
            resource_type="balance",
            resource_id=account_id,
            amount=str(amount),
            reference=reference,
        )
    return entry


def voucher_create(
    *, principal: Principal, amount: Decimal, expires_at: dt.datetime
) -> tuple[Voucher, str]:
    """Make a voucher; returns it with its code, which is shown once and kept only as a digest."""
    _check_amount(amount)
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    with transaction.atomic():
        voucher = Voucher.objects.create(
            digest=_digest(code),
            hint=code[-4:],
            amount=amount,
            currency=settings.CURRENCY,
            expires_at=expires_at,
        )
        traces.record(
            principal,
            "createVoucher",
            resource_type="voucher",
            resource_id=voucher.pk,
            amount=str(amount),
        )
    return voucher, code


def voucher_redeem(
    *, principal: Principal, code: str, now: dt.datetime | None = None
) -> LedgerEntry:
    """Redeem a voucher code for the caller's account, once.

    Raises CBC.30000060 for an unknown, used or expired code, without distinguishing them, so that codes cannot be probed.
    """
    now = now or clock.now()
    with transaction.atomic():
        voucher = Voucher.objects.select_for_update().filter(digest=_digest(code)).first()
        if voucher is None or voucher.redeemed_at is not None or voucher.expires_at < now:
            raise ApiError(errors.VOUCHER_INVALID)
        voucher.redeemed_at = now
        voucher.redeemed_by_id = principal.account_id
        voucher.save(update_fields=["redeemed_at", "redeemed_by"])
        entry = _post(
            principal.account_id, "voucher", voucher.amount, str(voucher.pk), principal, now
        )
        traces.record(
            principal,
            "redeemVoucher",
            resource_type="voucher",
            resource_id=voucher.pk,
            amount=str(voucher.amount),
        )
    return entry


def _post(
    account_id: str,
    kind: str,
    amount: Decimal,
    reference: str,
    principal: Principal,
    now: dt.datetime,
) -> LedgerEntry:
    account = accounts.lock(account_id)
    known = _known(account_id, kind, reference)
    if known is not None:
        return known
    entry = ledger.post(
        account,
        kind=kind,
        amount=amount,
        reference=reference,
        now=now,
        made_by=principal.user_name,
    )
    arrears.refresh(account, now=now)
    return entry


def _known(account_id: str, kind: str, reference: str) -> LedgerEntry | None:
    return LedgerEntry.objects.filter(account_id=account_id, kind=kind, reference=reference).first()


def _check_amount(amount: Decimal) -> None:
    if not 0 < amount <= MAX_AMOUNT or amount != round_amount(amount, settings.CURRENCY):
        raise ApiError(errors.INVALID, reason="amount")


def _digest(code: str) -> str:
    return hashlib.sha256(code.strip().upper().replace("-", "").encode()).hexdigest()
