"""Draws exit-entry permits for Hong Kong and Macao or Taiwan: front with its line, back with endorsements."""

from __future__ import annotations

import random
from typing import Any

from tools.synthetic import people
from tools.synthetic.canvas import Canvas, Drawn
from tools.synthetic.mrz_text import checked, digit

CODE = "exit-entry-permit"
PLACES = (
    "北京",
    "上海",
    "广东",
    "浙江",
    "四川",
    "湖北",
    "江苏",
    "福建",
    "山东",
    "河南",
    "陕西",
    "辽宁",
)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def draw(rng: random.Random) -> Drawn:
    """Draw the front (three of four) or the back."""
    return front(rng) if rng.random() < 0.75 else back(rng)


def front(rng: random.Random) -> Drawn:
    """Draw the front."""
    name, surname, given = people.chinese_name(rng)
    sex, birth = rng.choice("男女"), people.born(rng)
    issue = people.issued(rng, after=birth)
    expiry = people.years_later(issue, 10 if birth.year < 2008 else 5)
    taiwan = rng.random() < 0.25
    body = rng.choice("0123456789") if rng.random() < 0.5 else rng.choice(_LETTERS)
    number = f"C{body}{rng.randrange(10_000_000):07d}"
    parts = (checked(number), checked(f"{expiry:%y%m%d}"), checked(f"{birth:%y%m%d}"))
    line = ("CD" if taiwan else "CS") + "<".join(parts) + "<" + digit("".join(parts))
    place = rng.choice(PLACES)
    canvas = Canvas(rng, width=1011, height=638, ground=(230, 238, 244), pattern=0.03)
    title = "往来台湾通行证" if taiwan else "往来港澳通行证"
    canvas.text(0.06, 0.11, title, role="zh-bold", size=0.065, fill=(30, 60, 110))
    english = "TAIWAN" if taiwan else "HONG KONG AND MACAO"
    canvas.text(
        0.06,
        0.155,
        f"EXIT-ENTRY PERMIT FOR TRAVELLING TO AND FROM {english}",
        role="arial",
        size=0.026,
        fill=(30, 60, 110),
    )
    canvas.text(0.72, 0.225, number, role="arial-bold", size=0.055)
    grey = (60, 80, 110)
    rows = (
        (0.36, 0.26, "姓名", name), (0.36, 0.40, "出生日期", f"{birth:%Y.%m.%d}"), (0.64, 0.40, "性别", sex),
        (0.36, 0.52, "有效期限", f"{issue:%Y.%m.%d}-{expiry:%Y.%m.%d}"),
        (0.36, 0.64, "签发机关", "公安部出入境管理局"), (0.75, 0.64, "签发地点", place),
    )  # fmt: skip
    for x, y, label, value in rows:
        canvas.text(x, y, label, role="zh", size=0.03, fill=grey)
        canvas.text(x, y + 0.056, value, role="zh", size=0.048)
    canvas.text(0.36, 0.362, f"{surname}, {given}", role="arial", size=0.04)
    box = (0.06, 0.22, 0.31, 0.74)
    canvas.portrait(*box)
    canvas.mrz((line,), left=0.06, right=0.94, top=0.9)
    truth: dict[str, Any] = {
        "name": name, "name_en": f"{surname}, {given}", "sex": sex, "birth_date": f"{birth:%Y.%m.%d}", "number": number,
        "issuing_authority": "公安部出入境管理局", "issue_place": place, "valid_period": f"{issue:%Y.%m.%d}-{expiry:%Y.%m.%d}",
        "machine_code": line, "type": title, "side": "front",
    }  # fmt: skip
    return Drawn(CODE, canvas.image, truth, (line,), "EXIT-ENTRY", portrait=box)


def back(rng: random.Random) -> Drawn:
    """Draw the back with endorsements for one or two places."""
    canvas = Canvas(rng, width=1011, height=638, ground=(230, 238, 244), pattern=0.03)
    blank = dict.fromkeys(
        (
            "endorsement_type",
            "valid_round_trips",
            "endorsement_valid_period",
            "remark",
            "issue_info",
        ),
        "",
    )
    truth: dict[str, Any] = {"side": "back", "type": "", "number": ""}
    places = (("endorsement_info_hk", "香港"), ("endorsement_info_mo", "澳门"))
    shown = places if rng.random() < 0.6 else (rng.choice(places),)
    for key, _ in places:
        truth[key] = dict(blank)
    for row, (key, place) in enumerate(shown):
        top = 0.12 + 0.42 * row
        until = people.issued(rng, after=people.born(rng))
        kind = rng.choice(["个人旅游(G)", "团队旅游(L)", "探亲(T)", "商务(S)"])
        trips = rng.choice(["一次", "二次", "多次"])
        issuer = rng.choice(PLACES)
        canvas.text(0.08, top, f"往来{place}签注", role="zh-bold", size=0.05)
        canvas.text(0.08, top + 0.09, f"签注种类：{kind}", role="zh", size=0.042)
        canvas.text(0.56, top + 0.09, f"有效次数：{trips}", role="zh", size=0.042)
        canvas.text(0.08, top + 0.18, f"有效期至：{until:%Y.%m.%d}", role="zh", size=0.042)
        canvas.text(0.56, top + 0.18, f"签发地点：{issuer}", role="zh", size=0.042)
        truth[key] = {
            **blank, "endorsement_type": kind, "valid_round_trips": trips,
            "endorsement_valid_period": f"{until:%Y.%m.%d}", "issue_info": issuer,
        }  # fmt: skip
    return Drawn(CODE, canvas.image, truth)
