"""Khmer text: digits, dates, fixed words of identity cards, place names and names. Pure."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

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
    """Return the dates of a text as `DD.MM.YYYY` in Latin digits, without impossible days and months."""
    found = []
    for match in _DATE.finditer(latin_digits(text)):
        day, month, year = (int(part) for part in match.groups())
        if 1 <= day <= 31 and 1 <= month <= 12:
            found.append(f"{day:02d}.{month:02d}.{year}")
    return found


# Words that are on every card, as recognised without their vowel sign.
_FIXED_WORDS = (("ស្រក", "ស្រុក"), ("ក្រង", "ក្រុង"), ("ប្រជ្រយ", "ប្រជ្រុយ"))
# Recognition errors that are no words of Khmer: left, eye, and "port" and "lake" in place names.
_NON_WORDS = (("ធ្វេង", "ឆ្វេង"), ("ក្នែក", "ភ្នែក"), ("ក៏ពង់", "កំពង់"), ("ប៉័ងក", "បឹងក"))
# A mole or scar "of" a size: the word stands between the mark and its figure.
_OF_SIZE = re.compile("(ប្រជ្រុយ|ស្នាម)\\s?[ចប]{1,2}ំ?(?=\\s*[0-9០-៩])")


def corrected(text: str) -> str:
    """Return Khmer text with Khmer digits, and with a card's fixed words and place names corrected."""
    for wrong, right in _FIXED_WORDS:
        text = re.sub(rf"(?<!\S){wrong}", right, text)
    for wrong, right in _NON_WORDS:
        text = text.replace(wrong, right)
    text = _OF_SIZE.sub(r"\1ចំ", text)
    return khmer_digits(" ".join(_place_name(word) for word in text.split(" ")))


# Administrative units (village, commune, sangkat, district, khan, town, province, capital).
_UNITS = ("ភូមិ", "ឃុំ", "សង្កាត់", "ស្រុក", "ខណ្ឌ", "ក្រុង", "ខេត្ត", "រាជធានី")


def joined_units(text: str) -> str:
    """Return an address without spaces inside the names of its units.

    A card writes a unit and its name as one word; a word behind it without a unit or a digit is the
    rest of the name.
    """
    words: list[str] = []
    for word in text.split():
        before = next((unit for unit in _UNITS if words and words[-1].startswith(unit)), "")
        begins = word.startswith((*_UNITS, "ផ្លូវ", "ផ្ទះ", "ក្រុម", "ទី")) or not _LETTERS.fullmatch(
            word
        )
        if before and words[-1] != before and not begins:
            words[-1] += word
        else:
            words.append(word)
    return " ".join(words)


_LETTERS = re.compile("[\u1780-\u17d3]+")
_LOW_VOWEL = re.compile("(\u17d2[\u1780-\u17a2])[\u17bb\u17bc]")


@cache
def _places() -> dict[str, str]:
    """Return place names with a vowel sign under a subscript, by their spelling without the sign."""
    rows = (Path(__file__).parent / "places.txt").read_text(encoding="utf-8").splitlines()
    return {_LOW_VOWEL.sub(r"\1", name): name for name in rows if not name.startswith("#")}


def _place_name(word: str) -> str:
    """Return a unit of an address with the vowel sign that its name can only have lost.

    Recognisers lose the lowest signs of a stack. Only whole names behind their unit are corrected,
    and only if no place has the recognised name (`places.txt` leaves those out).
    """
    for unit in _UNITS:
        if word.startswith(unit):
            return unit + _places().get(word[len(unit) :], word[len(unit) :])
    return word


# First Latin letters of a name by its first Khmer consonant; a consonant without a row fits any.
_INITIALS = {
    "ក": "K G", "ខ": "K", "គ": "K G", "ឃ": "K", "ច": "C", "ឆ": "C", "ជ": "C J", "ឈ": "C", "ញ": "N Y", "ដ": "D",
    "ឋ": "T", "ឌ": "D", "ឍ": "T", "ណ": "N", "ត": "T D", "ថ": "T", "ទ": "T", "ធ": "T", "ន": "N", "ប": "B P",
    "ផ": "P", "ព": "P", "ភ": "P", "ម": "M", "យ": "Y", "រ": "R", "ល": "L", "វ": "V W", "ស": "S", "ហ": "H",
}  # fmt: skip
_LOOK_ALIKES = tuple(tuple(pair) for pair in ("ជដ", "ពត", "គត", "បច", "ឆធ", "កភ", "យឃ", "បផ", "ថច"))


def name_by_latin(text: str, latin: str) -> str:
    """Return a name in Khmer, the first letter of each word corrected by the Latin name.

    Nothing changes if the two agree, if no look-alike of the letter agrees, or if the names have
    different numbers of words.
    """
    words, spoken = text.split(), latin.split()
    if len(words) != len(spoken):
        return text
    return " ".join(_word_by_latin(word, said) for word, said in zip(words, spoken, strict=True))


def _word_by_latin(word: str, latin: str) -> str:
    if "ៃ" in word[:-1] and "E" in latin and not set(latin) & set("IY"):
        word = word.replace("ៃ", "ែ")  # ai, where the Latin name has e: the vowel sign ae
    if latin[:1] in _INITIALS.get(word[:1], latin[:1]).split():
        return word
    fits = [
        other
        for pair in _LOOK_ALIKES
        for own, other in (pair, pair[::-1])
        if own == word[:1] and latin[:1] in _INITIALS[other].split()
    ]
    return fits[0] + word[1:] if len(fits) == 1 else word
