"""Parse a machine-readable zone from recognised lines: formats, check digits, fields, dates. Pure.

`read(lines)` finds the lines of a zone, tries every format whose length they fit, lets the check
digits choose among the candidates and returns the fields as ICAO Doc 9303 parts 3 to 7 name them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from ocr.fields.check_digits import is_digits
from ocr.mrz import names as mrz_names
from ocr.mrz.candidates import Candidates, allowed_candidates, length_fits
from ocr.mrz.countries import MRZ_CODES
from ocr.mrz.formats import TRAVEL_DOCUMENTS, MrzFormat
from ocr.mrz.lines import MrzLine, find_mrz_lines
from ocr.mrz.solver import Solution, SolvedGroups, agreeing_checks, line_combinations, solve
from ocr.page import Line, Quad

_LENGTH_SLACK = 4  # characters by which a format may fit worse than the best one and still be tried
_MAX_COMBINATIONS = 24  # combinations of format and lines that are solved at most
_CHECK_WORTH = 4.0  # cost that an agreeing check digit outweighs
_COST_A_POSITION = 0.25  # mean cost above which a solution was made up rather than recognised


@dataclass(frozen=True, slots=True)
class Mrz:
    """One zone: its lines as printed, fields without fillers, results of the checks, confidences 0..1.

    Fields have the names of the format's spans; `surname` and `given_name` come from `name`. Dates
    stay `YYMMDD`: the century is not in the zone (see `birth_date`, `expiry_date`).
    """

    format: str
    lines: tuple[str, ...]
    fields: dict[str, str]
    checks: dict[str, bool]
    confidence: dict[str, float]
    quads: tuple[Quad, ...] = ()
    sources: tuple[MrzLine, ...] = field(default=(), repr=False)

    @property
    def is_valid(self) -> bool:
        """Whether every check digit agrees."""
        return all(self.checks.values())


def read(
    lines: Sequence[Line], *, formats: Sequence[MrzFormat] = TRAVEL_DOCUMENTS, least: int = 2
) -> Mrz | None:
    """Return the zone among the lines of a page; None if none has `least` agreeing check digits."""
    return read_lines([[line] for line in find_mrz_lines(lines)], formats=formats, least=least)


def read_lines(
    lines: Sequence[Sequence[MrzLine]],
    *,
    formats: Sequence[MrzFormat] = TRAVEL_DOCUMENTS,
    least: int = 2,
) -> Mrz | None:
    """Return the zone that lines from top to bottom hold; None if `least` checks do not agree.

    Each line may come with several recognition results of the same region.
    """
    best: tuple[float, Solution, tuple[MrzLine, ...]] | None = None
    solved: SolvedGroups = {}
    for _, format_, choice in _candidate_line_sets(lines, formats):
        found = _best_fit(format_, choice, solved)
        if found and (best is None or found[0] > best[0]):
            best = (found[0], found[1], choice)
    if best is None or agreeing_checks(best[1]) < least or not _is_plausible(best[1]):
        return None
    return _result(best[1], best[2])


def _candidate_line_sets(
    lines: Sequence[Sequence[MrzLine]], formats: Sequence[MrzFormat]
) -> list[tuple[float, MrzFormat, tuple[MrzLine, ...]]]:
    """Return (misfit, format, lines) worth solving, those whose lengths fit best first."""
    found: list[tuple[float, MrzFormat, tuple[MrzLine, ...]]] = []
    for format_ in formats:
        for start in range(len(lines) - format_.lines + 1):
            window = lines[start : start + format_.lines]
            for choice in itertools.islice(itertools.product(*window), 27):
                off = sum(abs(len(line.positions) - format_.length) for line in choice)
                first = choice[0].positions[0][0][0] if choice[0].positions else ""
                found.append((off + (0.0 if first in format_.first else 2.0), format_, choice))
    found.sort(key=lambda item: item[0])
    return [item for item in found if item[0] <= found[0][0] + _LENGTH_SLACK][:_MAX_COMBINATIONS]


def _is_plausible(solution: Solution) -> bool:
    """Return whether a solution is what was recognised rather than what could be made of it."""
    positions = solution.format.length * solution.format.lines
    return solution.cost + _implausibility_cost(solution) < _COST_A_POSITION * positions


def _best_fit(
    format_: MrzFormat, lines: Sequence[MrzLine], solved: SolvedGroups
) -> tuple[float, Solution] | None:
    """Return (worth, solution) of one format on these lines, None if their lengths do not fit."""
    fits = [length_fits(line.positions, format_.length) for line in lines]
    if not all(fits):
        return None
    best: tuple[float, Solution] | None = None
    for cost, fitted in line_combinations(fits):
        zone = [
            mrz_names.restore_fillers(format_, index, line) for index, line in enumerate(fitted)
        ]
        zone[0][0] = _first_position(format_, zone[0][0])
        solution = _with_countries(solve(format_, zone, solved), zone)
        worth = (
            _CHECK_WORTH * agreeing_checks(solution)
            - solution.cost
            - cost
            - _implausibility_cost(solution)
        )
        if best is None or worth > best[0]:
            best = (worth, solution)
    return best


def _first_position(format_: MrzFormat, position: Candidates) -> Candidates:
    """Return the candidates of a zone's first character, which the format restricts to few letters.

    One that looks like none of them counts as the commonest, at a cost that lowers its confidence.
    """
    known = tuple(
        entry for entry in allowed_candidates(position, "code") if entry[0] in format_.first
    )
    elsewhere = position[0][0] in "PVACI"  # recognised as what begins a zone of another format
    return known or ((format_.first[-1], 14.0 if elsewhere else 4.0),)


def _implausibility_cost(solution: Solution) -> float:
    """Return a cost for a first letter, country or name that the format does not have."""
    first = solution.lines[0][0]
    price = 0.0 if first in solution.format.first else 6.0
    for span in solution.format.spans:
        text = solution.lines[span.line][span.start : span.end]
        if span.name in ("country", "nationality") and text not in MRZ_CODES:
            price += 1.5
        if span.name == "name" and "<<" not in text.rstrip("<") + "<<":
            price += 1.0
    return price


def _with_countries(solution: Solution, zone: Sequence[Sequence[Candidates]]) -> Solution:
    """Return the solution with country codes that exist, where look-alikes make one.

    Country codes have no check digit; the list of ICAO 9303-3, section 5 takes its part.
    """
    lines = list(solution.lines)
    odds = dict(solution.odds)
    for span in solution.format.spans:
        if span.name not in ("country", "nationality"):
            continue
        positions = [
            allowed_candidates(position, "letters")[:5]
            for position in zone[span.line][span.start : span.end]
        ]
        known = [
            (sum(cost for _, cost in choice), "".join(char for char, _ in choice))
            for choice in itertools.product(*positions)
        ]
        known = sorted(entry for entry in known if entry[1] in MRZ_CODES)
        if known and known[0][0] < 5.0:
            line = lines[span.line]
            lines[span.line] = line[: span.start] + known[0][1] + line[span.end :]
            odds[span.name] = 1.0 / sum(math.exp(known[0][0] - cost) for cost, _ in known)
    return Solution(solution.format, tuple(lines), solution.checks, odds, solution.cost)


def _result(solution: Solution, sources: tuple[MrzLine, ...]) -> Mrz:
    fields = {
        span.name: solution.lines[span.line][span.start : span.end]
        for span in solution.format.spans
    }
    if _is_overflowing(solution, fields):
        rest, _, optional = fields["optional"].partition("<")
        fields["number"] += rest[:-1]
        fields["optional"] = optional
    confidence = {name: round(_confidence(solution, name), 4) for name in fields}
    name = fields.pop("name", "")
    fields = {key: value.replace("<", " ").strip() for key, value in fields.items()}
    if "number" in fields:
        fields["number"] = fields["number"].replace(" ", "")
    if name:
        fields["surname"], fields["given_name"] = mrz_names.split(name)
        of_name = confidence.pop("name")
        confidence["surname"] = confidence["given_name"] = of_name
    quads = tuple(line.quad for line in sources)
    return Mrz(
        solution.format.name, solution.lines, fields, solution.checks, confidence, quads, sources
    )


def _is_overflowing(solution: Solution, fields: dict[str, str]) -> bool:
    if solution.format.overflow is None or "<" in fields["number"]:
        return False
    check = solution.format.checks[0]
    return solution.lines[check.line][check.position] == "<" and fields["optional"][0] != "<"


def _confidence(solution: Solution, name: str) -> float:
    odds = solution.odds.get(name, 0.0)
    if solution.checks.get(name) is False:
        return min(odds, 0.4)
    if solution.checks.get("composite") is False:
        return odds * 0.85
    return odds


ENDLESS = "991231"  # how documents without an expiry are written
OLDEST = 118  # years: nobody older has travelled on a machine-readable document


def is_century_open(birth: str, expiry: str, *, today: date) -> bool:
    """Return whether only the printed dates can decide the century of a birth or an expiry `YYMMDD`.

    A birth is open where both centuries give the age of a living person, an expiry on the last day of
    a century.
    """
    old, young = _date_in_century(birth, 1900), _date_in_century(birth, 2000)
    is_young = young is not None and young <= today
    is_old = old is not None and today.year - old.year <= OLDEST
    return (is_young and is_old) or expiry == ENDLESS


def birth_date(text: str, *, today: date, expiry: str = "", printed: Sequence[date] = ()) -> str:
    """Return `YYYY-MM-DD` of a birth `YYMMDD`; empty where part of it is unknown.

    A date printed on the page with the same last two digits of the year decides the century. Else
    the latest year that is neither in the future nor after the expiry.
    """
    day = _date_in_century(text, 2000)
    seen = [when for when in printed if day and f"{when:%y%m%d}" == text and when <= today]
    if seen:
        return min(seen).isoformat()
    latest = today
    ends = expiry_date(expiry, today=today) if expiry else ""
    if ends:
        latest = min(latest, date.fromisoformat(ends))
    if day is None or day > latest:
        day = _date_in_century(text, 1900)
    return day.isoformat() if day else ""


def expiry_date(text: str, *, today: date, printed: Sequence[date] = ()) -> str:
    """Return `YYYY-MM-DD` of an expiry `YYMMDD`; empty where part of it is unknown.

    Machine-readable documents exist since 1980; nothing but `991231` is valid for 50 more years.
    """
    seen = [when for when in printed if f"{when:%y%m%d}" == text and when.year >= 1980]
    if seen:
        return min(seen).isoformat()
    day = _date_in_century(text, 2000)
    if day is not None and day.year > today.year + 50:
        day = _date_in_century(text, 1900)
    return day.isoformat() if day else ""


def _date_in_century(text: str, century: int) -> date | None:
    if len(text) != 6 or not is_digits(text):
        return None
    try:
        return date(century + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None
