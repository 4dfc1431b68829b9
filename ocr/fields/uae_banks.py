"""Banks of the United Arab Emirates by the names on their cards. Pure."""

from __future__ import annotations

import re

# Register of licensed banks, Central Bank of the UAE; then short names as printed on cards.
BANKS = (
    "Abu Dhabi Commercial Bank", "Abu Dhabi Islamic Bank", "Ajman Bank", "Al Hilal Bank", "Al Maryah Community Bank",
    "Al Masraf", "Arab Bank", "Bank of Baroda", "Bank of Sharjah", "Citibank", "Commercial Bank International",
    "Commercial Bank of Dubai", "Dubai Islamic Bank", "Emirates Investment Bank", "Emirates Islamic", "Emirates NBD",
    "First Abu Dhabi Bank", "Habib Bank", "HSBC", "Invest Bank", "Mashreq", "Mashreq Bank", "National Bank of Fujairah",
    "National Bank of Umm Al Qaiwain", "RAKBANK", "Sharjah Islamic Bank", "Standard Chartered", "United Arab Bank",
    "Wio Bank", "ADCB", "ADIB", "FAB", "NBD", "CBD", "ENBD", "Liv",
)  # fmt: skip


def _key(text: str) -> str:
    return re.sub(r"[^A-Z]", "", text.upper())


_KEYS = {_key(name): name for name in BANKS}


def bank_of(text: str) -> str:
    """Return the bank that a line names, empty if none; names of 6 letters may be part of it."""
    key = _key(text)
    if key in _KEYS:
        return _KEYS[key]
    long = [k for k in _KEYS if len(k) >= 6 and k in key]
    return _KEYS[max(long, key=len)] if long else ""
