"""Fields that a card prints in Burmese and in Latin letters, corrected by each other. Pure.

Both scripts say the same, and the Latin recogniser is better at digits. Each function corrects the
Burmese text by the Latin one where the two nearly agree, and leaves it where they do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product

from ocr.page import Char
from ocr.scripts.burmese import text as burmese
from ocr.scripts.burmese import transliteration
from ocr.scripts.burmese.text import burmese_digits, latin_digits
from ocr.scripts.burmese.transliteration import TOWNSHIP
from ocr.scripts.edit_distance import distance

_LATIN = re.compile(r"(\d{1,2})/([A-Z]+)\(([A-Z])\)(\d{6})")
_OWN = re.compile(r"(.+)/(.+)\((.+)\)(.+)")
NEAR = 3  # digits by which two dates may differ


def date(own: str, latin: str) -> str:
    """Return a Burmese date, with the Latin one's digits if it is the same day misrecognised."""
    if not latin:
        return own
    if own and distance(_digits(own), _digits(latin)) > NEAR:
        return own
    if burmese.date_text(own) and _digits(own) == _digits(latin):
        return own
    return burmese_digits(latin) if own else ""


# Signs that recognisers lose, and letters that they confuse, in names.
_LOST = ("\u103e", "\u102f", "\u1030", "\u1037", "\u1038")
_LOOK_ALIKES = tuple(
    tuple(p) for p in ("ခန", "ပဗ", "ပဖ", "ဓခ", "ဝဂ", "ဒဇ", "စဓ", "တထ", "သဘ", "\u102f\u103e")
)


def name(own: str, latin: str) -> str:
    """Return a name in Burmese with one sign changed if only that makes its transliteration `latin`.

    The change must be a known confusion, and exactly one change may give the Latin name.
    """
    if not own or not latin or transliteration.name(own) == latin:
        return own
    changed = {other for other in _one_off(own) if transliteration.name(other) == latin}
    return changed.pop() if len(changed) == 1 else own


def _one_off(own: str) -> Iterator[str]:
    for index in range(1, len(own) + 1):
        yield from (own[:index] + sign + own[index:] for sign in _LOST)
    for pair in _LOOK_ALIKES:
        for old, new in (pair, pair[::-1]):
            yield from (
                own[:index] + new + own[index + 1 :]
                for index, char in enumerate(own)
                if char == old
            )


def card_number(own: str, latin: str) -> str:
    """Return the number that a licence prints twice if `own` is it with slashes recognised as digits.

    `own` is the Burmese row as the Latin recogniser returns it; empty if it is another number.
    """
    strokes = re.escape(latin).replace("/", "[/1Il|]?")
    return latin if latin and re.search(rf"(?<!\w){strokes}$", own.strip()) else ""


def _digits(text: str) -> str:
    return re.sub(r"\D", "", latin_digits(text))


def registration(own: str, latin: str, chars: Sequence[Char] = ()) -> str:
    """Return a registration number in Burmese, its digits and one letter corrected by the Latin one.

    `chars` are the characters of the row: among letters with the same Latin spelling, the recogniser's
    most probable one is taken.
    """
    printed, read = _LATIN.fullmatch(latin), _OWN.fullmatch(own)
    if printed is None or read is None:
        return own
    state, number = latin_digits(read[1]), latin_digits(read[4])
    if distance(state, printed[1]) > 1 or distance(number, printed[4]) > 2:
        return own
    lost = _with_lost_letter(read[2], printed[2])
    town = lost or _town(read[2], printed[2], _alternatives(own, read[2], chars))
    return f"{burmese_digits(printed[1])}/{town}({read[3]}){burmese_digits(printed[4])}"


def _with_lost_letter(own: str, latin: str) -> str:
    """Return three township letters for two, if exactly one added letter gives the Latin spelling."""
    if len(own) != 2:
        return ""
    longer = {own[:index] + letter + own[index:] for index in range(3) for letter in TOWNSHIP}
    fits = {
        town for town in longer if "".join(TOWNSHIP.get(letter, "?") for letter in town) == latin
    }
    return fits.pop() if len(fits) == 1 else ""


def _town(own: str, latin: str, alternatives: Sequence[Sequence[str]]) -> str:
    """Return three township letters spelled `latin`, at most one of them not as recognised."""
    if len(own) != 3 or "".join(TOWNSHIP.get(letter, "?") for letter in own) == latin:
        return own
    fits: list[tuple[str, ...]] = [
        letters
        for letters in product(TOWNSHIP, repeat=3)
        if sum(letter == seen for letter, seen in zip(letters, own, strict=True)) == 2
        and "".join(TOWNSHIP[letter] for letter in letters) == latin
    ]
    if not fits:
        return own

    def rank(letters: tuple[str, ...]) -> int:
        index = next(i for i, letter in enumerate(letters) if letter != own[i])
        seen = list(alternatives[index]) if alternatives else []
        return seen.index(letters[index]) if letters[index] in seen else len(seen) + 1

    nearest: tuple[str, ...] = min(fits, key=rank)
    return "".join(nearest)


def _alternatives(own: str, town: str, chars: Sequence[Char]) -> list[list[str]]:
    """Return the recogniser's alternatives for each letter of the township, most probable first."""
    printed = [char for char in chars if char.text.strip()]
    text = "".join(char.text for char in printed)
    start = text.find(town)
    if start < 0 or len(text) != len(printed):
        return []
    return [[text for text, _ in char.alternatives] for char in printed[start : start + len(town)]]
