"""Corrections of recognised numbers: look-alike digits, and alternatives that a check agrees with. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from ocr.page import Char

# Letters and marks that recognisers return for digits; `?` for 7 and squares for 0 occur in print of
# identity cards.
_AS_DIGIT = {"O": "0", "Q": "0", "D": "0", "o": "0", "I": "1", "l": "1", "|": "1", "i": "1", "!": "1",
             "Z": "2", "z": "2", "S": "5", "s": "5", "B": "8", "G": "6", "b": "6", "q": "9", "g": "9",
             "A": "4", "T": "7", "?": "7", "〇": "0", "口": "0", "○": "0"}  # fmt: skip

_LEAST_ODDS = 0.002  # an alternative below this is noise of the softmax
_MOST_OFFERS = 24  # alternatives combined: 24 over 2 pairs are tried at the most


@dataclass(frozen=True, slots=True)
class Correction:
    """A corrected number, whether its check agrees, and how many characters were changed."""

    text: str
    agrees: bool
    changed: int = 0


def as_digits(text: str, *, keep: str = "") -> str:
    """Return the text with letters that look like digits as digits; those in `keep` stay."""
    return "".join(c if c in keep else _AS_DIGIT.get(c, c) for c in text)


def corrected(
    text: str, chars: tuple[Char, ...], agrees: Callable[[str], bool], *, most: int = 2
) -> Correction:
    """Return the text that the check agrees with, at most `most` characters away from `text`.

    Only alternatives of the recogniser are put in, most probable first; if none agrees the text stays
    as it is. `chars` must be as many as the characters of `text`, else there are no alternatives.
    """
    if agrees(text):
        return Correction(text, agrees=True)
    offers = [
        (index, other, odds)
        for index, char in enumerate(chars if len(chars) == len(text) else ())
        for other, odds in char.alternatives
        if len(other) == 1 and other != text[index] and odds > _LEAST_ODDS
    ]
    offers.sort(key=lambda offer: -offer[2])
    for count in range(1, most + 1):
        for swaps in itertools.combinations(offers[:_MOST_OFFERS], count):
            trial = list(text)
            for index, other, _ in swaps:
                trial[index] = other
            if agrees("".join(trial)):
                return Correction("".join(trial), agrees=True, changed=count)
    return Correction(text, agrees=False)
