"""Burmese text: digits, numbers of the national registration card (NRC), dates. Pure."""

from __future__ import annotations

import re

from ocr.scripts.edit_distance import distance

DIGITS = "၀၁၂၃၄၅၆၇၈၉"
CONSONANTS = "ကခဂဃငစဆဇဈညတထဒဓနပဖဗဘမယရလဝသဟဠအဥဧဩ"
_TO_LATIN = str.maketrans(DIGITS, "0123456789")
_TO_BURMESE = str.maketrans("0123456789", DIGITS)

# Kinds of citizenship in the brackets of a number -> their letters in Latin script.
KINDS = {
    "နိုင်": "N",
    "ဧည့်": "E",
    "ပြု": "P",
    "သာသနာ": "T",
    "ယာယီ": "Y",
    "စ": "S",
}
NRC = re.compile(
    r"(?P<state>[၀-၉]{1,2})\s*[/၊|]?\s*"
    r"(?P<township>(?:[က-အဥဧဩ][ြျွှ]?){3})\s*\(?\s*"
    r"(?P<kind>" + "|".join(KINDS) + r")\s*\)?\s*(?P<number>[၀-၉]{6})(?![၀-၉])"
)
# Zero and seven look like the letters wa and ra: the position in the number decides.
_DIGIT, _LETTER = "[၀-၉ဝရ]", "[က-အဥဧဩ၀၇]"
_LOOSE = re.compile(
    rf"(?P<state>{_DIGIT}{{1,2}})[/၊|](?P<township>(?:{_LETTER}[ြျွှ]?){{3}})"
    rf"\(?(?P<kind>[^()၀-၉]{{1,9}})\)?(?P<number>{_DIGIT}{{6}})(?!{_DIGIT})"
)
_TO_DIGITS = str.maketrans("ဝရ", "၀၇")
_TO_LETTERS = str.maketrans("၀၇", "ဝရ")
_DATE = re.compile(r"([၀-၉]{1,2})\s*[-./၊]\s*([၀-၉]{1,2})\s*[-./၊]\s*([၀-၉]{4})")


def latin_digits(text: str) -> str:
    """Return the text with Burmese digits as 0-9."""
    return text.translate(_TO_LATIN)


def burmese_digits(text: str) -> str:
    """Return the text with 0-9 as Burmese digits."""
    return text.translate(_TO_BURMESE)


def registration_number(text: str) -> str:
    """Return the card number of a text as `၁၂/ဥကမ(နိုင်)၁၂၃၄၅၆`, empty if it has none.

    State 1..14, a township of three letters, the kind of citizenship in brackets, six digits
    (Burma Citizenship Law procedures, 1983). There is no check digit.
    """
    flat = text.replace(" ", "")
    match = NRC.search(flat) or _LOOSE.search(flat)
    kind = _kind(match["kind"]) if match else ""
    if match is None or not kind:
        return ""
    state, number = (match[part].translate(_TO_DIGITS) for part in ("state", "number"))
    if not 1 <= int(latin_digits(state)) <= 14:
        return ""
    return f"{state}/{match['township'].translate(_TO_LETTERS)}({kind}){number}"


def _kind(text: str) -> str:
    """Return the kind of citizenship that a text equals or resembles; empty for another text."""
    if text in KINDS:
        return text
    near = min(KINDS, key=lambda kind: distance(text, kind))
    return near if len(near) > 3 and distance(text, near) <= len(near) // 2 else ""


def date_text(text: str) -> str:
    """Return the first date of a text with its printed separators, empty if it has none."""
    match = _DATE.search(text)
    if match is None:
        return ""
    day, month, year = (int(latin_digits(part)) for part in match.groups())
    return match.group(0).replace(" ", "") if 1 <= day <= 31 and 1 <= month <= 12 and year else ""


def loose_date(text: str) -> str:
    """Return the date of a text with misrecognised separators, separated by `-`; empty if none.

    Two digits, two digits and four digits: what is between them may be any character or lost.
    """
    flat = latin_digits(text.replace(" ", ""))
    for pattern in (
        r"(\d\d)\D(\d\d)\D(\d{4})",
        r"(\d\d).(\d\d).((?:19|20)\d\d)",
        r"(\d\d).?(\d\d).?((?:19|20)\d\d)",
    ):
        match = re.search(pattern, flat)
        if match and 1 <= int(match[1]) <= 31 and 1 <= int(match[2]) <= 12:
            return burmese_digits("-".join(match.groups()))
    return ""
