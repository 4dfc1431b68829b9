"""Choose among readings of a number by its own check: look-alikes and what else the reader saw."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from ocr.page import Char

_AS_DIGIT = {"O": "0", "Q": "0", "D": "0", "o": "0", "I": "1", "l": "1", "|": "1", "i": "1", "!": "1",
             "Z": "2", "z": "2", "S": "5", "s": "5", "B": "8", "G": "6", "b": "6", "q": "9", "g": "9",
             "A": "4", "T": "7", "?": "7", "〇": "0", "口": "0", "○": "0"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """A number as chosen, whether its check agrees, and how many characters were changed."""

    text: str
    agrees: bool
    changed: int = 0


def digits(text: str, *, keep: str = "") -> str:
    """Return the text with letters that look like digits as digits; `keep` letters stay."""
    return "".join(c if c in keep else _AS_DIGIT.get(c, c) for c in text)


def choose(
    text: str, chars: tuple[Char, ...], agrees: Callable[[str], bool], *, most: int = 2
) -> Choice:
    """Return the reading that the check agrees with, at most `most` characters away from `text`.

    Only characters that the reader itself offered are put in, likeliest first; without any that
    agrees the text stays as it is.
    """
    if agrees(text):
        return Choice(text, agrees=True)
    offers = [
        (index, other, odds)
        for index, char in enumerate(chars if len(chars) == len(text) else ())
        for other, odds in char.alternatives
        if len(other) == 1 and other != text[index] and odds > 0.002
    ]
    offers.sort(key=lambda offer: -offer[2])
    for count in range(1, most + 1):
        for swaps in itertools.combinations(offers[:24], count):
            trial = list(text)
            for index, other, _ in swaps:
                trial[index] = other
            if agrees("".join(trial)):
                return Choice("".join(trial), agrees=True, changed=count)
    return Choice(text, agrees=False)
