"""Check digits of identity documents and payment cards, over ASCII digits and letters. Pure.

Luhn, ISO 7064 MOD 11-2 and the Thai digit are computed by python-stdnum (200,000 random numbers
agreed with the code it replaced). Its validators of whole numbers are not used: `stdnum.th.pin`
refuses numbers that begin with 0, which foreigners hold, and `stdnum.cn.ric` wants a known district.
It knows neither the MRZ's digit nor Hong Kong's; those are computed here.

No function raises for text that is no number: a recognition result may hold any character.
"""

from __future__ import annotations

from stdnum import luhn
from stdnum.iso7064 import mod_11_2
from stdnum.th import pin

_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MRZ_VALUES = {char: value for value, char in enumerate("0123456789" + _CAPITALS)} | {"<": 0}


def is_digits(text: str) -> bool:
    """Return whether `text` is one or more of the ASCII digits 0-9.

    `str.isdigit()` alone is true for `²`, `①` and the digits of other scripts too, which recognisers
    do answer and which `int()` or the arithmetic of a check digit refuses.
    """
    return text.isascii() and text.isdigit()


def mrz_value(char: str) -> int:
    """Return the value of one MRZ character: digits as they are, A=10 … Z=35, filler 0.

    Raises ValueError for any other character (ICAO 9303-3, 4.9).
    """
    try:
        return _MRZ_VALUES[char]
    except KeyError:
        raise ValueError(f"not an MRZ character: {char!r}") from None


def mrz_digit(text: str) -> int:
    """Return the check digit of MRZ characters: weights 7 3 1, sum modulo 10 (ICAO 9303-3, 4.9).

    Raises ValueError for other characters.
    """
    values = [mrz_value(char) for char in text]
    return (7 * sum(values[::3]) + 3 * sum(values[1::3]) + sum(values[2::3])) % 10


def luhn_digit(digits: str) -> int:
    """Return the Luhn digit that completes `digits` (ISO/IEC 7812-1, annex B)."""
    return int(luhn.calc_check_digit(digits))


def is_luhn(digits: str) -> bool:
    """Return whether a number of two digits or more ends in its Luhn digit."""
    return len(digits) > 1 and luhn.is_valid(digits)


def is_mainland_id(number: str) -> bool:
    """Return whether 18 characters are a mainland resident number (GB 11643) that ends correctly.

    The last character, 0-9 or X, is the ISO 7064 MOD 11-2 digit of the 17 digits before it.
    """
    if len(number) != 18 or not is_digits(number[:17]):
        return False
    return mod_11_2.calc_check_digit(number[:17]) == number[17].upper()


def hkid_digit(body: str) -> str:
    """Return the bracketed character of a Hong Kong identity number (`A123456`, `AB987654`).

    Weights 9 … 2 over letters A=10 … Z=35 and digits, a missing first letter counts 36, modulo 11;
    the rule is not published, the numbers in use follow it. Raises ValueError for other characters.
    """
    padded = body.rjust(8)
    values = [36 if c == " " else mrz_value(c) for c in padded]
    rest = 11 - sum(v * w for v, w in zip(values, range(9, 1, -1), strict=True)) % 11
    return {10: "A", 11: "0"}.get(rest, str(rest))


def is_hkid(number: str) -> bool:
    """Return whether `A123456(3)`, brackets optional, carries its right bracketed character."""
    text = number.replace("(", "").replace(")", "")
    body, digit = text[:-1], text[-1:]
    letters = body[: len(body) - 6]
    if not (1 <= len(letters) <= 2 and set(letters) <= set(_CAPITALS) and is_digits(body[-6:])):
        return False
    return hkid_digit(body) == digit


def thai_id_digit(first12: str) -> int:
    """Return the last digit of a Thai citizen number: weights 13 … 2, modulo 11."""
    return int(pin.calc_check_digit(first12))


def is_thai_id(number: str) -> bool:
    """Return whether 13 digits are a Thai citizen's or foreigner's number with a right last digit."""
    if len(number) != 13 or not is_digits(number):
        return False
    return thai_id_digit(number[:12]) == int(number[12])


def is_emirates_id(number: str) -> bool:
    """Return whether `784-YYYY-NNNNNNN-C` (dashes optional) ends in its Luhn digit.

    784 is the country's code in ISO 3166-1; that C is a Luhn digit is seen on cards, not published.
    """
    digits = number.replace("-", "")
    return len(digits) == 15 and digits.startswith("784") and is_luhn(digits)
