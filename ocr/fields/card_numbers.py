"""Payment card numbers: find the line of digits, let the Luhn digit choose among candidates. Pure.

Structure: ISO/IEC 7812; prefixes and lengths as the schemes publish them; groups as they print them
(4-4-4-4, American Express 4-6-5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr.fields.check_digits import is_digits, is_luhn
from ocr.layout.reading_order import rows
from ocr.page import Char, Line, Page, Quad

# Letters that recognisers return for embossed digits.
_LOOK_ALIKES = str.maketrans("OoDQIlZzSsBGb", "0000112255868")
_GROUPS = re.compile(r"^[\dOoDQIlZzSsBGb ]+$")
ALPHABET = "0123456789 "
MOST_DOUBTS = 3  # digits that the Luhn digit may choose: of ten candidates one agrees by chance


@dataclass(frozen=True, slots=True)
class _Scheme:
    """A card scheme: inclusive ranges of its prefixes, lengths of its numbers."""

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
class CardNumber:
    """A card number: digits, text in groups, confidence 0..1, quad and bounding box in pixels."""

    digits: str
    text: str
    score: float
    quad: Quad
    top: float
    bottom: float
    left: float
    right: float

    @property
    def has_luhn_digit(self) -> bool:
        """Whether the number ends in its Luhn digit."""
        return is_luhn(self.digits)

    @property
    def has_scheme(self) -> bool:
        """Whether prefix and length are those of a scheme."""
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
    """Return the name of the scheme with this prefix and length, empty if none has it."""
    for row in SCHEMES:
        for low, high in row.prefixes:
            if len(digits) in row.lengths and low <= digits[: len(low)] <= high:
                return row.name
    return ""


def grouped(digits: str) -> str:
    """Return the digits in the groups that cards print."""
    if len(digits) == 15:
        return f"{digits[:4]} {digits[4:10]} {digits[10:]}"
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def find(page: Page) -> CardNumber | None:
    """Return the most plausible card number of a page, or None.

    Confidence, a right Luhn digit and a known scheme add up.
    """
    best: tuple[float, CardNumber] | None = None
    for run in _runs(page.lines):
        number = _number_of(page, run)
        if number is None:
            continue
        rank = number.score + number.has_luhn_digit + number.has_scheme
        if best is None or rank > best[0]:
            best = (rank, number)
    return best[1] if best else None


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the digit-only lines of each row that follow one another at one height of print."""
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
    return "".join(c for c in text.translate(_LOOK_ALIKES) if is_digits(c))


def _number_of(page: Page, run: Sequence[Line]) -> CardNumber | None:
    digits = "".join(_digits(line.text) for line in run)
    if not 10 <= len(digits) <= 21:
        return None
    first = _card_number(digits, run, min(line.score for line in run))
    if first.has_luhn_digit and first.has_scheme:
        return first
    candidates = [first, *_candidates(page, run)]
    complete = [one for one in candidates if 12 <= len(one.digits) <= 19]
    good = [one for one in complete if one.has_luhn_digit and one.has_scheme]
    if good:
        return max(good, key=lambda one: one.score)
    if not complete:
        return None
    # Numbers of specimens need not end in their Luhn digit: returned as recognised, less confident.
    return max(complete, key=lambda one: (one.has_scheme, one.score))


def _candidates(page: Page, run: Sequence[Line]) -> Iterator[CardNumber]:
    """Yield the small model's number, then variants with its doubtful digits replaced."""
    results = [page.read(line.quad, model="small", alphabet=ALPHABET) for line in run]
    digits = "".join(_digits(result.text) for result in results)
    score = min((result.score for result in results), default=0.0)
    yield _card_number(digits, run, score)
    chars = [char for result in results for char in result.chars if is_digits(char.text)]
    if len(chars) != len(digits):
        return
    doubtful = sorted(
        (index for index, char in enumerate(chars) if _digit_alternatives(char)),
        key=lambda i: chars[i].score,
    )
    for index in doubtful[:MOST_DOUBTS]:
        for text, odds in _digit_alternatives(chars[index]):
            yield _card_number(
                digits[:index] + text + digits[index + 1 :], run, min(score, 0.85, odds + 0.5)
            )


def _digit_alternatives(char: Char) -> list[tuple[str, float]]:
    return [(text, odds) for text, odds in char.alternatives if is_digits(text) and odds > 0.02]


def _card_number(digits: str, run: Sequence[Line], score: float) -> CardNumber:
    quad = (run[0].quad[0], run[-1].quad[1], run[-1].quad[2], run[0].quad[3])
    sound = is_luhn(digits) if digits else False
    return CardNumber(
        digits=digits,
        text=grouped(digits),
        score=score if sound else 0.8 * score,
        quad=quad,
        top=min(line.top for line in run),
        bottom=max(line.bottom for line in run),
        left=min(line.left for line in run),
        right=max(line.right for line in run),
    )
