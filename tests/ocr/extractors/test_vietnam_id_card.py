"""Vietnamese identity card: labels in one or two languages, values on several rows, both sides."""

from __future__ import annotations

import random

import pytest

from ocr import language_packs
from ocr.engine.recorded import RecordedPage
from ocr.extractors import vietnam_id_card as card
from ocr.options import parse
from ocr.page import Char, Line, RecognitionResult, WrongDocument, box
from tools.synthetic import fonts, mrz_text, photo
from tools.synthetic import vietnam_id_card as drawing

ROW, LETTER = 40, 14

FRONT = (
    (300, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    (320, "CĂN CƯỚC CÔNG DÂN"),
    (300, "Số / No.: 001085012345"),
    (300, "Họ và tên / Full name:"),
    (300, "NGUYỄN THỊ ÁNH"),
    (300, "Ngày sinh / Date of birth: 04/11/1985"),
    (300, "Giới tính / Sex: Nữ  Quốc tịch / Nationality: Việt Nam"),
    (300, "Quê quán / Place of origin:"),
    (300, "Đức Thắng, Hiệp Hòa, Bắc Giang"),
    (300, "Nơi thường trú / Place of residence: Tổ 4,"),
    (300, "Yên Hòa, Cầu Giấy, Hà Nội"),
    (20, "Có giá trị đến / Date of expiry: 04/11/2035"),
)


class Page(RecordedPage):
    """A page whose lines the Vietnamese pack reads as `vietnamese` says, PP-OCR as `lines`."""

    def __init__(self, *rows, vietnamese=True):
        lines, texts = [], {}
        for index, (left, text) in enumerate(rows):
            top = 60 + 1.4 * ROW * index
            quad = box(left, top, left + LETTER * len(text), top + ROW)
            lines.append(Line(text, 0.97, quad))
            texts[round(quad[0][1] / (1.4 * ROW))] = text
        super().__init__(lines=lines)
        self.texts = texts if vietnamese else {}

    def read(self, region, *, script="latin", **_):
        middle = (region[0][1] + region[2][1]) / 2 - ROW / 2
        text = self.texts.get(round(middle / (1.4 * ROW)), "") if script == card.SCRIPT else ""
        chars = tuple(Char(char, 0.98, region) for char in text if char != " ")
        return RecognitionResult(text, 0.98 if text else 0.0, chars)


def read(page, **asked):
    return card.extract(page, parse(card.OPTIONS, asked))


def shown(answer):
    return {name: text for name, text in answer.items() if text and name != "confidence"}


def test_the_front_with_labels_in_two_languages():
    answer = read(Page(*FRONT))
    assert shown(answer) == {
        "side": "front",
        "number": "001085012345",
        "full_name": "NGUYỄN THỊ ÁNH",
        "birth_date": "04/11/1985",
        "sex": "Nữ",
        "nationality": "Việt Nam",
        "origin_place": "Đức Thắng, Hiệp Hòa, Bắc Giang",
        "residence_place": "Tổ 4, Yên Hòa, Cầu Giấy, Hà Nội",
        "expiry_date": "04/11/2035",
    }
    assert list(answer["confidence"]) == list(card.TEXTS)
    assert answer["confidence"]["full_name"] > 0.9 and answer["confidence"]["issue_date"] == 0


def test_a_card_without_an_end_says_so_in_words():
    rows = [*FRONT[:-1], (20, "Có giá trị đến:"), (20, "Không thời hạn")]
    assert read(Page(*rows))["expiry_date"] == "Không thời hạn"


def test_a_label_without_a_value_gives_nothing():
    rows = [row for row in FRONT if row[1] != "NGUYỄN THỊ ÁNH"]
    answer = read(Page(*rows))
    assert answer["full_name"] == "" and answer["birth_date"] == "04/11/1985"


def test_the_nine_digit_card_has_its_own_labels():
    answer = read(
        Page(
            (300, "GIẤY CHỨNG MINH NHÂN DÂN"),
            (400, "SỐ 012345678"),
            (300, "Họ tên: VÕ VĂN ĐẠT"),
            (300, "Sinh ngày: 02-03-1961"),
            (300, "Nguyên quán: Mỹ Phước,"),
            (300, "Long Xuyên, An Giang"),
            (300, "Nơi ĐKHK thường trú: Ấp Phước Lợi,"),
            (300, "Nhơn Mỹ, Kế Sách, Sóc Trăng"),
        )
    )
    assert shown(answer) == {
        "side": "front",
        "number": "012345678",
        "full_name": "VÕ VĂN ĐẠT",
        "birth_date": "02-03-1961",
        "origin_place": "Mỹ Phước, Long Xuyên, An Giang",
        "residence_place": "Ấp Phước Lợi, Nhơn Mỹ, Kế Sách, Sóc Trăng",
    }


def test_the_back_without_a_zone_tells_its_day_in_words():
    answer = read(
        Page(
            (100, "Đặc điểm nhận dạng:"),
            (100, "Sẹo chấm C: 2cm trên"),
            (100, "sau cánh mũi trái"),
            (300, "Ngày 5 tháng 03 năm 2017"),
            (100, "Ngón trỏ trái"),
        )
    )
    assert shown(answer) == {
        "side": "back",
        "personal_identification": "Sẹo chấm C: 2cm trên sau cánh mũi trái",
        "issue_date": "05/03/2017",
    }


def test_the_back_with_a_zone_keeps_its_lines():
    second = {"number": "085012345", "birth": "851104", "sex": "F", "expiry": "351104", "nationality": "VNM"}  # fmt: skip
    zone = mrz_text.td1("ID", "VNM", "NGUYEN", "THI ANH", {**second, "optional": "001085012345<<8"})
    answer = read(
        Page(
            (100, "Nơi cư trú / Place of residence:"),
            (100, "Tổ 4, Yên Hòa, Cầu Giấy, Hà Nội"),
            (100, "Nơi đăng ký khai sinh / Place of birth:"),
            (100, "Đức Thắng, Hiệp Hòa, Bắc Giang"),
            (100, "Ngày, tháng, năm cấp / Date of issue: 11/12/2024"),
            *((100, line) for line in zone),
        )
    )
    assert answer["side"] == "back" and answer["issue_date"] == "11/12/2024"
    assert [answer[f"machine_code{index}"] for index in (1, 2, 3)] == list(zone)
    assert answer["residence_place"] == "Tổ 4, Yên Hòa, Cầu Giấy, Hà Nội"
    assert answer["origin_place"] == "", "the place of birth registration is another fact"


def test_words_read_without_the_language_pack_are_never_sure():
    answer = read(Page(*FRONT, vietnamese=False))
    sure = answer["confidence"]
    assert sure["full_name"] <= card.NO_PACK and sure["residence_place"] <= card.NO_PACK
    assert sure["number"] > 0.9 and sure["birth_date"] > 0.9, "digits need no pack"


def test_another_document_is_refused():
    with pytest.raises(WrongDocument):
        read(Page((100, "Delivery note"), (100, "Date: 04/11/1985"), (100, "Số 12 ngõ 88")))


def test_a_card_with_english_labels_only_is_refused():
    rows = (
        (100, "Identification Number 1 2345 67890 12 1"),
        (100, "Name Mr. Somchai"),
        (100, "Date of Birth 19 Jul. 2004"),
        (100, "Date of Issue 12 Nov. 2024"),
        (100, "Date of Expiry 11 Nov. 2033"),
        (100, "Sex M Nationality THA"),
    )
    with pytest.raises(WrongDocument):
        read(Page(*rows))


def test_the_other_side_is_refused():
    with pytest.raises(WrongDocument):
        read(Page(*FRONT), side="back")
    assert read(Page(*FRONT), side="front")["side"] == "front"


def test_locations_and_kind_only_where_asked():
    assert {"text_location", "idcard_type"}.isdisjoint(read(Page(*FRONT)))
    answer = read(Page(*FRONT), return_text_location=True, return_idcard_type=True)
    assert len(answer["text_location"]["residence_place"]) == 4
    assert answer["idcard_type"] == "normal"


def test_the_label_does_not_lower_the_confidence_of_a_number():
    page = Page(*FRONT)
    number = page.lines[2]
    chars = tuple(Char(char, 0.99 if char.isdigit() else 0.4, number.quad) for char in number.text)
    page.lines[2] = Line(number.text, number.score, number.quad, chars)
    assert read(page)["confidence"]["number"] > 0.95


@pytest.mark.parametrize("text", ["Nguyễn Đặng Ý", "ẤP PHƯỚC LỢI", "abc 12"])
def test_folding_keeps_every_position(text):
    assert len(card.plain(text)) == len(text)
    assert card.plain(text).isascii()


def test_every_drawn_letter_is_in_its_font():
    assert not fonts.uncovered("noto", "ỆẰỮỌƠỞẴ")
    assert fonts.uncovered("ocrb", "ệ") == "ệ", "this font would draw empty boxes"
    for layout in drawing.LAYOUTS.values():
        layout(random.Random(1))


@pytest.mark.engine
@pytest.mark.skipif(
    not language_packs.available_scripts()["vietnamese"], reason="needs tesseract-ocr-vie"
)
@pytest.mark.parametrize("layout", ["cccd-2021-front", "can-cuoc-2024-back"])
def test_a_drawn_card_is_read(layout):
    from tools.accuracy.reading import read as read_image

    rng = random.Random(f"engine {layout}")
    drawn = drawing.LAYOUTS[layout](rng)
    answer = read_image(photo.photograph(drawn, rng, style="clean"), drawing.CODE).result
    assert {name: answer[name] for name in drawn.fields} == drawn.fields
