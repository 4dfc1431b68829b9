"""Mainland travel permit of Hong Kong, Macao and Taiwan residents: front, and back with its zone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from ocr.page import Line, Page, WrongDocument
from ocr.parsing import card_answer, labels, mrz_page, permit
from ocr.parsing.labels import Found
from ocr.parsing.mrz import Mrz
from ocr.parsing.mrz_formats import TRAVEL_PERMIT

OPTIONS = card_answer.PORTRAIT
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
_HOME_NUMBER = re.compile(r"[A-Z]{1,2}\d{6}\(?[0-9A]\)?|\d{7}\(\d\)|[A-Z]\d{9}")
_OTHER_NAME = ("其他姓名", "其它姓名", "身份证姓名")

Values = dict[str, Found]


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the side shown, dates as printed; raises WrongDocument for other cards."""
    view, values, side, kind = card_answer.best(
        page, _read, lambda read: sum(bool(found) for found in read[1].values()), full=9
    )
    if not side:
        raise WrongDocument("no mainland travel permit found")
    answer: dict[str, Any] = card_answer.fields(TEXTS, values)
    answer["type"], answer["side"] = kind.text, side
    answer.update(card_answer.portrait(view, options, shown=side == "front"))
    sure = card_answer.confidence(TEXTS, values)
    sure["type"], sure["side"] = round(kind.score, 4) if kind else 0.0, 0.99
    answer["confidence"] = sure
    return answer


def _read(page: Page) -> tuple[Page, Values, str, Found]:
    lines = page.lines
    kind = _kind(lines)
    values = permit.front(lines, number=_NUMBER)
    if kind and values["valid_period"] and values["number"]:
        times = labels.after(lines, permit.TIMES, stops=permit.STOPS, below=True)
        digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", times.text))
        values["issue_times"] = Found(digits, times.score, times.quad)
        return page, values, "front", kind
    zone = mrz_page.find(page, formats=(TRAVEL_PERMIT,))
    if zone is None:
        return page, {}, "", Found()
    return page, _back(lines, zone), "back", kind or _kind_of(zone)


def _kind(lines: Sequence[Line]) -> Found:
    for line in lines:
        text = line.text.replace("來", "来").replace("臺灣", "台湾")
        if labels.label_end(text, ("港澳居民来往", "来往内地通行证")) >= 0:
            return Found(_HONG_KONG, max(labels.sure(line), 0.9), line.quad)
        if labels.label_end(text, ("台湾居民来往", "来往大陆通行证")) >= 0:
            return Found(_TAIWAN, max(labels.sure(line), 0.9), line.quad)
    return Found()


def _kind_of(zone: Mrz) -> Found:
    return Found(_HONG_KONG if zone.fields["number"][:1] in ("H", "M") else _TAIWAN, 0.95)


def _back(lines: Sequence[Line], zone: Mrz) -> Values:
    """Return the home number and name and the three lines of the zone."""
    score = 0.97 if zone.is_right else 0.7
    values: Values = {
        f"machine_code{row}": Found(text, score, quad)
        for row, (text, quad) in enumerate(zip(zone.lines, zone.quads, strict=False), start=1)
    }
    home = zone.fields["home_number"].replace(" ", "")
    for line in lines:
        text = re.sub(r"\s", "", unicodedata.normalize("NFKC", line.text))
        match = _HOME_NUMBER.search(text)
        if match and "<" not in text:
            agrees = re.sub(r"[()]", "", match.group()) == home
            number = match.group() if agrees or not zone.checks.get("home_number") else home
            values["id_number"] = Found(number, 0.98 if agrees else 0.6, line.quad)
            break
    name = labels.after(lines, _OTHER_NAME, stops=permit.NUMBER)
    values["id_name"] = Found(name.text.strip(), name.score, name.quad)
    return values
