"""Choose the reading of a zone that its check digits agree with.

A check digit only ever chooses among readings the reader itself offered, or look-alikes of them at a
price; when none agrees, the likeliest reading stays and its check is reported as failed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from ocr.fields.check_digits import is_digits, mrz_digit, mrz_value
from ocr.mrz.candidates import Cell, options
from ocr.mrz.formats import Check, Format

FAILED = 5.0  # what a check that nothing satisfies costs
BAD_DATE = 4.0
_TRIES = 120  # readings of one field that are looked at
_KEPT = 6  # readings of one field that the overall digit may choose from

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Solution:
    """A whole zone as characters, what was found about its checks, and how sure each field is."""

    format: Format
    lines: tuple[str, ...]
    checks: dict[str, bool]
    odds: dict[str, float]
    cost: float


@dataclass(frozen=True, slots=True)
class _Reading:
    """One reading of a group of cells: its characters, cost, and whether its digit agrees."""

    text: str
    cost: float
    agrees: bool


_Ways = dict[int, tuple[float, list[_Reading]]]


@dataclass(frozen=True, slots=True)
class _Group:
    """Cells that stand or fall together: a field with its digit, or a field without one."""

    name: str
    places: tuple[Place, ...]
    readings: tuple[_Reading, ...]


_Key = tuple[str, Check, tuple[Cell, ...]]
Known = dict[_Key, _Group]  # groups that were solved before: most ways to fit a zone share them


def solve(format_: Format, grid: Sequence[Sequence[Cell]], known: Known | None = None) -> Solution:
    """Return the best reading of a grid of cells that has the format's shape.

    `known` keeps the solved fields for the next grid of the same document.
    """
    known = {} if known is None else known
    checks = _with_overflow(format_, grid)
    composite = next((check for check in checks if check.name == "composite"), None)
    groups = [
        _known_group(format_, grid, check, known) for check in checks if check is not composite
    ]
    groups += _plain_groups(format_, grid, groups, composite)
    lines = [[cell[0][0] for cell in row] for row in grid]
    if composite is None:
        chosen, passed, cost = [group.readings[0] for group in groups], None, 0.0
    else:
        chosen, passed, cost = _agree(format_, grid, groups, composite, lines)
    for group, reading in zip(groups, chosen, strict=True):
        _write(lines, group, reading)
    results = {
        group.name: reading.agrees
        for group, reading in zip(groups, chosen, strict=True)
        if any(check.name == group.name for check in checks)
    }
    if passed is not None:
        results["composite"] = passed
    odds = {
        group.name: _odds(group, reading) for group, reading in zip(groups, chosen, strict=True)
    }
    total = cost + sum(reading.cost for reading in chosen)
    return Solution(format_, tuple("".join(line) for line in lines), results, odds, total)


def _with_overflow(format_: Format, grid: Sequence[Sequence[Cell]]) -> tuple[Check, ...]:
    """Move the number's digit where a document number runs on into the optional data.

    Doc 9303-5, 4.2.2: the position of the digit is a filler, the rest of the number and its digit
    start the optional data and end before its first filler.
    """
    if format_.overflow is None:
        return format_.checks
    number = format_.checks[0]
    line, start, stop = number.over[0]
    head = [cell[0][0] for cell in grid[line]]
    if head[number.position] != "<" or "<" in head[start:stop]:
        return format_.checks
    more = 15 if format_.name == "TD1" else 28
    rest = "".join(head[more : format_.overflow[1]]).split("<")[0]
    if not 2 <= len(rest) <= 12:
        return format_.checks
    end = more + len(rest) - 1
    long = Check("number", line, end, ((line, start, stop), (line, more, end)))
    return (long, *format_.checks[1:])


def _places(over: tuple[tuple[int, int, int], ...]) -> list[Place]:
    return [(line, index) for line, start, end in over for index in range(start, end)]


def _choices(format_: Format, grid: Sequence[Sequence[Cell]], place: Place) -> Cell:
    line, index = place
    return options(grid[line][index], format_.kinds(line)[index])


def _known_group(
    format_: Format, grid: Sequence[Sequence[Cell]], check: Check, known: Known
) -> _Group:
    places = [*_places(check.over), (check.line, check.position)]
    key = (format_.name, check, tuple(grid[line][index] for line, index in places))
    if key not in known:
        known[key] = _checked_group(format_, grid, check)
    return known[key]


def _checked_group(format_: Format, grid: Sequence[Sequence[Cell]], check: Check) -> _Group:
    body = _places(check.over)
    kinds = {span.name: span.kind for span in format_.spans}
    choices = [_choices(format_, grid, place) for place in body]
    digit = options(grid[check.line][check.position], "check")
    digits = dict(digit)
    agreeing: list[_Reading] = []
    failing: list[_Reading] = []
    for cost, text in _cheapest(choices, _TRIES):
        likeliest = not failing
        if kinds.get(check.name) == "date" and not is_date(text):
            cost += BAD_DATE
            if not likeliest:
                continue  # a repair that makes an impossible date is none
        wanted = str(mrz_digit(text))
        if wanted in digits:
            agreeing.append(_Reading(text + wanted, cost + digits[wanted], agrees=True))
        if "<" in digits and wanted == "0" and (check.optional or not text.strip("<")):
            agreeing.append(_Reading(text + "<", cost + digits["<"], agrees=True))
        if len(failing) < 2:
            failing.append(_Reading(text + digit[0][0], cost + digit[0][1] + FAILED, agrees=False))
    ranked = sorted(agreeing, key=lambda reading: reading.cost)[:_KEPT]
    ranked = sorted([*ranked, *failing], key=lambda reading: reading.cost)
    return _Group(check.name, (*body, (check.line, check.position)), tuple(ranked))


def _plain_groups(
    format_: Format,
    grid: Sequence[Sequence[Cell]],
    groups: list[_Group],
    composite: Check | None,
) -> list[_Group]:
    """Return groups for the fields that have no digit of their own; names stay as they are read."""
    taken = {place for group in groups for place in group.places}
    covered = set(_places(composite.over)) if composite else set()
    plain: list[_Group] = []
    for span in format_.spans:
        places = [(span.line, i) for i in range(span.start, span.end)]
        places = [place for place in places if place not in taken]
        if not places:
            continue
        choices = [_choices(format_, grid, place) for place in places]
        limit = _KEPT * 2 if any(place in covered for place in places) else 1
        readings = [_Reading(text, cost, agrees=True) for cost, text in _cheapest(choices, limit)]
        plain.append(_Group(span.name, tuple(places), tuple(readings)))
    return plain


def _agree(
    format_: Format,
    grid: Sequence[Sequence[Cell]],
    groups: list[_Group],
    composite: Check,
    lines: list[list[str]],
) -> tuple[list[_Reading], bool, float]:
    """Choose one reading a group so that the overall digit agrees at the lowest cost."""
    covered = _places(composite.over)
    digits = dict(options(grid[composite.line][composite.position], "check", optional=False))
    weights = {place: (7, 3, 1)[index % 3] for index, place in enumerate(covered)}
    owned = {place for group in groups for place in group.places}
    fixed = sum(mrz_value(lines[a][b]) * w for (a, b), w in weights.items() if (a, b) not in owned)
    ways: _Ways = {fixed % 10: (0.0, [])}  # sum so far -> cheapest readings that give it
    for group in groups:
        ways = _extended(ways, group, weights)
    ceiling = FAILED + sum(group.readings[0].cost for group in groups)
    priced = [
        (cost + digits[str(total)], str(total), readings)
        for total, (cost, readings) in ways.items()
        if str(total) in digits
    ]
    best = min(priced, default=None, key=lambda item: item[0])
    if best is not None and best[0] < ceiling:
        lines[composite.line][composite.position] = best[1]
        return best[2], True, digits[best[1]]
    lines[composite.line][composite.position] = min(digits, key=lambda d: digits[d])
    return [group.readings[0] for group in groups], False, FAILED


def _share(group: _Group, reading: _Reading, weights: dict[Place, int]) -> int:
    pairs = zip(group.places, reading.text, strict=True)
    return sum(mrz_value(char) * weights.get(place, 0) for place, char in pairs)


def _extended(ways: _Ways, group: _Group, weights: dict[Place, int]) -> _Ways:
    """Return the cheapest readings for every sum modulo 10 after one more group."""
    grown: _Ways = {}
    for reading in group.readings:
        share = _share(group, reading, weights)
        for total, (cost, readings) in ways.items():
            key = (total + share) % 10
            if key not in grown or cost + reading.cost < grown[key][0]:
                grown[key] = (cost + reading.cost, [*readings, reading])
    return grown


def _cheapest(choices: Sequence[Cell], limit: int) -> list[tuple[float, str]]:
    """Return up to `limit` strings made of one option a cell, cheapest first."""
    beam: list[tuple[float, str]] = [(0.0, "")]
    for cell in choices:
        if len(cell) == 1:
            beam = [(cost + cell[0][1], text + cell[0][0]) for cost, text in beam]
            continue
        grown = [(cost + price, text + char) for cost, text in beam for char, price in cell[:6]]
        grown.sort()
        beam = grown[:limit]
    return beam


def _write(lines: list[list[str]], group: _Group, reading: _Reading) -> None:
    for (line, index), char in zip(group.places, reading.text, strict=True):
        lines[line][index] = char


def _odds(group: _Group, chosen: _Reading) -> float:
    """Return how likely the chosen reading is among those that were possible."""
    rivals = [reading for reading in group.readings if reading.agrees == chosen.agrees]
    weights = [math.exp(chosen.cost - reading.cost) for reading in rivals]
    share = 1.0 / max(sum(min(weight, 50.0) for weight in weights), 1.0)
    if len(rivals) == 1 and len(group.readings) == 1:
        share = math.exp(-min(chosen.cost, 5.0))
    return share if chosen.agrees else 0.4 * share


def is_date(text: str) -> bool:
    """Tell whether `YYMMDD` may be a date; unknown parts are fillers (Doc 9303-3, 4.8)."""
    month, day = text[2:4], text[4:6]
    if "<" in text:
        return all(part == "<<" or is_digits(part) for part in (text[:2], month, day))
    return 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def passing(solution: Solution) -> int:
    """Return how many of a solution's checks agree."""
    return sum(solution.checks.values())


def grids(
    rows: Sequence[Sequence[tuple[float, list[Cell]]]],
) -> list[tuple[float, list[list[Cell]]]]:
    """Return every way to take one fitted line a row, with the summed cost."""
    return [
        (sum(cost for cost, _ in choice), [cells for _, cells in choice])
        for choice in itertools.islice(itertools.product(*rows), 27)
    ]
