"""Draws the front of Thai identity cards: Thai and Latin print, people invented."""

from __future__ import annotations

import random
import re
from datetime import date

from tools.synthetic import people
from tools.synthetic.canvas import Canvas, Drawn
from tools.synthetic.thai_facts import BUDDHIST, MONTHS, MONTHS_EN, id_digit

CODE = "thailand-id-card"
_GIVEN = {
    "สมชาย": "Somchai", "วิชัย": "Wichai", "สุรชัย": "Surachai", "ณัฐพล": "Natthaphon", "ธนพล": "Thanaphon",
    "ประเสริฐ": "Prasoet", "อนุชา": "Anucha", "กัญญารัตน์": "Kanyarat", "วรรณา": "Wanna", "สุดา": "Suda",
    "พิมพ์ชนก": "Phimchanok", "มาลี": "Mali", "นภา": "Napha", "ดวงใจ": "Duangchai",
}  # fmt: skip
_FAMILY = {
    "ใจดี": "Chaidi", "ศรีสุวรรณ": "Sisuwan", "ทองดี": "Thongdi", "บุญมา": "Bunma", "แก้วมณี": "Kaeomani",
    "วงศ์สวัสดิ์": "Wongsawat", "จันทร์เพ็ญ": "Chanphen", "สุขสันต์": "Suksan", "รักไทย": "Rakthai", "พงษ์พัฒน์": "Phongphat",
}  # fmt: skip
_PLACES = (
    "ต.บางพลีใหญ่ อ.บางพลี จ.สมุทรปราการ", "แขวงลาดพร้าว เขตลาดพร้าว กรุงเทพมหานคร", "ต.สุเทพ อ.เมืองเชียงใหม่ จ.เชียงใหม่",
    "ต.หาดใหญ่ อ.หาดใหญ่ จ.สงขลา", "ต.ในเมือง อ.เมืองขอนแก่น จ.ขอนแก่น", "ต.ศรีราชา อ.ศรีราชา จ.ชลบุรี",
)  # fmt: skip


def draw(rng: random.Random) -> Drawn:
    """Draw one front."""
    canvas = Canvas(rng, width=1300, height=820, ground=(214, 232, 242), pattern=0.03)
    role = rng.choice(("thai", "thai-loma"))
    given, family = rng.choice(sorted(_GIVEN)), rng.choice(sorted(_FAMILY))
    title_th, title_en = rng.choice((("นาย", "Mr."), ("นาง", "Mrs."), ("น.ส.", "Miss")))
    birth = people.born(rng)
    issue = people.issued(rng, after=birth)
    expiry = people.years_later(issue, 9)
    first = f"{rng.randint(1, 8)}" + "".join(str(rng.randint(0, 9)) for _ in range(11))
    number = first + str(id_digit(first))
    religion = rng.choice(("พุทธ", "อิสลาม", "คริสต์"))
    house = f"{rng.randint(1, 999)}/{rng.randint(1, 99)} หมู่ที่ {rng.randint(1, 15)}"
    place = rng.choice(_PLACES)
    serial = f"{rng.randrange(10**4):04d}-{rng.randrange(100):02d}-{rng.randrange(10**8):08d}"

    def put(x: float, y: float, text: str, size: float = 0.042, face: str = role) -> None:
        # The Noto face has no Latin figures or stops: another one lends them.
        for piece in re.findall(r"[!-~]+|[^!-~]+", text):
            lender = "arial" if piece.isascii() and piece.strip() and face == "thai" else face
            x = canvas.text(x, y, piece, role=lender, size=size)

    put(0.19, 0.09, "บัตรประจำตัวประชาชน", 0.05)
    put(0.53, 0.09, "Thai National ID Card", 0.045, "arial-bold")
    put(0.15, 0.165, "เลขประจำตัวประชาชน", 0.036)
    put(
        0.455,
        0.165,
        f"{number[0]} {number[1:5]} {number[5:10]} {number[10:12]} {number[12]}",
        0.05,
        "arial-bold",
    )
    put(0.12, 0.265, "ชื่อตัวและชื่อสกุล", 0.036)
    put(0.32, 0.265, f"{title_th} {given} {family}", 0.052)
    put(0.3, 0.335, f"Name  {title_en} {_GIVEN[given]}", 0.042, "arial")
    put(0.3, 0.4, f"Last name  {_FAMILY[family]}", 0.042, "arial")
    put(0.3, 0.47, f"เกิดวันที่  {_thai(birth)}")
    put(0.3, 0.535, f"Date of Birth  {_latin(birth)}", 0.042, "arial")
    put(0.3, 0.6, f"ศาสนา  {religion}")
    put(0.05, 0.67, f"ที่อยู่  {house}")
    put(0.05, 0.735, place)
    put(0.05, 0.81, _thai(issue), 0.038)
    put(0.05, 0.855, "วันออกบัตร", 0.032)
    put(0.05, 0.905, _latin(issue), 0.038, "arial")
    put(0.05, 0.95, "Date of Issue", 0.032, "arial")
    put(0.5, 0.81, _thai(expiry), 0.038)
    put(0.5, 0.855, "วันบัตรหมดอายุ", 0.032)
    put(0.5, 0.905, _latin(expiry), 0.038, "arial")
    put(0.5, 0.95, "Date of Expiry", 0.032, "arial")
    canvas.portrait(0.75, 0.45, 0.97, 0.88)
    put(0.745, 0.94, serial, 0.036, "arial")
    fields = {
        "type": "normal", "side": "front", "id_number": number, "name_th": f"{title_th} {given} {family}",
        "name_en": f"{title_en} {_GIVEN[given]} {_FAMILY[family]}", "first_name_en": f"{title_en} {_GIVEN[given]}",
        "last_name_en": _FAMILY[family], "date_of_birth_th": _thai(birth), "date_of_birth_en": _latin(birth),
        "religion_th": religion, "address_th": f"{house} {place}", "date_of_issue_th": _thai(issue),
        "date_of_issue_en": _latin(issue), "date_of_expiry_th": _thai(expiry), "date_of_expiry_en": _latin(expiry),
        "serial_number": serial,
    }  # fmt: skip
    return Drawn(CODE, canvas.image, fields, portrait=(0.75, 0.45, 0.97, 0.88))


def _thai(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year + BUDDHIST}"


def _latin(day: date) -> str:
    return f"{day.day} {MONTHS_EN[day.month - 1]}. {day.year}"
