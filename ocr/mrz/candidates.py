"""Turn what a reader saw into MRZ cells: each position with the characters it may be and a cost.

A cost is a negative log likelihood against the best reading of that position, so costs add up.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from ocr.mrz.formats import Kind

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
ALPHABET = LETTERS + DIGITS + "<"

Cell = tuple[tuple[str, float], ...]

ALLOWED: dict[Kind, frozenset[str]] = {
    "code": frozenset(LETTERS + "<"),
    "letters": frozenset(LETTERS + "<"),
    "name": frozenset(LETTERS + "<"),
    "alnum": frozenset(ALPHABET),
    "date": frozenset(DIGITS + "<"),
    "digits": frozenset(DIGITS + "<"),
    "sex": frozenset("MFX<"),
    "check": frozenset(DIGITS + "<"),
}

# Shapes that readers take for one another in OCR-B, with the cost of the swap.
_TWINS = (
    ("O0", 0.6), ("I1", 0.7), ("B8", 0.8), ("S5", 0.8), ("Z2", 0.8), ("G6", 1.0), ("Q0", 1.2),
    ("D0", 1.2), ("QO", 1.6), ("DO", 1.8), ("L1", 1.4), ("T7", 1.6), ("A4", 1.8), ("UV", 2.2),
    ("IL", 2.0), ("IT", 2.2), ("17", 2.2), ("38", 2.2), ("56", 2.2), ("68", 2.2), ("08", 2.4),
    ("06", 2.4), ("89", 2.4), ("KX", 2.4), ("MN", 2.4), ("EF", 2.4), ("PR", 2.4), ("CG", 2.2),
    ("J1", 2.0), ("U0", 2.0), ("C0", 2.0), ("Y4", 2.4), ("E8", 2.4), ("VY", 2.4), ("WM", 2.6),
    ("<K", 1.6), ("<C", 1.8), ("<L", 2.0), ("<E", 2.4), ("<S", 2.6), ("<X", 2.4), ("<4", 2.4),
    ("<6", 2.6), ("<2", 2.6), ("<Z", 2.8), ("<1", 2.8), ("B3", 2.0), ("G0", 2.2), ("S8", 2.4),
    ("23", 2.4), ("49", 2.4), ("39", 2.4), ("58", 2.4), ("59", 2.4), ("MH", 2.4), ("HN", 2.4),
)  # fmt: skip
TWINS: dict[str, dict[str, float]] = {}
for _pair, _cost in _TWINS:
    TWINS.setdefault(_pair[0], {})[_pair[1]] = _cost
    TWINS.setdefault(_pair[1], {})[_pair[0]] = _cost

# What readers print for a filler, and letters of other scripts that look Latin.
_READ_AS = {
    "«": "<<", "《": "<<", "≪": "<<", "‹": "<", "〈": "<", "＜": "<", "く": "<", "(": "<", "（": "<",
    "[": "<", "{": "<", "〔": "<", "【": "<", "ㄑ": "<", "∠": "<", "≤": "<", "﹤": "<", "→": "<",
    "Λ": "<", "Ʌ": "<", "ʌ": "<", "∧": "<", "^": "<", "ᐸ": "<", "⟨": "<", "∪": "U", "∩": "N", "Ø": "O", "ø": "O", "Œ": "OE", "ß": "B", "Ð": "D", "Ł": "L", "|": "I",
    "!": "I", "$": "S", "€": "E", "£": "E", "¥": "Y", "§": "S", "×": "X", "Α": "A", "Β": "B",
    "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O", "Ρ": "P",
    "Τ": "T", "Υ": "Y", "Χ": "X", "А": "A", "В": "B", "Е": "E", "К": "K", "М": "M", "Н": "H",
    "О": "O", "Р": "P", "С": "C", "Т": "T", "У": "Y", "Х": "X", "〇": "0", "○": "0", "口": "0",
}  # fmt: skip

BLANK: Cell = (("<", 1.5),)
_DEAREST = 6.0  # dearer readings than this above the best are not considered
SURE_BELOW = 0.1
SURE = 2.0  # what doubting a character costs that its reader was sure of and that may stand there


def normalise(char: str) -> str:
    """Return the MRZ characters that one read character stands for; empty if none."""
    if char in _READ_AS:
        return _READ_AS[char]
    upper = unicodedata.normalize("NFKD", char).upper()
    return "".join(c for c in upper if c in ALPHABET) or _READ_AS.get(upper, "")


def clean(text: str) -> str:
    """Return a read line in the MRZ alphabet; what has no place in it is dropped."""
    return "".join(normalise(char) for char in text)


def cells_of(text: str, *, score: float, chars: Sequence[Any] = ()) -> list[Cell]:
    """Return the cells of one read line.

    `chars` are `ocr.page.Char`s, used when there is one for every character of the text.
    """
    if len(chars) == len(text):
        seen = [(c.text, max(c.score, 1e-4), c.alternatives) for c in chars]
    else:
        seen = [(c, max(score, 1e-4), ()) for c in text]
    cells: list[Cell] = []
    for char, odds, others in seen:
        marks = normalise(char)
        if len(marks) == 1:
            cells.append(_cell(marks, odds, others))
        else:
            cells.extend(_cell(mark, odds, ()) for mark in marks)
    return cells


def _cell(char: str, odds: float, others: Iterable[tuple[str, float]]) -> Cell:
    costs = {char: -math.log(min(odds, 1.0))}
    for text, other in others:
        mark = normalise(text)
        if len(mark) == 1 and mark not in costs:
            costs[mark] = -math.log(max(other, 1e-4))
    return tuple(sorted(costs.items(), key=lambda item: item[1]))


def options(cell: Cell, kind: Kind, *, optional: bool = True) -> Cell:
    """Return what a cell may be at a position of this kind, cheapest first.

    The reader's own alternatives come at their price, look-alikes of its best at the table's. A
    position that nothing fits is read as a filler at a high price: never as an invented digit.
    """
    if cell is BLANK:
        return BLANK  # nothing was read here, so nothing may be made of it
    allowed = ALLOWED[kind] - (frozenset() if optional else {"<"})
    costs: dict[str, float] = {}
    for char, cost in cell:
        surplus = 0.0
        if char in allowed:
            costs[char] = min(costs.get(char, 99.0), cost)
            surplus = SURE if cost < SURE_BELOW else 0.5
        for twin, price in TWINS.get(char, {}).items():
            if twin in allowed:
                costs[twin] = min(costs.get(twin, 99.0), cost + price + surplus)
    if not costs:
        costs["<"] = 9.0
    ranked = sorted(costs.items(), key=lambda item: item[1])
    return tuple(item for item in ranked if item[1] < ranked[0][1] + _DEAREST)


def fitted(cells: Sequence[Cell], length: int) -> list[tuple[float, list[Cell]]]:
    """Return the ways to bring a line to its length by too many or too few fillers, with costs.

    Only runs of fillers grow or shrink. A line that is far off, or has no run to change, gives
    nothing.
    """
    extra = len(cells) - length
    if extra == 0:
        return [(0.0, list(cells))]
    runs = _filler_runs(cells)
    if abs(extra) > 14 or not runs:
        return []
    longest = max(end - start for start, end in runs)
    found: list[tuple[float, list[Cell]]] = []
    for start, end in runs:
        size = end - start
        price = 0.6 + 0.15 * abs(extra) + (0.0 if size == longest and size > 2 else 1.2)
        if extra > 0:
            if size >= extra:
                found.append((price, [*cells[:start], *cells[start + extra :]]))
        else:
            found.append((price, [*cells[:end], *[BLANK] * -extra, *cells[end:]]))
    found.sort(key=lambda item: item[0])
    return found[:3]


def _filler_runs(cells: Sequence[Cell]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    start = None
    for index, cell in enumerate([*cells, (("A", 0.0),)]):
        if cell[0][0] == "<":
            start = index if start is None else start
        elif start is not None:
            runs.append((start, index))
            start = None
    return runs


_ABSENT = 3.0  # what a character costs in a reading that does not offer it


def merged(one: Sequence[Cell], other: Sequence[Cell]) -> list[Cell]:
    """Return two readings of one place as one row of cells; the longer one gives the length.

    They are aligned first, since either may have lost a character; a position that only one of them
    has keeps its options.
    """
    if len(other) > len(one):
        one, other = other, one
    pairs = _aligned(one, other)
    return [_mixed(cell, other[index]) if index is not None else cell for cell, index in pairs]


def _mixed(one: Cell, other: Cell) -> Cell:
    mine, theirs = dict(one), dict(other)
    costs = {
        char: (mine.get(char, _ABSENT) + theirs.get(char, _ABSENT)) / 2
        for char in {**mine, **theirs}
    }
    least = min(costs.values()) - min(one[0][1], other[0][1])
    ranked = sorted(costs.items(), key=lambda item: item[1])
    return tuple((char, cost - least) for char, cost in ranked)


def _aligned(one: Sequence[Cell], other: Sequence[Cell]) -> list[tuple[Cell, int | None]]:
    """Pair every cell of `one` with the index of its mate in `other`, by least edit distance."""
    rows, columns = len(one), len(other)
    costs = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows + 1):
        for j in range(columns + 1):
            if i == 0 or j == 0:
                costs[i][j] = float(i + j)
                continue
            swap = costs[i - 1][j - 1] + _unlike(one[i - 1], other[j - 1])
            costs[i][j] = min(swap, costs[i - 1][j] + 1.0, costs[i][j - 1] + 1.0)
    pairs: list[tuple[Cell, int | None]] = []
    i, j = rows, columns
    while i > 0:
        if j > 0 and costs[i][j] == costs[i - 1][j - 1] + _unlike(one[i - 1], other[j - 1]):
            pairs.append((one[i - 1], j - 1))
            i, j = i - 1, j - 1
        elif costs[i][j] == costs[i - 1][j] + 1.0:
            pairs.append((one[i - 1], None))
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _unlike(one: Cell, other: Cell) -> float:
    a, b = one[0][0], other[0][0]
    if a == b:
        return 0.0
    return 0.4 if b in TWINS.get(a, {}) else 1.0
