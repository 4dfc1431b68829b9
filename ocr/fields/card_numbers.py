"""Payment card numbers: find the line of digits, let the Luhn digit choose among readings. Pure.

Prefixes and lengths: ISO/IEC 7812; groups as the schemes print them (4-4-4-4, American Express 4-6-5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr.fields.check_digits import is_digits, is_luhn
from ocr.layout.reading_order import rows
from ocr.page import Char, Line, Page, Quad

# Letters that embossed digits are read as.
_TWINS = str.maketrans("OoDQIlZzSsBGb", "0000112255868"[:13])
_GROUPS = re.compile(r"^[\dOoDQIlZzSsBGb ]+$")
ALPHABET = "0123456789 "
MOST_DOUBTS = 3  # digits a check may choose anew; more and it would invent


@dataclass(frozen=True, slots=True)
class _Scheme:
    """A card scheme: its prefixes as inclusive ranges, the lengths of its numbers."""

    name: str
    prefixes: tuple[tuple[str, str], ...]
    lengths: tuple[int, ...]


SCHEMES = (
    _Scheme("Visa", (("4", "4"),), (13, 16, 18, 19)),
    _Scheme("MasterCard", (("51", "55"), ("2221", "2720")), (16,)),
    _Scheme("American Express", (("34", "34"), ("37", "37")), (15,)),
    _Scheme("UnionPay", (("62", "62"), ("60", "60")), (16, 17, 18, 19)),
    _Scheme(
        "Maestro", (("50", "50"), ("56", "58"), ("61", "61"), ("63", "69")), tuple(range(13, 20))
    ),
)


@dataclass(frozen=True, slots=True)
class Number:
    """A card number: its digits, as printed in groups, how sure it is and where it stands."""

    digits: str
    text: str
    score: float
    quad: Quad
    top: float
    bottom: float
    left: float
    right: float

    @property
    def is_sound(self) -> bool:
        """Say whether the number ends in its Luhn digit."""
        return is_luhn(self.digits)

    @property
    def has_scheme(self) -> bool:
        """Say whether prefix and length are those of a scheme."""
        return bool(scheme(self.digits))

    @property
    def height(self) -> float:
        """Height of the line in pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> float:
        """Width of the line in pixels."""
        return self.right - self.left


def scheme(digits: str) -> str:
    """Return the name of the scheme that issues numbers like this, empty if none does."""
    for row in SCHEMES:
        for low, high in row.prefixes:
            if len(digits) in row.lengths and low <= digits[: len(low)] <= high:
                return row.name
    return ""


def grouped(digits: str) -> str:
    """Return the digits in the groups cards print them in."""
    if len(digits) == 15:
        return f"{digits[:4]} {digits[4:10]} {digits[10:]}"
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def find(page: Page) -> Number | None:
    """Return the likeliest card number of a page, or None."""
    best: tuple[float, Number] | None = None
    for run in _runs(page.lines):
        number = _settled(page, run)
        if number is None:
            continue
        worth = number.score + number.is_sound + number.has_scheme
        if best is None or worth > best[0]:
            best = (worth, number)
    return best[1] if best else None


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the lines of each row that hold only digits, neighbours of one height."""
    for row in rows(lines):
        run: list[Line] = []
        for line in row:
            if _is_digits(line.text) and (not run or _continues(run[-1], line)):
                run.append(line)
            elif _is_digits(line.text):
                yield run
                run = [line]
        if run:
            yield run


def _is_digits(text: str) -> bool:
    text = text.strip()
    return bool(_GROUPS.match(text)) and sum(is_digits(c) for c in text) >= 0.6 * len(
        text.replace(" ", "")
    )


def _continues(one: Line, other: Line) -> bool:
    size = max(one.height, other.height)
    return other.left - one.right < 3.5 * size and min(one.height, other.height) > 0.6 * size


def _digits(text: str) -> str:
    return "".join(c for c in text.translate(_TWINS) if is_digits(c))


def _settled(page: Page, run: Sequence[Line]) -> Number | None:
    digits = "".join(_digits(line.text) for line in run)
    if not 10 <= len(digits) <= 21:
        return None
    first = _of(digits, run, min(line.score for line in run))
    if first.is_sound and first.has_scheme:
        return first
    candidates = [first, *_again(page, run)]
    complete = [one for one in candidates if 12 <= len(one.digits) <= 19]
    good = [one for one in complete if one.is_sound and one.has_scheme]
    if good:
        return max(good, key=lambda one: one.score)
    if not complete:
        return None
    # Numbers on specimens need not have their Luhn digit: returned as read, less sure.
    return max(complete, key=lambda one: (one.has_scheme, one.score))


def _again(page: Page, run: Sequence[Line]) -> Iterator[Number]:
    """Yield further readings: by the careful model, and with its doubtful digits exchanged."""
    readings = [page.read(line.quad, model="small", alphabet=ALPHABET) for line in run]
    digits = "".join(_digits(reading.text) for reading in readings)
    score = min((reading.score for reading in readings), default=0.0)
    yield _of(digits, run, score)
    chars = [char for reading in readings for char in reading.chars if is_digits(char.text)]
    if len(chars) != len(digits):
        return
    doubtful = sorted(
        (index for index, char in enumerate(chars) if _others(char)), key=lambda i: chars[i].score
    )
    for index in doubtful[:MOST_DOUBTS]:
        for text, odds in _others(chars[index]):
            yield _of(
                digits[:index] + text + digits[index + 1 :], run, min(score, 0.85, odds + 0.5)
            )


def _others(char: Char) -> list[tuple[str, float]]:
    return [(text, odds) for text, odds in char.alternatives if is_digits(text) and odds > 0.02]


def _of(digits: str, run: Sequence[Line], score: float) -> Number:
    quad = (run[0].quad[0], run[-1].quad[1], run[-1].quad[2], run[0].quad[3])
    sound = is_luhn(digits) if digits else False
    return Number(
        digits=digits,
        text=grouped(digits),
        score=score if sound else 0.8 * score,
        quad=quad,
        top=min(line.top for line in run),
        bottom=max(line.bottom for line in run),
        left=min(line.left for line in run),
        right=max(line.right for line in run),
    )
