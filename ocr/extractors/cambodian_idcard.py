"""Cambodian identity card: Khmer print and the TD1 zone below it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ocr.fields import card_response, labels, voting
from ocr.fields.check_digits import is_digits
from ocr.fields.labels import Found
from ocr.layout.reading_order import rows
from ocr.mrz import locate as mrz_locate
from ocr.mrz.formats import TD1
from ocr.mrz.parse import Mrz
from ocr.options import Option
from ocr.page import Line, Page, Quad, RecognitionResult, WrongDocument
from ocr.scripts.khmer import text as khmer

ALARMS = (
    "border_integrity",
    "blocking_within_border",
    "blur",
    "glare",
    "tampering",
    "reproduce",
)
OPTIONS = (
    *card_response.PORTRAIT,
    Option(
        "return_idcard_type", "bool", default=False, help="Distinguish a card from a grey copy."
    ),
    Option("return_adjusted_image", "bool", default=False, help="Return the rectified card."),
    *(
        Option(f"detect_{name}", "bool", default=False, help="Alarm with a score of 0..99.")
        for name in ALARMS
    ),
)
FIELDS = (
    "id_number",
    "name_kh",
    "name_en",
    "birth_date",
    "sex",
    "height",
    "birth_place",
    "address",
    "issue_date",
    "expiry_date",
    "description",
    "machine_code1",
    "machine_code2",
    "machine_code3",
)

RECOGNIZER = "khmer"
NO_LATIN = "^0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LATIN = re.compile(r"<<|[A-Z]{3}|\d{9}")

_NAME = ("គោត្តនាមនិងនាម",)
_BIRTH = ("ថ្ងៃខែឆ្នាំកំណើត",)
_SEX = ("ភេទ",)
_HEIGHT = ("កំពស់",)
_PLACE = ("ទីកន្លែងកំណើត",)
_ADDRESS = ("អាសយដ្ឋាន",)
_VALID = ("សុពលភាព",)
_MARKS = ("ភិនភាគ",)
_STOPS = (*_NAME, *_BIRTH, *_SEX, *_HEIGHT, *_PLACE, *_ADDRESS, *_VALID, *_MARKS)
# Labels that begin a row. The short ones of sex and height are inside a row and resemble words of an
# address (kampoh, kampong).
_ROWS = (*_NAME, *_BIRTH, *_PLACE, *_ADDRESS, *_VALID, *_MARKS)
_MALE, _FEMALE = "ប្រុស", "ស្រី"
_NUMBER = re.compile(r"(?<!\d)(\d{9})\s*[(\[{]\s*(\d)\s*[)\]}]?")

Values = dict[str, Found]


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the card; raises WrongDocument where neither the zone nor labels are Cambodian."""
    view, values = card_response.best_view(page, _read, _completeness, full=len(FIELDS))
    if not values:
        raise WrongDocument("no Cambodian identity card found")
    answer: dict[str, Any] = card_response.fields(FIELDS, values)
    answer.update(card_response.portrait(view, options))
    if options.get("return_idcard_type"):
        copied = page.measures().copy
        answer["idcard_type"] = "copy" if copied > 0.5 else "normal"
    answer.update(card_response.adjusted(view, options))
    answer.update(card_response.alarms(page, options, known={}))
    if options.get("return_idcard_type"):
        score = min(99, round(100 * page.measures().copy))
        answer.setdefault("score_info", {})["idcard_type_score"] = score
    answer["confidence"] = card_response.confidence(FIELDS, values)
    return answer


def _completeness(read: tuple[Page, Values]) -> int:
    return sum(bool(found) for found in read[1].values())


def _read(page: Page) -> tuple[Page, Values]:
    zone = mrz_locate.find(page, formats=(TD1,))
    if zone is not None and "KHM" not in (
        zone.fields.get("country"),
        zone.fields.get("nationality"),
    ):
        zone = None
    lines = _joined_rows(page)
    shown = sum(
        labels.has_label(lines, wanted) for wanted in (_NAME, _BIRTH, _PLACE, _ADDRESS, _VALID)
    )
    if zone is None and shown < 2:
        return page, {}
    values = _printed(lines)
    if zone is not None:
        _from_zone(zone, values)
    own = values["name_kh"]
    text = khmer.name_by_latin(own.text, values.get("name_en", Found()).text)
    values["name_kh"] = Found(text, own.score, own.quad)
    return page, values


def _joined_rows(page: Page) -> list[Line]:
    """Return a line for each row of print, so that labels and values are in one line.

    A row with Khmer in it is recognised as a whole in several crops by the Khmer recogniser. While a
    label is missing, Latin rows are tried as well: Khmer digits look like Latin letters.
    """
    boxed = [*page.lines, *(Line("", 0.0, quad) for quad in _unread(page))]
    joined = [_row_line(page, row) for row in rows(boxed)]
    if all(
        labels.has_label(joined, wanted) for wanted in (_NAME, _BIRTH, _PLACE, _ADDRESS, _VALID)
    ):
        return joined
    for index, line in enumerate(joined):
        if not _is_khmer(line.text) and not _LATIN.search(line.text):
            result = page.read(line.quad, script=RECOGNIZER, alphabet=NO_LATIN)
            if (
                result.score > 0.5
                and _is_khmer(result.text)
                and labels.has_label([_as_line(line, result)], _ROWS)
            ):
                joined[index] = _read_in_khmer(page, line.quad) or line
    return joined


def _unread(page: Page) -> list[Quad]:
    known = {line.quad for line in page.lines}
    return [quad for quad in page.detect() if quad not in known]


def _as_line(line: Line, result: RecognitionResult) -> Line:
    return Line(result.text, result.score, line.quad)


def _row_line(page: Page, row: Sequence[Line]) -> Line:
    quad = voting.row_box(row)
    if any(line.script == RECOGNIZER or _is_khmer(line.text) for line in row):
        found = _read_in_khmer(page, quad)
        if found is not None:
            return found
    score = min(labels.line_confidence(line) for line in row)
    return Line(" ".join(line.text for line in row if line.text), score, quad)


def _read_in_khmer(page: Page, quad: Quad) -> Line | None:
    """Return the majority text of several crops of a row, with Khmer digits as the card prints them."""
    results = [
        result
        for result in voting.recognize_crops(page, quad, script=RECOGNIZER, alphabet=NO_LATIN)
        if result.score > 0.5 and _is_khmer(result.text)
    ]
    text = voting.majority([khmer.corrected(result.text) for result in results])
    return Line(text, min(result.score for result in results), quad) if text else None


def _printed(lines: Sequence[Line]) -> Values:
    values: Values = {
        "name_kh": _after(lines, _NAME),
        "birth_place": _address_field(_after(lines, _PLACE, more=1)),
        "address": _address_field(_after(lines, _ADDRESS, more=1)),
        "description": _corrected(_after(lines, _MARKS, more=1)),
    }
    number = next((m for line in lines if (m := _NUMBER.search(line.text))), None)
    if number:
        values["id_number"] = Found(number[1], 0.9)
    birth = _after(lines, _BIRTH)
    if days := khmer.dates(birth.text):
        values["birth_date"] = Found(days[0], birth.score, birth.quad)
    valid = _after(lines, _VALID)
    days = khmer.dates(valid.text)
    if days:
        values["issue_date"] = Found(days[0], valid.score, valid.quad)
    if len(days) > 1:
        values["expiry_date"] = Found(days[1], valid.score, valid.quad)
    own = [line for line in lines if labels.has_label([line], _BIRTH)] or lines
    sex = _after(own, _SEX)
    for word in (_MALE, _FEMALE):
        if word in sex.text.replace(" ", ""):
            values["sex"] = Found(word, sex.score, sex.quad)
    height = _after(own, _HEIGHT)
    tall = re.search(r"(?<!\d)(1\d\d|2[0-2]\d|[5-9]\d)(?!\d)", khmer.latin_digits(height.text))
    if tall:
        values["height"] = Found(tall[0], height.score, height.quad)
    return values


def _after(lines: Sequence[Line], wanted: Sequence[str], *, more: int = 0) -> Found:
    """Return what follows a label, with up to `more` rows below that have no label of their own."""
    for index, line in enumerate(lines):
        end = labels.label_end(line.text, wanted)
        if end < 0:
            continue
        text = _clean(labels.cut_at(line.text[end:], _STOPS))
        score = line.score
        for below in lines[index + 1 : index + 1 + more]:
            if not _is_khmer(below.text) or labels.has_label([below], _ROWS):
                break
            text, score = f"{text} {_clean(below.text)}", min(score, below.score)
        return Found(text, score, line.quad) if text else Found()
    return Found()


def _corrected(found: Found) -> Found:
    return Found(khmer.corrected(found.text), found.score, found.quad) if found else found


def _address_field(found: Found) -> Found:
    found = _corrected(found)
    return Found(khmer.joined_units(found.text), found.score, found.quad) if found else found


def _clean(text: str) -> str:
    return text.strip(" :៖.-—_;|").strip()


def _is_khmer(text: str) -> bool:
    own = sum("ក" <= char <= "៹" for char in text)
    return own > 0.5 * len(text.replace(" ", "") or "x")


def _from_zone(zone: Mrz, values: Values) -> None:
    """Replace printed fields by those of the zone, which its check digits make more reliable."""
    confidence = zone.confidence
    fields = zone.fields
    if fields.get("number"):
        values["id_number"] = Found(fields["number"].strip("<"), confidence.get("number", 0.9))
    names = " ".join(part for part in (fields.get("surname"), fields.get("given_name")) if part)
    if names:
        values["name_en"] = Found(
            names, min(confidence.get("surname", 0.9), confidence.get("given_name", 0.9))
        )
    for name, part in (("birth_date", "birth"), ("expiry_date", "expiry")):
        day = fields.get(part, "")
        printed = values.get(name, Found())
        if len(day) == 6 and is_digits(day):
            tail = f"{day[4:]}.{day[2:4]}."
            if printed and printed.text.startswith(tail) and printed.text.endswith(day[:2]):
                values[name] = Found(
                    printed.text, max(printed.score, confidence.get(part, 0.9)), printed.quad
                )
            else:
                century = "20" if name == "expiry_date" or int(day[:2]) < 30 else "19"
                values[name] = Found(f"{tail}{century}{day[:2]}", confidence.get(part, 0.8))
    if fields.get("sex") in ("M", "F"):
        values["sex"] = Found(
            _MALE if fields["sex"] == "M" else _FEMALE, confidence.get("sex", 0.9)
        )
    for index, text in enumerate(zone.lines[:3], 1):
        right = all(zone.checks.values())
        values[f"machine_code{index}"] = Found(text, 0.97 if right else 0.6)
