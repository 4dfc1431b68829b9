"""What a card prints in Burmese and in Latin letters, held against each other. Pure.

Both scripts say the same, and the Latin reader is the surer one with figures. Each function chooses a
Burmese reading by the Latin one where the two nearly agree, and leaves the Burmese one where they do not.
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
from ocr.scripts.thai.text import distance

_LATIN = re.compile(r"(\d{1,2})/([A-Z]+)\(([A-Z])\)(\d{6})")
_OWN = re.compile(r"(.+)/(.+)\((.+)\)(.+)")
NEAR = 3  # figures and signs that a date may be off


def date(own: str, latin: str) -> str:
    """Return a Burmese date, in the figures of the Latin one where it is the same day misread."""
    if not latin:
        return own
    if own and distance(_figures(own), _figures(latin)) > NEAR:
        return own
    if burmese.date_text(own) and _figures(own) == _figures(latin):
        return own
    return burmese_digits(latin) if own else ""


# Signs that readers lose, or take for one another, in names.
_LOST = ("\u103e", "\u102f", "\u1030", "\u1037", "\u1038")
_ALIKE = tuple(
    tuple(p) for p in ("ခန", "ပဗ", "ပဖ", "ဓခ", "ဝဂ", "ဒဇ", "စဓ", "တထ", "သဘ", "\u102f\u103e")
)


def name(own: str, latin: str) -> str:
    """Return a name in Burmese, one sign of it changed if only then it says what the Latin print does.

    The change must be one that readers make, and only one may give the Latin name.
    """
    if not own or not latin or transliteration.name(own) == latin:
        return own
    changed = {other for other in _one_off(own) if transliteration.name(other) == latin}
    return changed.pop() if len(changed) == 1 else own


def _one_off(own: str) -> Iterator[str]:
    for place in range(1, len(own) + 1):
        yield from (own[:place] + sign + own[place:] for sign in _LOST)
    for pair in _ALIKE:
        for old, new in (pair, pair[::-1]):
            yield from (
                own[:place] + new + own[place + 1 :]
                for place, sign in enumerate(own)
                if sign == old
            )


def card_number(own: str, latin: str) -> str:
    """Return the number that a licence prints twice where `own` is it, its strokes read as figures.

    `own` is what the Latin reader made of the Burmese row; nothing if that is another number.
    """
    strokes = re.escape(latin).replace("/", "[/1Il|]?")
    return latin if latin and re.search(rf"(?<!\w){strokes}$", own.strip()) else ""


def _figures(text: str) -> str:
    return re.sub(r"\D", "", latin_digits(text))


def registration(own: str, latin: str, chars: Sequence[Char] = ()) -> str:
    """Return a registration number in Burmese, its figures and one letter as the Latin print has them.

    `chars` are the characters of the row: of letters that Latin script writes alike, the one that the
    reader held likeliest is taken.
    """
    printed, read = _LATIN.fullmatch(latin), _OWN.fullmatch(own)
    if printed is None or read is None:
        return own
    state, number = latin_digits(read[1]), latin_digits(read[4])
    if distance(state, printed[1]) > 1 or distance(number, printed[4]) > 2:
        return own
    lost = _with_lost_letter(read[2], printed[2])
    town = lost or _town(read[2], printed[2], _also(own, read[2], chars))
    return f"{burmese_digits(printed[1])}/{town}({read[3]}){burmese_digits(printed[4])}"


def _with_lost_letter(own: str, latin: str) -> str:
    """Return three letters where only two were read, if one alone makes them what Latin script says."""
    if len(own) != 2:
        return ""
    longer = {own[:place] + sign + own[place:] for place in range(3) for sign in TOWNSHIP}
    fits = {town for town in longer if "".join(TOWNSHIP.get(sign, "?") for sign in town) == latin}
    return fits.pop() if len(fits) == 1 else ""


def _town(own: str, latin: str, also: Sequence[Sequence[str]]) -> str:
    """Return three letters that Latin script writes as `latin`, at most one of them not as read."""
    if len(own) != 3 or "".join(TOWNSHIP.get(sign, "?") for sign in own) == latin:
        return own
    fits: list[tuple[str, ...]] = [
        signs
        for signs in product(TOWNSHIP, repeat=3)
        if sum(sign == seen for sign, seen in zip(signs, own, strict=True)) == 2
        and "".join(TOWNSHIP[sign] for sign in signs) == latin
    ]
    if not fits:
        return own

    def rank(signs: tuple[str, ...]) -> int:
        place = next(i for i, sign in enumerate(signs) if sign != own[i])
        seen = list(also[place]) if also else []
        return seen.index(signs[place]) if signs[place] in seen else len(seen) + 1

    nearest: tuple[str, ...] = min(fits, key=rank)
    return "".join(nearest)


def _also(own: str, town: str, chars: Sequence[Char]) -> list[list[str]]:
    """Return, for each letter of the township, what else the reader saw there, likeliest first."""
    places = [index for index, char in enumerate(chars) if char.text.strip()]
    text = "".join(chars[index].text for index in places)
    start = text.find(town)
    if start < 0 or len(text) != len(places):
        return []
    return [[sign for sign, _ in chars[places[start + i]].alternatives] for i in range(len(town))]
