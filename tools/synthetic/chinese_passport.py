"""Draws the data page of a passport of China: whose printed zone must be recognised too, unlike that of other passports."""

from __future__ import annotations

import random
from typing import Any

from tools.synthetic import mrz_text, people
from tools.synthetic.canvas import Canvas, Drawn

CODE = "passport"
_PLACES = (
    ("浙江", "ZHEJIANG"),
    ("广东", "GUANGDONG"),
    ("四川", "SICHUAN"),
    ("湖北", "HUBEI"),
    ("上海", "SHANGHAI"),
)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def draw(rng: random.Random) -> Drawn:
    """Draw one data page."""
    name, surname, given = people.chinese_name(rng)
    birth, sex = people.born(rng), rng.choice("MF")
    issue = people.issued(rng, after=birth)
    expiry = people.years_later(issue, 10)
    number = f"E{rng.choice('ABCDEFGH')}{rng.randrange(10_000_000):07d}"
    born_in, issued_in = rng.choice(_PLACES), rng.choice(_PLACES)
    second = {
        "number": number, "nationality": "CHN", "birth": f"{birth:%y%m%d}", "sex": sex, "expiry": f"{expiry:%y%m%d}",
    }  # fmt: skip
    lines = mrz_text.td3("PO", "CHN", surname, given, second)
    canvas = Canvas(rng, width=1250, height=880, ground=(240, 230, 232), pattern=0.03)
    canvas.text(0.06, 0.09, "中华人民共和国", role="zh-bold", size=0.05)
    canvas.text(0.4, 0.09, "PEOPLE'S REPUBLIC OF CHINA", size=0.04)
    canvas.portrait(0.035, 0.2, 0.29, 0.68)
    rows = (
        (0.32, 0.17, "姓名/Name", name), (0.32, 0.285, "性别/Sex", f"{'男' if sex == 'M' else '女'}/{sex}"),
        (0.55, 0.285, "国籍/Nationality", "中国/CHINESE"), (0.32, 0.385, "出生日期/Date of birth", _day(birth)),
        (0.32, 0.485, "出生地点/Place of birth", "/".join(born_in)), (0.67, 0.385, "签发日期/Date of issue", _day(issue)),
        (0.67, 0.585, "有效期至/Date of expiry", _day(expiry)), (0.32, 0.585, "签发地点/Place of issue", "/".join(issued_in)),
        (0.32, 0.685, "签发机关/Authority", "公安部出入境管理局"), (0.67, 0.1, "护照号/Passport No.", number),
    )  # fmt: skip
    for x, y, label, value in rows:
        canvas.text(x, y, label, role="zh", size=0.023, fill=(90, 60, 60))
        canvas.text(x, y + 0.045, value, role="zh", size=0.036)
    canvas.text(0.32, 0.252, f"{surname}, {given}", size=0.034)
    canvas.mrz(lines, left=0.05, right=0.955, top=0.885)
    truth: dict[str, Any] = {
        "passport_type": "PO", "country_code": "CHN", "passport_number": number, "nationality": "CHN", "surname": surname,
        "given_name": given, "sex": sex, "date_of_birth": birth.isoformat(), "date_of_expiry": expiry.isoformat(),
        "date_of_issue": issue.isoformat(), "place_of_birth": "/".join(born_in), "place_of_issue": "/".join(issued_in),
        "issuing_authority": "公安部出入境管理局",
    }  # fmt: skip
    return Drawn(CODE, canvas.image, truth, lines, "TD3")


def _day(day: Any) -> str:
    return f"{day.day:02d} {day.month}月/{_MONTHS[day.month - 1]} {day.year}"
