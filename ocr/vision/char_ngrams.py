"""Character n-gram models, and CTC beam search that weighs the network's output with them. Pure.

A model counts the characters after each run of up to four characters in drawn lines
(`tools/training/char_ngrams.py`). The search follows only symbols that the network considers possible:
the model decides between close candidates and never adds a character of its own.
"""

from __future__ import annotations

import json
import math
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
START = "\x02"  # stands before the first character of a line
ORDER = 4  # characters of context at the start of a line
BEAM_WIDTH = 8  # prefixes kept at each time step
LEAST_PROBABILITY = 0.004  # less probable symbols of a step are not followed
CERTAIN = 0.97  # a symbol this probable is the only one followed at its step
WEIGHT = 0.5  # of the n-gram model's log probability against the network's
REWARD = 0.6  # for each character: without it the model prefers short results


class CharNgrams:
    """Counts of characters after runs of characters, interpolated over the runs' lengths (Witten and Bell, 1991)."""

    def __init__(self, tables: dict[str, dict[str, int]], characters: int) -> None:
        """`tables`: run -> character -> count, the total under ""; `characters`: size of the alphabet."""
        self.tables = tables
        self.characters = characters
        self.longest = max(map(len, tables), default=0)
        self._cache: dict[tuple[str, str], float] = {}

    @classmethod
    def load(cls, path: Path) -> CharNgrams:
        """Return the model of a file: zlib-compressed JSON with `tables` and `signs`."""
        data = json.loads(zlib.decompress(path.read_bytes()))
        return cls(data["tables"], int(data["signs"]))

    def log_probability(self, before: str, character: str) -> float:
        """Return the natural logarithm of the probability of a character after a text."""
        run = before[-self.longest :]
        found = self._cache.get((run, character))
        if found is None:
            found = self._cache[(run, character)] = math.log(self._probability(run, character))
        return found

    def _probability(self, run: str, character: str) -> float:
        probability = 1.0 / self.characters
        for length in range(len(run) + 1):
            table = self.tables.get(run[len(run) - length :])
            if table is None:
                continue
            total, kinds = table[""], max(1, len(table) - 1)
            probability = (table.get(character, 0) + kinds * probability) / (total + kinds)
        return probability


@lru_cache(maxsize=4)
def load(path: Path) -> CharNgrams | None:
    """Return the model of a file, or None if there is no such file."""
    return CharNgrams.load(path) if path.is_file() else None


def beam_search(
    probabilities: Array,
    alphabet: list[str],
    model: CharNgrams,
    *,
    allowed: Array | None = None,
) -> list[int]:
    """Return the symbol of each time step (0 = CTC blank) of the best text, by network and model together.

    `probabilities` is T x symbols; `allowed` are the indices of symbols that may occur. CTC prefix
    search (Graves, 2012; Hannun and others, 2014). The result has the form of a best path, each
    character at one step, so that positions and scores are derived from it as from a best path.
    """
    start = START * ORDER
    # text -> (log probability ending in blank, ending in its last character, (step, symbol) of its characters)
    states: dict[str, tuple[float, float, tuple[tuple[int, int], ...]]] = {"": (0.0, -math.inf, ())}
    priors: dict[str, float] = {"": 0.0}
    usable = set(range(probabilities.shape[1])) if allowed is None else set(allowed.tolist())
    for step, row in enumerate(probabilities):
        logs = {index: math.log(float(row[index])) for index in _followed(row, usable)}
        fresh: dict[str, list[Any]] = {}
        for text, (blank, own, path) in states.items():
            both = _sum(blank, own)
            last = path[-1][1] if path else -1
            for index, value in logs.items():
                if index == 0:
                    _add(fresh, text, path, blank=both + value)
                    continue
                if index == last:
                    # The same symbol again continues the character; a new one needs a blank between.
                    _add(fresh, text, _at_peak(path, step, probabilities), own=own + value)
                    base = blank
                else:
                    base = both
                if base == -math.inf:
                    continue
                longer = text + alphabet[index]
                if longer not in priors:
                    prior = model.log_probability((start + text)[-model.longest :], alphabet[index])
                    priors[longer] = priors[text] + WEIGHT * prior + REWARD
                _add(fresh, longer, (*path, (step, index)), own=base + value)
        ranked = sorted(
            fresh.items(), key=lambda item: -(_sum(item[1][0], item[1][1]) + priors[item[0]])
        )
        states = {text: (kept[0], kept[1], kept[2]) for text, kept in ranked[:BEAM_WIDTH]}
    best = max(states.items(), key=lambda item: _sum(item[1][0], item[1][1]) + priors[item[0]])
    symbols = [0] * len(probabilities)
    for step, index in best[1][2]:
        symbols[step] = index
    return symbols


def _followed(row: Array, usable: set[int]) -> list[int]:
    """Return the symbols of a time step that the search follows."""
    found = [i for i in np.flatnonzero(row > LEAST_PROBABILITY).tolist() if i in usable] or [0]
    top = max(found, key=row.__getitem__)
    return [top] if row[top] > CERTAIN else found


def _at_peak(
    path: tuple[tuple[int, int], ...], step: int, probabilities: Array
) -> tuple[tuple[int, int], ...]:
    """Return the path with its last character moved to this step if it is more probable here."""
    position, index = path[-1]
    is_higher = probabilities[step, index] > probabilities[position, index]
    return (*path[:-1], (step, index)) if is_higher else path


def _add(
    fresh: dict[str, list[Any]],
    text: str,
    path: tuple[tuple[int, int], ...],
    *,
    blank: float = -math.inf,
    own: float = -math.inf,
) -> None:
    """Add log probabilities to a prefix; the path of its most probable alignment is kept."""
    kept = fresh.get(text)
    if kept is None:
        fresh[text] = [blank, own, path, max(blank, own)]
        return
    kept[0], kept[1] = _sum(kept[0], blank), _sum(kept[1], own)
    if max(blank, own) > kept[3]:
        kept[2], kept[3] = path, max(blank, own)


def _sum(one: float, two: float) -> float:
    """Return log(exp(one) + exp(two))."""
    if one == -math.inf:
        return two
    if two == -math.inf:
        return one
    high, low = (one, two) if one > two else (two, one)
    return high + math.log1p(math.exp(low - high))
