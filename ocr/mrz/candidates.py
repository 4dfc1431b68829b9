"""Candidates of each MRZ character position, with costs: alternatives, look-alikes, fillers. Pure.

A recognised line becomes a list of positions; a position is its candidate characters, cheapest
first. A cost is a negative log probability, so that the costs of a field's characters add up.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from ocr.mrz.formats import FieldKind

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
ALPHABET = LETTERS + DIGITS + "<"

# The candidates of one character position: (character, cost), cheapest first.
Candidates = tuple[tuple[str, float], ...]

# Characters of each kind of field (ICAO 9303-3, 4.3 to 4.9).
ALLOWED: dict[FieldKind, frozenset[str]] = {
    "code": frozenset(LETTERS + "<"),
    "letters": frozenset(LETTERS + "<"),
    "name": frozenset(LETTERS + "<"),
    "alnum": frozenset(ALPHABET),
    "date": frozenset(DIGITS + "<"),
    "digits": frozenset(DIGITS + "<"),
    "sex": frozenset("MFX<"),
    "check": frozenset(DIGITS + "<"),
}

# Pairs that recognisers confuse in OCR-B (ISO 1073-2), with the cost of a substitution.
_LOOK_ALIKE_PAIRS = (
    ("O0", 0.6), ("I1", 0.7), ("B8", 0.8), ("S5", 0.8), ("Z2", 0.8), ("G6", 1.0), ("Q0", 1.2),
    ("D0", 1.2), ("QO", 1.6), ("DO", 1.8), ("L1", 1.4), ("T7", 1.6), ("A4", 1.8), ("UV", 2.2),
    ("IL", 2.0), ("IT", 2.2), ("17", 2.2), ("38", 2.2), ("56", 2.2), ("68", 2.2), ("08", 2.4),
    ("06", 2.4), ("89", 2.4), ("KX", 2.4), ("MN", 2.4), ("EF", 2.4), ("PR", 2.4), ("CG", 2.2),
    ("J1", 2.0), ("U0", 2.0), ("C0", 2.0), ("Y4", 2.4), ("E8", 2.4), ("VY", 2.4), ("WM", 2.6),
    ("<K", 1.6), ("<C", 1.8), ("<L", 2.0), ("<E", 2.4), ("<S", 2.6), ("<X", 2.4), ("<4", 2.4),
    ("<6", 2.6), ("<2", 2.6), ("<Z", 2.8), ("<1", 2.8), ("B3", 2.0), ("G0", 2.2), ("S8", 2.4),
    ("23", 2.4), ("49", 2.4), ("39", 2.4), ("58", 2.4), ("59", 2.4), ("MH", 2.4), ("HN", 2.4),
)  # fmt: skip
LOOK_ALIKES: dict[str, dict[str, float]] = {}
for _pair, _cost in _LOOK_ALIKE_PAIRS:
    LOOK_ALIKES.setdefault(_pair[0], {})[_pair[1]] = _cost
    LOOK_ALIKES.setdefault(_pair[1], {})[_pair[0]] = _cost

# What recognisers return for a filler, and letters of other scripts that look like Latin ones.
_MRZ_FORMS = {
    "«": "<<", "《": "<<", "≪": "<<", "‹": "<", "〈": "<", "＜": "<", "く": "<", "(": "<", "（": "<",
    "[": "<", "{": "<", "〔": "<", "【": "<", "ㄑ": "<", "∠": "<", "≤": "<", "﹤": "<", "→": "<",
    "Λ": "<", "Ʌ": "<", "ʌ": "<", "∧": "<", "^": "<", "ᐸ": "<", "⟨": "<", "∪": "U", "∩": "N", "Ø": "O", "ø": "O", "Œ": "OE", "ß": "B", "Ð": "D", "Ł": "L", "|": "I",
    "!": "I", "$": "S", "€": "E", "£": "E", "¥": "Y", "§": "S", "×": "X", "Α": "A", "Β": "B",
    "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O", "Ρ": "P",
    "Τ": "T", "Υ": "Y", "Χ": "X", "А": "A", "В": "B", "Е": "E", "К": "K", "М": "M", "Н": "H",
    "О": "O", "Р": "P", "С": "C", "Т": "T", "У": "Y", "Х": "X", "〇": "0", "○": "0", "口": "0",
}  # fmt: skip

UNREAD: Candidates = (("<", 1.5),)  # a position that was inserted: nothing was recognised there
_MAX_SURPLUS = 6.0  # candidates that cost more than this above the cheapest are dropped
SURE_COST = 0.1  # a character below this cost was recognised with certainty …
SURE_SURPLUS = 2.0  # … and replacing it by a look-alike costs this much more where it is allowed
_DOUBT_SURPLUS = 0.5  # the same for a character that was recognised with doubt
_NO_FIT_COST = 9.0  # a filler where no candidate is allowed: never an invented digit


def mrz_forms(char: str) -> str:
    """Return the MRZ characters that one recognised character stands for; empty if none."""
    if char in _MRZ_FORMS:
        return _MRZ_FORMS[char]
    upper = unicodedata.normalize("NFKD", char).upper()
    return "".join(c for c in upper if c in ALPHABET) or _MRZ_FORMS.get(upper, "")


def mrz_text(text: str) -> str:
    """Return a recognised line in the MRZ alphabet; other characters are dropped."""
    return "".join(mrz_forms(char) for char in text)


def candidates_of(text: str, *, score: float, chars: Sequence[Any] = ()) -> list[Candidates]:
    """Return the candidates of each position of one recognised line.

    `chars` are `ocr.page.Char`s; their alternatives are used if there is one for every character of
    the text, else each character has the `score` of the line.
    """
    if len(chars) == len(text):
        seen = [(c.text, max(c.score, 1e-4), c.alternatives) for c in chars]
    else:
        seen = [(c, max(score, 1e-4), ()) for c in text]
    positions: list[Candidates] = []
    for char, odds, others in seen:
        marks = mrz_forms(char)
        if len(marks) == 1:
            positions.append(_position(marks, odds, others))
        else:
            positions.extend(_position(mark, odds, ()) for mark in marks)
    return positions


def _position(char: str, odds: float, others: Iterable[tuple[str, float]]) -> Candidates:
    costs = {char: -math.log(min(odds, 1.0))}
    for text, other in others:
        mark = mrz_forms(text)
        if len(mark) == 1 and mark not in costs:
            costs[mark] = -math.log(max(other, 1e-4))
    return tuple(sorted(costs.items(), key=lambda item: item[1]))


def allowed_candidates(
    position: Candidates, kind: FieldKind, *, optional: bool = True
) -> Candidates:
    """Return the candidates of a position that its kind of field allows, cheapest first.

    The recogniser's alternatives keep their cost, look-alikes of them add the table's. Where nothing
    is allowed the position is a filler at a high cost. `optional=False` forbids the filler.
    """
    if position is UNREAD:
        return UNREAD  # no look-alike of a filler that was only inserted
    allowed = ALLOWED[kind] - (frozenset() if optional else {"<"})
    costs: dict[str, float] = {}
    for char, cost in position:
        surplus = 0.0
        if char in allowed:
            costs[char] = min(costs.get(char, 99.0), cost)
            surplus = SURE_SURPLUS if cost < SURE_COST else _DOUBT_SURPLUS
        for look_alike, price in LOOK_ALIKES.get(char, {}).items():
            if look_alike in allowed:
                costs[look_alike] = min(costs.get(look_alike, 99.0), cost + price + surplus)
    if not costs:
        costs["<"] = _NO_FIT_COST
    ranked = sorted(costs.items(), key=lambda item: item[1])
    return tuple(item for item in ranked if item[1] < ranked[0][1] + _MAX_SURPLUS)


def length_fits(
    positions: Sequence[Candidates], length: int
) -> list[tuple[float, list[Candidates]]]:
    """Return up to three ways to bring a line to the format's length, as (cost, positions).

    Recognisers lose and repeat fillers, hardly ever letters: only runs of fillers grow or shrink. A
    line that is more than 14 characters off, or has no run of fillers, gives nothing.
    """
    extra = len(positions) - length
    if extra == 0:
        return [(0.0, list(positions))]
    runs = _filler_runs(positions)
    if abs(extra) > 14 or not runs:
        return []
    longest = max(end - start for start, end in runs)
    found: list[tuple[float, list[Candidates]]] = []
    for start, end in runs:
        size = end - start
        price = 0.6 + 0.15 * abs(extra) + (0.0 if size == longest and size > 2 else 1.2)
        if extra > 0:
            if size >= extra:
                found.append((price, [*positions[:start], *positions[start + extra :]]))
        else:
            found.append((price, [*positions[:end], *[UNREAD] * -extra, *positions[end:]]))
    found.sort(key=lambda item: item[0])
    return found[:3]


def _filler_runs(positions: Sequence[Candidates]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    start = None
    for index, position in enumerate([*positions, (("A", 0.0),)]):
        if position[0][0] == "<":
            start = index if start is None else start
        elif start is not None:
            runs.append((start, index))
            start = None
    return runs


_ABSENT_COST = 3.0  # a character that one of two recognition results does not offer


def merge_results(one: Sequence[Candidates], other: Sequence[Candidates]) -> list[Candidates]:
    """Return two recognition results of one line as one; the longer one gives the length.

    They are aligned by edit distance, since either may have lost a character; costs are averaged. A
    position that only one result has keeps its candidates.
    """
    if len(other) > len(one):
        one, other = other, one
    pairs = _align(one, other)
    return [
        _merge_positions(position, other[index]) if index is not None else position
        for position, index in pairs
    ]


def _merge_positions(one: Candidates, other: Candidates) -> Candidates:
    mine, theirs = dict(one), dict(other)
    costs = {
        char: (mine.get(char, _ABSENT_COST) + theirs.get(char, _ABSENT_COST)) / 2
        for char in {**mine, **theirs}
    }
    least = min(costs.values()) - min(one[0][1], other[0][1])
    ranked = sorted(costs.items(), key=lambda item: item[1])
    return tuple((char, cost - least) for char, cost in ranked)


def _align(
    one: Sequence[Candidates], other: Sequence[Candidates]
) -> list[tuple[Candidates, int | None]]:
    """Pair every position of `one` with an index of `other` or None, by least edit distance."""
    rows, columns = len(one), len(other)
    costs = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows + 1):
        for j in range(columns + 1):
            if i == 0 or j == 0:
                costs[i][j] = float(i + j)
                continue
            swap = costs[i - 1][j - 1] + _substitution_cost(one[i - 1], other[j - 1])
            costs[i][j] = min(swap, costs[i - 1][j] + 1.0, costs[i][j - 1] + 1.0)
    pairs: list[tuple[Candidates, int | None]] = []
    i, j = rows, columns
    while i > 0:
        if j > 0 and costs[i][j] == costs[i - 1][j - 1] + _substitution_cost(
            one[i - 1], other[j - 1]
        ):
            pairs.append((one[i - 1], j - 1))
            i, j = i - 1, j - 1
        elif costs[i][j] == costs[i - 1][j] + 1.0:
            pairs.append((one[i - 1], None))
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _substitution_cost(one: Candidates, other: Candidates) -> float:
    a, b = one[0][0], other[0][0]
    if a == b:
        return 0.0
    return 0.4 if b in LOOK_ALIKES.get(a, {}) else 1.0
