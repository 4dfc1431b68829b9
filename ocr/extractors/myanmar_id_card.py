"""Myanmar citizenship scrutiny card, front and back, in Unicode or Zawgyi."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ocr.fields import card_response
from ocr.fields.labels import Found
from ocr.options import Option
from ocr.page import Page, WrongDocument
from ocr.scripts.burmese import (
    rows as burmese_rows,
)
from ocr.scripts.burmese import (
    text as burmese,
)
from ocr.scripts.burmese import (
    transliteration,
    zawgyi,
)
from ocr.scripts.burmese import (
    words as burmese_words,
)

OPTIONS = (
    Option("convert_unicode", "bool", default=False, help="Unicode instead of Zawgyi."),
    Option("return_confidence", "bool", default=False, help="Return a confidence per field."),
    *card_response.PORTRAIT,
    Option(
        "return_idcard_type", "bool", default=False, help="Distinguish a card from a grey copy."
    ),
    Option("return_translation", "bool", default=False, help="Return names in Latin letters."),
)
FRONT = (
    "nrc_id",
    "issue_date",
    "name",
    "father_name",
    "birth",
    "bloodlines_religion",
    "height",
    "blood_group",
)
BACK = ("card_id", "nrc_id_back", "profession", "address")
TEXTS = (*FRONT, *BACK)
FIELDS = ("side", "class", *TEXTS)
TRANSLATED = ("name", "father_name", "nrc_id", "birth")

_LABELS = {
    "nrc_id": ("အမှတ်",),
    "issue_date": ("ရက်စွဲ",),
    "name": ("အမည်",),
    "father_name": ("အဘအမည်", "အဖအမည်"),
    "birth": ("မွေးသက္ကရာဇ်", "မွေးနေ့သက္ကရာဇ်"),
    "bloodlines_religion": ("လူမျိုး/ဘာသာ", "လူမျိုးနှင့်ဘာသာ"),
    "height": ("အရပ်",),
    "blood_group": ("သွေးအုပ်စု", "သွေးအမျိုးအစား"),
    "card_id": ("ကတ်အမှတ်",),
    "profession": ("အလုပ်အကိုင်",),
    "address": ("နေရပ်လိပ်စာ", "နေရပ်"),
}
_ALL = len(FRONT)  # completeness of a card with one whole side
_LEAST_LABELS = 2  # fewer labels of a side and no number: another document

Values = dict[str, Found]


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the side shown; raises WrongDocument where it is no such card."""
    view, values = card_response.best_view(page, _read, _completeness, full=_ALL)
    if not values:
        raise WrongDocument("no Myanmar identity card found")
    side = "back" if _is_back(values) else "front"
    # Cards of the new version print the holder's blood group, and on the back a number of the card.
    new = "blood_group" in values or "card_id" in values
    answer: dict[str, Any] = {"side": side, "class": "new_version" if new else "old_version"}
    plain = card_response.fields(TEXTS, values)
    encode = (lambda text: text) if options.get("convert_unicode") else zawgyi.from_unicode
    answer.update({name: encode(text) for name, text in plain.items()})
    answer.update(card_response.portrait(view, options, shown=side == "front"))
    if options.get("return_idcard_type"):
        answer["idcard_type"] = "copy" if page.measures().copy > 0.5 else "normal"
    if options.get("return_translation"):
        answer["translation_info"] = _translation(plain)
    if options.get("return_confidence"):
        confidence = card_response.confidence(TEXTS, values)
        confidence.pop("father_name")
        answer["confidence"] = {"side": 0.95, "class": 0.7, **confidence}
    return answer


def _translation(plain: Mapping[str, str]) -> dict[str, str]:
    return {
        "name_translation": transliteration.name(plain["name"]),
        "father_name_translation": transliteration.name(plain["father_name"]),
        "nrc_id_translation": transliteration.registration(plain["nrc_id"] or plain["nrc_id_back"]),
        "birth_translation": burmese.latin_digits(plain["birth"]),
    }


def _completeness(read: tuple[Page, Values]) -> int:
    return _ALL if all(name in read[1] for name in BACK) else len(read[1])


def _read(page: Page) -> tuple[Page, Values]:
    rows = burmese_rows.recognize_rows(page)
    values = burmese_rows.field_values(rows, _LABELS, long="address")
    labelled = len(values)
    group = burmese_rows.blood_group(page, rows, _LABELS["blood_group"])
    if group:
        values["blood_group"] = group
    for row in rows:
        number = burmese_rows.registration(page, row)
        if number:
            values["nrc_id"] = Found(number, row.score, row.quad)
            break
    else:
        if "nrc_id" in values:
            values["nrc_id"] = replace(values["nrc_id"], score=values["nrc_id"].score * 0.5)
    if labelled < _LEAST_LABELS:
        return page, {}
    _normalize(values)
    if _is_back(values) and "nrc_id" in values:
        values["nrc_id_back"] = values.pop("nrc_id")
    return page, {name: found for name, found in values.items() if found.text}


def _is_back(values: Values) -> bool:
    return sum(name in values for name in BACK) > sum(name in values for name in FRONT)


def _normalize(values: Values) -> None:
    """Bring names, the address and dates into the form that a card prints."""
    for name in ("name", "father_name"):
        if name in values:
            values[name] = burmese_rows.joined_title(values[name])
    if "address" in values:
        home = values["address"]
        values["address"] = replace(home, text=burmese_words.with_lost_signs(home.text))
    for name in ("issue_date", "birth"):
        if name in values:
            found = values[name]
            day = burmese.date_text(found.text) or burmese.loose_date(found.text).replace("-", ".")
            values[name] = Found(
                day or found.text, found.score if day else found.score * 0.5, found.quad
            )
