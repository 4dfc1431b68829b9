"""Strict parsing of form fields: number, amount, date; None for anything else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation

LONGEST = 18  # digits; more than any amount or count that the tables hold


def whole(text: str | None) -> int | None:
    """Return a whole number of zero or more."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST else None


def amount(text: str | None) -> Decimal | None:
    """Return a decimal number, signed or not."""
    text = (text or "").strip()
    try:
        value = Decimal(text) if len(text) <= LONGEST else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None


def day(text: str | None) -> dt.date | None:
    """Return a calendar day written YYYY-MM-DD."""
    try:
        return dt.date.fromisoformat((text or "").strip())
    except ValueError:
        return None
