"""Ruling lines as position and extent, and merging of collinear pieces. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RulingLine:
    """A ruling line in pixels: `at` is y of a horizontal or x of a vertical one, `start` and `end` its extent."""

    at: float
    start: float
    end: float

    @property
    def length(self) -> float:
        """Length in pixels."""
        return self.end - self.start

    def covers(self, start: float, end: float) -> float:
        """Return the share of a stretch, 0..1, that the ruling line covers."""
        return max(0.0, min(self.end, end) - max(self.start, start)) / max(end - start, 1e-6)


def merge_collinear(rulings: Sequence[RulingLine], text_height: float) -> list[RulingLine]:
    """Join pieces of one ruling line: nearly the same position, and a short gap between."""
    beside, gap = 0.35 * text_height + 1, 1.2 * text_height
    rest = sorted(rulings, key=lambda ruling: (ruling.at, ruling.start))
    done: list[RulingLine] = []
    while rest:
        ruling = rest.pop(0)
        while (other := _partner(ruling, rest, beside=beside, gap=gap)) is not None:
            rest.remove(other)
            at = (ruling.at * ruling.length + other.at * other.length) / (
                ruling.length + other.length
            )
            ruling = RulingLine(at, min(ruling.start, other.start), max(ruling.end, other.end))
        done.append(ruling)
    return done


def _partner(
    ruling: RulingLine, rest: Sequence[RulingLine], *, beside: float, gap: float
) -> RulingLine | None:
    for other in rest:
        if other.at - ruling.at > 2 * beside:
            return None
        apart = max(ruling.start, other.start) - min(ruling.end, other.end)
        if abs(other.at - ruling.at) <= beside and apart <= gap:
            return other
    return None
