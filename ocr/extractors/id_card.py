"""Mainland resident identity card: portrait side, emblem side, or both in one image."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ocr.fields import card_response, check_digits, dates, han_variants, labels, ocr_corrections
from ocr.fields.labels import Found
from ocr.options import Option
from ocr.page import Line, Page, WrongDocument

OPTIONS = (
    Option("side", "str", "", choices=("front", "back", "double_side"), help="Side shown; absent: detect."),
    Option("return_verification", "bool", default=False, help="Check number, birth, sex and dates."),
    Option("return_text_location", "bool", default=False, help="Return where each field is."),
    *card_response.PORTRAIT,
    Option("return_adjusted_image", "bool", default=False, help="Return the rectified card."),
    *(
        Option(f"detect_{name}", "bool", default=False, help=f"Alarm: {name.replace('_', ' ')}.")
        for name in card_response.ALARMS
    ),
)  # fmt: skip
FRONT = ("name", "sex", "birth", "ethnicity", "address", "number")
BACK = ("issue", "valid_from", "valid_to")
FIELDS = (*FRONT, *BACK)

_NAME, _SEX, _ETHNICITY = ("姓名",), ("性别",), ("民族",)
_BIRTH, _HOME, _NUMBER = ("出生",), ("住址",), ("公民身份号码", "身份号码")
_ISSUE, _PERIOD = ("签发机关",), ("有效期限", "有效期")
_LABELS = (*_NAME, *_SEX, *_ETHNICITY, *_BIRTH, *_HOME, *_NUMBER, *_ISSUE, *_PERIOD)
_NUMBER_ALPHABET = "0123456789X"
# The 56 ethnic groups of China (GB/T 3304) as the card prints them.
_ETHNIC_GROUPS = frozenset(
    [
        "汉",
        "蒙古",
        "回",
        "藏",
        "维吾尔",
        "苗",
        "彝",
        "壮",
        "布依",
        "朝鲜",
        "满",
        "侗",
        "瑶",
        "白",
        "土家",
        "哈尼",
        "哈萨克",
        "傣",
        "黎",
        "傈僳",
        "佤",
        "畲",
        "高山",
        "拉祜",
        "水",
        "东乡",
        "纳西",
        "景颇",
        "柯尔克孜",
        "土",
        "达斡尔",
        "仫佬",
        "羌",
        "布朗",
        "撒拉",
        "毛南",
        "仡佬",
        "锡伯",
        "阿昌",
        "普米",
        "塔吉克",
        "怒",
        "乌孜别克",
        "俄罗斯",
        "鄂温克",
        "德昂",
        "保安",
        "裕固",
        "京",
        "塔塔尔",
        "独龙",
        "鄂伦春",
        "赫哲",
        "门巴",
        "珞巴",
        "基诺",
    ]
)

Values = dict[str, Found]
Side = tuple[Page, Values]


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the side shown; raises WrongDocument where neither side is found.

    With `double_side` the result is `{front, back}`; two cards of one side raise AIS.0122.
    """
    side = options.get("side", "")
    if side == "double_side":
        return _both(page, options)
    front: Side | None = None
    back: Side | None = None
    if side != "back":
        front = card_response.best_view(page, _front, _completeness, full=len(FRONT))
    if side != "front" and (front is None or _completeness(front) < 3):
        back = card_response.best_view(page, _back, _completeness, full=len(BACK))
    if front is not None and _completeness(front) >= max(3, _completeness(back) if back else 0):
        return _front_answer(front, options)
    if back is not None and _completeness(back) >= 2:
        return _back_answer(back, options)
    raise WrongDocument("no resident identity card found")


def _completeness(side: Side) -> int:
    return sum(bool(found) for found in side[1].values())


def _both(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {m.text for m in _numbers(page) if check_digits.is_mainland_id(m.text)}
    offices = sum(labels.label_end(line.text, _ISSUE) >= 0 for line in page.lines)
    if len(numbers) > 1 or offices > 1:
        raise WrongDocument("two cards of one side", code="AIS.0122")
    front, back = _front(page), _back(page)
    if _completeness(front) < 3 or _completeness(back) < 2:
        raise WrongDocument("both sides of a resident identity card are needed")
    return {"front": _front_answer(front, options), "back": _back_answer(back, options)}


def _front(page: Page) -> Side:
    """Return the fields of the portrait side; those that were not found are empty."""
    lines = page.lines
    values: Values = {"name": _name(lines)}
    sex = labels.value_after(lines, _SEX, stops=(*_ETHNICITY, *_BIRTH))
    mark = next((c for c in sex.text if c in "男女"), "")
    values["sex"] = Found(mark, sex.score, sex.quad) if mark else _alone(lines, "男女")
    values["ethnicity"] = _ethnicity(lines)
    values["birth"] = _birth(lines)
    numbers = _numbers(page)
    right = [found for found in numbers if check_digits.is_mainland_id(found.text)]
    values["number"] = next(iter(right or numbers), Found())
    values["address"] = _address(lines, values["number"])
    return page, values


def _name(lines: Sequence[Line]) -> Found:
    found = labels.value_after(lines, _NAME, stops=(*_SEX, *_BIRTH))
    return Found(han_variants.simplified(han_variants.han(found.text)), found.score, found.quad)


def _alone(lines: Sequence[Line], choices: str) -> Found:
    for line in lines:
        if line.text.strip() in choices:
            return Found(line.text.strip(), labels.line_confidence(line), line.quad)
    return Found()


def _ethnicity(lines: Sequence[Line]) -> Found:
    found = labels.value_after(lines, _ETHNICITY, stops=_BIRTH)
    text = han_variants.simplified(han_variants.han(found.text))
    if text in _ETHNIC_GROUPS:
        return Found(text, found.score, found.quad)
    known = [name for name in _ETHNIC_GROUPS if text.startswith(name)]
    return Found(max(known, key=len, default=text), found.score * 0.8, found.quad)


def _birth(lines: Sequence[Line]) -> Found:
    """Return the date of birth; year, month and day may be separate lines."""
    for line in lines:
        end = labels.label_end(line.text, _BIRTH)
        if end < 0 and not re.search(r"\d{4}\s*年", line.text):
            continue
        row = [
            mate
            for mate in lines
            if abs(mate.center[1] - line.center[1]) < 0.6 * line.height and mate.left >= line.left
        ]
        text = "".join(mate.text for mate in sorted(row, key=lambda mate: mate.left))
        text = unicodedata.normalize("NFKC", text)
        match = re.search(r"((?:19|20)\d\d)\D{0,3}(\d{1,2})\D{0,3}(\d{1,2})\s*日?", text)
        if match:
            day = dates.safe(*(int(group) for group in match.groups()))
            if day:
                score = min(labels.line_confidence(mate) for mate in row)
                return Found(day.isoformat(), score, line.quad)
    return Found()


def _numbers(page: Page) -> list[Found]:
    """Return possible resident numbers, corrected by the recogniser's alternatives (GB 11643)."""
    found: list[Found] = []
    for line in page.lines:
        text = re.sub(r"[^0-9A-Za-z|]", "", unicodedata.normalize("NFKC", line.text))
        text = ocr_corrections.as_digits(text, keep="Xx").upper()
        if not 16 <= len(text) <= 19 or sum(check_digits.is_digits(c) for c in text) < 15:
            continue
        if check_digits.is_mainland_id(text):
            found.append(Found(text, max(labels.line_confidence(line), 0.97), line.quad))
            continue
        result = page.read(line.quad, model="small", alphabet=_NUMBER_ALPHABET)
        chosen = ocr_corrections.corrected(result.text, result.chars, check_digits.is_mainland_id)
        score = 0.92 - 0.1 * chosen.changed if chosen.agrees else 0.4
        found.append(Found(chosen.text if chosen.agrees else text, score, line.quad))
    return found


def _address(lines: Sequence[Line], number: Found) -> Found:
    """Return the address: the lines from its label down to the number, left of the portrait."""
    label = next((line for line in lines if labels.label_end(line.text, _HOME) >= 0), None)
    if label is None:
        return Found()
    head = labels.value_after([label, *(x for x in lines if x is not label)], _HOME, stops=_NUMBER)
    parts = [head] if head else []
    start = head.quad or label.quad
    left = min(x for x, _ in start)
    floor = min(y for _, y in number.quad) if number.quad else float("inf")
    top = sum(y for _, y in start) / 4
    size = label.height
    for line in lines:
        under = line.center[1] > top + 0.5 * size and line.bottom < floor + 0.5 * size
        aligned = left - 2 * size < line.left < left + 6 * size
        if under and aligned and labels.label_end(line.text, _NUMBER) < 0:
            parts.append(Found(line.text, labels.line_confidence(line), line.quad))
    text = "".join(re.sub(r"\s+", "", part.text) for part in parts)
    text = han_variants.simplified(text)
    return Found(text, min((part.score for part in parts), default=0.0), head.quad)


def _back(page: Page) -> Side:
    """Return the fields of the emblem side."""
    lines = page.lines
    issue = labels.value_after(lines, _ISSUE, stops=_PERIOD)
    values: Values = {
        "issue": Found(
            han_variants.simplified(issue.text.replace(" ", "")), issue.score, issue.quad
        )
    }
    period = labels.value_after(lines, _PERIOD)
    if not re.search(r"\d{4}", period.text):
        hit = labels.first_match(lines, r"\d{4}\s*[.,]\s*\d{2}\s*[.,]\s*\d{2}\s*[-—一~]")
        period = Found(hit[1].text, labels.line_confidence(hit[1]), hit[1].quad) if hit else period
    days = _days(period.text)
    if days:
        values["valid_from"] = Found(days[0].isoformat(), period.score, period.quad)
        last = "长期" if "长" in period.text or "期" in period.text else ""
        last = days[1].isoformat() if len(days) > 1 else last
        values["valid_to"] = Found(last, period.score, period.quad)
    return page, values


def _days(text: str) -> list[date]:
    flat = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", text))
    parts = [flat[i : i + 8] for i in range(0, len(flat) - 7, 8)]
    days = [dates.safe(int(p[:4]), int(p[4:6]), int(p[6:])) for p in parts]
    return [day for day in days if day is not None]


def _front_answer(side: Side, options: Mapping[str, Any]) -> dict[str, Any]:
    page, values = side
    return _answer(page, values, FRONT, options, portrait=True)


def _back_answer(side: Side, options: Mapping[str, Any]) -> dict[str, Any]:
    page, values = side
    return _answer(page, values, BACK, options, portrait=False)


def _answer(
    page: Page,
    values: Values,
    names: tuple[str, ...],
    options: Mapping[str, Any],
    *,
    portrait: bool,
) -> dict[str, Any]:
    answer: dict[str, Any] = card_response.fields(names, values)
    if options.get("return_verification"):
        answer["verification_result"] = _verified(answer, date.today())
    if options.get("return_text_location"):
        answer["text_location"] = card_response.text_location(page, names, values)
    answer.update(card_response.portrait(page, options, shown=portrait))
    answer.update(card_response.adjusted(page, options))
    empty = sum(not values.get(name) for name in names) / len(names)
    interim = 1.0 if labels.has_label(page.lines, ("临时居民", "临时身份证")) else 0.0
    known = {
        "blocking_within_border": min(2 * empty, 1.0),
        "interim": interim,
        "tampering": _contradiction(page, values) if options.get("detect_tampering") else 0.0,
    }
    answer.update(card_response.alarms(page, options, known=known))
    return answer


def _contradiction(page: Page, values: Values) -> float:
    """Return the confidence, 0..1, with which the number contradicts the printed birth or sex.

    The number contains both and ends in a check digit (GB 11643). A contradiction counts as much as
    the less certain of the two texts.
    """
    number, birth, sex = (values.get(name, Found()) for name in ("number", "birth", "sex"))
    if len(number.text) != 18 or number.quad is None:
        return 0.0
    if not check_digits.is_mainland_id(number.text):
        result = page.read(number.quad, model="small", alphabet=_NUMBER_ALPHABET)
        weakest = min((char.score for char in result.chars), default=0.0)
        return weakest if result.text == number.text else 0.0
    scores = [0.0]
    if birth and birth.text.replace("-", "") != number.text[6:14]:
        scores.append(min(birth.score, number.score))
    if sex and sex.text != "女男"[int(number.text[16]) % 2]:
        scores.append(min(sex.score, number.score))
    return max(scores)


def _verified(answer: Mapping[str, Any], today: date) -> dict[str, bool]:
    """Return the checks of the recognised side; those of the other side are false.

    A card is valid for 5, 10 or 20 years, or without end (长期); 29 February ends on 1 March or 28 February.
    """
    number = answer.get("number", "")
    valid = check_digits.is_mainland_id(number)
    start, end = answer.get("valid_from", ""), answer.get("valid_to", "")
    span = False
    running = False
    if start and end == "长期":
        span, running = True, start <= today.isoformat()
    elif start and end:
        years = int(end[:4]) - int(start[:4])
        span = years in (5, 10, 20) and end[5:] in (start[5:], "03-01", "02-28")
        running = start <= today.isoformat() <= end
    return {
        "valid_number": valid,
        "valid_birth": valid and number[6:14] == answer.get("birth", "").replace("-", ""),
        "valid_sex": valid and answer.get("sex", "") == "女男"[int(number[16]) % 2],
        "valid_date": span,
        "valid_validity_period": running,
    }
