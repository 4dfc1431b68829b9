"""Passport and other travel documents: the machine-readable zone, and Chinese passports' data page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from ocr.fields import dates, labels
from ocr.fields.labels import Found
from ocr.mrz import locate as mrz_locate
from ocr.mrz import parse as mrz
from ocr.mrz.candidates import mrz_text
from ocr.options import Option
from ocr.page import Page, WrongDocument

OPTIONS = (
    Option(
        "country_code",
        "str",
        "",
        choices=("GENERAL", "CHN"),
        help="GENERAL reads the machine-readable zone only, CHN a full Chinese passport; absent: detect.",
    ),
)

FIELDS = (
    "passport_type",
    "country_code",
    "passport_number",
    "nationality",
    "surname",
    "given_name",
    "sex",
    "date_of_birth",
    "date_of_expiry",
    "date_of_issue",
    "place_of_birth",
    "place_of_issue",
    "issuing_authority",
)

# Field of the result -> field of the zone.
_ZONE = {
    "passport_type": "code",
    "country_code": "country",
    "passport_number": "number",
    "nationality": "nationality",
    "surname": "surname",
    "given_name": "given_name",
    "sex": "sex",
    "date_of_birth": "birth",
    "date_of_expiry": "expiry",
}

# Printed fields of a Chinese passport; the two languages of a label are usually one line.
_LABELS = {
    "place_of_birth": ("出生地点/Place of birth", "Place of birth", "出生地点"),
    "date_of_issue": ("签发日期/Date of issue", "Date of issue", "签发日期"),
    "place_of_issue": ("签发地点/Place of issue", "Place of issue", "签发地点"),
    "issuing_authority": ("签发机关/Authority", "Authority", "签发机关"),
}
NAME_SURE = 0.9  # names with less confidence are compared with the printed ones
_STOPS = ("有效期至", "签发", "出生", "持照人", "Date of", "Place of", "Bearer", "Authority")


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the documented fields; raises WrongDocument where no zone is found.

    Dates are `YYYY-MM-DD`; a field that the document does not show is empty with confidence 0.
    """
    zone, page = _zone(page)
    values = {name: zone.fields.get(source, "") for name, source in _ZONE.items()}
    confidence = {name: zone.confidence.get(source, 0.0) for name, source in _ZONE.items()}
    values.update(_days(page, zone))
    if min(confidence["surname"], confidence["given_name"]) < NAME_SURE:
        _confirm_names(page, values, confidence)
    chinese = options.get("country_code") or values["country_code"]
    if chinese == "CHN":
        for name, found in _printed(page).items():
            values[name], confidence[name] = found.text, found.score
    result: dict[str, Any] = {name: values.get(name, "") for name in FIELDS}
    result["confidence"] = {
        name: round(confidence.get(name, 0.0), 4) if result[name] else 0.0 for name in FIELDS
    }
    result["extra_info"] = _local(page) if chinese == "CHN" else {}
    return result


def _local(page: Page) -> dict[str, str]:
    """Return what a Chinese passport prints in Chinese: the name."""
    name = labels.value_after(page.lines, ("姓名/Name", "姓名", "Name"), stops=_STOPS, below=True)
    match = re.search(r"[\u4e00-\u9fff·]{2,}", name.text)
    if match is None:
        return {}
    again = page.read(name.quad, model="small").text if name.quad is not None else ""
    better = re.search(r"[\u4e00-\u9fff·]{2,}", again)
    return {"name": (better or match).group()}


def _days(page: Page, zone: mrz.Mrz) -> dict[str, str]:
    """Return birth and expiry; the page is recognised only where the zone leaves the century open."""
    today = date.today()
    birth, expiry = (zone.fields[name].replace(" ", "") for name in ("birth", "expiry"))
    printed: list[date] = []
    if mrz.is_century_open(birth, expiry, today=today):
        printed = dates.find_all(line.text for line in page.lines)
    return {
        "date_of_birth": mrz.birth_date(birth, today=today, expiry=expiry, printed=printed),
        "date_of_expiry": mrz.expiry_date(expiry, today=today, printed=printed),
    }


def _confirm_names(page: Page, values: dict[str, str], confidence: dict[str, float]) -> None:
    """Raise the confidence of names that are also printed above the zone: two results agree."""
    words = {mrz_text(word) for line in page.lines for word in line.text.replace(",", " ").split()}
    for name in ("surname", "given_name"):
        parts = values[name].split()
        if parts and all(part in words for part in parts):
            confidence[name] = max(confidence[name], 0.98)


def _printed(page: Page) -> dict[str, Found]:
    """Return the fields that a Chinese passport prints and its zone does not hold."""
    found: dict[str, Found] = {}
    for name, texts in _LABELS.items():
        value = labels.value_after(page.lines, texts, stops=_STOPS, below=True)
        if value and value.quad is not None:
            again = page.read(value.quad, model="small")
            if again.score > value.score:
                value = Found(again.text.strip(), again.score, value.quad)
        found[name] = value
    days = dates.find(found["date_of_issue"].text)
    issue = found["date_of_issue"]
    text = days[0].isoformat() if days else ""
    found["date_of_issue"] = Found(text, issue.score if text else 0.0, issue.quad)
    return found


def _zone(page: Page) -> tuple[mrz.Mrz, Page]:
    """Return the zone and the view it was found in: the whole page, else the detected card."""
    zone = mrz_locate.find(page, mrz_only=True)
    if zone is None:
        card = page.card()
        if card is not None:
            zone, page = mrz_locate.find(card, mrz_only=True), card
    if zone is None:
        raise WrongDocument("no machine-readable zone found")
    return zone, page
