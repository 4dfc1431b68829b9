"""Invented people for drawn documents: names in several scripts, dates, places. Seeded, nobody real."""

from __future__ import annotations

import random
from datetime import date, timedelta

LATIN_SURNAMES = (
    "ANDERSSON", "BAKER", "CASTILLO", "DUBOIS", "ERIKSSON", "FERRARI", "GRUBER", "HORVAT", "IVANOVA",
    "JANSEN", "KOWALSKI", "LINDQVIST", "MARTINEZ", "NOVAK", "OCONNOR", "PETROV", "QUINTERO", "ROSSI",
    "SCHMIDT", "TANAKA", "UNGER", "VAN DER BERG", "WEBER", "XAVIER", "YILMAZ", "ZIMMERMANN", "AL HASSAN",
    "DE LA CRUZ", "SMITH JONES", "NGUYEN", "OKAFOR", "BJORK", "FITZGERALD", "HAKKINEN", "KUMAR", "OZTURK",
)  # fmt: skip
LATIN_GIVEN = (
    "ANNA MARIA", "BORIS", "CLARA", "DAVID", "ELENA", "FELIX", "GRETA", "HUGO", "INGRID", "JOHN PAUL",
    "KATARINA", "LUCAS", "MIA", "NILS OLOF", "OLIVIA", "PEDRO", "QUENTIN", "ROSA", "SOFIA", "TOMAS",
    "URSULA", "VICTOR", "WENDY", "XENIA", "YUSUF", "ZOE", "FATIMA", "MOHAMMED ALI", "CHLOE ROSE", "IVAN",
)  # fmt: skip
# Chinese characters with their Hanyu Pinyin, for names of one or two characters after the surname.
ZH_SURNAMES = {
    "王": "WANG", "李": "LI", "张": "ZHANG", "刘": "LIU", "陈": "CHEN", "杨": "YANG", "赵": "ZHAO",
    "黄": "HUANG", "周": "ZHOU", "吴": "WU", "徐": "XU", "孙": "SUN", "胡": "HU", "朱": "ZHU",
    "高": "GAO", "林": "LIN", "何": "HE", "郭": "GUO", "马": "MA", "罗": "LUO", "梁": "LIANG",
    "宋": "SONG", "郑": "ZHENG", "谢": "XIE", "韩": "HAN", "唐": "TANG", "冯": "FENG", "董": "DONG",
    "程": "CHENG", "欧阳": "OUYANG",
}  # fmt: skip
ZH_GIVEN = {
    "伟": "WEI", "芳": "FANG", "娜": "NA", "敏": "MIN", "静": "JING", "丽": "LI", "强": "QIANG",
    "磊": "LEI", "军": "JUN", "洋": "YANG", "勇": "YONG", "艳": "YAN", "杰": "JIE", "娟": "JUAN",
    "涛": "TAO", "明": "MING", "超": "CHAO", "秀": "XIU", "霞": "XIA", "平": "PING", "刚": "GANG",
    "桂": "GUI", "文": "WEN", "辉": "HUI", "婷": "TING", "玉": "YU", "建": "JIAN", "华": "HUA",
    "红": "HONG", "志": "ZHI", "雪": "XUE", "云": "YUN", "鹏": "PENG", "宇": "YU", "欣": "XIN",
}  # fmt: skip
HANT_SURNAMES = {
    "陳": "CHAN", "黃": "WONG", "李": "LEE", "張": "CHEUNG", "林": "LAM", "吳": "NG", "劉": "LAU",
    "梁": "LEUNG", "鄭": "CHENG", "何": "HO", "羅": "LAW", "葉": "YIP", "蔡": "CHOI", "馮": "FUNG",
    "郭": "KWOK", "謝": "TSE", "楊": "YEUNG", "周": "CHOW", "麥": "MAK", "歐陽": "AU YEUNG",
}  # fmt: skip
HANT_GIVEN = {
    "志": "Chi", "明": "Ming", "偉": "Wai", "文": "Man", "嘉": "Ka", "欣": "Yan", "玲": "Ling",
    "美": "Mei", "儀": "Yee", "強": "Keung", "國": "Kwok", "華": "Wah", "麗": "Lai", "芬": "Fan",
    "德": "Tak", "輝": "Fai", "慧": "Wai", "雯": "Man", "俊": "Chun", "傑": "Kit", "永": "Wing",
}  # fmt: skip


def latin_name(rng: random.Random) -> tuple[str, str]:
    """Return surname and given names in capitals."""
    return rng.choice(LATIN_SURNAMES), rng.choice(LATIN_GIVEN)


def chinese_name(rng: random.Random) -> tuple[str, str, str]:
    """Return the name in Chinese characters, the surname and the given name in pinyin."""
    surname = rng.choice(sorted(ZH_SURNAMES))
    given = rng.sample(sorted(ZH_GIVEN), rng.choice([1, 2, 2]))
    return surname + "".join(given), ZH_SURNAMES[surname], "".join(ZH_GIVEN[c] for c in given)


def cantonese_name(rng: random.Random) -> tuple[str, str, str]:
    """Return the name in traditional characters, the surname and the given names in Latin."""
    surname = rng.choice(sorted(HANT_SURNAMES))
    given = rng.sample(sorted(HANT_GIVEN), rng.choice([1, 2, 2]))
    return surname + "".join(given), HANT_SURNAMES[surname], " ".join(HANT_GIVEN[c] for c in given)


def born(rng: random.Random) -> date:
    """Return a date of birth of somebody alive."""
    return date(1940, 1, 1) + timedelta(days=rng.randrange(365 * 78))


def issued(rng: random.Random, *, after: date) -> date:
    """Return a date of issue within the last years, after a birth."""
    first = max(date(2014, 1, 1), after + timedelta(days=30))
    return first + timedelta(days=rng.randrange(max((date(2025, 12, 1) - first).days, 1)))


def years_later(day: date, years: int) -> date:
    """Return the day before the same day some years later, as validity is counted."""
    try:
        return day.replace(year=day.year + years) - timedelta(days=1)
    except ValueError:
        return date(day.year + years, 2, 28)
