"""Emirates ID card: front in English and Arabic, TD1 zone of the back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ocr.fields import card_response, dates, labels, nationalities, word_spacing
from ocr.fields.check_digits import is_emirates_id
from ocr.fields.labels import Found
from ocr.mrz import locate as mrz_locate
from ocr.mrz import parse as mrz
from ocr.mrz.formats import TD1
from ocr.options import Option
from ocr.page import Line, Page, Quad, WrongDocument, box

OPTIONS = (
    Option("side", "str", default="", choices=("", "front", "back"), help="Which side is shown; absent: detected."),
)  # fmt: skip
FIELDS = (
    "id_number", "name", "name_arabic", "nationality", "nationality_arabic", "sex", "date_of_birth", "expiry_date",
    "card_number", "laser_number", "country_code", "machinecode1", "machinecode2", "machinecode3",
)  # fmt: skip

_NUMBER = re.compile(
    r"7\s?[B8]\s?4[\s\-.]*([\dOIlSB]{4})[\s\-.]*([\dOIlSB]{7})[\s\-.]*([\dOIlSB])(?!\d)"
)
_LASER = re.compile(r"(?<![\d-])[A-Z0-9]{2,4}-\d{7}-\d{2}(?![\d-])")
_CARD = re.compile(r"(?<!\d)\d{9}(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{2})[/.\-](\d{2})[/.\-]((?:19|20)\d{2})(?!\d)")
_LOOK_ALIKES = str.maketrans("OIlSB", "01158")
_ALPHABET = "0123456789-"
_STOPS = ("Nationality", "Date of Birth", "Expiry Date", "Issuing Date", "Sex", "ID Number", "Name")
_TITLE = (
    "UNITED ARAB EMIRATES",
    "Resident Identity Card",
    "Identity Card",
    "IDENTITY & CITIZENSHIP",
)
_NAME_AR, _NATION_AR = ("الاسم", "الإسم"), ("الجنسية",)
_ARABIC = re.compile(r"[\u0600-\u06ff]")

SPACED = 0.95  # score from which a name's word spaces are taken as recognised
DOUBTED = 0.85  # score below which a Latin line may be Arabic

Values = dict[str, Found]


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the side shown, dates as printed (`DD/MM/YYYY`).

    Raises WrongDocument where neither side is recognised, or not the requested one.
    """
    requested = options["side"]
    side, values = "", {}
    if requested != "back":
        values = card_response.best_view(page, _front, len, full=8)
        side = "front" if "id_number" in values else ""
    if not side and requested != "front":
        values = card_response.best_view(page, _back, len, full=9)
        side = "back" if values else ""
    if not side:
        raise WrongDocument("no Emirates ID card found")
    return {
        "side": side,
        **card_response.fields(FIELDS, values),
        "confidence": card_response.confidence(FIELDS, values),
    }


def _front(page: Page) -> Values:
    lines = page.lines
    number = _number(page, lines)
    if not number or mrz.read(lines, formats=(TD1,)) is not None:
        return {}
    values = {"id_number": number}
    name = labels.value_after(lines, ("Name:", "Name"), stops=_STOPS, below=False)
    values["name"] = word_spacing.spaced_by_padding(page, _words(page, name))
    nation = labels.value_after(lines, ("Nationality:", "Nationality"), stops=_STOPS, below=False)
    nation = Found(nationalities.english_of(_ascii(nation.text)), nation.score, nation.quad)
    values["nationality"] = nation
    if not values["name"] and not nation and not labels.has_label(lines, _TITLE):
        return {}
    values["name_arabic"] = _arabic(page, lines, _NAME_AR, values["name"])
    local = _arabic(page, lines, _NATION_AR, nation)
    values["nationality_arabic"] = Found(
        nationalities.arabic_of(nation.text, local.text), local.score, local.quad
    )
    values["sex"] = _sex(lines)
    values |= _days(lines)
    return {name: found for name, found in values.items() if found}


def _number(page: Page, lines: Sequence[Line]) -> Found:
    """Return the identity number with dashes; its Luhn digit chooses between two results."""
    best = Found()
    for line in lines:
        match = _NUMBER.search(line.text)
        if not match:
            continue
        found = _numbered(match, labels.line_confidence(line), line.quad)
        if not is_emirates_id(found.text):
            again = page.read(line.quad, model="small", alphabet=_ALPHABET)
            second = _NUMBER.search(again.text)
            if second and is_emirates_id(_numbered(second, 0, line.quad).text):
                found = _numbered(second, again.score, line.quad)
            else:
                found = Found(found.text, 0.7 * found.score, line.quad)
        if found.score > best.score:
            best = found
    return best


def _numbered(match: re.Match[str], score: float, quad: Quad) -> Found:
    year, serial, digit = (part.translate(_LOOK_ALIKES) for part in match.groups())
    return Found(f"784-{year}-{serial}-{digit}", score, quad)


def _ascii(text: str) -> str:
    kept = "".join(c for c in text if c.isascii() and (c.isalpha() or c in " .'-"))
    return " ".join(kept.split()).strip(" .-")


def _words(page: Page, found: Found) -> Found:
    """Return a name in Latin letters; the small model keeps word spaces that the quick one drops."""
    text = _ascii(found.text)
    if found.quad is None or found.score >= SPACED:
        return Found(text, found.score, found.quad)
    result = page.read(found.quad)
    again = _ascii(result.text[result.text.find(":") + 1 :])
    same = again.replace(" ", "") == text.replace(" ", "")
    if (same and again.count(" ") > text.count(" ")) or (not same and result.score > found.score):
        return Found(again, max(found.score, result.score) if same else result.score, found.quad)
    return Found(text, found.score, found.quad)


def _sex(lines: Sequence[Line]) -> Found:
    found = labels.value_after(lines, ("Sex:", "Sex"), stops=_STOPS, below=False)
    match = re.search(r"\b(M|F|MALE|FEMALE)\b", found.text.upper())
    return Found(match.group(1)[0], found.score, found.quad) if match else Found()


def _days(lines: Sequence[Line]) -> Values:
    """Return birth and expiry by their labels, else the first and the last of three printed dates."""
    named: Values = {}
    for name, label in (("date_of_birth", "Date of Birth"), ("expiry_date", "Expiry Date")):
        found = labels.value_after(lines, (label,), below=True)
        match = _DAY.search(found.text)
        if match and dates.find(match.group()):
            named[name] = Found("/".join(match.groups()), found.score, found.quad)
    printed = [
        (day, Found("/".join(match.groups()), labels.line_confidence(line), line.quad))
        for line in lines
        for match in _DAY.finditer(line.text)
        for day in dates.find(match.group())
    ]
    printed.sort(key=lambda pair: pair[0])
    if len(printed) >= 3:
        named.setdefault("date_of_birth", printed[0][1])
        named.setdefault("expiry_date", printed[-1][1])
    return named


def _arabic(page: Page, lines: Sequence[Line], names: Sequence[str], english: Found) -> Found:
    """Return the Arabic value behind its label, or that of the Arabic line nearest the English one."""
    own = [line for line in lines if _ARABIC.search(line.text)]
    for line in own:
        text = _arabic_value(line.text, names)
        if text:
            return _wider(page, names, line, Found(text, labels.line_confidence(line), line.quad))
    if english.quad is None:
        return Found()
    return _arabic_near(page, names, english.quad)


def _wider(page: Page, names: Sequence[str], line: Line, found: Found) -> Found:
    """Return the better of the first result and one of a wider crop: boxes often cut the last letters."""
    height = line.height
    region = box(
        max(0.0, line.left - 1.2 * height),
        max(0.0, line.top - 0.12 * height),
        min(page.width, line.right + 0.4 * height),
        line.bottom + 0.12 * height,
    )
    result = page.read(region, script="arabic")
    text = _arabic_value(result.text, names)
    longer = len(text) > len(found.text) and result.score > found.score - 0.05
    if text and (longer or result.score > found.score + 0.02):
        return Found(text, result.score, region)
    return found


def _arabic_value(text: str, names: Sequence[str]) -> str:
    """Return what follows the label in logical order, empty if the label is not there."""
    for part in re.split(r"[:：]", text):
        if any(nationalities.is_label(part, name) for name in names):
            rest = text.replace(part, "", 1)
            return _only_arabic(rest)
    folded = nationalities.without_marks(text)
    for name in names:
        if folded.startswith(nationalities.without_marks(name)):
            return _only_arabic(text[len(name) :])
    return ""


def _only_arabic(text: str) -> str:
    """Return the Arabic words of a text without digits: a full stop is often recognised as one."""
    kept = "".join(
        c if _ARABIC.match(c) and c not in "،؛" and not c.isdecimal() else " " for c in text
    )
    return " ".join(kept.split())


def _arabic_near(page: Page, names: Sequence[str], english: Quad) -> Found:
    """Return the Arabic value above or beside the English line, where detection gave poor Latin text."""
    line = Line("", 0.0, english)
    height = line.height
    for top in (line.top - 1.6 * height, line.top - 0.3 * height, line.top - 2.2 * height):
        # Wide margins around the words help the recogniser.
        found = _read_arabic(
            page, names, box(line.left, max(0.0, top), page.width * 0.985, top + 1.7 * height)
        )
        if found:
            return found
    near = [
        other
        for other in page.lines
        if other.score < DOUBTED
        and other.right > line.left + 0.3 * line.width
        and -3.2 * line.height < other.center[1] - line.center[1] < 0.8 * line.height
    ]
    best = Found()
    for other in near:
        for pad in (0.0, 0.12, 0.3):
            padding = pad * other.height
            region = box(
                other.left - 2 * padding,
                other.top - padding,
                other.right + padding,
                other.bottom + padding,
            )
            found = _read_arabic(page, names, region)
            if found.score > best.score:
                best = found
    return best


def _read_arabic(page: Page, names: Sequence[str], region: Quad) -> Found:
    result = page.read(region, script="arabic")
    text = _arabic_value(result.text, names)
    return Found(text, 0.9 * result.score, region) if text and result.score > 0.5 else Found()


def _back(page: Page) -> Values:
    zone = mrz_locate.find(page, formats=(TD1,))
    if zone is None or zone.fields["country"] != "ARE":
        return {}
    odds, raw = zone.confidence, zone.fields
    values: Values = {}
    for index, text in enumerate(zone.lines, start=1):
        quad = zone.quads[index - 1] if index <= len(zone.quads) else None
        values[f"machinecode{index}"] = Found(text, min(odds.values()), quad)
    digits = raw["optional"].replace(" ", "").replace("<", "")[:15]
    if len(digits) == 15 and digits.startswith("784"):
        number = f"{digits[:3]}-{digits[3:7]}-{digits[7:14]}-{digits[14]}"
        sound = is_emirates_id(number)
        values["id_number"] = Found(number, odds["optional"] if sound else 0.6 * odds["optional"])
    name = f"{raw['given_name']} {raw['surname']}".strip()
    today = date.today()
    birth = mrz.birth_date(raw["birth"], today=today, expiry=raw["expiry"])
    expiry = mrz.expiry_date(raw["expiry"], today=today)
    values["name"] = Found(name, odds.get("name", odds.get("surname", 0.0)))
    values["sex"] = Found(raw["sex"], odds["sex"])
    values["date_of_birth"] = Found(_day(birth), odds["birth"])
    values["expiry_date"] = Found(_day(expiry), odds["expiry"])
    values["country_code"] = Found(raw["country"], odds["country"])
    values["card_number"] = _card_number(page, raw["number"], odds["number"])
    laser = labels.first_match(page.lines, _LASER.pattern)
    if laser:
        values["laser_number"] = Found(
            laser[0].group(), labels.line_confidence(laser[1]), laser[1].quad
        )
    return {key: found for key, found in values.items() if found}


def _card_number(page: Page, zone: str, odds: float) -> Found:
    """Return the card number of the zone, with the quad of the same printed number."""
    for line in page.lines:
        match = _CARD.search(line.text)
        if match and match.group() == zone:
            return Found(zone, max(odds, labels.line_confidence(line)), line.quad)
    return Found(zone, odds)


def _day(iso: str) -> str:
    return "/".join(reversed(iso.split("-"))) if iso else ""
