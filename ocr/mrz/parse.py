"""Read the machine-readable zone of a travel document from lines of text.

`read(lines)` finds the rows, tries every format that fits them, lets the check digits choose, and
returns the fields in the words of ICAO Doc 9303. Rules: parts 3 to 7.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from ocr.fields.check_digits import is_digits
from ocr.mrz import names as mrz_names
from ocr.mrz.candidates import Cell, fitted, options
from ocr.mrz.countries import MRZ_CODES
from ocr.mrz.formats import TRAVEL_DOCUMENTS, Format
from ocr.mrz.lines import Row, rows_of
from ocr.mrz.solver import Known, Solution, grids, passing, solve
from ocr.page import Line, Quad

_LENGTH_SLACK = 4  # characters a format may fit worse than the best one and still be tried
_MOST = 24  # combinations of format and rows that are solved at most


@dataclass(frozen=True, slots=True)
class Mrz:
    """One zone: its lines as printed, its fields (fillers gone), checks and confidences 0..1.

    Fields are named as the spans of the format; `surname` and `given_name` come from `name`. Dates
    stay `YYMMDD`: the century is not in the zone (see `birth_date`, `expiry_date`).
    """

    format: str
    lines: tuple[str, ...]
    fields: dict[str, str]
    checks: dict[str, bool]
    confidence: dict[str, float]
    quads: tuple[Quad, ...] = ()
    rows: tuple[Row, ...] = field(default=(), repr=False)

    @property
    def is_right(self) -> bool:
        """Tell whether every check digit agrees."""
        return all(self.checks.values())


def read(
    lines: Sequence[Line], *, formats: Sequence[Format] = TRAVEL_DOCUMENTS, least: int = 2
) -> Mrz | None:
    """Return the zone that lines of text show, or None if none has `least` agreeing checks."""
    return read_rows([[row] for row in rows_of(lines)], formats=formats, least=least)


def read_rows(
    rows: Sequence[Sequence[Row]], *, formats: Sequence[Format] = TRAVEL_DOCUMENTS, least: int = 2
) -> Mrz | None:
    """Return the zone that rows show; each row may come in several readings of the same place."""
    best: tuple[float, Solution, tuple[Row, ...]] | None = None
    known: Known = {}
    for _, format_, choice in _likely(rows, formats):
        found = _best_fit(format_, choice, known)
        if found and (best is None or found[0] > best[0]):
            best = (found[0], found[1], choice)
    if best is None or passing(best[1]) < least or not _is_plausible(best[1]):
        return None
    return _result(best[1], best[2])


def _likely(
    rows: Sequence[Sequence[Row]], formats: Sequence[Format]
) -> list[tuple[float, Format, tuple[Row, ...]]]:
    """Return the formats and rows worth solving, those whose lengths fit best first."""
    found: list[tuple[float, Format, tuple[Row, ...]]] = []
    for format_ in formats:
        for start in range(len(rows) - format_.lines + 1):
            window = rows[start : start + format_.lines]
            for choice in itertools.islice(itertools.product(*window), 27):
                off = sum(abs(len(row.cells) - format_.length) for row in choice)
                first = choice[0].cells[0][0][0] if choice[0].cells else ""
                found.append((off + (0.0 if first in format_.first else 2.0), format_, choice))
    found.sort(key=lambda item: item[0])
    return [item for item in found if item[0] <= found[0][0] + _LENGTH_SLACK][:_MOST]


def _is_plausible(solution: Solution) -> bool:
    """Tell whether a solution is what was read rather than what could be made of it."""
    cells = solution.format.length * solution.format.lines
    return solution.cost + _strangeness(solution) < 0.25 * cells


def _best_fit(format_: Format, rows: Sequence[Row], known: Known) -> tuple[float, Solution] | None:
    """Return the best solution of one format on these rows and its worth, if their lengths fit."""
    ways = [fitted(row.cells, format_.length) for row in rows]
    if not all(ways):
        return None
    best: tuple[float, Solution] | None = None
    for cost, grid in grids(ways):
        grid = [mrz_names.without_noise(format_, index, line) for index, line in enumerate(grid)]
        grid[0][0] = _first(format_, grid[0][0])
        solution = _with_countries(solve(format_, grid, known), grid)
        worth = 4.0 * passing(solution) - solution.cost - cost - _strangeness(solution)
        if best is None or worth > best[0]:
            best = (worth, solution)
    return best


def _first(format_: Format, cell: Cell) -> Cell:
    """Return what the first character of a zone may be: the format allows few letters.

    One that looks like none of them counts as the commonest, at a price that lowers its confidence.
    """
    known = tuple(entry for entry in options(cell, "code") if entry[0] in format_.first)
    elsewhere = cell[0][0] in "PVACI"  # read as what begins a zone of another format
    return known or ((format_.first[-1], 14.0 if elsewhere else 4.0),)


def _strangeness(solution: Solution) -> float:
    """Return a price for what the format's first line should not look like."""
    first = solution.lines[0][0]
    price = 0.0 if first in solution.format.first else 6.0
    for span in solution.format.spans:
        text = solution.lines[span.line][span.start : span.end]
        if span.name in ("country", "nationality") and text not in MRZ_CODES:
            price += 1.5
        if span.name == "name" and "<<" not in text.rstrip("<") + "<<":
            price += 1.0
    return price


def _with_countries(solution: Solution, grid: Sequence[Sequence[Cell]]) -> Solution:
    """Return the solution with country codes that exist, where look-alikes make one."""
    lines = list(solution.lines)
    odds = dict(solution.odds)
    for span in solution.format.spans:
        if span.name not in ("country", "nationality"):
            continue
        cells = [options(cell, "letters")[:5] for cell in grid[span.line][span.start : span.end]]
        known = [
            (sum(cost for _, cost in choice), "".join(char for char, _ in choice))
            for choice in itertools.product(*cells)
        ]
        known = sorted(entry for entry in known if entry[1] in MRZ_CODES)
        if known and known[0][0] < 5.0:
            line = lines[span.line]
            lines[span.line] = line[: span.start] + known[0][1] + line[span.end :]
            odds[span.name] = 1.0 / sum(math.exp(known[0][0] - cost) for cost, _ in known)
    return Solution(solution.format, tuple(lines), solution.checks, odds, solution.cost)


def _result(solution: Solution, rows: tuple[Row, ...]) -> Mrz:
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
        sure = confidence.pop("name")
        confidence["surname"] = confidence["given_name"] = sure
    quads = tuple(row.quad for row in rows)
    return Mrz(
        solution.format.name, solution.lines, fields, solution.checks, confidence, quads, rows
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


ENDLESS = "991231"
OLDEST = 118  # years: nobody older has travelled on a document that machines read


def is_century_open(birth: str, expiry: str, *, today: date) -> bool:
    """Tell whether `YYMMDD` leaves the century of a birth or an expiry to what the page prints.

    A birth is open where both centuries give the age of a living person. An expiry is open on the last
    day of a century: that is how documents without end are written.
    """
    old, young = _day(birth, 1900), _day(birth, 2000)
    is_young = young is not None and young <= today
    is_old = old is not None and today.year - old.year <= OLDEST
    return (is_young and is_old) or expiry == ENDLESS


def birth_date(text: str, *, today: date, expiry: str = "", printed: Sequence[date] = ()) -> str:
    """Return `YYYY-MM-DD` of a birth `YYMMDD`; empty where part of it is unknown.

    A date printed on the page with the same last two digits of the year decides the century. Else
    the latest year that is neither in the future nor after the expiry.
    """
    day = _day(text, 2000)
    seen = [when for when in printed if day and f"{when:%y%m%d}" == text and when <= today]
    if seen:
        return min(seen).isoformat()
    latest = today
    ends = expiry_date(expiry, today=today) if expiry else ""
    if ends:
        latest = min(latest, date.fromisoformat(ends))
    if day is None or day > latest:
        day = _day(text, 1900)
    return day.isoformat() if day else ""


def expiry_date(text: str, *, today: date, printed: Sequence[date] = ()) -> str:
    """Return `YYYY-MM-DD` of an expiry `YYMMDD`; empty where part of it is unknown.

    Machine-readable documents exist since 1980; nothing but `9912 31` is valid for 50 more years.
    """
    seen = [when for when in printed if f"{when:%y%m%d}" == text and when.year >= 1980]
    if seen:
        return min(seen).isoformat()
    day = _day(text, 2000)
    if day is not None and day.year > today.year + 50:
        day = _day(text, 1900)
    return day.isoformat() if day else ""


def _day(text: str, century: int) -> date | None:
    if len(text) != 6 or not is_digits(text):
        return None
    try:
        return date(century + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None
