"""Base direction of a text: left to right or right to left (Unicode UAX #9). Pure."""

from __future__ import annotations

import unicodedata


def is_rtl(text: str) -> bool:
    """Return whether the first strong character of `text` runs right to left (UAX #9, rule P2)."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False
