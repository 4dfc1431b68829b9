"""Thai identity card: fields, Buddhist years, the check digit, sides and refusal."""

import pytest

from ocr.extractors import thailand_id_card as card
from ocr.fields.check_digits import thai_id_digit
from ocr.options import parse
from ocr.page import Line, Measures, RecognitionResult, WrongDocument, box
from ocr.scripts.thai import names as thai_names
from ocr.scripts.thai import text as thai

LAST = str(thai_id_digit("110170023070"))
FRONT = (
    "บัตรประจำตัวประชาชน Thai National ID Card",
    f"1 1017 00230 70 {LAST}",
    "ชื่อตัวและชื่อสกุล น.ส. สุดา ใจดี",
    "Name Miss Suda",
    "Last name Chaidi",
    "Date of Birth 8 Jan. 1990",
    "ศาสนา พุทธ",
    "ที่อยู่ 99/1 หมู่ที่ 4 ต.สุเทพ อ.เมืองเชียงใหม่ จ.เชียงใหม่",
    "5 Feb. 2020",
    "7 Jan. 2029",
    "1234-05-12345678",
)


class Paper:
    width, height = 1000.0, 700.0

    def __init__(self, texts):
        self.lines = [
            Line(text, 0.97, box(60, 40 * i, 60 + 16 * len(text), 40 * i + 26))
            for i, text in enumerate(texts, 1)
        ]

    def read(self, region, **_):
        return RecognitionResult("", 0.0)

    def card(self):
        return None

    def portrait(self):
        return None

    def measures(self):
        return Measures(copy=0.9)

    def locate(self, region):
        return [[round(x), round(y)] for x, y in region]


def read(texts, **asked):
    return card.extract(Paper(texts), parse(card.OPTIONS, asked))


def test_the_front_is_read_in_both_languages():
    found = read(FRONT)
    assert (found["type"], found["side"]) == ("normal", "front")
    assert found["id_number"] == f"110170023070{LAST}"
    assert (found["name_th"], found["name_en"]) == ("น.ส. สุดา ใจดี", "Miss Suda Chaidi")
    assert (found["date_of_birth_en"], found["date_of_birth_th"]) == ("8 Jan. 1990", "8 ม.ค. 2533")
    assert (found["date_of_issue_th"], found["date_of_expiry_en"]) == ("5 ก.พ. 2563", "7 Jan. 2029")
    assert (found["religion_th"], found["serial_number"]) == ("พุทธ", "1234-05-12345678")
    assert found["address_th"].endswith("จ.เชียงใหม่")
    assert found["confidence"]["id_number"] >= 0.9
    assert found["confidence"]["laser_number"] == 0.0
    assert not {"idcard_type", "text_location", "portrait_image"} & set(found)


def test_a_number_whose_last_digit_is_wrong_is_not_trusted():
    texts = (FRONT[0], f"1 1017 00230 70 {(int(LAST) + 1) % 10}", *FRONT[2:])
    assert read(texts)["confidence"]["id_number"] <= 0.4


def test_options_add_their_fields():
    found = read(
        FRONT, return_idcard_type=True, return_text_location=True, return_portrait_image=True
    )
    assert found["idcard_type"] == "copy"
    assert len(found["text_location"]["id_number"]) == 4
    assert found["portrait_image"] == ""


def test_the_back_has_its_laser_number():
    found = read(("JT2-1234567-89",))
    assert (found["side"], found["laser_number"]) == ("back", "JT2-1234567-89")


def test_another_document_or_side_is_refused():
    for texts in ((), ("A LETTER",)):
        with pytest.raises(WrongDocument):
            read(texts)
    with pytest.raises(WrongDocument):
        read(FRONT, side="back")


@pytest.mark.parametrize(
    ("read_as", "latin", "right"),
    [
        ("ฝป.ส. สุดา ใจดี", "Miss", "น.ส. สุดา ใจดี"),
        ("แปาง สุดา ใจดี", "Mrs.", "นาง สุดา ใจดี"),
        ("ฝาย สมชาย ใจดี", "Mr.", "นาย สมชาย ใจดี"),
        ("สุดา ใจดี", "Miss", "สุดา ใจดี"),
        ("พระสมชาย ใจดี มากดี", "Mr.", "พระสมชาย ใจดี มากดี"),
    ],
)
def test_the_latin_title_tells_a_title_misread(read_as, latin, right):
    assert thai.with_title(read_as, latin) == right


def test_an_am_in_two_signs_is_one():
    assert thai.normalized("จ.ล\u0e4d\u0e32ปาง เเพร่") == "จ.ลำปาง แพร่"


def test_the_name_is_what_most_readings_of_its_row_say():
    answers = iter(["ชื่อตัวและชื่อสกุล น.ส. สุดา ใจดั", *["ชื่อตัวและชื่อสกุล น.ส. สุดา ใจดี"] * 2])

    class Again(Paper):
        def read(self, region, *, script="latin", alphabet="", **_):
            named = abs((region[0][1] + region[2][1]) / 2 - 133) < 3
            return (
                RecognitionResult(next(answers), 0.9)
                if alphabet == card.NO_LATIN and named
                else RecognitionResult("", 0.0)
            )

    found = card.extract(Again(FRONT), parse(card.OPTIONS, {}))
    assert found["name_th"] == "น.ส. สุดา ใจดี"
    assert next(answers, None) is None


@pytest.mark.parametrize(
    ("read_as", "latin", "right"),
    [
        ("นาย ดวงใจ ทองคี", "Mr. Duangchai Thongdi", "นาย ดวงใจ ทองดี"),
        ("น.ส. ณัชูพล ใจดี", "Miss Natthaphon Chaidi", "น.ส. ณัฐพล ใจดี"),
        ("แปฝาง มาลี ใจดี", "Mrs. Mali Chaidi", "นาง มาลี ใจดี"),
        # What is a name stays, and so does what the Latin print says.
        ("นาย ดวงใจ ทองดี", "Mr. Duangchai Thongkhi", "นาย ดวงใจ ทองดี"),
        ("นาย ดวงใจ ทองคี", "Mr. Duangchai Thongkhi", "นาย ดวงใจ ทองคี"),
    ],
)
def test_look_alike_letters_make_the_name_that_the_latin_print_says(read_as, latin, right):
    assert thai_names.corrected(read_as, latin) == right


def test_the_printed_title_tells_the_kind_of_card_before_the_number():
    first = "6" + "10170023070"
    number = f"6 1017 00230 70 {thai_id_digit(first)}"
    assert read((FRONT[0], number, *FRONT[2:]))["type"] == "normal"
    assert read(("Identification Number", number, *FRONT[2:]))["type"] == "pink"


def test_a_unit_of_an_address_is_not_doubled():
    assert thai.address_units("ต๓ต.หาดใหญ่ อ.หาดใหญ่ จ.สงขลา") == "ต.หาดใหญ่ อ.หาดใหญ่ จ.สงขลา"
