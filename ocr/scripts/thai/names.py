"""Thai personal names: confused letters corrected by known names and the Latin spelling. Pure."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ocr.scripts.thai import text as thai

# Letters and marks that recognisers confuse, either way.
_LOOK_ALIKES = (
    ("ด", "ค"), ("ด", "ต"), ("ค", "ต"), ("ฐ", "ช"), ("ฐ", "ชู"), ("ฐ", "ชุ"), ("ณ", "ญ"), ("พ", "ผ"),
    ("พ", "ฟ"), ("ผ", "ฝ"), ("บ", "ป"), ("น", "ม"), ("ช", "ซ"), ("ข", "ช"), ("ข", "ซ"), ("ถ", "ภ"),
    ("ฎ", "ฏ"), ("ก", "ถ"), ("ก", "ภ"), ("ส", "ล"), ("ร", "ธ"), ("อ", "ฮ"), ("พ", "ฬ"), ("ท", "ห"),
    ("ิ", "ี"), ("ึ", "ื"), ("ิ", "ึ"), ("ี", "ื"), ("ุ", "ู"), ("่", "้"), ("ั", "้"), ("์", ""),
)  # fmt: skip
# Latin spellings of a consonant at the start or end of a syllable (RTGS, and common variants).
_SOUNDS = {
    "ก": "k g", "ข": "kh k", "ค": "kh k", "ฆ": "kh k", "ง": "ng", "จ": "ch j t", "ฉ": "ch", "ช": "ch t",
    "ซ": "s", "ญ": "y n", "ฎ": "d t", "ฏ": "t", "ฐ": "th t", "ฑ": "th t d", "ฒ": "th t", "ณ": "n", "ด": "d t",
    "ต": "t", "ถ": "th t", "ท": "th t", "ธ": "th t", "น": "n", "บ": "b p", "ป": "p b", "ผ": "ph p", "ฝ": "f",
    "พ": "ph p", "ฟ": "f p", "ภ": "ph p", "ม": "m", "ร": "r n", "ล": "l n", "ศ": "s t", "ษ": "s t", "ส": "s t",
    "ห": "h", "ฬ": "l n", "ฮ": "h",
}  # fmt: skip


@cache
def known() -> frozenset[str]:
    """Return given and family names in use (`names.txt.gz`, from the corpus of PyThaiNLP)."""
    data = gzip.decompress((Path(__file__).parent / "names.txt.gz").read_bytes())
    rows = data.decode("utf-8").splitlines()
    return frozenset(row for row in rows if row and not row.startswith("#"))


def corrected(text: str, latin: str) -> str:
    """Return a recognised name, its title and confused letters corrected by the card's Latin name.

    A word that is no known name becomes the one known name that differs from it by a single
    confusion, unless the Latin name contradicts it. What is no known name either way stays.
    """
    words = thai.with_title(text, latin.split(" ")[0]).split()
    spoken = latin.split(" ")
    for index in range(1, len(words)):
        match = spoken[index] if len(spoken) == len(words) else latin
        words[index] = _word(words[index], match)
    return " ".join(words)


def _word(word: str, latin: str) -> str:
    if word in known():
        return word
    fits = sorted({other for other in _confusions(word) if other in known()})
    ranked = sorted(fits, key=lambda other: unmatched_consonants(other, latin))
    if not ranked or unmatched_consonants(ranked[0], latin) > unmatched_consonants(word, latin):
        return word
    if len(ranked) > 1 and unmatched_consonants(ranked[1], latin) == unmatched_consonants(
        ranked[0], latin
    ):
        return word
    return ranked[0]


def _confusions(word: str) -> Iterator[str]:
    for one, two in _LOOK_ALIKES:
        for old, new in ((one, two), (two, one)):
            start = word.find(old) if old else -1
            while start >= 0:
                yield word[:start] + new + word[start + len(old) :]
                start = word.find(old, start + 1)


def unmatched_consonants(word: str, latin: str) -> int:
    """Return how many consonants of a Thai word have no match, in order, in its Latin spelling."""
    rest, missed = latin.lower(), 0
    for index, char in enumerate(word):
        silent = word[index + 1 : index + 2] == "์"
        if char not in _SOUNDS or silent or not rest:
            missed += char in _SOUNDS and not silent
            continue
        ends = [
            start + len(sound)
            for sound in _SOUNDS[char].split()
            if 0 <= (start := rest.find(sound)) <= _REACH
        ]
        if ends:
            rest = rest[min(ends) :]
        else:
            missed += 1
    return missed


_REACH = 3  # Latin letters of a vowel before the next consonant
