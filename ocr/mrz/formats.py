"""Formats of machine-readable zones as tables: lines, field spans and check digits. Pure.

Sources: ICAO Doc 9303 parts 4 (TD3), 5 (TD1), 6 (TD2), 7 (MRV-A, MRV-B); GA/T 704.14 and published
recognisers for China's own permits, whose lines are 30 characters long but are not TD1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

FieldKind = Literal["code", "letters", "name", "alnum", "date", "digits", "sex", "check"]


@dataclass(frozen=True, slots=True)
class FieldSpan:
    """One field: its line, positions `start` to `end` (exclusive) from 0, and kind of characters."""

    name: str
    line: int
    start: int
    end: int
    kind: FieldKind


@dataclass(frozen=True, slots=True)
class CheckDigit:
    """One check digit and the spans `(line, start, end)` it covers; `composite` covers several fields.

    An `optional` digit may be a filler where its field is empty (ICAO 9303-4, 4.2.2).
    """

    name: str
    line: int
    position: int
    over: tuple[tuple[int, int, int], ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class MrzFormat:
    """One format: characters a line, number of lines, fields and check digits.

    `first` are the first letters its document code may have, the commonest last. `overflow` is the
    (line, end) of the optional data in which a long document number goes on (ICAO 9303-5, 4.2.2).
    """

    name: str
    length: int
    lines: int
    first: str
    spans: tuple[FieldSpan, ...]
    checks: tuple[CheckDigit, ...]
    overflow: tuple[int, int] | None = None

    def kinds(self, line: int) -> Sequence[FieldKind]:
        """Return the kind of every position of a line, check digits included."""
        return _kinds(self, line)


@lru_cache(maxsize=64)
def _kinds(format_: MrzFormat, line: int) -> tuple[FieldKind, ...]:
    kinds: list[FieldKind] = ["alnum"] * format_.length
    for span in format_.spans:
        if span.line == line:
            kinds[span.start : span.end] = [span.kind] * (span.end - span.start)
    for check in format_.checks:
        if check.line == line:
            kinds[check.position] = "check"
    return tuple(kinds)


def _second_line(
    length: int, *, composite: bool, personal: bool
) -> tuple[FieldSpan | CheckDigit, ...]:
    """Return spans and digits of the second line that TD2, TD3 and both visas share."""
    rows: list[FieldSpan | CheckDigit] = [
        FieldSpan("number", 1, 0, 9, "alnum"),
        CheckDigit("number", 1, 9, ((1, 0, 9),)),
        FieldSpan("nationality", 1, 10, 13, "letters"),
        FieldSpan("birth", 1, 13, 19, "date"),
        CheckDigit("birth", 1, 19, ((1, 13, 19),)),
        FieldSpan("sex", 1, 20, 21, "sex"),
        FieldSpan("expiry", 1, 21, 27, "date"),
        CheckDigit("expiry", 1, 27, ((1, 21, 27),)),
    ]
    end = length - (1 if composite else 0) - (1 if personal else 0)
    rows.append(FieldSpan("optional", 1, 28, end, "alnum"))
    if personal:
        rows.append(CheckDigit("optional", 1, 42, ((1, 28, 42),), optional=True))
    if composite:
        over = ((1, 0, 10), (1, 13, 20), (1, 21, length - 1))
        rows.append(CheckDigit("composite", 1, length - 1, over))
    return tuple(rows)


def _two_lines(name: str, length: int, first: str, *, composite: bool) -> MrzFormat:
    rows = _second_line(length, composite=composite, personal=composite and length == 44)
    head = (
        FieldSpan("code", 0, 0, 2, "code"),
        FieldSpan("country", 0, 2, 5, "letters"),
        FieldSpan("name", 0, 5, length, "name"),
    )
    return MrzFormat(
        name,
        length,
        2,
        first,
        head + tuple(row for row in rows if isinstance(row, FieldSpan)),
        tuple(row for row in rows if isinstance(row, CheckDigit)),
        overflow=(1, 35) if name == "TD2" else None,
    )


TD1 = MrzFormat(
    "TD1",
    30,
    3,
    "ACI",
    (
        FieldSpan("code", 0, 0, 2, "code"),
        FieldSpan("country", 0, 2, 5, "letters"),
        FieldSpan("number", 0, 5, 14, "alnum"),
        FieldSpan("optional", 0, 15, 30, "alnum"),
        FieldSpan("birth", 1, 0, 6, "date"),
        FieldSpan("sex", 1, 7, 8, "sex"),
        FieldSpan("expiry", 1, 8, 14, "date"),
        FieldSpan("nationality", 1, 15, 18, "letters"),
        FieldSpan("optional2", 1, 18, 29, "alnum"),
        FieldSpan("name", 2, 0, 30, "name"),
    ),
    (
        CheckDigit("number", 0, 14, ((0, 5, 14),)),
        CheckDigit("birth", 1, 6, ((1, 0, 6),)),
        CheckDigit("expiry", 1, 14, ((1, 8, 14),)),
        CheckDigit("composite", 1, 29, ((0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29))),
    ),
    overflow=(0, 30),
)
TD2 = _two_lines("TD2", 36, "ACI", composite=True)
TD3 = _two_lines("TD3", 44, "P", composite=True)
MRV_A = _two_lines("MRV-A", 44, "V", composite=False)
MRV_B = _two_lines("MRV-B", 36, "V", composite=False)

# Exit-entry permit to Hong Kong and Macao (CS) or Taiwan (CD), GA/T 704.14: one line without a name.
EXIT_ENTRY = MrzFormat(
    "EXIT-ENTRY",
    30,
    1,
    "C",
    (
        FieldSpan("code", 0, 0, 2, "code"),
        FieldSpan("number", 0, 2, 11, "alnum"),
        FieldSpan("expiry", 0, 13, 19, "date"),
        FieldSpan("birth", 0, 21, 27, "date"),
    ),
    (
        CheckDigit("number", 0, 11, ((0, 2, 11),)),
        CheckDigit("expiry", 0, 19, ((0, 13, 19),)),
        CheckDigit("birth", 0, 27, ((0, 21, 27),)),
        CheckDigit("composite", 0, 29, ((0, 2, 12), (0, 13, 20), (0, 21, 28))),
    ),
)

# Mainland travel permit, card of 2013: three lines; the second holds the number of the holder's
# Hong Kong, Macao or Taiwan identity card.
TRAVEL_PERMIT = MrzFormat(
    "TRAVEL-PERMIT",
    30,
    3,
    "C",
    (
        FieldSpan("code", 0, 0, 2, "code"),
        FieldSpan("number", 0, 2, 11, "alnum"),
        FieldSpan("times", 0, 12, 14, "digits"),
        FieldSpan("expiry", 0, 15, 21, "date"),
        FieldSpan("sex", 0, 22, 23, "sex"),
        FieldSpan("birth", 0, 23, 29, "date"),
        FieldSpan("name_code", 1, 0, 18, "alnum"),
        FieldSpan("century", 1, 18, 19, "letters"),
        FieldSpan("home_number", 1, 19, 28, "alnum"),
        FieldSpan("name", 2, 0, 30, "name"),
    ),
    (
        CheckDigit("number", 0, 11, ((0, 2, 11),)),
        CheckDigit("times", 0, 14, ((0, 12, 14),)),
        CheckDigit("expiry", 0, 21, ((0, 15, 21),)),
        CheckDigit("birth", 0, 29, ((0, 23, 29),)),
        CheckDigit("home_number", 1, 28, ((1, 19, 28),)),
        CheckDigit("composite", 1, 29, ((0, 2, 22), (0, 23, 30), (1, 19, 29))),
    ),
)

# Mainland travel permit, card of 1999 (GA/T 704.14): the first line holds type, CHN and the name, the
# second the dates and the number of eleven characters; the layout of a third is not published.
TRAVEL_PERMIT_1999 = MrzFormat(
    "TRAVEL-PERMIT-1999",
    30,
    2,
    "C",
    (
        FieldSpan("code", 0, 0, 2, "code"),
        FieldSpan("country", 0, 2, 5, "letters"),
        FieldSpan("name", 0, 5, 30, "name"),
        FieldSpan("birth", 1, 0, 6, "date"),
        FieldSpan("sex", 1, 7, 8, "sex"),
        FieldSpan("expiry", 1, 8, 14, "date"),
        FieldSpan("number", 1, 15, 26, "alnum"),
        FieldSpan("century_of_birth", 1, 27, 28, "digits"),
        FieldSpan("century_of_expiry", 1, 28, 29, "digits"),
    ),
    (CheckDigit("birth", 1, 6, ((1, 0, 6),)), CheckDigit("expiry", 1, 14, ((1, 8, 14),))),
)

TRAVEL_DOCUMENTS = (TD3, MRV_A, TD1, TD2, MRV_B)
ALL = (*TRAVEL_DOCUMENTS, EXIT_ENTRY, TRAVEL_PERMIT, TRAVEL_PERMIT_1999)
BY_NAME = {format_.name: format_ for format_ in ALL}
