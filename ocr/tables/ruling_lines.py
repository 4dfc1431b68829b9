"""Drawn rules as numbers: where each lies and how far it runs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RulingLine:
    """A rule: where it lies (`at`, y of a horizontal or x of an upright one) and from where to where."""

    at: float
    start: float
    end: float

    @property
    def length(self) -> float:
        """Length in pixels."""
        return self.end - self.start

    def covers(self, start: float, end: float) -> float:
        """Return the share of a stretch that the rule covers."""
        return max(0.0, min(self.end, end) - max(self.start, start)) / max(end - start, 1e-6)


def merge_collinear(rules: Sequence[RulingLine], text_height: float) -> list[RulingLine]:
    """Join pieces of one rule: at nearly the same place with a short gap between."""
    beside, gap = 0.35 * text_height + 1, 1.2 * text_height
    rest = sorted(rules, key=lambda rule: (rule.at, rule.start))
    done: list[RulingLine] = []
    while rest:
        rule = rest.pop(0)
        while (other := _partner(rule, rest, beside=beside, gap=gap)) is not None:
            rest.remove(other)
            at = (rule.at * rule.length + other.at * other.length) / (rule.length + other.length)
            rule = RulingLine(at, min(rule.start, other.start), max(rule.end, other.end))
        done.append(rule)
    return done


def _partner(
    rule: RulingLine, rest: Sequence[RulingLine], *, beside: float, gap: float
) -> RulingLine | None:
    for other in rest:
        if other.at - rule.at > 2 * beside:
            return None
        apart = max(rule.start, other.start) - min(rule.end, other.end)
        if abs(other.at - rule.at) <= beside and apart <= gap:
            return other
    return None
