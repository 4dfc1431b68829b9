"""Myanmar driving licence: every field in Burmese and in Latin letters, as printed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ocr.options import Option
from ocr.page import Line, Page, WrongDocument
from ocr.parsing import burmese, burmese_rows, card_answer, labels, zawgyi
from ocr.parsing.labels import Found

OPTIONS = (Option("convert_unicode", "bool", default=False, help="Unicode instead of Zawgyi."),)
NAMES = ("card_number", "name", "nrc_id", "birth", "blood_group", "expiried_date")
FIELDS = tuple(field for name in NAMES for field in (name, f"{name}_en"))

_LABELS = {
    "card_number": ("အမှတ်", "လိုင်စင်အမှတ်"),
    "name": ("အမည်",),
    "nrc_id": ("မှတ်ပုံတင်အမှတ်", "နိုင်ငံသားစိစစ်ရေးအမှတ်"),
    "birth": ("မွေးသက္ကရာဇ်", "မွေးနေ့"),
    "blood_group": ("သွေးအုပ်စု",),
    "expiried_date": ("ကုန်ဆုံးရက်", "ကုန်ဆုံးမည့်ရက်"),
}
_LABELS_EN = {
    "card_number": ("License No", "No."),
    "name": ("Name",),
    "nrc_id": ("NRC No", "NRC"),
    "birth": ("Date of Birth", "D.O.B"),
    "blood_group": ("Blood Type", "Blood Group", "Blood"),
    "expiried_date": ("Valid up to", "Valid upto", "Expiry"),
}
_STOPS = tuple(word for words in _LABELS_EN.values() for word in words if len(word) > 4)
_NRC_EN = re.compile(r"(\d{1,2})\s*/\s*([A-Za-z ]{4,12}?)\s*\(\s*([A-Z])\s*\)\s*(\d{6})")
_DATE_EN = re.compile(r"(\d{1,2})\s*[-./]\s*(\d{1,2}|[A-Za-z]{3})\s*[-./]\s*(\d{4})")

_CARD = re.compile(r"[A-Z]\s*/\s*\d{3,6}\s*/\s*\d{2,4}")

Values = dict[str, Found]


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields; raises WrongDocument where too few labels of a licence are found."""
    _, values = card_answer.best(page, _read, _worth, full=len(FIELDS))
    if not values:
        raise WrongDocument("no Myanmar driving licence found")
    answer: dict[str, Any] = card_answer.fields(FIELDS, values)
    if not options.get("convert_unicode"):
        for name in NAMES:
            answer[name] = zawgyi.from_unicode(answer[name])
    answer["confidence"] = card_answer.confidence(FIELDS, values)
    return answer


def _worth(read: tuple[Page, Values]) -> int:
    return len(read[1])


def _read(page: Page) -> tuple[Page, Values]:
    values = {f"{name}_en": found for name, found in _latin(page.lines).items()}
    rows = burmese_rows.read(page)
    own = burmese_rows.values(rows, _LABELS)
    if len(own) + len(values) < 4 or len(values) < 2:
        return page, {}
    for row in rows:
        number = burmese.registration_number(row.text)
        if number:
            own["nrc_id"] = Found(number, row.score, row.quad)
    group = burmese_rows.blood_group(page, rows, _LABELS["blood_group"])
    if group:
        own["blood_group"] = group
    number_line = next(
        (m for row in rows if (m := _CARD.search(row.latin)) and "No" not in row.latin), None
    )
    if number_line:
        own["card_number"] = Found(number_line[0].replace(" ", ""), 0.9)
    for name in ("birth", "expiried_date"):
        text = own[name].text if name in own else ""
        day = burmese.date_text(text) or burmese.loose_date(text)
        if day:
            own[name] = Found(day, own[name].score, own[name].quad)
    values.update(own)
    return page, {name: found for name, found in values.items() if found.text}


def _latin(lines: Sequence[Line]) -> Values:
    found: Values = {}
    for name, wanted in _LABELS_EN.items():
        value = labels.after(lines, wanted, stops=_STOPS)
        if value:
            found[name] = value
    number = labels.first(lines, _NRC_EN.pattern)
    if number:
        match, line = number
        town = match[2].replace(" ", "").upper()
        found["nrc_id"] = Found(
            f"{match[1]}/{town}({match[3]}){match[4]}", labels.sure(line), line.quad
        )
    for name in ("birth", "expiried_date"):
        match_ = _DATE_EN.search(found[name].text) if name in found else None
        if match_:
            found[name] = Found("-".join(match_.groups()), found[name].score, found[name].quad)
        else:
            found.pop(name, None)
    plate = _CARD.search(found.get("card_number", Found()).text)
    if plate:
        before = found["card_number"]
        found["card_number"] = Found(plate[0].replace(" ", ""), before.score, before.quad)
    return found
