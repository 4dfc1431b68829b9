"""Exit-entry permit to Hong Kong and Macao or Taiwan: front with one-line zone, back with endorsements."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ocr.fields import card_response, labels, travel_permit
from ocr.fields.labels import Found
from ocr.mrz import locate as mrz_locate
from ocr.mrz.formats import EXIT_ENTRY
from ocr.mrz.parse import Mrz
from ocr.page import Line, Page, WrongDocument

OPTIONS = card_response.PORTRAIT
TEXTS = (
    "name",
    "name_en",
    "sex",
    "birth_date",
    "number",
    "issuing_authority",
    "issue_place",
    "valid_period",
    "machine_code",
)
ENDORSEMENTS = {
    "endorsement_info_hk": ("香港",),
    "endorsement_info_mo": ("澳门", "澳門"),
    "endorsement_info_tw": ("台湾", "臺灣"),
}
PARTS = (
    "endorsement_type",
    "valid_round_trips",
    "endorsement_valid_period",
    "remark",
    "issue_info",
)
FIELDS = (*TEXTS, "type", "side", *ENDORSEMENTS)

_HONG_KONG, _TAIWAN = "往来港澳通行证", "往来台湾通行证"
_NUMBER = r"[CWT][A-HJ-NP-Z0-9]\d{7}(?!\d)"

Values = dict[str, Found]


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the side shown, dates as printed; raises WrongDocument for other cards."""
    view, values, zone = card_response.best_view(page, _read, _completeness, full=len(TEXTS))
    notes = _endorsements(view.lines)
    kind = _kind(view.lines, zone)
    is_front = bool(values["valid_period"] and values["number"]) and bool(kind[0])
    if not is_front and not notes:
        raise WrongDocument("no exit-entry permit found")
    answer: dict[str, Any] = card_response.fields(TEXTS, values if is_front else {})
    answer["type"] = kind[0] if is_front else ""
    answer["side"] = "front" if is_front else "back"
    confidence: dict[str, Any] = card_response.confidence(TEXTS, values if is_front else {})
    confidence["type"] = round(kind[1], 4) if answer["type"] else 0.0
    confidence["side"] = 0.99
    for name in ENDORSEMENTS:
        found = {} if is_front else notes.get(name, {})
        answer[name] = card_response.fields(PARTS, found)
        confidence[name] = card_response.confidence(PARTS, found)
    answer.update(card_response.portrait(view, options, shown=is_front))
    answer["confidence"] = confidence
    return answer


def _completeness(read: tuple[Page, Values, Mrz | None]) -> int:
    view, values, _ = read
    if _endorsements(view.lines):  # the back, which shows nothing else
        return len(TEXTS)
    return sum(bool(found) for found in values.values())


def _read(page: Page) -> tuple[Page, Values, Mrz | None]:
    values = travel_permit.front(page.lines, number=_NUMBER)
    zone = mrz_locate.find(page, formats=(EXIT_ENTRY,)) if values["valid_period"] else None
    if zone is not None:
        score = 0.97 if zone.is_valid else 0.7
        values["machine_code"] = Found(zone.lines[0], score, zone.quads[0])
        if zone.checks.get("number"):
            travel_permit.prefer_zone(values, "number", zone.fields["number"], zone_score=0.93)
        if zone.checks.get("birth"):
            wanted = travel_permit.printed_date(
                zone.fields["birth"], birth=True, today=date.today()
            )
            travel_permit.prefer_zone(values, "birth_date", wanted, zone_score=0.9)
        if zone.checks.get("expiry"):
            travel_permit.compare_date(values, "valid_period", zone.fields["expiry"])
    return page, values, zone


def _kind(lines: Sequence[Line], zone: Mrz | None) -> tuple[str, float]:
    """Return the type of the permit and its confidence: by its title, else by the zone's code."""
    for line in lines:
        for title, marks in ((_HONG_KONG, ("往来港澳",)), (_TAIWAN, ("往来台湾",))):
            if labels.label_end(line.text.replace("來", "来").replace("臺灣", "台湾"), marks) >= 0:
                return title, max(labels.line_confidence(line), 0.9)
    if zone is not None:
        return (_TAIWAN if zone.lines[0].startswith("CD") else _HONG_KONG), 0.9
    return "", 0.0


def _endorsements(lines: Sequence[Line]) -> dict[str, Values]:
    """Return the endorsements of the back: one a destination, from its heading to the next one."""
    if not labels.has_label(lines, ("签注", "簽注")):
        return {}
    heads = [
        (line.center[1], name)
        for line in lines
        for name, marks in ENDORSEMENTS.items()
        if any(mark in line.text for mark in marks)
        and labels.label_end(line.text, ("签注", "簽注")) >= 0
    ]
    heads.sort()
    blocks: dict[str, Values] = {}
    for index, (top, name) in enumerate(heads):
        end = heads[index + 1][0] if index + 1 < len(heads) else float("inf")
        block = [line for line in lines if top - 1 <= line.center[1] < end - 1]
        blocks.setdefault(name, _parts(block))
    return blocks


_TYPE, _TRIPS = ("签注种类", "种类"), ("有效次数", "往返次数")
_UNTIL, _REMARK, _ISSUED = (
    ("有效期至", "有效期限", "有效期"),
    ("备注",),
    ("签发机关", "签发地点", "签发"),
)
_PART_STOPS = (*_TYPE, *_TRIPS, *_UNTIL, *_REMARK, *_ISSUED)


def _parts(lines: Sequence[Line]) -> Values:
    found = {
        "endorsement_type": labels.value_after(lines, _TYPE, stops=_PART_STOPS),
        "valid_round_trips": labels.value_after(lines, _TRIPS, stops=_PART_STOPS),
        "endorsement_valid_period": labels.value_after(lines, _UNTIL, stops=_PART_STOPS),
        "remark": labels.value_after(lines, _REMARK, stops=_PART_STOPS),
        "issue_info": labels.value_after(lines, _ISSUED, stops=_PART_STOPS),
    }
    return {
        name: Found(
            re.sub(r"\s+", "", unicodedata.normalize("NFKC", value.text)), value.score, value.quad
        )
        for name, value in found.items()
    }
