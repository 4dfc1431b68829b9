"""Approximate character widths and the visual order of a line's words (UAX #9). Pure.

The widths only divide a line's known length among its words, whatever its typeface: Helvetica's for
Latin letters, zero for combining marks, one em for East Asian wide characters, about half for others.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import groupby

from core.text_direction import is_rtl

# Advance widths of Helvetica for U+0020..U+007E, in thousandths (Adobe font metrics).
_ASCII = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_CAPITAL, _SMALL, _OTHER = 680, 550, 560  # means of common sans-serif faces, in thousandths


@lru_cache(maxsize=8192)
def width(char: str) -> int:
    """Return the advance width of a character in thousandths of an em."""
    code = ord(char)
    if 0x20 <= code <= 0x7E:
        return _ASCII[code - 0x20]
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(char) in ("W", "F"):
        return 1000
    base = unicodedata.normalize("NFD", char)[0]
    if base != char and 0x20 <= ord(base) <= 0x7E:
        return _ASCII[ord(base) - 0x20]
    return _CAPITAL if category == "Lu" else _SMALL if category == "Ll" else _OTHER


def word_spans(text: str) -> list[tuple[str, float, float]]:
    """Return (word, start, end) of a line's words in logical order, as shares 0..1 from its left end.

    Right-to-left words are placed from right to left, numbers and Latin words among them left to
    right (UAX #9 on whole words, without explicit formatting characters).
    """
    words = text.split()
    if not words:
        return []
    space = width(" ")
    sizes = [max(1, sum(width(char) for char in word)) for word in words]
    total = sum(sizes) + space * (len(words) - 1)
    positions: dict[int, tuple[float, float]] = {}
    x = 0.0
    for index in _visual_order(words):
        positions[index] = (x / total, (x + sizes[index]) / total)
        x += sizes[index] + space
    return [(word, *positions[index]) for index, word in enumerate(words)]


def _visual_order(words: list[str]) -> list[int]:
    """Return the indices of the words from left to right (UAX #9, rule L2, on whole words)."""
    base = is_rtl(" ".join(words))
    levels = [_level(word, base=base) for word in words]
    order = list(range(len(words)))
    for level in (2, 1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = end + 1
    return order


def _level(word: str, *, base: bool) -> int:
    """Return the embedding level of a word: 0 or 2 left to right, 1 right to left.

    A word without a strong character takes the direction of its line.
    """
    for char in word:
        direction = unicodedata.bidirectional(char)
        if direction in ("R", "AL"):
            return 1
        if direction == "L":
            return 2 if base else 0
    return 1 if base else 0


def visual_text(word: str) -> str:
    """Return the characters of a word from left to right, the order in which PDF shows text.

    Programs that extract the text reverse them again; digits and Latin letters keep their order.
    """
    if not is_rtl(word):
        return word
    runs = [(forward, "".join(chars)) for forward, chars in groupby(word, _is_forward)]
    return "".join(text if forward else text[::-1] for forward, text in reversed(runs))


def _is_forward(char: str) -> bool:
    return unicodedata.bidirectional(char) in ("L", "EN", "AN", "ES", "CS")
