"""Draws mainland travel permits of Hong Kong and Macao residents (card of 2013), both sides."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from tools.synthetic import hk_id_card, people
from tools.synthetic.canvas import Canvas, Drawn
from tools.synthetic.mrz_text import checked, digit, pad

CODE = "mainland-travel-permit"


def draw(rng: random.Random) -> Drawn:
    """Draw the front (two of three) or the back."""
    return front(rng) if rng.random() < 0.67 else back(rng)


def _number(rng: random.Random) -> str:
    return f"{rng.choice('HHM')}{rng.randrange(100_000_000):08d}"


def front(rng: random.Random) -> Drawn:
    """Draw the front."""
    name, surname, given = people.chinese_name(rng)
    sex, birth = rng.choice("男女"), people.born(rng)
    issue = people.issued(rng, after=date(2013, 1, 1))
    expiry = people.years_later(issue, 10)
    number, times = _number(rng), f"{rng.randint(0, 12):02d}"
    canvas = Canvas(rng, width=1011, height=638, ground=(232, 242, 236), pattern=0.03)
    title = "港澳居民来往内地通行证"
    canvas.text(0.06, 0.11, title, role="zh-bold", size=0.062, fill=(30, 80, 60))
    canvas.text(
        0.06,
        0.155,
        "MAINLAND TRAVEL PERMIT FOR HONG KONG AND MACAO RESIDENTS",
        role="arial",
        size=0.026,
        fill=(30, 80, 60),
    )
    rows = (
        (0.36, 0.24, "姓名", name), (0.36, 0.38, "出生日期", f"{birth:%Y.%m.%d}"), (0.64, 0.38, "性别", sex),
        (0.36, 0.50, "有效期限", f"{issue:%Y.%m.%d}-{expiry:%Y.%m.%d}"), (0.36, 0.62, "签发机关", "公安部出入境管理局"),
        (0.36, 0.74, "证件号码", number), (0.68, 0.74, "换证次数", times),
    )  # fmt: skip
    for x, y, label, value in rows:
        canvas.text(x, y, label, role="zh", size=0.03, fill=(60, 100, 80))
        canvas.text(x, y + 0.056, value, role="zh", size=0.048)
    canvas.text(0.36, 0.342, f"{surname}, {given}", role="arial", size=0.04)
    box = (0.06, 0.22, 0.31, 0.74)
    canvas.portrait(*box)
    truth: dict[str, Any] = {
        "name": name, "name_en": f"{surname}, {given}", "birth_date": f"{birth:%Y.%m.%d}", "sex": sex,
        "valid_period": f"{issue:%Y.%m.%d}-{expiry:%Y.%m.%d}", "issuing_authority": "公安部出入境管理局", "number": number,
        "issue_times": times, "type": title, "side": "front",
    }  # fmt: skip
    return Drawn(CODE, canvas.image, truth, portrait=box)


def back(rng: random.Random) -> Drawn:
    """Draw the back: home number and name, and the three lines."""
    _name, surname, given = people.cantonese_name(rng)
    birth = people.born(rng)
    expiry = people.years_later(people.issued(rng, after=date(2013, 1, 1)), 10)
    home = hk_id_card.number_of(rng)
    bare = home.replace("(", "").replace(")", "")
    number, when, born = (
        checked(_number(rng)),
        checked(f"{expiry:%y%m%d}"),
        checked(f"{birth:%y%m%d}"),
    )
    first = f"CR{number}{checked(f'{rng.randint(0, 12):02d}')}{when}{rng.choice('MF')}{born}"
    middle = pad("", 18) + ("B" if birth.year < 2000 else "C") + checked(pad(bare, 9))
    middle += digit(first[2:22] + first[23:30] + middle[19:29])
    lines = (first, middle, pad(f"{surname}<<{given.upper()}", 30))
    canvas = Canvas(rng, width=1011, height=638, ground=(232, 242, 236), pattern=0.03)
    canvas.text(0.08, 0.18, f"证件号码 {home}", role="zh", size=0.048)
    canvas.text(0.08, 0.30, f"其他姓名 {surname} {given.upper()}", role="zh", size=0.048)
    canvas.mrz(lines, left=0.05, right=0.95, top=0.74)
    truth: dict[str, Any] = {
        "id_number": home, "id_name": f"{surname} {given.upper()}", "side": "back",
        **{f"machine_code{i}": line for i, line in enumerate(lines, 1)},
    }  # fmt: skip
    return Drawn(CODE, canvas.image, truth, lines, "TRAVEL-PERMIT")
