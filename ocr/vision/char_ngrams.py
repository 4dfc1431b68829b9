"""What letters follow each other in a script: weighs readings of one line against each other. Pure.

A model counts the signs after each run of up to four signs in drawn lines (`tools/training/char_ngrams.py`). It
never adds a reading: the search goes only along signs that the network saw (`beams`).
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
START = "\x02"
WIDTH = 8  # readings kept at each step
SEEN = 0.004  # a sign less likely than this at a step is not looked at
SURE = 0.97  # a sign this likely at a step is the only one looked at
WEIGHT = 0.5  # of the model's word against the network's
REWARD = 0.6  # for each sign: without it the model prefers short readings


class Grams:
    """Counts of signs after runs of signs, mixed over the lengths of the run (Witten and Bell, 1991)."""

    def __init__(self, tables: dict[str, dict[str, int]], signs: int) -> None:
        self.tables = tables
        self.signs = signs
        self.longest = max(map(len, tables), default=0)
        self._known: dict[tuple[str, str], float] = {}

    @classmethod
    def load(cls, path: Path) -> Grams:
        """Return the model of a file."""
        data = json.loads(zlib.decompress(path.read_bytes()))
        return cls(data["tables"], int(data["signs"]))

    def log(self, before: str, sign: str) -> float:
        """Return the logarithm of how likely a sign is behind a text."""
        run = before[-self.longest :]
        found = self._known.get((run, sign))
        if found is None:
            found = self._known[(run, sign)] = math.log(self._share(run, sign))
        return found

    def _share(self, run: str, sign: str) -> float:
        share = 1.0 / self.signs
        for length in range(len(run) + 1):
            table = self.tables.get(run[len(run) - length :])
            if table is None:
                continue
            total, kinds = table[""], max(1, len(table) - 1)
            share = (table.get(sign, 0) + kinds * share) / (total + kinds)
        return share


@lru_cache(maxsize=4)
def grams(path: Path) -> Grams | None:
    """Return the model of a file, or None when there is none."""
    return Grams.load(path) if path.is_file() else None


def beams(
    odds: Array, signs: list[str], model: Grams, *, allowed: Array | None = None
) -> list[int]:
    """Return the best sign of each time step (0 = blank), the network and the letter model together.

    Prefix search over CTC output (Graves, 2012; Hannun and others, 2014). The answer has the form of a
    best path, so that what places and scores characters on such a path goes on working.
    """
    start = START * 4
    # text -> (log odds ending blank, log odds ending in the sign, steps and signs of its characters)
    states: dict[str, tuple[float, float, tuple[tuple[int, int], ...]]] = {"": (0.0, -math.inf, ())}
    priors: dict[str, float] = {"": 0.0}
    usable = set(range(odds.shape[1])) if allowed is None else set(allowed.tolist())
    for step, row in enumerate(odds):
        seen = [index for index in np.flatnonzero(row > SEEN).tolist() if index in usable] or [0]
        top = max(seen, key=row.__getitem__)
        if row[top] > SURE:
            seen = [top]
        logs = {index: math.log(float(row[index])) for index in seen}
        fresh: dict[str, list[Any]] = {}
        for text, (blank, own, path) in states.items():
            both = _sum(blank, own)
            last = path[-1][1] if path else -1
            for index, value in logs.items():
                if index == 0:
                    _add(fresh, text, path, blank=both + value)
                    continue
                if index == last:
                    _add(fresh, text, _peak(path, step, odds), own=own + value)
                    base = blank
                else:
                    base = both
                if base == -math.inf:
                    continue
                longer = text + signs[index]
                if longer not in priors:
                    prior = model.log((start + text)[-model.longest :], signs[index])
                    priors[longer] = priors[text] + WEIGHT * prior + REWARD
                _add(fresh, longer, (*path, (step, index)), own=base + value)
        ranked = sorted(
            fresh.items(), key=lambda item: -(_sum(item[1][0], item[1][1]) + priors[item[0]])
        )
        states = {text: (kept[0], kept[1], kept[2]) for text, kept in ranked[:WIDTH]}
    best = max(states.items(), key=lambda item: _sum(item[1][0], item[1][1]) + priors[item[0]])
    line = [0] * len(odds)
    for step, index in best[1][2]:
        line[step] = index
    return line


def _peak(path: tuple[tuple[int, int], ...], step: int, odds: Array) -> tuple[tuple[int, int], ...]:
    """Return the path with its last character moved to where it is seen best, never onto a neighbour."""
    place, index = path[-1]
    return (*path[:-1], (step, index)) if odds[step, index] > odds[place, index] else path


def _add(
    fresh: dict[str, list[Any]],
    text: str,
    path: tuple[tuple[int, int], ...],
    *,
    blank: float = -math.inf,
    own: float = -math.inf,
) -> None:
    kept = fresh.get(text)
    if kept is None:
        fresh[text] = [blank, own, path, max(blank, own)]
        return
    kept[0], kept[1] = _sum(kept[0], blank), _sum(kept[1], own)
    if max(blank, own) > kept[3]:
        kept[2], kept[3] = path, max(blank, own)


def _sum(one: float, two: float) -> float:
    if one == -math.inf:
        return two
    if two == -math.inf:
        return one
    high, low = (one, two) if one > two else (two, one)
    return high + math.log1p(math.exp(low - high))
