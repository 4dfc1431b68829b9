"""Khmer text: digits, dates, provinces' words left as printed. Pure."""

from __future__ import annotations

import re

DIGITS = "០១២៣៤៥៦៧៨៩"
_TO_LATIN = str.maketrans(DIGITS, "0123456789")
_TO_KHMER = str.maketrans("0123456789", DIGITS)
_DATE = re.compile(r"(?<!\d)(\d{1,2})\s*[.,\-/៖:]\s*(\d{1,2})\s*[.,\-/៖:]\s*((?:19|20)\d\d)(?!\d)")


def latin_digits(text: str) -> str:
    """Return the text with Khmer digits as 0-9."""
    return text.translate(_TO_LATIN)


def khmer_digits(text: str) -> str:
    """Return the text with 0-9 as Khmer digits."""
    return text.translate(_TO_KHMER)


def dates(text: str) -> list[str]:
    """Return the dates a text shows as `DD.MM.YYYY` in Latin digits, impossible days left out."""
    found = []
    for match in _DATE.finditer(latin_digits(text)):
        day, month, year = (int(part) for part in match.groups())
        if 1 <= day <= 31 and 1 <= month <= 12:
            found.append(f"{day:02d}.{month:02d}.{year}")
    return found


# Words that stand on every card, as the reader loses their vowel sign.
_REPAIRS = (("ស្រក", "ស្រុក"), ("ក្រង", "ក្រុង"), ("ប្រជ្រយ", "ប្រជ្រុយ"))


def mended(text: str) -> str:
    """Return Khmer text with its figures in Khmer and the fixed words of a card spelled out."""
    for wrong, right in _REPAIRS:
        text = re.sub(rf"(?<!\S){wrong}", right, text)
    return khmer_digits(text)
