"""Thai personal names: of letters that readers take for one another, the one that makes a name. Pure."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ocr.scripts.thai import text as thai

# Pieces that readers take for one another, one way or the other.
_ALIKE = (
    ("ด", "ค"), ("ด", "ต"), ("ค", "ต"), ("ฐ", "ช"), ("ฐ", "ชู"), ("ฐ", "ชุ"), ("ณ", "ญ"), ("พ", "ผ"),
    ("พ", "ฟ"), ("ผ", "ฝ"), ("บ", "ป"), ("น", "ม"), ("ช", "ซ"), ("ข", "ช"), ("ข", "ซ"), ("ถ", "ภ"),
    ("ฎ", "ฏ"), ("ก", "ถ"), ("ก", "ภ"), ("ส", "ล"), ("ร", "ธ"), ("อ", "ฮ"), ("พ", "ฬ"), ("ท", "ห"),
    ("ิ", "ี"), ("ึ", "ื"), ("ิ", "ึ"), ("ี", "ื"), ("ุ", "ู"), ("่", "้"), ("ั", "้"), ("์", ""),
)  # fmt: skip
# How Latin letters write a consonant at the start or at the end of a syllable (RTGS, and looser use).
_SOUNDS = {
    "ก": "k g", "ข": "kh k", "ค": "kh k", "ฆ": "kh k", "ง": "ng", "จ": "ch j t", "ฉ": "ch", "ช": "ch t",
    "ซ": "s", "ญ": "y n", "ฎ": "d t", "ฏ": "t", "ฐ": "th t", "ฑ": "th t d", "ฒ": "th t", "ณ": "n", "ด": "d t",
    "ต": "t", "ถ": "th t", "ท": "th t", "ธ": "th t", "น": "n", "บ": "b p", "ป": "p b", "ผ": "ph p", "ฝ": "f",
    "พ": "ph p", "ฟ": "f p", "ภ": "ph p", "ม": "m", "ร": "r n", "ล": "l n", "ศ": "s t", "ษ": "s t", "ส": "s t",
    "ห": "h", "ฬ": "l n", "ฮ": "h",
}  # fmt: skip


@cache
def known() -> frozenset[str]:
    """Return given and family names in use; the file says where they come from."""
    data = gzip.decompress((Path(__file__).parent / "names.txt.gz").read_bytes())
    rows = data.decode("utf-8").splitlines()
    return frozenset(row for row in rows if row and not row.startswith("#"))


def chosen(text: str, latin: str) -> str:
    """Return a name as read, its title and its look-alike letters told by the Latin name of the card.

    A word that is no known name becomes the one known name that differs from it in a single piece
    readers mistake, unless the Latin name speaks against it. What is no name either way stays.
    """
    words = thai.titled(text, latin.split(" ")[0]).split()
    spoken = latin.split(" ")
    for place in range(1, len(words)):
        match = spoken[place] if len(spoken) == len(words) else latin
        words[place] = _word(words[place], match)
    return " ".join(words)


def _word(word: str, latin: str) -> str:
    if word in known():
        return word
    fits = sorted({other for other in _swapped(word) if other in known()})
    ranked = sorted(fits, key=lambda other: unheard(other, latin))
    if not ranked or unheard(ranked[0], latin) > unheard(word, latin):
        return word
    if len(ranked) > 1 and unheard(ranked[1], latin) == unheard(ranked[0], latin):
        return word
    return ranked[0]


def _swapped(word: str) -> Iterator[str]:
    for one, two in _ALIKE:
        for old, new in ((one, two), (two, one)):
            start = word.find(old) if old else -1
            while start >= 0:
                yield word[:start] + new + word[start + len(old) :]
                start = word.find(old, start + 1)


def unheard(word: str, latin: str) -> int:
    """Return how many consonants of a Thai word are not heard, one after the other, in its Latin form."""
    heard, missed = latin.lower(), 0
    for place, sign in enumerate(word):
        silent = word[place + 1 : place + 2] == "์"
        if sign not in _SOUNDS or silent or not heard:
            missed += sign in _SOUNDS and not silent
            continue
        ends = [
            start + len(sound)
            for sound in _SOUNDS[sign].split()
            if 0 <= (start := heard.find(sound)) <= _REACH
        ]
        if ends:
            heard = heard[min(ends) :]
        else:
            missed += 1
    return missed


_REACH = 3  # letters of vowels before the next consonant
