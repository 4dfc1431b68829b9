"""Draws Hong Kong identity cards in the layout of the 2003 sample and of the card of 2018."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from tools.synthetic import people
from tools.synthetic.canvas import Canvas, Drawn

CODE = "hk-id-card"


def number_of(rng: random.Random) -> str:
    """Return an identity number with its bracketed check character."""
    letters = (
        rng.choice("ABCDEGHKPRVYZ") if rng.random() < 0.85 else rng.choice(["WX", "XA", "XB", "XC"])
    )
    digits = f"{rng.randrange(1_000_000):06d}"
    values = [36 if c == " " else int(c, 36) for c in (letters + digits).rjust(8)]
    rest = 11 - sum(v * w for v, w in zip(values, range(9, 1, -1), strict=True)) % 11
    return f"{letters}{digits}({ {10: 'A', 11: '0'}.get(rest, str(rest)) })".replace(" ", "")


def draw(rng: random.Random) -> Drawn:
    """Draw the front of one card."""
    name, surname, given = people.cantonese_name(rng)
    permanent = rng.random() < 0.7
    birth = people.born(rng)
    sex = rng.choice("MF")
    symbols = rng.choice(["***", "*", ""]) + (rng.choice("AR") if permanent else rng.choice("CU"))
    symbols += rng.choice(["", "Z", "X", "W", "O"]) + rng.choice(["", "", "N"])
    code = " ".join(f"{rng.randrange(1, 9800):04d}" for _ in name)
    first = date(rng.randint(1988, 2020), rng.randint(1, 12), 1)
    issue = people.issued(rng, after=date(2003, 6, 1))
    number = number_of(rng)
    canvas = Canvas(rng, width=1011, height=638, ground=(232, 240, 236), pattern=0.03)
    title = (
        ("香港永久性居民身份證", "HONG KONG PERMANENT IDENTITY CARD")
        if permanent
        else ("香港居民身份證", "HONG KONG IDENTITY CARD")
    )
    canvas.text(0.5, 0.105, title[0], role="zh-hant-bold", size=0.065, anchor="ms")
    canvas.text(0.5, 0.16, title[1], role="arial-bold", size=0.042, anchor="ms")
    canvas.text(0.045, 0.25, name, role="zh-hant-bold", size=0.068)
    canvas.text(0.045, 0.315, f"{surname}, {given}", role="arial", size=0.052)
    chip = rng.random() < 0.5
    if chip:
        canvas.band(0.1, 0.34, 0.25, 0.55, (200, 170, 90))
    x = 0.30
    canvas.text(x, 0.40, code, role="arial", size=0.043)
    canvas.text(x, 0.50, "出生日期", role="zh-hant", size=0.034)
    canvas.text(x + 0.105, 0.50, "Date of Birth", role="arial", size=0.033)
    canvas.text(x, 0.575, f"{birth:%d-%m-%Y}", role="arial", size=0.052)
    canvas.text(0.6, 0.575, "女" if sex == "F" else "男", role="zh-hant", size=0.05)
    canvas.text(0.65, 0.575, sex, role="arial", size=0.052)
    canvas.text(x, 0.66, symbols, role="arial", size=0.052)
    canvas.text(x, 0.74, "簽發日期", role="zh-hant", size=0.034)
    canvas.text(x + 0.105, 0.74, "Date of Issue", role="arial", size=0.033)
    canvas.text(x, 0.815, f"({first:%m-%y})", role="arial", size=0.048)
    canvas.text(x, 0.90, f"{issue:%d-%m-%y}", role="arial", size=0.048)
    canvas.text(0.65, 0.925, number, role="arial-bold", size=0.066)
    box = (0.71, 0.34, 0.925, 0.765)
    canvas.portrait(*box)
    truth: dict[str, Any] = {
        "name": name, "name_en": f"{surname}, {given}", "sex": sex, "birth_date": f"{birth:%d-%m-%Y}", "number": number,
        "symbols": symbols, "name_telegraph_code": code, "permanent": permanent,
        "initial_issue_date": f"({first:%m-%y})", "issue_date": f"{issue:%d-%m-%y}",
    }  # fmt: skip
    return Drawn(CODE, canvas.image, truth, portrait=box)
