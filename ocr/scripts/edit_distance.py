"""Levenshtein distance of two texts. Pure."""

from __future__ import annotations


def distance(one: str, other: str) -> int:
    """Return the least number of insertions, deletions and substitutions between two texts."""
    row = list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, opposite in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (char != opposite))
    return row[-1]
