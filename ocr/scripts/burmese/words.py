"""Burmese words in addresses with the signs restored that recognisers lose in a stack. Pure.

Recognisers lose a low vowel under a medial, and a kinzi (small nga) with the letter under it.
`words.txt` holds the words with such a stack whose spelling without it is no other word's.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_LOW_VOWEL = re.compile("(?<=[\u103b-\u103e])[\u102f\u1030]")
_SMALL_NGA = re.compile("(\u1004\u103a)\u1039[က-အ]")
# A kinzi and the letter under it are also recognised as one similar letter with a sign on top.
_NGA_LOOK_ALIKE = re.compile("\u1005[\u103a\u1036]")
_LOOK_ALIKES = str.maketrans("ဗဖ", "ပပ")
LEAST = 5  # characters: shorter words are parts of others
_TOWN = "မြို့"
_TOWN_BARE = re.compile("မြို(?=$|နယ်$)")  # town without its lost dot below; no other word ends so
# Kinds of place, behind its name: street, ward, township, town, village.
_KINDS = ("လမ်း", "ရပ်ကွက်", "မြို့နယ်", "မြို့", "ကျေးရွာ", "ရွာ", "ရပ်")


def bare(word: str) -> str:
    """Return a word without the stacks that recognisers lose, look-alike letters as one."""
    return _SMALL_NGA.sub(r"\1", _LOW_VOWEL.sub("", word)).translate(_LOOK_ALIKES)


@cache
def _known() -> dict[str, str]:
    rows = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").splitlines()
    return {bare(word): word for word in rows if word and not word.startswith("#")}


def with_lost_signs(address: str) -> str:
    """Return an address with the lost signs of its words, where one known word fits what is left.

    No word of the vocabulary looks like one whose kinzi was recognised as a letter.
    """
    return " ".join(_restored(word) for word in address.split(" "))


def _restored(word: str) -> str:
    word = _TOWN_BARE.sub(_TOWN, word)
    kind = next((end for end in _KINDS if word.endswith(end) and word != end), "")
    if not kind:
        return word
    name = word.removesuffix(kind)
    for start in range(len(name) - LEAST + 1):
        end = name[start:]
        known = _known().get(bare(end)) or _known().get(
            bare(_NGA_LOOK_ALIKE.sub("\u1004\u103a", end))
        )
        if known:
            return name[:start] + known + kind
    return word
