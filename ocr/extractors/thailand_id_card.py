"""Thai national identity card: Thai and Latin print of the front, laser number of the back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ocr.fields import card_response, check_digits, labels, voting
from ocr.fields.labels import Found
from ocr.layout.reading_order import rows
from ocr.options import Option
from ocr.page import Line, Page, Quad, RecognitionResult, WrongDocument
from ocr.scripts.thai import names as thai_names
from ocr.scripts.thai import text as thai

OPTIONS = (
    Option("side", "str", default="", choices=("", "front", "back"), help="Side of the card."),
    *card_response.PORTRAIT,
    Option(
        "return_idcard_type",
        "bool",
        default=False,
        help="Distinguish a card from a copy or a screen.",
    ),
    Option("return_text_location", "bool", default=False, help="Return where each field is."),
)
TEXTS = (
    "id_number",
    "name_th",
    "name_en",
    "first_name_en",
    "last_name_en",
    "date_of_birth_th",
    "date_of_birth_en",
    "religion_th",
    "address_th",
    "date_of_issue_th",
    "date_of_issue_en",
    "date_of_expiry_th",
    "date_of_expiry_en",
    "serial_number",
    "card_number",
    "laser_number",
    "ref_number",
)
FIELDS = ("type", "side", *TEXTS)

_TITLES = ("Thai National ID Card", "บัตรประจำตัวประชาชน", "Identification Number")
_PINK = ("ซึ่งไม่มีสัญชาติไทย", "ไม่มีสัญชาติไทย", "Non-Thai Identification")
_NATIONAL = ("Thai National ID",)
_NAME_TH = ("ชื่อตัวและชื่อสกุล",)
_RELIGION = ("ศาสนา",)
_ADDRESS = ("ที่อยู่",)
_STOPS = ("วันออกบัตร", "วันบัตรหมดอายุ", "เจ้าพนักงาน", "เกิดวันที่", "ศาสนา", "ที่อยู่", "Date of")
_ID = re.compile(r"(?<!\d)(\d)\s?(\d{4})\s?(\d{5})\s?(\d{2})\s?(\d)(?!\d)")
_DATE_EN = re.compile(r"(\d{1,2})\s*([A-Z][a-z]{2})[a-z]*\.?\s*((?:19|20)\d\d)")
_LASER = re.compile(r"\b([A-Z]{2}\d)\s*-?\s*(\d{7})\s*-?\s*(\d{2})\b")
_SERIAL = re.compile(r"(?<!\d)(\d{4})\s*-\s*(\d{2})\s*-\s*(\d{8})(?!\d)")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
BUDDHIST = 543  # years between the Buddhist and the Gregorian count in Thailand since 1941
RECOGNIZER = "thai"
SURE_DIGIT = 0.8  # score of the least certain digit from which no other crop is tried
NO_LATIN = "^ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_LATIN_ROW = re.compile(r"Name|Date|Birth|Issue|Expiry|National|\d{4}-\d\d|(?:19|20)\d\d")

Values = dict[str, Found]


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the side shown.

    Raises WrongDocument where it is no Thai card, or not the requested side.
    """
    view, values = card_response.best_view(page, _read, _completeness, full=14)
    if not values:
        raise WrongDocument("no Thai identity card found")
    side = "front" if values["id_number"] or values["name_th"] else "back"
    if options.get("side") and options["side"] != side:
        raise WrongDocument("the card shows the other side")
    # Numbers of people without Thai nationality begin with 0, 6 or 7; a recognised title decides.
    pink = labels.has_label(view.lines, _PINK) or (
        values["id_number"].text.startswith(("0", "6", "7"))
        and not labels.has_label(view.lines, _NATIONAL)
    )
    answer: dict[str, Any] = {"type": "pink" if pink else "normal", "side": side}
    answer.update(card_response.fields(TEXTS, values))
    answer.update(card_response.portrait(view, options, shown=side == "front"))
    if options.get("return_idcard_type"):
        answer["idcard_type"] = _kind(page)
    if options.get("return_text_location"):
        answer["text_location"] = card_response.text_location(view, TEXTS, values)
    answer["confidence"] = {"type": 0.9, "side": 0.95, **card_response.confidence(TEXTS, values)}
    return answer


def _kind(page: Page) -> str:
    measures = page.measures()
    if measures.copy > 0.5:
        return "copy"
    return "screen" if measures.reproduction > 0.5 else "normal"


def _completeness(read: tuple[Page, Values]) -> int:
    return sum(bool(found) for found in read[1].values())


def _read(page: Page) -> tuple[Page, Values]:
    lines = list(page.lines)
    number = _id_number(lines)
    laser = labels.first_match(lines, _LASER.pattern)
    titled = labels.has_label(lines, _TITLES)
    if not number and not titled and laser is None:
        return page, {}
    values: Values = {name: Found() for name in TEXTS}
    values["id_number"] = number
    if laser:
        match, line = laser
        values["laser_number"] = Found(
            "-".join(match.groups()), labels.line_confidence(line), line.quad
        )
    if not (number or titled):
        return page, values
    serial = labels.first_match(lines, _SERIAL.pattern)
    if serial:
        match, line = serial
        values["serial_number"] = Found(
            "-".join(match.groups()), labels.line_confidence(line), line.quad
        )
        values["card_number"] = values["serial_number"]
    values.update(_latin_name(lines))
    values.update(_dates(lines))
    values.update(_thai(page, values["name_en"].text))
    return page, values


def _id_number(lines: Sequence[Line]) -> Found:
    """Return the number whose last digit is right, else the first one with a low confidence."""
    wrong = Found()
    for line in lines:
        for match in _ID.finditer(line.text.replace("-", " ")):
            digits = "".join(match.groups())
            if check_digits.is_thai_id(digits):
                return Found(digits, max(labels.line_confidence(line), 0.9), line.quad)
            wrong = wrong or Found(digits, min(0.4, line.score), line.quad)
    return wrong


def _latin_name(lines: Sequence[Line]) -> Values:
    last = _named(lines, ("Last name", "Lastname", "Surname"))
    first = _named([line for line in lines if line.quad != last.quad], ("Name",))
    whole = " ".join(part for part in (first.text, last.text) if part)
    score = min((found.score for found in (first, last) if found), default=0.0)
    return {
        "first_name_en": first,
        "last_name_en": last,
        "name_en": Found(whole, score, first.quad or last.quad),
    }


def _named(lines: Sequence[Line], wanted: Sequence[str]) -> Found:
    found = labels.value_after(lines, wanted, stops=("Last name", "Date of", "Birth"))
    text = re.sub(r"[^A-Za-z .'-]", "", found.text).strip()
    text = re.sub(
        r"^(Mr|Mrs|Miss|Ms|Master)\.?(?=[A-Z ])\s*",
        lambda m: f"{m[1]}{'.' if m[1] in ('Mr', 'Mrs', 'Ms') else ''} ",
        text,
    )
    return Found(text, found.score, found.quad) if text else Found()


def _dates(lines: Sequence[Line]) -> Values:
    """Return birth, issue and expiry in both scripts: the printed dates in chronological order."""
    shown: list[tuple[tuple[int, int, int], str, Line]] = []
    for line in lines:
        for match in _DATE_EN.finditer(line.text):
            month = _month(match[2])
            if month:
                day = int(match[1])
                key = (int(match[3]), month, day)
                shown.append((key, f"{day} {MONTHS_EN[month - 1]}. {match[3]}", line))
    shown.sort(key=lambda item: item[0])
    names = ("date_of_birth", "date_of_issue", "date_of_expiry")
    values: Values = {}
    for name, (key, text, line) in zip(names, shown, strict=False):
        year, month, day = key
        confidence = labels.line_confidence(line)
        values[f"{name}_en"] = Found(text, confidence, line.quad)
        # The Thai date is the same day in the Buddhist calendar.
        values[f"{name}_th"] = Found(
            f"{day} {thai.MONTHS[month - 1]} {year + BUDDHIST}", confidence * 0.99, line.quad
        )
    return values


def _month(text: str) -> int:
    folded = text.capitalize().replace("0", "o").replace("1", "l")
    return MONTHS_EN.index(folded) + 1 if folded in MONTHS_EN else 0


def _thai(page: Page, latin: str) -> Values:
    """Return the fields in Thai only: name, religion, address. `latin` is the Latin name."""
    lines = _thai_rows(page)
    name = _clean(
        labels.value_after(_with_voted_label(page, lines, _NAME_TH), _NAME_TH, stops=_STOPS)
    )
    religion = labels.value_after(
        _with_voted_label(page, lines, _RELIGION), _RELIGION, stops=_STOPS
    )
    values: Values = {
        "name_th": Found(thai_names.corrected(name.text, latin), name.score, name.quad),
        "religion_th": _clean(religion),
    }
    for index, line in enumerate(lines):
        end = labels.label_end(line.text, _ADDRESS)
        if end < 0:
            continue
        own, score = line.text[end:].strip(" :"), line.score
        text = _house(page, line) or own
        for below in lines[index + 1 : index + 2]:
            if not labels.has_label([below], _STOPS) and thai_share(below.text) > 0.5:
                below = _voted(page, below)
                text = f"{text} {thai.address_units(below.text)}"
                score = min(score, below.score)
        values["address_th"] = Found(" ".join(text.split()), score, line.quad)
        break
    return values


def _with_voted_label(page: Page, lines: Sequence[Line], wanted: Sequence[str]) -> list[Line]:
    """Return the lines, the one with the label replaced by the majority text of several crops."""
    found = next((line for line in lines if labels.label_end(line.text, wanted) >= 0), None)
    return [_voted(page, line) if line is found else line for line in lines]


def _voted(page: Page, line: Line) -> Line:
    results = voting.recognize_crops(page, line.quad, script=RECOGNIZER, alphabet=NO_LATIN)
    texts = [thai.normalized(one.text) for one in results if thai_share(one.text) > 0.3]
    text = voting.majority([line.text, *texts] if len(texts) < 3 else texts)
    return Line(text, line.score, line.quad, line.chars) if text else line


def _house(page: Page, line: Line) -> str:
    """Return house number and village number, their digits recognised by the Latin recogniser.

    The Thai recogniser locates the words, but confuses the digits between them.
    """
    extents: list[tuple[float, float]] = []  # left and right of each character of `flat`
    flat = ""
    for char in line.chars:
        text = char.text.replace(" ", "")
        xs = [x for x, _ in char.quad]
        flat += text
        extents += [(min(xs), max(xs))] * len(text)
    start, hamlet = flat.find("อยู่"), flat.find("หมู่ที่")
    if start < 0 or hamlet <= start or "." in flat[hamlet:]:
        return ""
    first = _digits_between(page, line, extents[start + 3][1], extents[hamlet][0])
    last = _digits_between(page, line, extents[min(hamlet + 6, len(extents) - 1)][1], line.right)
    return f"{first} หมู่ที่ {last}" if first and last else ""


def _digits_between(page: Page, line: Line, left: float, right: float) -> str:
    if right - left < 0.3 * line.height:
        return ""
    best = RecognitionResult("", 0.0)
    # A stroke that is unclear in one crop may be clear in another.
    for padding in (0.0, 0.12, -0.08):
        top, bottom = line.top - padding * line.height, line.bottom + padding * line.height
        quad = ((left, top), (right, top), (right, bottom), (left, bottom))
        result = page.read(quad, alphabet="0123456789/")
        if _least_score(result) > _least_score(best):
            best = result
        if _least_score(best) > SURE_DIGIT:
            break
    found = re.search(r"\d+(?:/\d+)?", best.text)
    return found[0] if found else ""


def _least_score(result: RecognitionResult) -> float:
    return min((char.score for char in result.chars), default=result.score)


def thai_share(text: str) -> float:
    """Return the share of a text's characters that are Thai, 0..1."""
    chars = [char for char in text if not char.isspace()]
    return sum("ก" <= char <= "๛" for char in chars) / max(len(chars), 1)


def _clean(found: Found) -> Found:
    text = " ".join(re.sub(r"[A-Za-z|:]", "", found.text).split())
    return Found(text, found.score, found.quad) if text else Found()


def _thai_rows(page: Page) -> list[Line]:
    """Return the rows with Thai text, each recognised as one line by the Thai recogniser."""
    joined = []
    for row in rows(page.lines):
        text = " ".join(line.text for line in row)
        if thai_share(text) == 0 and _LATIN_ROW.search(text):
            continue
        left, right = min(line.left for line in row), max(line.right for line in row)
        top, bottom = min(line.top for line in row), max(line.bottom for line in row)
        quad: Quad = ((left, top), (right, top), (right, bottom), (left, bottom))
        score = min(labels.line_confidence(line) for line in row)
        result = page.read(quad, script=RECOGNIZER)
        if result.score > 0.5 and thai_share(result.text) > 0.3:
            joined.append(Line(thai.normalized(result.text), result.score, quad, result.chars))
        else:
            joined.append(Line(text, score, quad))
    return joined
