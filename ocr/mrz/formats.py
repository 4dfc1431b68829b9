"""The machine-readable zones that can be read: lines, fields and check digits as rows.

Sources: ICAO Doc 9303 parts 4 (TD3), 5 (TD1), 6 (TD2), 7 (MRV-A, MRV-B); GA/T 704 and published
readers for the lines of China's own permits, which are 30 characters long but are not TD1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["code", "letters", "name", "alnum", "date", "digits", "sex", "check"]


@dataclass(frozen=True, slots=True)
class Span:
    """One field: which line, from where, to where (end exclusive), what may stand there."""

    name: str
    line: int
    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Check:
    """One check digit and the stretches `(line, start, end)` it covers.

    `optional` digits may be a filler where the field is empty.
    """

    name: str
    line: int
    position: int
    over: tuple[tuple[int, int, int], ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of zone. `first` are the letters its first line may begin with, the commonest last."""

    name: str
    length: int
    lines: int
    first: str
    spans: tuple[Span, ...]
    checks: tuple[Check, ...]
    overflow: tuple[int, int] | None = None  # line and end of the stretch a long number runs into

    def kinds(self, line: int) -> Sequence[Kind]:
        """Return the kind of every position of a line; check digits included."""
        return _kinds(self, line)


@lru_cache(maxsize=64)
def _kinds(format_: Format, line: int) -> tuple[Kind, ...]:
    kinds: list[Kind] = ["alnum"] * format_.length
    for span in format_.spans:
        if span.line == line:
            kinds[span.start : span.end] = [span.kind] * (span.end - span.start)
    for check in format_.checks:
        if check.line == line:
            kinds[check.position] = "check"
    return tuple(kinds)


def _second_line(length: int, *, composite: bool, personal: bool) -> tuple[Span | Check, ...]:
    """Rows of the second line that TD2, TD3 and both visas share."""
    rows: list[Span | Check] = [
        Span("number", 1, 0, 9, "alnum"),
        Check("number", 1, 9, ((1, 0, 9),)),
        Span("nationality", 1, 10, 13, "letters"),
        Span("birth", 1, 13, 19, "date"),
        Check("birth", 1, 19, ((1, 13, 19),)),
        Span("sex", 1, 20, 21, "sex"),
        Span("expiry", 1, 21, 27, "date"),
        Check("expiry", 1, 27, ((1, 21, 27),)),
    ]
    end = length - (1 if composite else 0) - (1 if personal else 0)
    rows.append(Span("optional", 1, 28, end, "alnum"))
    if personal:
        rows.append(Check("optional", 1, 42, ((1, 28, 42),), optional=True))
    if composite:
        over = ((1, 0, 10), (1, 13, 20), (1, 21, length - 1))
        rows.append(Check("composite", 1, length - 1, over))
    return tuple(rows)


def _two_lines(name: str, length: int, first: str, *, composite: bool) -> Format:
    rows = _second_line(length, composite=composite, personal=composite and length == 44)
    head = (
        Span("code", 0, 0, 2, "code"),
        Span("country", 0, 2, 5, "letters"),
        Span("name", 0, 5, length, "name"),
    )
    return Format(
        name,
        length,
        2,
        first,
        head + tuple(row for row in rows if isinstance(row, Span)),
        tuple(row for row in rows if isinstance(row, Check)),
        overflow=(1, 35) if name == "TD2" else None,
    )


TD1 = Format(
    "TD1",
    30,
    3,
    "ACI",
    (
        Span("code", 0, 0, 2, "code"),
        Span("country", 0, 2, 5, "letters"),
        Span("number", 0, 5, 14, "alnum"),
        Span("optional", 0, 15, 30, "alnum"),
        Span("birth", 1, 0, 6, "date"),
        Span("sex", 1, 7, 8, "sex"),
        Span("expiry", 1, 8, 14, "date"),
        Span("nationality", 1, 15, 18, "letters"),
        Span("optional2", 1, 18, 29, "alnum"),
        Span("name", 2, 0, 30, "name"),
    ),
    (
        Check("number", 0, 14, ((0, 5, 14),)),
        Check("birth", 1, 6, ((1, 0, 6),)),
        Check("expiry", 1, 14, ((1, 8, 14),)),
        Check("composite", 1, 29, ((0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29))),
    ),
    overflow=(0, 30),
)
TD2 = _two_lines("TD2", 36, "ACI", composite=True)
TD3 = _two_lines("TD3", 44, "P", composite=True)
MRV_A = _two_lines("MRV-A", 44, "V", composite=False)
MRV_B = _two_lines("MRV-B", 36, "V", composite=False)

# Exit-entry permit to Hong Kong, Macao (CS) and Taiwan (CD): one line, no name in it.
EXIT_ENTRY = Format(
    "EXIT-ENTRY",
    30,
    1,
    "C",
    (
        Span("code", 0, 0, 2, "code"),
        Span("number", 0, 2, 11, "alnum"),
        Span("expiry", 0, 13, 19, "date"),
        Span("birth", 0, 21, 27, "date"),
    ),
    (
        Check("number", 0, 11, ((0, 2, 11),)),
        Check("expiry", 0, 19, ((0, 13, 19),)),
        Check("birth", 0, 27, ((0, 21, 27),)),
        Check("composite", 0, 29, ((0, 2, 12), (0, 13, 20), (0, 21, 28))),
    ),
)

# Mainland travel permit, card of 2013: three lines; the second carries the home number.
TRAVEL_PERMIT = Format(
    "TRAVEL-PERMIT",
    30,
    3,
    "C",
    (
        Span("code", 0, 0, 2, "code"),
        Span("number", 0, 2, 11, "alnum"),
        Span("times", 0, 12, 14, "digits"),
        Span("expiry", 0, 15, 21, "date"),
        Span("sex", 0, 22, 23, "sex"),
        Span("birth", 0, 23, 29, "date"),
        Span("name_code", 1, 0, 18, "alnum"),
        Span("century", 1, 18, 19, "letters"),
        Span("home_number", 1, 19, 28, "alnum"),
        Span("name", 2, 0, 30, "name"),
    ),
    (
        Check("number", 0, 11, ((0, 2, 11),)),
        Check("times", 0, 14, ((0, 12, 14),)),
        Check("expiry", 0, 21, ((0, 15, 21),)),
        Check("birth", 0, 29, ((0, 23, 29),)),
        Check("home_number", 1, 28, ((1, 19, 28),)),
        Check("composite", 1, 29, ((0, 2, 22), (0, 23, 30), (1, 19, 29))),
    ),
)

# Mainland travel permit, card of 1999 (GA/T 704): the first line holds type, CHN and the name, the
# second the dates and the number of eleven characters; a third line has no rule that was published.
TRAVEL_PERMIT_1999 = Format(
    "TRAVEL-PERMIT-1999",
    30,
    2,
    "C",
    (
        Span("code", 0, 0, 2, "code"),
        Span("country", 0, 2, 5, "letters"),
        Span("name", 0, 5, 30, "name"),
        Span("birth", 1, 0, 6, "date"),
        Span("sex", 1, 7, 8, "sex"),
        Span("expiry", 1, 8, 14, "date"),
        Span("number", 1, 15, 26, "alnum"),
        Span("century_of_birth", 1, 27, 28, "digits"),
        Span("century_of_expiry", 1, 28, 29, "digits"),
    ),
    (Check("birth", 1, 6, ((1, 0, 6),)), Check("expiry", 1, 14, ((1, 8, 14),))),
)

TRAVEL_DOCUMENTS = (TD3, MRV_A, TD1, TD2, MRV_B)
ALL = (*TRAVEL_DOCUMENTS, EXIT_ENTRY, TRAVEL_PERMIT, TRAVEL_PERMIT_1999)
BY_NAME = {format_.name: format_ for format_ in ALL}
