"""Draws mainland resident identity cards, both sides, with numbers whose check holds."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from tools.synthetic import people
from tools.synthetic.canvas import Canvas, Drawn

CODE = "id-card"
PEOPLES = (
    "汉",
    "汉",
    "汉",
    "汉",
    "回",
    "满",
    "壮",
    "苗",
    "维吾尔",
    "土家",
    "彝",
    "蒙古",
    "藏",
    "布依",
    "侗",
    "瑶",
    "朝鲜",
)
_AREAS = (
    ("110105", "北京市朝阳区"), ("310115", "上海市浦东新区"), ("440305", "广东省深圳市南山区"), ("510104", "四川省成都市锦江区"),
    ("330106", "浙江省杭州市西湖区"), ("420111", "湖北省武汉市洪山区"), ("610113", "陕西省西安市雁塔区"), ("350203", "福建省厦门市思明区"),
    ("430104", "湖南省长沙市岳麓区"), ("370202", "山东省青岛市市南区"), ("450103", "广西壮族自治区南宁市青秀区"), ("230102", "黑龙江省哈尔滨市道里区"),
)  # fmt: skip
_STREETS = (
    "建设路",
    "人民大道",
    "解放西路",
    "文化街",
    "滨江东路",
    "中山北路",
    "学府路",
    "和平里",
    "翠湖新村",
    "金桥镇红星村",
)
_BLUE = (60, 110, 160)


def draw(rng: random.Random) -> Drawn:
    """Draw the portrait side (two of three) or the emblem side."""
    return front(rng) if rng.random() < 0.67 else back(rng)


def number_of(rng: random.Random, area: str, birth: date, sex: str) -> str:
    """Return a resident number with its check character (GB 11643)."""
    order = rng.randrange(1, 499) * 2 + (1 if sex == "男" else 0)
    body = f"{area}{birth:%Y%m%d}{order:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


def front(rng: random.Random) -> Drawn:
    """Draw the portrait side."""
    name, _, _ = people.chinese_name(rng)
    sex, birth = rng.choice("男女"), people.born(rng)
    area, place = rng.choice(_AREAS)
    address = f"{place}{rng.choice(_STREETS)}{rng.randint(1, 399)}号{rng.randint(1, 30)}栋{rng.randint(1, 6)}单元{rng.randint(101, 1909)}室"
    number = number_of(rng, area, birth, sex)
    race = rng.choice(PEOPLES)
    canvas = Canvas(rng, width=1011, height=638, ground=(228, 238, 240), pattern=0.03)
    for x, y, text in (
        (0.085, 0.22, "姓 名"),
        (0.085, 0.34, "性 别"),
        (0.305, 0.34, "民 族"),
        (0.085, 0.455, "出 生"),
        (0.085, 0.57, "住 址"),
        (0.085, 0.88, "公民身份号码"),
    ):
        canvas.text(x, y, text, role="zh", size=0.043, fill=_BLUE)
    canvas.text(0.185, 0.225, name, role="zh", size=0.058)
    canvas.text(0.185, 0.34, sex, role="zh", size=0.05)
    canvas.text(0.395, 0.34, race, role="zh", size=0.05)
    x = 0.185
    for value, unit in ((birth.year, "年"), (birth.month, "月"), (birth.day, "日")):
        x = canvas.text(x, 0.455, str(value), role="zh", size=0.048) + 0.015
        x = canvas.text(x, 0.455, unit, role="zh", size=0.043, fill=_BLUE) + 0.015
    for row in range(0, len(address), 11):
        canvas.text(
            0.185, 0.57 + 0.07 * (row // 11), address[row : row + 11], role="zh", size=0.048
        )
    canvas.text(0.355, 0.885, number, role="ocrb", size=0.062, spacing=0.004)
    box = (0.66, 0.14, 0.915, 0.7)
    canvas.portrait(*box)
    truth: dict[str, Any] = {
        "name": name, "sex": sex, "ethnicity": race, "birth": birth.isoformat(), "address": address, "number": number,
    }  # fmt: skip
    return Drawn(CODE, canvas.image, truth, portrait=box)


def back(rng: random.Random) -> Drawn:
    """Draw the emblem side."""
    _, place = rng.choice(_AREAS)
    city, sep, district = place.partition("市")
    office = (
        f"{(district if len(district) > 2 else city + sep)}公安局"
        if rng.random() < 0.4
        else f"{city}{sep}公安局{district[:2]}分局"
    )
    start = people.issued(rng, after=date(2000, 1, 1))
    years = rng.choice([5, 10, 20, 0])
    end = date(start.year + years, start.month, min(start.day, 28)) if years else None
    start = date(start.year, start.month, min(start.day, 28))
    canvas = Canvas(rng, width=1011, height=638, ground=(228, 238, 240), pattern=0.03)
    canvas.draw.ellipse([75, 55, 235, 225], fill=(190, 60, 50))
    canvas.draw.ellipse([115, 95, 195, 175], fill=(220, 170, 70))
    canvas.text(0.62, 0.2, "中华人民共和国", role="zh-bold", size=0.085, anchor="ms")
    canvas.text(0.62, 0.37, "居民身份证", role="zh-bold", size=0.105, anchor="ms")
    period = f"{start:%Y.%m.%d}-" + (f"{end:%Y.%m.%d}" if end else "长期")
    for y, label, value in ((0.79, "签发机关", office), (0.89, "有效期限", period)):
        canvas.text(0.255, y, label, role="zh", size=0.046)
        canvas.text(0.41, y, value, role="zh", size=0.046)
    truth = {
        "issue": office,
        "valid_from": start.isoformat(),
        "valid_to": end.isoformat() if end else "长期",
    }
    return Drawn(CODE, canvas.image, truth)
