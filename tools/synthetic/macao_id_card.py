"""Draws Macao resident identity cards: front with bilingual labels, back with its zone."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from tools.synthetic import mrz_text, people
from tools.synthetic.canvas import Canvas, Drawn

CODE = "macao-id-card"


def draw(rng: random.Random) -> Drawn:
    """Draw the front (two of three) or the back."""
    return front(rng) if rng.random() < 0.67 else back(rng)


def front(rng: random.Random) -> Drawn:
    """Draw the front."""
    surname = rng.choice(sorted(people.HANT_SURNAMES))
    given = rng.sample(sorted(people.HANT_GIVEN), rng.choice([1, 2, 2]))
    latin = (people.HANT_SURNAMES[surname], " ".join(people.HANT_GIVEN[c].upper() for c in given))
    sex, birth = rng.choice("MF"), people.born(rng)
    issue = people.issued(rng, after=date(2010, 1, 1))
    first = date(rng.randint(1992, 2012), rng.randint(1, 12), rng.randint(1, 28))
    expiry = people.years_later(issue, 10)
    number = f"{rng.choice('157')}{rng.randrange(1_000_000):06d}({rng.randrange(10)})"
    permanent = rng.random() < 0.7
    height = f"1.{rng.randint(45, 95)}"
    symbols = rng.choice("ABCD") + rng.choice(["", "S"])
    canvas = Canvas(rng, width=1011, height=638, ground=(234, 240, 232), pattern=0.03)
    canvas.text(0.5, 0.075, "澳門特別行政區", role="zh-hant-bold", size=0.05, anchor="ms")
    title = (
        ("永久性居民身份證", "BILHETE DE IDENTIDADE DE RESIDENTE PERMANENTE")
        if permanent
        else ("非永久性居民身份證", "BILHETE DE IDENTIDADE DE RESIDENTE NÃO PERMANENTE")
    )
    canvas.text(0.5, 0.135, title[0], role="zh-hant-bold", size=0.05, anchor="ms")
    canvas.text(0.5, 0.175, title[1], role="arial", size=0.03, anchor="ms")
    grey = (70, 80, 90)
    rows = (
        (0.30, 0.235, "姓 Apelido", f"{surname}  {latin[0]}"),
        (0.30, 0.335, "名 Nome", f"{''.join(given)}  {latin[1]}"),
        (0.30, 0.435, "出生日期 Data de Nascimento", f"{birth:%d-%m-%Y}"),
        (0.30, 0.535, "性別 Sexo", sex),
        (0.46, 0.535, "身高 Altura", f"{height} m"),
        (0.64, 0.535, "代號 Código", symbols),
        (0.30, 0.635, "首次發出日期 Data da 1a Emissão", f"{first:%d-%m-%Y}"),
        (0.30, 0.735, "本次發出日期 Data de Emissão", f"{issue:%d-%m-%Y}"),
        (0.30, 0.835, "有效期至 Válido até", f"{expiry:%d-%m-%Y}"),
    )
    for x, y, label, value in rows:
        canvas.text(x, y, label, role="zh-hant", size=0.028, fill=grey)
        canvas.text(x, y + 0.052, value, role="zh-hant", size=0.046)
    canvas.text(0.66, 0.95, number, role="arial-bold", size=0.06)
    box = (0.04, 0.24, 0.27, 0.68)
    canvas.portrait(*box)
    truth: dict[str, Any] = {
        "side": "front", "name": surname + "".join(given), "name_en": " ".join(latin), "sex": "男" if sex == "M" else "女",
        "issue_date": f"{issue:%d-%m-%Y}", "expiry_date": f"{expiry:%d-%m-%Y}", "birth_date": f"{birth:%d-%m-%Y}",
        "initial_issue_date": f"{first:%d-%m-%Y}", "height": height, "number": number, "symbols": symbols,
    }  # fmt: skip
    return Drawn(CODE, canvas.image, truth, portrait=box)


def back(rng: random.Random) -> Drawn:
    """Draw the back: its zone has no nationality, and a date of issue in the optional data."""
    _, surname, given = people.cantonese_name(rng)
    birth, sex = people.born(rng), rng.choice("MF")
    issue = people.issued(rng, after=date(2010, 1, 1))
    number = f"{rng.choice('157')}{rng.randrange(10_000_000):07d}"
    second = {
        "number": number,
        "optional": "<" * 8 + mrz_text.checked(f"{issue:%y%m%d}"),
        "birth": f"{birth:%y%m%d}",
        "sex": sex,
        "expiry": f"{people.years_later(issue, 10):%y%m%d}",
        "nationality": "",
    }
    lines = mrz_text.td1("I", "MAC", surname, given.upper(), second)
    canvas = Canvas(rng, width=1011, height=638, ground=(234, 240, 232), pattern=0.03)
    canvas.text(
        0.5, 0.12, "Região Administrativa Especial de Macau", role="arial", size=0.04, anchor="ms"
    )
    canvas.text(0.5, 0.18, "da República Popular da China", role="arial", size=0.04, anchor="ms")
    canvas.band(0.08, 0.28, 0.22, 0.48, (200, 170, 90))
    canvas.mrz(lines, left=0.05, right=0.95, top=0.74)
    truth = {"side": "back", **{f"machine_code{i}": line for i, line in enumerate(lines, 1)}}
    return Drawn(CODE, canvas.image, truth, lines, "TD1")
