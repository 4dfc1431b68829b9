"""Check digits of identity documents and cards. Pure functions over strings."""

from __future__ import annotations

_MRZ_VALUES = {char: value for value, char in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_MRZ_VALUES["<"] = 0
_MOD11_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_MOD11_DIGITS = "10X98765432"


def mrz_value(char: str) -> int:
    """Return the value of one MRZ character: digits as they are, A=10 … Z=35, filler 0.

    Raises ValueError for any other character (ICAO 9303-3, 4.9).
    """
    try:
        return _MRZ_VALUES[char]
    except KeyError:
        raise ValueError(f"not an MRZ character: {char!r}") from None


def mrz_digit(text: str) -> int:
    """Return the ICAO 9303 check digit (weights 7 3 1, sum modulo 10)."""
    values = [mrz_value(char) for char in text]
    return (7 * sum(values[::3]) + 3 * sum(values[1::3]) + sum(values[2::3])) % 10


def luhn_digit(digits: str) -> int:
    """Return the Luhn digit that completes `digits` (ISO/IEC 7812-1, annex B)."""
    total = 0
    for i, char in enumerate(reversed(digits)):
        value = int(char) * (2 if i % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def is_luhn(digits: str) -> bool:
    """Tell whether a number ends in its Luhn digit."""
    return len(digits) > 1 and digits.isdigit() and luhn_digit(digits[:-1]) == int(digits[-1])


def mainland_id_digit(first17: str) -> str:
    """Return the last character of a mainland resident number (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(int(c) * w for c, w in zip(first17, _MOD11_WEIGHTS, strict=True))
    return _MOD11_DIGITS[total % 11]


def is_mainland_id(number: str) -> bool:
    """Tell whether 18 characters are a mainland resident number with a right last character."""
    if len(number) != 18 or not number[:17].isdigit():
        return False
    return mainland_id_digit(number[:17]) == number[17].upper()


def hkid_digit(body: str) -> str:
    """Return the bracketed character of a Hong Kong identity number (`A123456`, `AB987654`)."""
    padded = body.rjust(8)
    values = [36 if c == " " else mrz_value(c) for c in padded]
    rest = 11 - sum(v * w for v, w in zip(values, range(9, 1, -1), strict=True)) % 11
    return {10: "A", 11: "0"}.get(rest, str(rest))


def is_hkid(number: str) -> bool:
    """Tell whether `A123456(3)` carries its right bracketed character."""
    text = number.replace("(", "").replace(")", "")
    body, digit = text[:-1], text[-1:]
    letters = body[: len(body) - 6]
    if not (1 <= len(letters) <= 2 and letters.isalpha() and body[-6:].isdigit()):
        return False
    return hkid_digit(body) == digit


def thai_id_digit(first12: str) -> int:
    """Return the last digit of a Thai citizen number (weights 13 … 2, modulo 11)."""
    total = sum(int(c) * (13 - i) for i, c in enumerate(first12))
    return (11 - total % 11) % 10


def is_thai_id(number: str) -> bool:
    """Tell whether 13 digits are the number of a Thai citizen or foreigner with a right last digit."""
    if len(number) != 13 or not number.isdigit():
        return False
    return thai_id_digit(number[:12]) == int(number[12])


def is_emirates_id(number: str) -> bool:
    """Tell whether `784-YYYY-NNNNNNN-C` (dashes optional) ends in its Luhn digit."""
    digits = number.replace("-", "")
    return len(digits) == 15 and digits.startswith("784") and is_luhn(digits)
