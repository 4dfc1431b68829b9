"""Printed front of China's travel permits (exit-entry and mainland): fields and their zone. Pure.

The cards of the Exit and Entry Administration print the same labels in the same places.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from ocr.fields import dates, han_variants, labels, ocr_corrections
from ocr.fields.check_digits import is_digits
from ocr.fields.labels import Found
from ocr.page import Line

# Labels, simplified and traditional.
NAME, BIRTH, SEX = ("姓名",), ("出生日期", "Date of birth"), ("性别", "性別")
PERIOD, AUTHORITY = ("有效期限", "有效期"), ("签发机关", "簽發機關")
PLACE, NUMBER = ("签发地点", "簽發地點"), ("证件号码", "證件號碼")
TIMES = ("换证次数", "換證次數")
STOPS = (*NAME, *BIRTH, *SEX, *PERIOD, *AUTHORITY, *PLACE, *NUMBER, *TIMES)
_SPAN = re.compile(
    r"((?:19|20)\d\d)\s*[.,·]\s*(\d\d)\s*[.,·]\s*(\d\d)\s*[-—–一~至]+\s*"
    r"((?:19|20)\d\d)\s*[.,·]\s*(\d\d)\s*[.,·]\s*(\d\d)"
)
_DAY = re.compile(r"((?:19|20)\d\d)\s*[.,·]\s*(\d\d)\s*[.,·]\s*(\d\d)")

Values = dict[str, Found]


def front(lines: Sequence[Line], *, number: str) -> Values:
    """Return the printed fields; `number` is the regular expression of the document's number."""
    values: Values = {
        "valid_period": _period(lines),
        "sex": _sex(lines),
        "number": _number(lines, number),
        "issuing_authority": _plain(lines, AUTHORITY),
        "issue_place": _plain(lines, PLACE),
    }
    values["birth_date"] = _birth(lines)
    values["name"], values["name_en"] = _names(lines)
    return values


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _plain(lines: Sequence[Line], label: Sequence[str]) -> Found:
    found = labels.value_after(lines, label, stops=STOPS, below=True)
    text = han_variants.simplified(re.sub(r"\s+", "", found.text))
    return Found(text, found.score, found.quad)


def _period(lines: Sequence[Line]) -> Found:
    for line in lines:
        match = _SPAN.search(_folded(line.text))
        if match:
            a, b, c, d, e, f = match.groups()
            if dates.safe(int(a), int(b), int(c)) and dates.safe(int(d), int(e), int(f)):
                return Found(f"{a}.{b}.{c}-{d}.{e}.{f}", labels.line_confidence(line), line.quad)
    return Found()


def _birth(lines: Sequence[Line]) -> Found:
    found = labels.value_after(lines, BIRTH, stops=(*SEX, *PERIOD), below=True)
    match = _DAY.search(_folded(found.text))
    if match:
        return Found(".".join(match.groups()), found.score, found.quad)
    for line in lines:
        text = _folded(line.text)
        match = _DAY.search(text)
        if match and not _SPAN.search(text):
            return Found(".".join(match.groups()), labels.line_confidence(line), line.quad)
    return Found()


def _sex(lines: Sequence[Line]) -> Found:
    found = labels.value_after(lines, SEX, stops=STOPS, below=True)
    mark = next((c for c in found.text if c in "男女"), "")
    if mark:
        return Found(mark, found.score, found.quad)
    for line in lines:
        if line.text.strip() in ("男", "女"):
            return Found(line.text.strip(), labels.line_confidence(line), line.quad)
    return Found()


def _number(lines: Sequence[Line], pattern: str) -> Found:
    for line in lines:
        text = re.sub(r"\s", "", _folded(line.text)).upper()
        for trial in (
            text,
            text[:2] + ocr_corrections.as_digits(text[2:]),
            text[:1] + ocr_corrections.as_digits(text[1:]),
        ):
            match = re.search(pattern, trial)
            if match and "<" not in text:
                return Found(match.group(), labels.line_confidence(line), line.quad)
    return Found()


def _names(lines: Sequence[Line]) -> tuple[Found, Found]:
    """Return the name in Chinese characters and in Latin letters `SURNAME, GIVEN`."""
    latin = Found()
    for line in lines:
        text = _folded(line.text).replace("，", ",")
        match = re.search(r"([A-Z][A-Z ]+)\s*[,.]\s*([A-Z][A-Z ]*)$", text.strip())
        if match and "<" not in text:
            name = f"{match.group(1).strip()}, {match.group(2).strip()}"
            latin = Found(name, labels.line_confidence(line), line.quad)
            break
    found = labels.value_after(lines, NAME, stops=STOPS, below=True)
    if not han_variants.han(found.text) and latin.quad is not None:
        found = _above(lines, latin)
    name = han_variants.simplified(han_variants.han(found.text))
    return Found(name, found.score, found.quad), latin


def _above(lines: Sequence[Line], latin: Found) -> Found:
    """Return the Chinese name: the lowest line of characters above the Latin name, left aligned."""
    assert latin.quad is not None
    left, top = latin.quad[0]
    size = latin.quad[3][1] - top
    near = [
        line
        for line in lines
        if han_variants.han(line.text)
        and -3 * size < line.center[1] - top < 0
        and abs(line.left - left) < 4 * size
    ]
    if not near:
        return Found()
    line = max(near, key=lambda item: item.center[1])
    return Found(line.text, labels.line_confidence(line), line.quad)


def prefer_zone(values: Values, name: str, zone: str, *, zone_score: float) -> None:
    """Replace a printed field by that of a zone whose check digit agrees, if they differ."""
    if not zone:
        return
    printed = values.get(name, Found())
    if printed.text == zone:
        values[name] = Found(zone, max(printed.score, 0.99), printed.quad)
    else:
        values[name] = Found(zone, zone_score, printed.quad)


def compare_date(values: Values, name: str, zone: str) -> None:
    """Raise the confidence of a printed date that the zone confirms, lower that of another one."""
    printed = values.get(name, Found())
    if not printed or not zone:
        return
    last = printed.text[-10:].replace(".", "")[2:]
    score = max(printed.score, 0.99) if last == zone else min(printed.score, 0.5)
    values[name] = Found(printed.text, score, printed.quad)


def printed_date(text: str, *, birth: bool, today: date) -> str:
    """Return `YYMMDD` of a zone as `YYYY.MM.DD`; empty if it is no date."""
    if len(text) != 6 or not is_digits(text):
        return ""
    year = 2000 + int(text[:2])
    if birth and year > today.year:
        year -= 100
    day = dates.safe(year, int(text[2:4]), int(text[4:]))
    return f"{day:%Y.%m.%d}" if day else ""
