"""Charge the pay-per-use calls of past hours: price them by tier and post them to the ledger.

Calls of an account, region and product are numbered within their billing month. A charge takes the next
numbers of the month, prices them by tier and posts one ledger entry per hour, product and enterprise
project. The unique constraint `hour_charge_number_once` refuses a second charge for the same numbers.

An hour's amount is the amount by which the rounded monthly bill lines grew (`services.bill_lines`), never
a rounded hour: a customer with one call an hour would pay nothing, or too much.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from billing import periods, pricing
from billing.models import (
    Allocation,
    BillingAccount,
    HourCharge,
    LedgerEntry,
    PriceVersion,
    TierCharge,
)
from billing.services import accounts, budgets, ledger, products
from billing.services.bill_lines import LineBook


class _ChargeKey(NamedTuple):
    """What the calls of one charge have in common; sorts by time, so that call numbers rise with time."""

    hour: dt.datetime
    region: str
    product: str
    project: str


def accounts_due(*, now: dt.datetime) -> list[str]:
    """Return the accounts that have pay-per-use calls in a past hour."""
    return list(
        Allocation.objects.filter(package=None, hour_charge=None, hour__lt=_current_hour(now))
        .order_by()
        .values_list("account_id", flat=True)
        .distinct()
    )


def charge_hours(account_id: str, *, now: dt.datetime) -> int:
    """Charge the past hours of one account; returns how many charges were written.

    One transaction; 0 while another writer has the account locked. Safe to repeat.
    """
    with transaction.atomic():
        account = accounts.try_lock(account_id)
        if account is None:
            return 0
        due = list(
            Allocation.objects.filter(
                account_id=account_id, package=None, hour_charge=None, hour__lt=_current_hour(now)
            ).order_by("id")
        )
        return _charge_due(account, due, now) if due else 0


def _current_hour(now: dt.datetime) -> dt.datetime:
    return periods.hour_start(now, settings.BILLING_TIME_ZONE)


def _charge_due(account: BillingAccount, due: list[Allocation], now: dt.datetime) -> int:
    hours: dict[_ChargeKey, list[Allocation]] = defaultdict(list)
    for row in due:
        hours[_ChargeKey(row.hour, row.region, row.product_id, row.enterprise_project_id)].append(
            row
        )
    book = LineBook(account.account_id, account.currency)
    prices = _Prices()
    offsets: dict[tuple[str, str, str], int] = {}
    drafts: list[tuple[HourCharge, list[TierCharge], list[Allocation]]] = []
    for key, rows in sorted(hours.items()):
        month = periods.month(key.hour, settings.BILLING_TIME_ZONE)
        meter = (month, key.region, key.product)
        if meter not in offsets:
            offsets[meter] = book.month_offset(month=month, region=key.region, product=key.product)
        quantity = sum(row.quantity for row in rows)
        charge, tiers = _draft(account, key, month, offsets[meter], quantity, prices, book)
        offsets[meter] += quantity
        drafts.append((charge, tiers, rows))
    _write(account, drafts, now)
    book.save()
    budgets.count_amounts(
        account_id=account.account_id, charges=[(charge, rows) for charge, _, rows in drafts]
    )
    ledger.settle_state(account, now=now)
    return len(drafts)


def _draft(
    account: BillingAccount,
    key: _ChargeKey,
    month: str,
    offset: int,
    quantity: int,
    prices: _Prices,
    book: LineBook,
) -> tuple[HourCharge, list[TierCharge]]:
    """Price one hour's calls; adds them to their bill lines, which the caller saves."""
    version, table = prices.at(key.product, key.region, key.hour)
    tiers = []
    for part in pricing.lines(table, offset=offset, quantity=quantity):
        line = book.pay_per_use(
            month=month,
            region=key.region,
            project=key.project,
            product=key.product,
            version_id=version.pk,
            tier=part.tier,
            unit_price=part.unit_price,
            at=key.hour,
        )
        grown = book.add(line, quantity=part.quantity, at=key.hour)
        tiers.append(
            TierCharge(bill_line=line, first=part.first, quantity=part.quantity, amount=grown)
        )
    charge = HourCharge(
        account_id=account.account_id,
        region=key.region,
        product_id=key.product,
        enterprise_project_id=key.project,
        hour=key.hour,
        month=month,
        month_offset=offset,
        quantity=quantity,
        amount=sum((tier.amount for tier in tiers), Decimal(0)),
        price_version=version,
    )
    return charge, tiers


def _write(
    account: BillingAccount,
    drafts: list[tuple[HourCharge, list[TierCharge], list[Allocation]]],
    now: dt.datetime,
) -> None:
    entries: list[LedgerEntry] = ledger.post_many(
        account,
        [("charge", -charge.amount, _reference(charge)) for charge, _, _ in drafts],
        now=now,
    )
    for (charge, _, _), entry in zip(drafts, entries, strict=True):
        charge.ledger_entry = entry
        charge.created_at = now
    HourCharge.objects.bulk_create([charge for charge, _, _ in drafts], batch_size=500)
    tiers: list[TierCharge] = []
    for charge, parts, rows in drafts:
        for part in parts:
            part.hour_charge = charge
            tiers.append(part)
        for start in range(0, len(rows), 500):
            ids = [row.pk for row in rows[start : start + 500]]
            Allocation.objects.filter(id__in=ids, hour_charge=None).update(hour_charge=charge)
    TierCharge.objects.bulk_create(tiers, batch_size=500)


def _reference(charge: HourCharge) -> str:
    """Return the ledger reference: unique per account, so the same numbers cannot be posted twice."""
    return f"{charge.product_id}/{charge.region}/{charge.month}/{charge.month_offset}"


class _Prices:
    """The price versions of the products in one charge run, read once per product."""

    def __init__(self) -> None:
        self._versions: dict[str, list[tuple[PriceVersion, pricing.PriceTable]]] = {}

    def at(
        self, product: str, region: str, hour: dt.datetime
    ) -> tuple[PriceVersion, pricing.PriceTable]:
        """Return the version in force at the start of `hour`: the region's own before the general."""
        if product not in self._versions:
            rows = PriceVersion.objects.filter(product_id=product).order_by("-effective_from")
            self._versions[product] = [
                (row, products.table_of(row)) for row in rows.prefetch_related("tiers")
            ]
        for wanted in (region, ""):
            for version, table in self._versions[product]:
                if version.region == wanted and version.effective_from <= hour:
                    return version, table
        raise LookupError(f"{product} has no price in {region} at {hour:%Y-%m-%d %H:%M}")
