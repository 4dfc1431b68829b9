"""Rounding of prices and amounts. Pure.

Unit prices keep six places; an amount on a bill line is rounded half up to the smallest unit
of its currency (ISO 4217 minor units).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

UNIT_PRICE_PLACES = Decimal("0.000001")
_MINOR_UNITS = {"JPY": 0, "KRW": 0, "VND": 0, "BHD": 3, "KWD": 3, "OMR": 3}


def quantum(currency: str) -> Decimal:
    """Return the smallest unit of `currency`, such as Decimal('0.01')."""
    return Decimal(1).scaleb(-_MINOR_UNITS.get(currency, 2))


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """Round `amount` half up to the smallest unit of `currency`."""
    return amount.quantize(quantum(currency), rounding=ROUND_HALF_UP)


def unit_price(price: Decimal) -> Decimal:
    """Round a unit price half up to six places."""
    return price.quantize(UNIT_PRICE_PLACES, rounding=ROUND_HALF_UP)
