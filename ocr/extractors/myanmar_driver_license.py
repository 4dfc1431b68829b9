"""Myanmar driving licence: each field in Burmese and in Latin letters, as printed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ocr.fields import card_response, labels
from ocr.fields.labels import Found
from ocr.options import Option
from ocr.page import Page, WrongDocument
from ocr.scripts.burmese import bilingual, zawgyi
from ocr.scripts.burmese import rows as burmese_rows
from ocr.scripts.burmese import text as burmese

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
_GROUP = re.compile(r"(?<![A-Za-z])(AB|A|B|O|0)[+-]?$", re.IGNORECASE)
_GROUP_WIDTH = 3.0  # line heights behind the label
_CARD = re.compile(r"[A-Z]\s*/\s*\d{3,6}\s*/\s*\d{2,4}")

Values = dict[str, Found]


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields; raises WrongDocument where fewer than four fields of a licence are found."""
    _, values = card_response.best_view(page, _read, _completeness, full=len(FIELDS))
    if not values:
        raise WrongDocument("no Myanmar driving licence found")
    answer: dict[str, Any] = card_response.fields(FIELDS, values)
    if not options.get("convert_unicode"):
        for name in NAMES:
            answer[name] = zawgyi.from_unicode(answer[name])
    answer["confidence"] = card_response.confidence(FIELDS, values)
    return answer


def _completeness(read: tuple[Page, Values]) -> int:
    return len(read[1])


def _read(page: Page) -> tuple[Page, Values]:
    values = {f"{name}_en": found for name, found in _latin(page).items()}
    rows = burmese_rows.recognize_rows(page)
    own = burmese_rows.field_values(rows, _LABELS)
    if len(own) + len(values) < 4 or len(values) < 2:
        return page, {}
    if number := _registration(page, rows, own.get("nrc_id", Found()), values.get("nrc_id_en")):
        own["nrc_id"] = number
    group = burmese_rows.blood_group(page, rows, _LABELS["blood_group"])
    if group:
        own["blood_group"] = group
    number_line = next(
        (m for row in rows if (m := _CARD.search(row.latin)) and "No" not in row.latin), None
    )
    if number_line:
        own["card_number"] = Found(number_line[0].replace(" ", ""), 0.9)
    elif number := _with_lost_slashes(rows, values.get("card_number_en", Found())):
        own["card_number"] = number
    elif not _CARD.fullmatch(own.get("card_number", Found()).text):
        own["card_number"] = _card_number(page, own.get("card_number", Found()))
    for name in ("birth", "expiried_date"):
        text = own[name].text if name in own else ""
        day = burmese.date_text(text) or burmese.loose_date(text) or text
        day = bilingual.date(day, values.get(f"{name}_en", Found()).text)
        if day:
            own[name] = Found(day, own[name].score, own[name].quad)
    if "name" in own:
        name_ = burmese_rows.joined_title(own["name"])
        text = bilingual.name(name_.text, values.get("name_en", Found()).text)
        own["name"] = Found(text, name_.score, name_.quad)
    values.update(own)
    return page, {name: found for name, found in values.items() if found.text}


def _registration(
    page: Page, rows: Sequence[burmese_rows.Row], labelled: Found, latin: Found | None
) -> Found:
    """Return the number of the citizenship card, its Burmese form corrected by its Latin one."""
    printed = latin.text if latin else ""
    for row in reversed(rows):
        number = burmese_rows.registration(page, row)
        if number:
            number = bilingual.registration(number, printed, row.chars)
            return Found(number, row.score, row.quad)
    text = bilingual.registration(labelled.text.replace(" ", ""), printed)
    return Found(text, labelled.score, labelled.quad)


def _card_number(page: Page, found: Found) -> Found:
    """Return the card's number, printed in Latin letters, by the Latin recogniser in its row."""
    if found.quad is None:
        return Found()
    result = page.read(found.quad)
    match = _CARD.search(result.text)
    return Found(match[0].replace(" ", ""), result.score, found.quad) if match else Found()


def _with_lost_slashes(rows: Sequence[burmese_rows.Row], latin: Found) -> Found:
    """Return the card's number from the Burmese row in which its slashes were recognised as digits."""
    for row in rows:
        number = "" if "No" in row.latin else bilingual.card_number(row.latin, latin.text)
        if number:
            return Found(number, 0.85 * latin.score, row.quad)
    return Found()


def _group(page: Page, seen: Found) -> Found:
    """Return the blood group behind its Latin label: A, B, O or AB.

    Detection often misses a lone O: then the row is recognised again, wider by the room of a group.
    """
    text = seen.text.upper().replace("0", "O")
    if text in burmese_rows.GROUPS:
        return Found(text, seen.score, seen.quad)
    label = next(
        (line for line in page.lines if labels.has_label([line], _LABELS_EN["blood_group"])), None
    )
    if label is None:
        return Found()
    upper_left, (right, top), (_, bottom), lower_left = label.quad
    end = right + _GROUP_WIDTH * (bottom - top)
    region = (upper_left, (end, top), (end, bottom), lower_left)
    result = page.read(region)
    match = _GROUP.search(result.text)
    return Found(match[1].upper().replace("0", "O"), result.score, region) if match else Found()


def _latin(page: Page) -> Values:
    found: Values = {}
    lines = page.lines
    for name, wanted in _LABELS_EN.items():
        value = labels.value_after(lines, wanted, stops=_STOPS)
        if value:
            found[name] = value
    found["blood_group"] = _group(page, found.get("blood_group", Found()))
    number = labels.first_match(lines, _NRC_EN.pattern)
    if number:
        match, line = number
        town = match[2].replace(" ", "").upper()
        found["nrc_id"] = Found(
            f"{match[1]}/{town}({match[3]}){match[4]}", labels.line_confidence(line), line.quad
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
