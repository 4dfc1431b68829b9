"""Draws Emirates ID cards of invented people: the front in two scripts, the back with its zone."""

from __future__ import annotations

import random
from typing import Any

from tools.synthetic import mrz_text, people
from tools.synthetic.canvas import Canvas, Drawn

CODE = "emirates-id-card"

_GIVEN = {
    "MOHAMMED": "محمد", "AHMED": "أحمد", "KHALID": "خالد", "OMAR": "عمر", "SAEED": "سعيد", "RASHID": "راشد",
    "YOUSEF": "يوسف", "HASSAN": "حسن", "TARIQ": "طارق", "FAISAL": "فيصل", "SALEM": "سالم", "MAJID": "ماجد",
}  # fmt: skip
_WOMEN = {
    "FATIMA": "فاطمة", "MARIAM": "مريم", "AISHA": "عائشة", "NOORA": "نورة", "HESSA": "حصة", "LAYLA": "ليلى",
    "SARA": "سارة", "HUDA": "هدى",
}  # fmt: skip
_FAMILY = {
    "ALMANSOORI": "المنصوري", "ALNUAIMI": "النعيمي", "ALKETBI": "الكتبي", "ALHAMMADI": "الحمادي", "ALSHAMSI": "الشامسي",
    "ALMAZROUEI": "المزروعي", "MAHMOUD": "محمود", "IBRAHIM": "إبراهيم", "MANSOUR": "منصور", "HAMDAN": "حمدان",
}  # fmt: skip
_NATIONS = {
    "United Arab Emirates": ("الإمارات العربية المتحدة", "ARE"), "Egypt": ("مصر", "EGY"), "India": ("الهند", "IND"),
    "Pakistan": ("باكستان", "PAK"), "Jordan": ("الأردن", "JOR"), "Lebanon": ("لبنان", "LBN"), "Sudan": ("السودان", "SDN"),
    "Philippines": ("الفلبين", "PHL"), "Oman": ("عمان", "OMN"), "Morocco": ("المغرب", "MAR"),
}  # fmt: skip
_INK = (28, 28, 34)
_PORTRAIT = (0.04, 0.32, 0.27, 0.8)


def draw(rng: random.Random) -> Drawn:
    """Draw the front, or now and then the back, of one card."""
    person = _person(rng)
    return _back(rng, person) if rng.random() < 0.35 else _front(rng, person)


def number(rng: random.Random, year: int) -> str:
    """Return an identity number with its Luhn digit."""
    body = f"784{year}" + "".join(str(rng.randrange(10)) for _ in range(7))
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"784-{year}-{body[7:]}-{-total % 10}"


def _person(rng: random.Random) -> dict[str, Any]:
    sex = rng.choice("MF")
    given = rng.choice(sorted(_GIVEN if sex == "M" else _WOMEN))
    middle, family = rng.choice(sorted(_GIVEN)), rng.choice(sorted(_FAMILY))
    nation = rng.choice(sorted(_NATIONS))
    birth = people.born(rng)
    issue = people.issued(rng, after=birth)
    return {
        "given": f"{given} {middle}", "family": family, "sex": sex, "nation": nation, "birth": birth, "issue": issue,
        "arabic": f"{(_GIVEN | _WOMEN)[given]} {_GIVEN[middle]} {_FAMILY[family]}",
        "expiry": people.years_later(issue, rng.choice([5, 10])), "number": number(rng, birth.year),
        "card": "".join(str(rng.randrange(10)) for _ in range(9)),
    }  # fmt: skip


def _day(day: Any) -> str:
    return f"{day:%d/%m/%Y}"


def _front(rng: random.Random, person: dict[str, Any]) -> Drawn:
    canvas = Canvas(
        rng,
        width=1011,
        height=638,
        ground=rng.choice([(232, 236, 240), (238, 234, 226), (228, 238, 234)]),
    )
    canvas.band(0, 0, 1, 0.025, (0, 110, 60))
    canvas.text(0.05, 0.1, "UNITED ARAB EMIRATES", role="arial-bold", size=0.05, fill=(120, 30, 30))
    canvas.text(0.05, 0.16, "FEDERAL AUTHORITY FOR IDENTITY", role="arial", size=0.033)
    canvas.text(0.95, 0.1, "الإمارات العربية المتحدة", role="arabic-bold", size=0.055, anchor="rs")
    canvas.text(0.95, 0.165, "بطاقة هوية", role="arabic", size=0.045, anchor="rs")
    canvas.portrait(*_PORTRAIT)
    name = f"{person['given']} {person['family']}"
    name = name.title() if rng.random() < 0.6 else name
    arabic, code = _NATIONS[person["nation"]]
    del code
    canvas.text(0.31, 0.25, "ID Number / رقم الهوية", role="arabic", size=0.038)
    canvas.text(0.31, 0.32, person["number"], role="arial-bold", size=0.055)
    canvas.text(0.95, 0.41, "الاسم: " + person["arabic"], role="arabic", size=0.052, anchor="rs")
    canvas.text(0.31, 0.49, "Name: " + name, role="arial", size=0.045)
    canvas.text(0.31, 0.575, "Date of Birth: " + _day(person["birth"]), role="arial", size=0.041)
    canvas.text(0.95, 0.66, "الجنسية: " + arabic, role="arabic", size=0.05, anchor="rs")
    canvas.text(0.31, 0.66, "Nationality: " + person["nation"], role="arial", size=0.041)
    canvas.text(0.31, 0.745, "Issuing Date: " + _day(person["issue"]), role="arial", size=0.041)
    canvas.text(0.31, 0.83, "Expiry Date: " + _day(person["expiry"]), role="arial", size=0.041)
    canvas.text(0.8, 0.83, "Sex: " + person["sex"], role="arial", size=0.041)
    fields = {
        "side": "front", "id_number": person["number"], "name": name, "name_arabic": person["arabic"],
        "nationality": person["nation"], "nationality_arabic": arabic, "sex": person["sex"],
        "date_of_birth": _day(person["birth"]), "expiry_date": _day(person["expiry"]),
    }  # fmt: skip
    return Drawn(CODE, canvas.image, fields, portrait=_PORTRAIT)


def _back(rng: random.Random, person: dict[str, Any]) -> Drawn:
    canvas = Canvas(rng, width=1011, height=638, ground=(234, 236, 238))
    canvas.text(0.05, 0.1, "Card Number / رقم البطاقة", role="arabic", size=0.04)
    canvas.text(0.05, 0.17, person["card"], role="arial-bold", size=0.05)
    canvas.band(0.06, 0.26, 0.19, 0.45, (206, 186, 120))
    canvas.text(0.3, 0.28, "Occupation: Engineer", role="arial", size=0.04)
    canvas.text(0.3, 0.36, "Employer: Harbour Works LLC", role="arial", size=0.04)
    canvas.text(0.3, 0.44, "Issuing Place: Abu Dhabi", role="arial", size=0.04)
    second = {
        "number": person["card"], "nationality": _NATIONS[person["nation"]][1], "birth": f"{person['birth']:%y%m%d}",
        "sex": person["sex"], "expiry": f"{person['expiry']:%y%m%d}", "optional": person["number"].replace("-", ""),
    }  # fmt: skip
    lines = mrz_text.td1("I", "ARE", person["family"], person["given"], second)
    lines = (lines[0].replace("I<ARE", "ILARE", 1), *lines[1:])
    canvas.mrz(lines, left=0.05, right=0.95, top=0.66)
    fields = {
        "side": "back", "id_number": person["number"], "name": f"{person['given']} {person['family']}",
        "sex": person["sex"], "date_of_birth": _day(person["birth"]), "expiry_date": _day(person["expiry"]),
        "card_number": person["card"], "country_code": "ARE", "machinecode1": lines[0], "machinecode2": lines[1],
        "machinecode3": lines[2],
    }  # fmt: skip
    return Drawn(CODE, canvas.image, fields, lines, "TD1")
