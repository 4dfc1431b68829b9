"""Digits of other scripts, as documents print them."""

from __future__ import annotations

_BURMESE = str.maketrans("0123456789", "၀၁၂၃၄၅၆၇၈၉")
_KHMER = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")


def burmese_digits(text: str) -> str:
    """Return the text with its digits in Burmese."""
    return text.translate(_BURMESE)


def khmer_digits(text: str) -> str:
    """Return the text with its digits in Khmer."""
    return text.translate(_KHMER)
