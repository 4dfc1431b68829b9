"""Burmese words in addresses that got back the sign which the reader loses in a stack. Pure.

Readers lose a low vowel under a medial and a small nga with the letter under it. `words.txt`
holds the words with such a stack that no other word is left like when it is lost.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_LOW_VOWEL = re.compile("(?<=[\u103b-\u103e])[\u102f\u1030]")
_SMALL_NGA = re.compile("(\u1004\u103a)\u1039[က-အ]")
# A small nga and the letter under it are also read as one letter of like outline with a sign on top.
_NGA_ALIKE = re.compile("\u1005[\u103a\u1036]")
_ALIKE = str.maketrans("ဗဖ", "ပပ")
LEAST = 5  # signs: shorter words are parts of others
_TOWN = "မြို့"
_TOWN_BARE = re.compile("မြို(?=$|နယ်$)")  # the dot below is lost, and no other word ends so
# What kind of place a word names, behind its name.
_KINDS = ("လမ်း", "ရပ်ကွက်", "မြို့နယ်", "မြို့", "ကျေးရွာ", "ရွာ", "ရပ်")


def bare(word: str) -> str:
    """Return what is left of a word when the stacks that are lost are lost, look-alikes as one."""
    return _SMALL_NGA.sub(r"\1", _LOW_VOWEL.sub("", word)).translate(_ALIKE)


@cache
def _known() -> dict[str, str]:
    rows = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").splitlines()
    return {bare(word): word for word in rows if word and not word.startswith("#")}


def mended(address: str) -> str:
    """Return an address whose words end in the known word that they can only have been.

    No word of the vocabulary reads like one with a small nga whose stack was taken for a letter.
    """
    return " ".join(_mended(word) for word in address.split(" "))


def _mended(word: str) -> str:
    word = _TOWN_BARE.sub(_TOWN, word)
    kind = next((end for end in _KINDS if word.endswith(end) and word != end), "")
    if not kind:
        return word
    name = word.removesuffix(kind)
    for start in range(len(name) - LEAST + 1):
        end = name[start:]
        known = _known().get(bare(end)) or _known().get(bare(_NGA_ALIKE.sub("\u1004\u103a", end)))
        if known:
            return name[:start] + known + kind
    return word
