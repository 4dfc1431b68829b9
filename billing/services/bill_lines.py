"""Monthly bill lines: found or created under the account's lock, and the only code that rounds amounts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from billing.models import BillLine
from core.money import round_amount


class LineBook:
    """The bill lines that one transaction changes: read once per month, written once by `save`.

    Valid only while the account is locked, so that no other writer adds the same line.
    """

    def __init__(self, account_id: str, currency: str) -> None:
        self._account_id = account_id
        self._currency = currency
        self._lines: dict[tuple[Any, ...], BillLine] = {}
        self._months: set[str] = set()
        self._touched: dict[int, BillLine] = {}

    def pay_per_use(
        self,
        *,
        month: str,
        region: str,
        project: str,
        product: str,
        version_id: int,
        tier: int,
        unit_price: Decimal,
        at: dt.datetime,
    ) -> BillLine:
        """Return the line of one price version and tier."""
        key = (month, region, project, product, version_id, tier)
        return self._get(
            key,
            at,
            mode="pay_per_use",
            region=region,
            enterprise_project_id=project,
            product_id=product,
            price_version_id=version_id,
            tier=tier,
            unit_price=unit_price,
        )

    def package(
        self,
        *,
        month: str,
        region: str,
        project: str,
        product: str,
        package_id: int,
        at: dt.datetime,
    ) -> BillLine:
        """Return the line of the calls that one package paid."""
        key = (month, project, package_id)
        return self._get(
            key,
            at,
            mode="package",
            region=region,
            enterprise_project_id=project,
            product_id=product,
            package_id=package_id,
            unit_price=Decimal(0),
        )

    def add(self, line: BillLine, *, quantity: int, at: dt.datetime) -> Decimal:
        """Add calls to a line; returns the increase of its rounded amount.

        The amount of a line is always quantity × unit price rounded once, so summing what this
        returns gives the line's amount, however many charges it was added in. Rounding each hour instead
        would bill nothing, or too much, for one call an hour; an unrounded ledger with a correction at
        the end of the month would let the balance differ from what the account can pay.
        """
        line.quantity += quantity
        line.first_at = min(line.first_at, at)
        line.last_at = max(line.last_at, at)
        before = line.amount
        line.amount = round_amount(line.quantity * line.unit_price, line.currency)
        self._touched[line.pk] = line
        return Decimal(line.amount - before)

    def save(self) -> None:
        """Write every touched line."""
        BillLine.objects.bulk_update(
            self._touched.values(), ["quantity", "amount", "first_at", "last_at"], batch_size=200
        )
        self._touched.clear()

    def _get(self, key: tuple[Any, ...], at: dt.datetime, **values: Any) -> BillLine:
        month = key[0]
        if month not in self._months:
            self._load(month)
        line = self._lines.get(key)
        if line is None:
            line = BillLine.objects.create(
                account_id=self._account_id,
                month=month,
                currency=self._currency,
                first_at=at,
                last_at=at,
                amount=Decimal(0),
                **values,
            )
            self._lines[key] = line
        return line

    def _load(self, month: str) -> None:
        self._months.add(month)
        rows = BillLine.objects.filter(account_id=self._account_id, month=month).exclude(
            mode="order"
        )
        for line in rows:
            project = line.enterprise_project_id
            if line.mode == "package":
                self._lines[month, project, line.package_id] = line
            else:
                self._lines[
                    month, line.region, project, line.product_id, line.price_version_id, line.tier
                ] = line

    def month_offset(self, *, month: str, region: str, product: str) -> int:
        """Return how many pay-per-use calls of the month are billed already."""
        if month not in self._months:
            self._load(month)
        return sum(
            line.quantity
            for line in self._lines.values()
            if line.mode == "pay_per_use"
            and (line.month, line.region, line.product_id) == (month, region, product)
        )
