"""Bank card of the United Arab Emirates: number, dates, holder, bank and scheme."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ocr.fields import card_numbers
from ocr.fields.card_numbers import CardNumber
from ocr.fields.uae_banks import bank_of
from ocr.fields.word_spacing import around_ampersands, spaced_by_pitch
from ocr.layout.reading_order import rows
from ocr.options import Option
from ocr.page import Line, Page, Quad, WrongDocument

OPTIONS = (
    Option("return_text_location", "bool", default=False, help="Also return where each field is."),
)
FIELDS = ("bank_name", "card_number", "issue_date", "expiry_date", "type", "card_holder")

_DATE = re.compile(r"(?<!\d)(0[1-9]|1[0-2])\s?[/\\|]\s?((?:20)?\d\d)(?!\d)")
# A slash is often recognised as 1: such a text is a date only beside a label of dates.
_DATE_LIKE = re.compile(r"(0[1-9]|1[0-2])[1Il|](\d\d)")
_DATE_LABEL = re.compile(r"VALID|THRU|UNTIL|EXPIR|GOOD|FROM|SINCE|END|DATE", re.I)
_FROM = re.compile(r"FROM|SINCE|ISSUE|START", re.I)
_LABELS = re.compile(
    r"^END$|^DATE$|VALID|THRU|UNTIL|EXPIR|GOOD|FROM|MEMBER|SINCE|MONTH|YEAR|DEBIT|CREDIT|PREPAID|PLATINUM|TITANIUM|"
    r"CLASSIC|SIGNATURE|INFINITE|WORLD|ELITE|BUSINESS|CORPORATE|GOLD|VISA|MASTER|ELECTRON|MAESTRO|UNIONPAY|"
    r"AMERICAN EXPRESS|JAYWAN|PAYPASS|AUTHORI|SIGNATURE|CUSTOMER|BANK\b|WWW|CARD\b",
    re.I,
)
_NAME = re.compile(r"[A-Z][A-Z .'\-]{2,}")


@dataclass(frozen=True, slots=True)
class _Field:
    """A value with its confidence 0..1 and quad."""

    value: str = ""
    score: float = 0.0
    quad: Quad | None = None


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the documented fields; empty with confidence 0 where the card does not show one.

    Raises WrongDocument where no card number is found.
    """
    page, number = _number(page)
    above = [line for line in page.lines if line.center[1] < number.top]
    issue, expiry = _dates(page, number)
    found = {
        "bank_name": _bank(above),
        "card_number": _Field(number.text, number.score, number.quad),
        "issue_date": issue,
        "expiry_date": expiry,
        "type": _scheme(page, number),
        "card_holder": _holder(page, number),
    }
    result: dict[str, Any] = {name: found[name].value for name in FIELDS}
    result["confidence"] = {name: round(found[name].score, 4) for name in FIELDS}
    if options["return_text_location"]:
        result["text_location"] = {
            name: page.locate(quad) if (quad := found[name].quad) is not None else []
            for name in FIELDS
        }
    return result


def _number(page: Page) -> tuple[Page, CardNumber]:
    """Return the number and the view it was found in: the whole page, else the detected card."""
    number = card_numbers.find(page)
    if number is None or not number.has_luhn_digit:
        card = page.card()
        closer = card_numbers.find(card) if card is not None else None
        if card is not None and closer is not None and (number is None or closer.has_luhn_digit):
            page, number = card, closer
    if number is None:
        raise WrongDocument("no bank card number is found")
    if not number.has_scheme and not any(_DATE.search(line.text) for line in page.lines):
        raise WrongDocument("no bank card number is found")
    return page, number


def _scheme(page: Page, number: CardNumber) -> _Field:
    """Return Visa or MasterCard by the number's prefix, else by the printed mark.

    The API knows these two; every other scheme is "Unrecognized".
    """
    name = card_numbers.scheme(number.digits)
    if name in ("Visa", "MasterCard"):
        return _Field(name, number.score, number.quad)
    for line in page.lines if not name else ():
        text = line.text.upper().replace(" ", "")
        for mark, value in (("VISA", "Visa"), ("MASTERCARD", "MasterCard")):
            if mark in text:
                return _Field(value, 0.8 * line.score, line.quad)
    return _Field("Unrecognized", 0.9 * number.score, None)


def _dates(page: Page, number: CardNumber) -> tuple[_Field, _Field]:
    """Return issue and expiry as printed, `MM/YY`: of two dates the earlier is the issue."""
    found: list[tuple[int, bool, _Field]] = []
    for row in rows([line for line in page.lines if line.center[1] > number.top - number.height]):
        text = " ".join(line.text for line in row)
        for line in row:
            label = _text_left(page, line)
            for match, odds in _dates_in(line, label):
                month, year = int(match.group(1)), int(match.group(2)[-2:])
                before = text[: text.find(match.group())] + label
                field = _Field(f"{match.group(1)}/{match.group(2)}", odds, line.quad)
                found.append((12 * year + month, bool(_FROM.search(before)), field))
    if not found:
        return _Field(), _Field()
    found.sort(key=lambda item: item[0])
    if len(found) == 1:
        (_, is_from, only) = found[0]
        return (only, _Field()) if is_from else (_Field(), only)
    return found[0][2], found[-1][2]


def _dates_in(line: Line, label: str) -> list[tuple[re.Match[str], float]]:
    found = [(match, line.score) for match in _DATE.finditer(line.text)]
    if not found and _DATE_LABEL.search(label):
        match = _DATE_LIKE.fullmatch(line.text.replace(" ", ""))
        return [(match, 0.9 * line.score)] if match else []
    return found


def _text_left(page: Page, line: Line) -> str:
    """Return the small print left of a date: VALID / FROM is often printed in two lines beside it."""
    beside = [
        other
        for other in page.lines
        if other.right < line.left + line.height
        and line.left - other.right < 3 * line.height
        and abs(other.center[1] - line.center[1]) < 1.2 * line.height
    ]
    return " ".join(other.text for other in beside)


def _holder(page: Page, number: CardNumber) -> _Field:
    """Return the holder: the most prominent line of capitals under the number that is no label."""
    below = [
        line
        for line in page.lines
        if line.center[1] > number.bottom
        and _NAME.fullmatch(line.text.strip())
        and not _LABELS.search(line.text)
        and not _is_row_mate(line, number)
    ]
    runs = _joined(below)
    likely = [run for run in runs if run[0].left < number.left + 0.45 * number.width]
    named = [run for run in likely if len(run) > 1 or " " in run[0].text.strip()] or likely
    if not named:
        return _Field()
    best = max(named, key=lambda run: sum(line.score * line.width for line in run))
    text = " ".join(" ".join(spaced_by_pitch(line).split()) for line in best)
    score = min(line.score for line in best)
    quad = (best[0].quad[0], best[-1].quad[1], best[-1].quad[2], best[0].quad[3])
    if " " not in text:
        again = " ".join(page.read(quad).text.split())
        # The small model keeps word spaces that the quick one drops.
        text = again if again.replace(" ", "") == text else text
    return _Field(text, score if " " in text else 0.8 * score, quad)


def _joined(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines joined with those that continue them: wide word spaces split a name."""
    runs: list[list[Line]] = []
    for row in rows(lines):
        for line in row:
            last = runs[-1][-1] if runs else None
            if last is not None and last in row and line.left - last.right < 2 * line.height:
                runs[-1].append(line)
            else:
                runs.append([line])
    return runs


def _is_row_mate(line: Line, number: CardNumber) -> bool:
    return abs(line.center[1] - (number.top + number.bottom) / 2) < 0.6 * number.height


def _bank(above: Sequence[Line]) -> _Field:
    """Return a known bank's name as printed, else the topmost heading, which is mostly the bank."""
    for line in above:
        known = bank_of(line.text)
        if known:
            printed = " ".join(line.text.split())
            # Longer than the name: the line includes a mark beside it.
            name = known if len(printed) > len(known) + 3 else printed
            return _Field(name, line.score, line.quad)
    headings = [
        line
        for line in above
        if sum(c.isalpha() for c in line.text) >= 3 and not _LABELS.search(line.text)
    ]
    if not headings:
        return _Field()
    first = min(headings, key=lambda line: line.top)
    block = [first]
    for line in sorted(headings, key=lambda line: line.top):
        near = 0 < line.center[1] - block[-1].center[1] < 1.7 * max(line.height, block[-1].height)
        if near and abs(line.left - first.left) < first.height and line.height < 1.5 * first.height:
            block.append(line)
    score = 0.7 * min(line.score for line in block)
    return _Field(
        around_ampersands(" ".join(line.text.strip() for line in block)), score, first.quad
    )
