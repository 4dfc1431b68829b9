"""Solve a zone: the cheapest candidates of its fields that the check digits agree with. Pure.

A check digit only chooses among candidates that the recogniser offered, or look-alikes of them at a
cost. Where none agrees, the cheapest candidates stay and the check is reported as failed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from ocr.fields.check_digits import is_digits, mrz_digit, mrz_value
from ocr.mrz.candidates import Candidates, allowed_candidates
from ocr.mrz.formats import CheckDigit, MrzFormat

FAILED_COST = 5.0  # a check digit that no candidate satisfies
BAD_DATE_COST = 4.0  # a date that no calendar has
_MAX_CANDIDATES = 120  # texts of one field that are tried against its check digit
_KEPT_CANDIDATES = 6  # of those, the ones among which the composite digit may choose
_MAX_COMBINATIONS = 27  # three ways for each of three lines
_MAX_WEIGHT = 50.0  # bounds exp() where a rejected candidate is far cheaper than the chosen one

Position = tuple[int, int]  # line and index within it
Lines = Sequence[Sequence[Candidates]]  # of the format's length


@dataclass(frozen=True, slots=True)
class Solution:
    """A solved zone: its lines, whether each check digit agrees, probability of each field, cost."""

    format: MrzFormat
    lines: tuple[str, ...]
    checks: dict[str, bool]
    odds: dict[str, float]
    cost: float


@dataclass(frozen=True, slots=True)
class _FieldCandidate:
    """One text of a field with its check digit: cost, and whether the digit agrees."""

    text: str
    cost: float
    agrees: bool


# Sum of the composite digit so far, modulo 10 -> cost and candidates of the cheapest way to it.
_CompositeSums = dict[int, tuple[float, list[_FieldCandidate]]]


@dataclass(frozen=True, slots=True)
class _FieldGroup:
    """A field with its check digit, or one without: its positions and candidates, cheapest first."""

    name: str
    positions: tuple[Position, ...]
    candidates: tuple[_FieldCandidate, ...]


_Key = tuple[str, CheckDigit, tuple[Candidates, ...]]
# Solved fields by their candidates: most ways to fit the lines of one zone share them.
SolvedGroups = dict[_Key, _FieldGroup]


def solve(format_: MrzFormat, lines: Lines, solved: SolvedGroups | None = None) -> Solution:
    """Return the cheapest solution of lines that have the format's length.

    `solved` keeps the solved fields for the next combination of the same document's lines.
    """
    solved = {} if solved is None else solved
    checks = _with_overflow(format_, lines)
    composite = next((check for check in checks if check.name == "composite"), None)
    groups = [
        _solved_group(format_, lines, check, solved) for check in checks if check is not composite
    ]
    groups += _unchecked_groups(format_, lines, groups, composite)
    texts = [[candidates[0][0] for candidates in line] for line in lines]
    if composite is None:
        chosen, passed, cost = [group.candidates[0] for group in groups], None, 0.0
    else:
        chosen, passed, cost = _satisfy_composite(lines, groups, composite, texts)
    for group, candidate in zip(groups, chosen, strict=True):
        for (line, index), char in zip(group.positions, candidate.text, strict=True):
            texts[line][index] = char
    results = {
        group.name: candidate.agrees
        for group, candidate in zip(groups, chosen, strict=True)
        if any(check.name == group.name for check in checks)
    }
    if passed is not None:
        results["composite"] = passed
    odds = {
        group.name: _probability(group, candidate)
        for group, candidate in zip(groups, chosen, strict=True)
    }
    total = cost + sum(candidate.cost for candidate in chosen)
    return Solution(format_, tuple("".join(text) for text in texts), results, odds, total)


def _with_overflow(format_: MrzFormat, lines: Lines) -> tuple[CheckDigit, ...]:
    """Return the check digits, the document number's moved where the number overflows.

    ICAO 9303-5, 4.2.2: the position of the digit is a filler; the rest of the number and its digit
    begin the optional data and end before its first filler.
    """
    if format_.overflow is None:
        return format_.checks
    number = format_.checks[0]
    line, start, stop = number.over[0]
    text = [candidates[0][0] for candidates in lines[line]]
    if text[number.position] != "<" or "<" in text[start:stop]:
        return format_.checks
    more = 15 if format_.name == "TD1" else 28
    rest = "".join(text[more : format_.overflow[1]]).split("<")[0]
    if not 2 <= len(rest) <= 12:
        return format_.checks
    end = more + len(rest) - 1
    long = CheckDigit("number", line, end, ((line, start, stop), (line, more, end)))
    return (long, *format_.checks[1:])


def _positions(over: tuple[tuple[int, int, int], ...]) -> list[Position]:
    return [(line, index) for line, start, end in over for index in range(start, end)]


def _position_candidates(format_: MrzFormat, lines: Lines, position: Position) -> Candidates:
    line, index = position
    return allowed_candidates(lines[line][index], format_.kinds(line)[index])


def _solved_group(
    format_: MrzFormat, lines: Lines, check: CheckDigit, solved: SolvedGroups
) -> _FieldGroup:
    positions = [*_positions(check.over), (check.line, check.position)]
    key = (format_.name, check, tuple(lines[line][index] for line, index in positions))
    if key not in solved:
        solved[key] = _solve_group(format_, lines, check)
    return solved[key]


def _solve_group(format_: MrzFormat, lines: Lines, check: CheckDigit) -> _FieldGroup:
    """Return the candidates of a field and its check digit: those that agree, and two that fail."""
    body = _positions(check.over)
    kinds = {span.name: span.kind for span in format_.spans}
    choices = [_position_candidates(format_, lines, position) for position in body]
    digit = allowed_candidates(lines[check.line][check.position], "check")
    digits = dict(digit)
    agreeing: list[_FieldCandidate] = []
    failing: list[_FieldCandidate] = []
    for cost, text in _cheapest_texts(choices, _MAX_CANDIDATES):
        is_cheapest = not failing
        if kinds.get(check.name) == "date" and not is_date(text):
            cost += BAD_DATE_COST
            if not is_cheapest:
                continue  # a correction that makes an impossible date is none
        wanted = str(mrz_digit(text))
        if wanted in digits:
            agreeing.append(_FieldCandidate(text + wanted, cost + digits[wanted], agrees=True))
        if "<" in digits and wanted == "0" and (check.optional or not text.strip("<")):
            agreeing.append(_FieldCandidate(text + "<", cost + digits["<"], agrees=True))
        if len(failing) < 2:
            price = cost + digit[0][1] + FAILED_COST
            failing.append(_FieldCandidate(text + digit[0][0], price, agrees=False))
    ranked = sorted(agreeing, key=lambda candidate: candidate.cost)[:_KEPT_CANDIDATES]
    ranked = sorted([*ranked, *failing], key=lambda candidate: candidate.cost)
    return _FieldGroup(check.name, (*body, (check.line, check.position)), tuple(ranked))


def _unchecked_groups(
    format_: MrzFormat,
    lines: Lines,
    groups: list[_FieldGroup],
    composite: CheckDigit | None,
) -> list[_FieldGroup]:
    """Return the fields without a check digit of their own.

    Those that the composite digit covers have several candidates; the others, such as the name, only
    the cheapest.
    """
    taken = {position for group in groups for position in group.positions}
    covered = set(_positions(composite.over)) if composite else set()
    unchecked: list[_FieldGroup] = []
    for span in format_.spans:
        positions = [(span.line, index) for index in range(span.start, span.end)]
        positions = [position for position in positions if position not in taken]
        if not positions:
            continue
        choices = [_position_candidates(format_, lines, position) for position in positions]
        limit = _KEPT_CANDIDATES * 2 if any(p in covered for p in positions) else 1
        candidates = [
            _FieldCandidate(text, cost, agrees=True)
            for cost, text in _cheapest_texts(choices, limit)
        ]
        unchecked.append(_FieldGroup(span.name, tuple(positions), tuple(candidates)))
    return unchecked


def _satisfy_composite(
    lines: Lines, groups: list[_FieldGroup], composite: CheckDigit, texts: list[list[str]]
) -> tuple[list[_FieldCandidate], bool, float]:
    """Choose a candidate for each field so that the composite digit agrees at the lowest cost.

    Returns (candidates, whether the digit agrees, cost of the digit) and writes the digit into
    `texts`. A way that costs more than a failed check is refused.
    """
    covered = _positions(composite.over)
    position = lines[composite.line][composite.position]
    digits = dict(allowed_candidates(position, "check", optional=False))
    weights = {position: (7, 3, 1)[index % 3] for index, position in enumerate(covered)}
    owned = {position for group in groups for position in group.positions}
    fixed = sum(mrz_value(texts[a][b]) * w for (a, b), w in weights.items() if (a, b) not in owned)
    sums: _CompositeSums = {fixed % 10: (0.0, [])}
    for group in groups:
        sums = _add_group(sums, group, weights)
    ceiling = FAILED_COST + sum(group.candidates[0].cost for group in groups)
    priced = [
        (cost + digits[str(total)], str(total), candidates)
        for total, (cost, candidates) in sums.items()
        if str(total) in digits
    ]
    best = min(priced, default=None, key=lambda item: item[0])
    if best is not None and best[0] < ceiling:
        texts[composite.line][composite.position] = best[1]
        return best[2], True, digits[best[1]]
    texts[composite.line][composite.position] = min(digits, key=lambda d: digits[d])
    return [group.candidates[0] for group in groups], False, FAILED_COST


def _composite_share(
    group: _FieldGroup, candidate: _FieldCandidate, weights: dict[Position, int]
) -> int:
    pairs = zip(group.positions, candidate.text, strict=True)
    return sum(mrz_value(char) * weights.get(position, 0) for position, char in pairs)


def _add_group(
    sums: _CompositeSums, group: _FieldGroup, weights: dict[Position, int]
) -> _CompositeSums:
    """Return the cheapest way to every sum modulo 10 after one more field (dynamic programming)."""
    extended: _CompositeSums = {}
    for candidate in group.candidates:
        share = _composite_share(group, candidate, weights)
        for total, (cost, chosen) in sums.items():
            key = (total + share) % 10
            if key not in extended or cost + candidate.cost < extended[key][0]:
                extended[key] = (cost + candidate.cost, [*chosen, candidate])
    return extended


def _cheapest_texts(choices: Sequence[Candidates], limit: int) -> list[tuple[float, str]]:
    """Return up to `limit` texts of one candidate a position, cheapest first (beam search)."""
    beam: list[tuple[float, str]] = [(0.0, "")]
    for candidates in choices:
        if len(candidates) == 1:
            beam = [(cost + candidates[0][1], text + candidates[0][0]) for cost, text in beam]
            continue
        extended = [
            (cost + price, text + char) for cost, text in beam for char, price in candidates[:6]
        ]
        extended.sort()
        beam = extended[:limit]
    return beam


def _probability(group: _FieldGroup, chosen: _FieldCandidate) -> float:
    """Return the probability of the chosen candidate among those that were possible."""
    rivals = [candidate for candidate in group.candidates if candidate.agrees == chosen.agrees]
    weights = [math.exp(chosen.cost - candidate.cost) for candidate in rivals]
    share = 1.0 / max(sum(min(weight, _MAX_WEIGHT) for weight in weights), 1.0)
    if len(rivals) == 1 and len(group.candidates) == 1:
        share = math.exp(-min(chosen.cost, 5.0))
    return share if chosen.agrees else 0.4 * share


def is_date(text: str) -> bool:
    """Return whether `YYMMDD` may be a date; unknown parts are fillers (ICAO 9303-3, 4.8)."""
    month, day = text[2:4], text[4:6]
    if "<" in text:
        return all(part == "<<" or is_digits(part) for part in (text[:2], month, day))
    return 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def agreeing_checks(solution: Solution) -> int:
    """Return how many of a solution's check digits agree."""
    return sum(solution.checks.values())


def line_combinations(
    fits: Sequence[Sequence[tuple[float, list[Candidates]]]],
) -> list[tuple[float, list[list[Candidates]]]]:
    """Return the combinations of one way to fit each line, with the summed cost."""
    return [
        (sum(cost for cost, _ in choice), [positions for _, positions in choice])
        for choice in itertools.islice(itertools.product(*fits), _MAX_COMBINATIONS)
    ]
