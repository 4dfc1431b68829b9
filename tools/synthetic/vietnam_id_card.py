"""Draws Vietnamese identity cards of five editions, front and back; people and addresses invented.

Editions: CMND (nine digits, green, laminated), CMND of twelve digits (2012), CCCD with bar code
(2016), CCCD with chip (2021, in two arrangements of its labels), căn cước (2024). `LAYOUTS` names
each drawn side; `draw` takes one at random.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tools.synthetic import mrz_text, people
from tools.synthetic.canvas import Canvas, Drawn
from tools.synthetic.fonts import uncovered

CODE = "vietnam-id-card"
_FAMILY = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Hoàng", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương",
    "Lý", "Đinh", "Trịnh", "Mạc", "Lưu", "Tạ", "Thái", "Lương", "Quách",
)  # fmt: skip
_MIDDLE = {
    "M": ("Văn", "Hữu", "Đức", "Quốc", "Minh", "Công", "Thanh", "Xuân", "Đình", "Ngọc"),
    "F": ("Thị", "Thị Ngọc", "Thị Mỹ", "Thùy", "Thị Bích", "Hoàng", "Kim", "Thị Diệu"),
}
_GIVEN = {
    "M": ("Hùng", "Dũng", "Tuấn", "Phúc", "Nghĩa", "Khải", "Toàn", "Quyền", "Thắng", "Bảo", "Vỹ", "Sơn", "Đạt"),
    "F": ("Hương", "Ánh", "Tuyết", "Yến", "Nguyệt", "Thảo", "Hằng", "Quỳnh", "Trâm", "Phượng", "Mỹ", "Như Ý"),
}  # fmt: skip
_HAMLETS = (
    "Tổ 4", "Thôn Đông Hạ", "Ấp Phước Lợi", "Xóm Mới", "Khu phố 3", "Số 12 ngõ 88 Láng Thượng", "27/5 Trần Quý Cáp",
    "Bản Nà Lếch", "Tổ dân phố 9", "Khối Tân Thịnh",
)  # fmt: skip
_COMMUNES = (
    "Yên Hòa, Cầu Giấy, Hà Nội", "Mỹ Phước, Long Xuyên, An Giang", "Hải Cường, Hải Hậu, Nam Định",
    "Đức Thắng, Hiệp Hòa, Bắc Giang", "Phước Mỹ, Sơn Trà, Đà Nẵng", "Bình Trưng Đông, Quận 2, TP. Hồ Chí Minh",
    "Quỳnh Bảng, Quỳnh Lưu, Nghệ An", "Mường Phăng, Điện Biên Phủ, Điện Biên", "Vĩnh Lộc A, Bình Chánh, TP. Hồ Chí Minh",
    "Nhơn Mỹ, Kế Sách, Sóc Trăng", "Thủy Vân, Phú Vang, Thừa Thiên Huế", "Xuân Đỉnh, Bắc Từ Liêm, Hà Nội",
)  # fmt: skip
_MARKS = (
    "Nốt ruồi cách 1cm dưới mép phải", "Sẹo chấm C: 2cm trên sau cánh mũi trái", "Nốt ruồi C: 0,5cm trước đầu mày trái",
    "Sẹo thẳng 1,5cm trên cung mày phải", "Nốt ruồi cách 3cm sau cánh mũi phải",
)  # fmt: skip
_STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_MOTTO = "Độc lập - Tự do - Hạnh phúc"
_FOREVER = "Không thời hạn"
_GREEN, _BLUE, _PINK = (224, 238, 220), (222, 236, 242), (240, 232, 226)


@dataclass(frozen=True)
class _Person:
    name: str
    sex: str
    birth: date
    issue: date
    expiry: date | None
    number: str
    origin: str
    home: str
    parish: str
    marks: str

    @property
    def sex_word(self) -> str:
        return "Nam" if self.sex == "M" else "Nữ"

    @property
    def ends(self) -> str:
        return _day(self.expiry) if self.expiry else _FOREVER


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _person(rng: random.Random) -> _Person:
    sex = rng.choice("MF")
    birth = people.born(rng)
    issue = people.issued(rng, after=birth)
    century = (birth.year // 100 - 19) * 2 + (sex == "F")
    return _Person(
        name=f"{rng.choice(_FAMILY)} {rng.choice(_MIDDLE[sex])} {rng.choice(_GIVEN[sex])}",
        sex=sex,
        birth=birth,
        issue=issue,
        expiry=people.years_later(issue, 15) if rng.random() < 0.85 else None,
        number=f"{rng.randint(1, 96):03d}{century}{birth:%y}{rng.randrange(10**6):06d}",
        origin=rng.choice(_COMMUNES),
        home=rng.choice(_HAMLETS),
        parish=rng.choice(_COMMUNES),
        marks=rng.choice(_MARKS),
    )


class _Side:
    """A canvas and the fields written on it; `shown` writes a value and notes it as the truth."""

    def __init__(self, rng: random.Random, ground: tuple[int, int, int], role: str) -> None:
        self.canvas = Canvas(rng, width=1300, height=820, ground=ground, pattern=0.03)
        self.role = role
        self.fields: dict[str, str] = {}

    def put(self, x: float, y: float, text: str, size: float = 0.042, role: str = "") -> float:
        role = role or self.role
        missing = uncovered(role, text)
        if missing:
            raise ValueError(f"the font {role} has no {missing}")
        return self.canvas.text(x, y, text, role=role, size=size)

    def centred(self, x: float, y: float, text: str, size: float = 0.042, role: str = "") -> None:
        self.canvas.text(x, y, text, role=role or self.role, size=size, anchor="ms")

    def shown(
        self, field: str, x: float, y: float, text: str, size: float = 0.046, role: str = ""
    ) -> float:
        self.fields[field] = f"{self.fields[field]} {text}" if field in self.fields else text
        return self.put(x, y, text, size, role)

    def drawn(
        self,
        side: str,
        mrz: tuple[str, ...] = (),
        portrait: tuple[float, float, float, float] | None = None,
    ) -> Drawn:
        if portrait:
            self.canvas.portrait(*portrait)
        fields = {"side": side, **self.fields}
        for index, line in enumerate(mrz, start=1):
            fields[f"machine_code{index}"] = line
        return Drawn(CODE, self.canvas.image, fields, mrz, "TD1" if mrz else "", portrait)


def _old_front(rng: random.Random) -> Drawn:
    """CMND of nine digits: label and value in a row, places on two rows."""
    who = _person(rng)
    side = _Side(rng, _GREEN, rng.choice(("noto-serif", "noto")))
    side.centred(0.6, 0.09, _STATE, 0.045)
    side.centred(0.6, 0.15, _MOTTO, 0.04)
    side.centred(0.63, 0.24, "GIẤY CHỨNG MINH NHÂN DÂN", 0.056, "noto-bold")
    x = side.put(0.45, 0.32, "SỐ ", 0.05)
    side.shown("number", x + 0.02, 0.32, f"{rng.randrange(10**9):09d}", 0.058, "noto-bold")
    x = side.put(0.32, 0.41, rng.choice(("Họ tên: ", "Họ tên ")))
    words = who.name.upper().split()
    long = len(words) > 3  # typed cards break a long name
    side.shown("full_name", x + 0.01, 0.41, " ".join(words[:2] if long else words), 0.05)
    if long:
        side.shown("full_name", 0.32, 0.465, " ".join(words[2:]), 0.05)
    x = side.put(0.32, 0.53 if long else 0.49, rng.choice(("Sinh ngày: ", "Sinh ngày ")))
    side.shown("birth_date", x + 0.01, 0.53 if long else 0.49, f"{who.birth:%d-%m-%Y}", 0.048)
    hamlet, region = who.origin.split(", ", 1)
    x = side.put(0.32, 0.6, "Nguyên quán: ")
    side.shown("origin_place", x + 0.01, 0.6, f"{hamlet},")
    side.shown("origin_place", 0.32, 0.67, region)
    x = side.put(0.32, 0.75, rng.choice(("Nơi ĐKHK thường trú: ", "Nơi ĐKNK thường trú: ")))
    side.shown("residence_place", x + 0.01, 0.75, f"{who.home},")
    side.shown("residence_place", 0.32, 0.83, who.parish)
    return side.drawn("front", portrait=(0.04, 0.36, 0.28, 0.85))


def _old_back(rng: random.Random) -> Drawn:
    """Back of the CMND: people, faith, marks and the day of issue in words."""
    who = _person(rng)
    side = _Side(rng, _GREEN, rng.choice(("noto-serif", "noto")))
    side.put(0.3, 0.1, "Dân tộc: Kinh")
    side.put(0.62, 0.1, "Tôn giáo: Không")
    side.centred(0.65, 0.19, "DẤU VẾT RIÊNG VÀ DỊ HÌNH", 0.044)
    side.shown("personal_identification", 0.34, 0.29, who.marks)
    side.put(0.05, 0.35, "NGÓN TRỎ TRÁI", 0.03)
    side.put(0.05, 0.9, "NGÓN TRỎ PHẢI", 0.03)
    _issued_in_words(side, who.issue, 0.5, 0.47)
    side.centred(0.68, 0.55, "GIÁM ĐỐC CA TỈNH", 0.042)
    return side.drawn("back")


def _issued_in_words(side: _Side, day: date, x: float, y: float) -> None:
    side.put(x, y, f"Ngày {day:%d} tháng {day:%m} năm {day:%Y}")
    side.fields["issue_date"] = _day(day)


def _barcode_front(rng: random.Random) -> Drawn:
    """CCCD of 2016: Vietnamese labels with a colon, values beside them."""
    who = _person(rng)
    side = _Side(rng, _BLUE, rng.choice(("noto", "sans")))
    side.centred(0.62, 0.09, _STATE, 0.042, "noto-bold")
    side.centred(0.62, 0.14, _MOTTO, 0.036)
    side.centred(0.62, 0.23, "CĂN CƯỚC CÔNG DÂN", 0.06, "noto-bold")
    x = side.put(0.42, 0.31, "Số: ", 0.045)
    side.shown("number", x, 0.31, who.number, 0.055, "noto-bold")
    x = side.put(0.33, 0.39, "Họ và tên: ", 0.038)
    side.shown("full_name", x, 0.39, who.name.upper())
    x = side.put(0.33, 0.47, "Ngày, tháng, năm sinh: ", 0.038)
    side.shown("birth_date", x, 0.47, _day(who.birth))
    x = side.put(0.33, 0.55, "Giới tính: ", 0.038)
    side.shown("sex", x, 0.55, who.sex_word)
    x = side.put(0.6, 0.55, "Quốc tịch: ", 0.038)
    side.shown("nationality", x, 0.55, "Việt Nam")
    x = side.put(0.33, 0.63, "Quê quán: ", 0.038)
    side.shown("origin_place", x, 0.63, who.origin, 0.042)
    x = side.put(0.33, 0.74, "Nơi thường trú: ", 0.038)
    side.shown("residence_place", x, 0.74, f"{who.home},", 0.042)
    side.shown("residence_place", 0.33, 0.81, who.parish, 0.042)
    x = side.put(0.04, 0.93, "Có giá trị đến: ", 0.034)
    side.shown("expiry_date", x, 0.93, who.ends, 0.036)
    return side.drawn("front", portrait=(0.05, 0.32, 0.28, 0.85))


def _barcode_back(rng: random.Random) -> Drawn:
    """Back of the CCCD of 2016: features, the day of issue in words."""
    who = _person(rng)
    side = _Side(rng, _BLUE, rng.choice(("noto", "sans")))
    side.put(0.06, 0.12, "Đặc điểm nhận dạng:", 0.04)
    side.shown("personal_identification", 0.06, 0.2, who.marks, 0.042)
    _issued_in_words(side, who.issue, 0.44, 0.31)
    side.centred(0.63, 0.38, "CỤC TRƯỞNG CỤC CẢNH SÁT", 0.036)
    side.centred(0.63, 0.43, "ĐKQL CƯ TRÚ VÀ DLQG VỀ DÂN CƯ", 0.036)
    side.put(0.04, 0.34, "Ngón trỏ trái", 0.03)
    side.put(0.04, 0.68, "Ngón trỏ phải", 0.03)
    return side.drawn("back")


def _chip_head(side: _Side) -> None:
    side.centred(0.6, 0.08, _STATE, 0.038, "noto-bold")
    side.centred(0.6, 0.125, _MOTTO, 0.034)
    side.centred(0.6, 0.165, "SOCIALIST REPUBLIC OF VIET NAM", 0.03)
    side.centred(0.6, 0.2, "Independence - Freedom - Happiness", 0.026)
    side.centred(0.63, 0.275, "CĂN CƯỚC CÔNG DÂN", 0.055, "noto-bold")
    side.centred(0.63, 0.32, "Citizen Identity Card", 0.034)


def _chip_front(rng: random.Random) -> Drawn:
    """CCCD with chip: labels in two languages, name and places below theirs."""
    who = _person(rng)
    side = _Side(rng, _BLUE, "noto")
    slash = rng.choice((" / ", "/"))
    _chip_head(side)
    x = side.put(0.34, 0.395, f"Số{slash}No.: ", 0.04)
    side.shown("number", x, 0.395, who.number, 0.056, "noto-bold")
    side.put(0.31, 0.455, f"Họ và tên{slash}Full name:", 0.034)
    side.shown("full_name", 0.31, 0.515, who.name.upper(), 0.046)
    x = side.put(0.31, 0.575, f"Ngày sinh{slash}Date of birth: ", 0.034)
    side.shown("birth_date", x, 0.575, _day(who.birth), 0.042)
    x = side.put(0.31, 0.635, f"Giới tính{slash}Sex: ", 0.034)
    side.shown("sex", x, 0.635, who.sex_word, 0.042)
    x = side.put(0.58, 0.635, f"Quốc tịch{slash}Nationality: ", 0.034)
    side.shown("nationality", x, 0.635, "Việt Nam", 0.04)
    side.put(0.31, 0.695, f"Quê quán{slash}Place of origin:", 0.034)
    side.shown("origin_place", 0.31, 0.755, who.origin, 0.042)
    x = side.put(0.31, 0.82, f"Nơi thường trú{slash}Place of residence: ", 0.034)
    side.shown("residence_place", x, 0.82, f"{who.home},", 0.04)
    side.shown("residence_place", 0.31, 0.885, who.parish, 0.042)
    if rng.random() < 0.15:  # worn off
        return side.drawn("front", portrait=(0.04, 0.36, 0.26, 0.8))
    side.put(0.03, 0.85, f"Có giá trị đến{slash}", 0.028)
    x = side.put(0.03, 0.89, "Date of expiry: ", 0.028)
    side.shown("expiry_date", 0.03 if who.expiry is None else x, 0.89 if who.expiry else 0.935, who.ends, 0.032)  # fmt: skip
    return side.drawn("front", portrait=(0.04, 0.36, 0.26, 0.8))


def _zone(who: _Person) -> tuple[str, ...]:
    family, _, given = _plain(who.name).upper().partition(" ")
    return mrz_text.td1(
        "ID",
        "VNM",
        family,
        given,
        {
            "number": who.number[3:],
            "optional": f"{who.number}<<{mrz_text.digit(who.number)}",
            "birth": f"{who.birth:%y%m%d}",
            "sex": who.sex,
            "expiry": f"{who.expiry:%y%m%d}" if who.expiry else "991231",
            "nationality": "VNM",
        },
    )


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFD", text).replace("Đ", "D").replace("đ", "d")
    return "".join(char for char in bare if not unicodedata.combining(char))


def _chip_back(rng: random.Random) -> Drawn:
    """Back of the CCCD with chip: features, day of issue, zone of three lines."""
    who = _person(rng)
    side = _Side(rng, _BLUE, "noto")
    slash = rng.choice((" / ", "/"))
    spelled = rng.choice(("Đặc điểm nhận dạng", "Đặc điểm nhân dạng"))
    side.put(0.05, 0.09, f"{spelled}{slash}Personal identification:", 0.036)
    side.shown("personal_identification", 0.05, 0.16, who.marks, 0.042)
    x = side.put(0.05, 0.23, f"Ngày, tháng, năm{slash}Date, month, year: ", 0.034)
    side.shown("issue_date", x, 0.23, _day(who.issue), 0.042)
    side.put(0.3, 0.3, "CỤC TRƯỞNG CỤC CẢNH SÁT", 0.03)
    side.put(0.3, 0.34, "QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI", 0.03)
    side.put(0.66, 0.3, "Ngón trỏ trái / Left index finger", 0.026)
    side.canvas.band(0.06, 0.28, 0.19, 0.46, (206, 186, 120))
    zone = _zone(who)
    side.canvas.mrz(zone, left=0.05, right=0.95, top=0.7)
    return side.drawn("back", zone)


def _new_front(rng: random.Random) -> Drawn:
    """Căn cước of 2024: every value below its label, places on the back."""
    who = _person(rng)
    side = _Side(rng, _PINK, rng.choice(("noto", "sans")))
    side.centred(0.6, 0.08, _STATE, 0.038, "noto-bold")
    side.centred(0.6, 0.12, "SOCIALIST REPUBLIC OF VIET NAM", 0.03)
    side.centred(0.6, 0.165, _MOTTO, 0.032)
    side.centred(0.6, 0.25, "CĂN CƯỚC", 0.055, "noto-bold")
    side.centred(0.6, 0.3, "IDENTITY CARD", 0.038, "noto-bold")
    side.put(0.33, 0.37, "Số định danh cá nhân / Personal identification number", 0.03)
    side.shown("number", 0.33, 0.44, who.number, 0.056, "noto-bold")
    side.put(0.33, 0.51, "Họ, chữ đệm và tên khai sinh / Full name", 0.03)
    side.shown("full_name", 0.33, 0.575, who.name.upper(), 0.046)
    side.put(0.33, 0.65, "Ngày, tháng, năm sinh / Date of birth", 0.03)
    side.shown("birth_date", 0.33, 0.71, _day(who.birth), 0.042)
    side.put(0.72, 0.65, "Giới tính / Sex", 0.03)
    side.shown("sex", 0.72, 0.71, who.sex_word, 0.042)
    side.put(0.33, 0.79, "Quốc tịch / Nationality", 0.03)
    side.shown("nationality", 0.33, 0.85, "Việt Nam", 0.042)
    return side.drawn("front", portrait=(0.04, 0.36, 0.28, 0.85))


def _new_back(rng: random.Random) -> Drawn:
    """Back of the căn cước: residence on two rows, place of birth, two days, zone."""
    who = _person(rng)
    side = _Side(rng, _PINK, "noto")
    side.put(0.05, 0.08, "Nơi cư trú / Place of residence:", 0.032)
    side.shown("residence_place", 0.05, 0.135, f"{who.home},", 0.04)
    side.shown("residence_place", 0.05, 0.19, who.parish, 0.04)
    side.put(0.05, 0.25, "Nơi đăng ký khai sinh / Place of birth:", 0.032)
    side.put(0.05, 0.305, who.origin, 0.04)
    side.put(0.25, 0.37, "Ngày, tháng, năm cấp / Date of issue:", 0.032)
    side.shown("issue_date", 0.25, 0.425, _day(who.issue), 0.04)
    side.put(0.25, 0.49, "Ngày, tháng, năm hết hạn / Date of expiry:", 0.032)
    side.shown("expiry_date", 0.25, 0.545, who.ends, 0.04)
    side.canvas.band(0.05, 0.37, 0.19, 0.56, (206, 186, 120))
    side.put(0.72, 0.43, "BỘ CÔNG AN", 0.03)
    side.put(0.68, 0.47, "MINISTRY OF PUBLIC SECURITY", 0.024)
    zone = _zone(who)
    side.canvas.mrz(zone, left=0.05, right=0.95, top=0.72)
    return side.drawn("back", zone)


def _twelve_front(rng: random.Random) -> Drawn:
    """CMND of twelve digits (2012): birth name, other name, people and faith among the labels."""
    who = _person(rng)
    side = _Side(rng, _GREEN, rng.choice(("dejavu-serif", "noto-display")))
    side.centred(0.62, 0.08, _STATE, 0.042)
    side.centred(0.62, 0.13, _MOTTO, 0.036)
    side.centred(0.62, 0.22, "CHỨNG MINH NHÂN DÂN", 0.055, "noto-bold")
    side.shown("number", 0.48, 0.3, who.number, 0.055, "noto-bold")
    side.put(0.33, 0.37, "Họ và tên khai sinh:", 0.036)
    side.shown("full_name", 0.36, 0.43, who.name.upper(), 0.046)
    if rng.random() < 0.5:
        side.put(0.33, 0.49, "Họ và tên gọi khác:", 0.036)
    x = side.put(0.33, 0.55, "Ngày, tháng, năm sinh: ", 0.036)
    side.shown("birth_date", x, 0.55, _day(who.birth), 0.044)
    x = side.put(0.33, 0.61, "Giới tính: ", 0.036)
    side.shown("sex", x, 0.61, who.sex_word, 0.042)
    side.put(0.62, 0.61, "Dân tộc: Kinh", 0.036)
    x = side.put(0.33, 0.68, "Quê quán: ", 0.036)
    hamlet, region = who.origin.split(", ", 1)
    side.shown("origin_place", x, 0.68, f"{hamlet},", 0.042)
    side.shown("origin_place", 0.33, 0.74, region, 0.042)
    x = side.put(0.33, 0.81, "Nơi thường trú: ", 0.036)
    side.shown("residence_place", x, 0.81, f"{who.home},", 0.042)
    side.shown("residence_place", 0.33, 0.87, who.parish, 0.042)
    x = side.put(0.04, 0.93, "Có giá trị đến: ", 0.034)
    side.shown("expiry_date", x, 0.93, who.ends, 0.036)
    return side.drawn("front", portrait=(0.05, 0.32, 0.28, 0.85))


def _other_chip_front(rng: random.Random) -> Drawn:
    """CCCD with chip as some offices print it: number below its label, narrow print, place beside."""
    who = _person(rng)
    side = _Side(rng, (232, 238, 236), rng.choice(("condensed", "noto-display")))
    _chip_head(side)
    side.put(0.31, 0.37, "Số/No.", 0.034)
    side.shown("number", 0.42, 0.385, who.number, 0.06, "sans-bold")
    x = side.put(0.31, 0.46, "Họ và tên/Full name: ", 0.036)
    side.shown("full_name", x, 0.46, who.name.upper(), 0.04)
    x = side.put(0.31, 0.53, "Ngày sinh/Date of birth: ", 0.036)
    side.shown("birth_date", x, 0.53, _day(who.birth), 0.042)
    x = side.put(0.31, 0.6, "Giới tính/Sex: ", 0.036)
    x = side.shown("sex", x, 0.6, who.sex_word, 0.042)
    x = side.put(x + 0.04, 0.6, "Quốc tịch/Nationality: ", 0.036)
    side.shown("nationality", x, 0.6, "Việt Nam", 0.04)
    side.put(0.31, 0.67, "Quê quán/Place of origin:", 0.036)
    hamlet, region = who.origin.split(", ", 1)
    side.shown("origin_place", 0.62, 0.67, f"{hamlet},", 0.036)
    side.shown("origin_place", 0.31, 0.73, region, 0.042)
    side.put(0.31, 0.8, "Nơi thường trú/Place of residence:", 0.036)
    side.shown("residence_place", 0.31, 0.86, f"{who.home}, {who.parish}", 0.036)
    x = side.put(0.03, 0.95, "Có giá trị đến/Date of expiry: ", 0.03)
    side.shown("expiry_date", x, 0.95, who.ends, 0.034)
    return side.drawn("front", portrait=(0.03, 0.34, 0.26, 0.84))


def _other_chip_back(rng: random.Random) -> Drawn:
    """Back of that card: features on two rows beside the chip, or none."""
    who = _person(rng)
    side = _Side(rng, (232, 238, 236), rng.choice(("condensed", "noto-display")))
    side.put(0.26, 0.09, "Đặc điểm nhận dạng/Personal identification:", 0.036)
    if rng.random() < 0.8:
        words = who.marks.split()
        side.shown("personal_identification", 0.26, 0.155, " ".join(words[:4]), 0.042)
        side.shown("personal_identification", 0.26, 0.22, " ".join(words[4:]), 0.042)
    side.put(0.26, 0.3, "Ngày, tháng, năm/Date, month, year:", 0.034)
    side.shown("issue_date", 0.68, 0.3, _day(who.issue), 0.042)
    side.put(0.3, 0.37, "BỘ TRƯỞNG BỘ CÔNG AN", 0.03)
    side.canvas.band(0.05, 0.1, 0.18, 0.28, (206, 186, 120))
    zone = _zone(who)
    side.canvas.mrz(zone, left=0.04, right=0.96, top=0.68)
    return side.drawn("back", zone)


LAYOUTS: dict[str, Callable[[random.Random], Drawn]] = {
    "cmnd-front": _old_front,
    "cmnd-back": _old_back,
    "cccd-2016-front": _barcode_front,
    "cccd-2016-back": _barcode_back,
    "cccd-2021-front": _chip_front,
    "cccd-2021-back": _chip_back,
    "can-cuoc-2024-front": _new_front,
    "can-cuoc-2024-back": _new_back,
    "cmnd-2012-front": _twelve_front,
    "cccd-2021-other-front": _other_chip_front,
    "cccd-2021-other-back": _other_chip_back,
}
# Not looked at while the extractor was written: what they give is an estimate for unknown editions.
HELD_OUT = ("cmnd-2012-front", "cccd-2021-other-front", "cccd-2021-other-back")


def draw(rng: random.Random) -> Drawn:
    """Draw one side in a random layout."""
    return LAYOUTS[rng.choice(sorted(LAYOUTS))](rng)


def sample(rng: random.Random) -> Drawn:
    """Draw the front of the card with chip, which most people hold."""
    return _chip_front(rng)
