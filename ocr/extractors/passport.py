"""Passport and other travel documents: the machine-readable zone, and the page of Chinese passports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ocr.options import Option
from ocr.page import Page, WrongDocument
from ocr.parsing import dates, mrz, mrz_page

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

# Field of the answer -> field of the zone.
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


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the contract; raises WrongDocument where no zone can be read.

    Dates are `YYYY-MM-DD`; a field that the document does not show is empty with confidence 0.
    """
    zone, page = _zone(page)
    values = {name: zone.fields.get(source, "") for name, source in _ZONE.items()}
    sure = {name: zone.confidence.get(source, 0.0) for name, source in _ZONE.items()}
    today = date.today()
    printed = dates.find_all(line.text for line in page.lines)
    expiry = zone.fields["expiry"].replace(" ", "")
    birth = zone.fields["birth"].replace(" ", "")
    values["date_of_birth"] = mrz.birth_date(birth, today=today, expiry=expiry, printed=printed)
    values["date_of_expiry"] = mrz.expiry_date(expiry, today=today, printed=printed)
    result: dict[str, Any] = {name: values.get(name, "") for name in FIELDS}
    result["confidence"] = {
        name: round(sure.get(name, 0.0), 4) if result[name] else 0.0 for name in FIELDS
    }
    result["extra_info"] = {}
    return result


def _zone(page: Page) -> tuple[mrz.Mrz, Page]:
    """Return the zone and the page it was read on: the picture itself, else the card in it."""
    zone = mrz_page.find(page)
    if zone is None:
        card = page.card()
        if card is not None:
            zone, page = mrz_page.find(card), card
    if zone is None:
        raise WrongDocument("no machine-readable zone found")
    return zone, page
