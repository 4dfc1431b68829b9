"""Mainland travel permit of Hong Kong, Macao and Taiwan residents: front, and back with its zone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from ocr.fields import card_response, labels, travel_permit, word_spacing
from ocr.fields.labels import Found
from ocr.mrz import locate as mrz_locate
from ocr.mrz.candidates import mrz_text
from ocr.mrz.formats import TRAVEL_PERMIT, TRAVEL_PERMIT_1999
from ocr.mrz.parse import Mrz
from ocr.page import Line, Page, WrongDocument

OPTIONS = card_response.PORTRAIT
TEXTS = (
    "name",
    "name_en",
    "birth_date",
    "sex",
    "valid_period",
    "issuing_authority",
    "number",
    "issue_place",
    "issue_times",
    "id_name",
    "id_number",
    "machine_code1",
    "machine_code2",
    "machine_code3",
)
FIELDS = (*TEXTS, "type", "side")

_HONG_KONG, _TAIWAN = "港澳居民来往内地通行证", "台湾居民来往大陆通行证"
_NUMBER = r"(?<![A-Z])(?:[HM]\d{8}|\d{8})(?!\d)"
_OLD_NUMBER = re.compile(r"[HM]\d{10}")
_HOME_NUMBER = re.compile(r"[A-Z]{1,2}\d{6}\(?[0-9A]\)?|\d{7}\(\d\)|[A-Z]\d{9}")
_OTHER_NAME = ("其他姓名", "其它姓名", "身份证姓名")

# What every card shows on a side: with all of it found, no other view of the page is tried.
_SHOWN = {
    "front": (
        "name",
        "name_en",
        "birth_date",
        "sex",
        "valid_period",
        "issuing_authority",
        "number",
    ),
    "back": ("machine_code1", "machine_code2", "machine_code3", "id_number", "id_name"),
}
_ALL = 12  # completeness of a side with everything in _SHOWN

Values = dict[str, Found]


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the side shown, dates as printed; raises WrongDocument for other cards."""
    view, values, side, kind = card_response.best_view(page, _read, _completeness, full=_ALL)
    if not side:
        raise WrongDocument("no mainland travel permit found")
    answer: dict[str, Any] = card_response.fields(TEXTS, values)
    answer["type"], answer["side"] = kind.text, side
    answer.update(card_response.portrait(view, options, shown=side == "front"))
    confidence = card_response.confidence(TEXTS, values)
    confidence["type"], confidence["side"] = round(kind.score, 4) if kind else 0.0, 0.99
    answer["confidence"] = confidence
    return answer


def _completeness(read: tuple[Page, Values, str, Found]) -> int:
    _, values, side, _ = read
    if side and all(values.get(name) for name in _SHOWN[side]):
        return _ALL
    return sum(bool(found) for found in values.values())


def _read(page: Page) -> tuple[Page, Values, str, Found]:
    lines = page.lines
    kind = _kind(lines)
    values = travel_permit.front(lines, number=_NUMBER)
    if kind and values["valid_period"] and values["number"]:
        times = labels.value_after(
            lines, travel_permit.TIMES, stops=travel_permit.STOPS, below=True
        )
        digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", times.text))
        values["issue_times"] = Found(digits, times.score, times.quad)
        return page, values, "front", kind
    zone = mrz_locate.find(page, formats=(TRAVEL_PERMIT,))
    if zone is not None:
        return page, _back(page, zone), "back", kind or _kind_of(zone)
    zone = mrz_locate.find(page, formats=(TRAVEL_PERMIT_1999,))
    if zone is not None and zone.is_valid and _OLD_NUMBER.fullmatch(zone.fields["number"]):
        return page, _old_back(lines, zone), "back", kind or _kind_of(zone)
    return page, {}, "", Found()


def _kind(lines: Sequence[Line]) -> Found:
    for line in lines:
        text = line.text.replace("來", "来").replace("臺灣", "台湾")
        if labels.label_end(text, ("港澳居民来往", "来往内地通行证")) >= 0:
            return Found(_HONG_KONG, max(labels.line_confidence(line), 0.9), line.quad)
        if labels.label_end(text, ("台湾居民来往", "来往大陆通行证")) >= 0:
            return Found(_TAIWAN, max(labels.line_confidence(line), 0.9), line.quad)
    return Found()


def _kind_of(zone: Mrz) -> Found:
    return Found(_HONG_KONG if zone.fields["number"][:1] in ("H", "M") else _TAIWAN, 0.95)


def _old_back(lines: Sequence[Line], zone: Mrz) -> Values:
    """Return the fields of the zone of the card of 1999, which holds the permit's number only."""
    values = _codes(zone)
    low = max(y for _, y in zone.quads[-1])
    under = [line for line in lines if line.center[1] > low and "<" in line.text]
    if under:
        text = mrz_text(under[0].text)
        values["machine_code3"] = Found(text, under[0].score, under[0].quad)
    number = zone.fields["number"]
    values["number"] = Found(number, zone.confidence["number"], zone.quads[-1])
    values["issue_times"] = Found(number[9:], zone.confidence["number"], zone.quads[-1])
    return values


def _codes(zone: Mrz) -> Values:
    score = 0.97 if zone.is_valid else 0.7
    return {
        f"machine_code{row}": Found(text, score, quad)
        for row, (text, quad) in enumerate(zip(zone.lines, zone.quads, strict=False), start=1)
    }


def _back(page: Page, zone: Mrz) -> Values:
    """Return the home identity card's number and name, and the three lines of the zone."""
    lines = page.lines
    values = _codes(zone)
    home = zone.fields["home_number"].replace(" ", "")
    for line in lines:
        text = re.sub(r"\s", "", unicodedata.normalize("NFKC", line.text))
        match = _HOME_NUMBER.search(text)
        if match and "<" not in text:
            agrees = re.sub(r"[()]", "", match.group()) == home
            number = match.group() if agrees or not zone.checks.get("home_number") else home
            values["id_number"] = Found(number, 0.98 if agrees else 0.6, line.quad)
            break
    name = labels.value_after(lines, _OTHER_NAME, stops=travel_permit.NUMBER)
    found = Found(name.text.strip(), name.score, name.quad)
    values["id_name"] = (
        word_spacing.spaced_by_padding(page, found) if found.text.isascii() else found
    )
    return values
