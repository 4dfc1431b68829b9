"""Hong Kong identity card: front of the cards of 2003 and 2018."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from ocr.fields import card_response, check_digits, han_variants, labels, ocr_corrections
from ocr.fields.labels import Found
from ocr.page import Line, Page, WrongDocument

OPTIONS = card_response.PORTRAIT
TEXTS = (
    "name",
    "name_en",
    "sex",
    "birth_date",
    "number",
    "symbols",
    "name_telegraph_code",
    "initial_issue_date",
    "issue_date",
)
FIELDS = (
    "name",
    "name_en",
    "sex",
    "birth_date",
    "number",
    "symbols",
    "name_telegraph_code",
    "permanent",
    "initial_issue_date",
    "issue_date",
)

_TITLE = ("IDENTITYCARD", "居民身份證", "居民身份证")
_PERMANENT = ("永久性", "PERMANENT")
_STOPS = ("出生日期", "Date of", "簽發日期", "性別", "HONG KONG", "身份證")
_NUMBER = re.compile(r"([A-Z0-9]{1,2})\s*([0-9A-Z]{6})\s*[(\[{<]\s*([0-9A-Z])\s*[)\]}>]?")
_STAR = "*＊×x✕米+"

Values = dict[str, Found]


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as printed; raises WrongDocument where no number or title is found."""
    view, values = card_response.best_view(page, _read, _completeness, full=len(TEXTS))
    titled = labels.has_label(view.lines, _TITLE)
    if not values["number"] or (not titled and not values["birth_date"]):
        raise WrongDocument("no Hong Kong identity card found")
    answer: dict[str, Any] = card_response.fields(FIELDS, values)
    answer["permanent"] = labels.has_label(view.lines, _PERMANENT)
    answer.update(card_response.portrait(view, options))
    answer["confidence"] = card_response.confidence(FIELDS, values)
    title = [
        labels.line_confidence(line)
        for line in view.lines
        if labels.label_end(line.text, _TITLE) >= 0
    ]
    answer["confidence"]["permanent"] = round(max(title, default=0.0), 4)
    return answer


def _completeness(read: tuple[Page, Values]) -> int:
    return sum(bool(found) for found in read[1].values())


def _read(page: Page) -> tuple[Page, Values]:
    lines = page.lines
    values: Values = {"number": _number(page)}
    values["birth_date"] = _matched(lines, r"(?<!\d)\d{2}-\d{2}-(?:19|20)\d{2}(?!\d)")
    values["initial_issue_date"] = _matched(lines, r"\(\s*\d{2}\s*-\s*\d{2}\s*\)?", closing=")")
    values["issue_date"] = _matched(lines, r"(?<![\d-])\d{2}-\d{2}-\d{2}(?![\d-])")
    values["name_telegraph_code"] = _telegraph_code(lines)
    values["sex"] = _sex(lines)
    values["name_en"] = _latin_name(lines)
    values["name"] = _chinese_name(lines, values["name_en"])
    values["symbols"] = _symbols(page, values)
    return page, values


def _folded(text: str) -> str:
    return (
        unicodedata.normalize("NFKC", text).replace("—", "-").replace("–", "-").replace("一", "-")
    )


def _matched(lines: Sequence[Line], pattern: str, *, closing: str = "") -> Found:
    for line in lines:
        match = re.search(pattern, _folded(line.text))
        if match:
            text = match.group().replace(" ", "")
            if closing and not text.endswith(closing):
                text += closing
            return Found(text, labels.line_confidence(line), line.quad)
    return Found()


def _number(page: Page) -> Found:
    """Return the number; its bracketed character chooses among the recogniser's alternatives."""
    found: list[tuple[bool, Found]] = []
    for line in page.lines:
        match = _NUMBER.search(_folded(line.text).replace(" ", ""))
        if not match:
            continue
        letters, body, digit = match.groups()
        text = f"{letters}{ocr_corrections.as_digits(body)}({digit})"
        if check_digits.is_hkid(text):
            return Found(text, max(labels.line_confidence(line), 0.96), line.quad)
        result = page.read(
            line.quad, model="small", alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789()"
        )
        chosen = ocr_corrections.corrected(result.text, result.chars, check_digits.is_hkid)
        good = chosen.text if chosen.agrees else text
        score = 0.9 - 0.1 * chosen.changed if chosen.agrees else 0.4
        if check_digits.is_digits(body[-3:]):
            found.append((chosen.agrees, Found(good, score, line.quad)))
    return max(found, key=lambda item: item[0], default=(False, Found()))[1]


def _telegraph_code(lines: Sequence[Line]) -> Found:
    """Return the Chinese commercial code: a group of four digits for each character of the name."""
    for line in lines:
        text = _folded(line.text)
        digits = re.sub(r"\s", "", ocr_corrections.as_digits(text))
        if re.fullmatch(r"\d{8,24}", digits) and len(digits) % 4 == 0 and "-" not in text:
            groups = " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))
            return Found(groups, labels.line_confidence(line), line.quad)
    return Found()


def _sex(lines: Sequence[Line]) -> Found:
    for line in lines:
        text = _folded(line.text).replace(" ", "")
        if "男" in text or "女" in text:
            return Found("M" if "男" in text else "F", labels.line_confidence(line), line.quad)
    for line in lines:
        if line.text.strip() in ("M", "F"):
            return Found(line.text.strip(), labels.line_confidence(line), line.quad)
    return Found()


def _latin_name(lines: Sequence[Line]) -> Found:
    for line in lines:
        text = unicodedata.normalize("NFKC", line.text).replace("，", ",").strip()
        match = re.fullmatch(r"([A-Z][A-Z' -]*)\s*[,.]\s*([A-Za-z][A-Za-z' ,-]*)", text)
        if match and labels.label_end(text, _STOPS) < 0:
            name = f"{match.group(1).strip()}, {match.group(2).strip()}"
            return Found(name, labels.line_confidence(line), line.quad)
    return Found()


def _chinese_name(lines: Sequence[Line], latin: Found) -> Found:
    """Return the Chinese name: the line of characters above the Latin name, left aligned with it."""
    if latin.quad is None:
        return Found()
    left, top = latin.quad[0]
    size = latin.quad[3][1] - top
    near = [
        line
        for line in lines
        if 2 <= len(han_variants.han(line.text)) <= 6
        and -4 * size < line.center[1] - top < 0
        and abs(line.left - left) < 3 * size
        and labels.label_end(line.text, _STOPS) < 0
    ]
    if not near:
        return Found()
    line = max(near, key=lambda item: item.center[1])
    return han_variants.traditional(
        Found(han_variants.han(line.text), labels.line_confidence(line), line.quad)
    )


def _symbols(page: Page, values: Values) -> Found:
    """Return the symbols under the date of birth: asterisks and letters of the right of abode."""
    above, below = values["birth_date"].quad, values["initial_issue_date"].quad
    if above is None:
        return Found()
    size = max(above[3][1] - above[0][1], 1.0)
    top, left = above[3][1], above[0][0]
    floor = below[0][1] if below else top + 5 * size
    for line in page.lines:
        text = _folded(line.text).replace(" ", "")
        inside = top - 0.4 * size < line.center[1] < floor and abs(line.left - left) < 3 * size
        match = re.fullmatch(rf"([{re.escape(_STAR)}]*)([A-Z]{{0,5}})", text)
        if inside and match and text:
            result = page.read(line.quad, model="small", alphabet="*ACRUZXWOBN")
            again = result.text if re.fullmatch(r"\*{0,3}[A-Z]{1,4}", result.text) else ""
            stars = "*" * len(match.group(1))
            return Found(again or stars + match.group(2), labels.line_confidence(line), line.quad)
    return Found()
