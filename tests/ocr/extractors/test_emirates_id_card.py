"""Emirates ID card: front by its labels, back by its zone; another document is refused."""

from __future__ import annotations

from random import Random

import pytest

from ocr.engine.recorded import RecordedPage
from ocr.extractors import emirates_id_card
from ocr.fields import nationalities
from ocr.fields.check_digits import is_emirates_id
from ocr.options import parse
from ocr.page import Line, RecognitionResult, WrongDocument, box
from tools.synthetic import emirates_id_card as drawing
from tools.synthetic import mrz_text, sets

NUMBER = drawing.number(Random(7), 1985)


def page(*texts):
    lines = [
        Line(text, 0.97, box(300, 60 + 50 * k, 300 + 14 * len(text), 90 + 50 * k))
        for k, text in enumerate(texts)
    ]
    return RecordedPage(lines=lines)


FRONT = (
    "UNITED ARAB EMIRATES",
    NUMBER,
    "الاسم: سالم خالد المنصوري",
    "Name: SALEM KHALID ALMANSOORI",
    "الجنسية: الأردن",
    "Nationality: Jordan",
    "Date of Birth: 04/11/1985",
    "Issuing Date: 01/02/2024",
    "Expiry Date: 31/01/2029 Sex: M",
)


def read(shown, **switches):
    return emirates_id_card.extract(shown, parse(emirates_id_card.OPTIONS, switches))


def back():
    second = {
        "number": "123456789", "nationality": "JOR", "birth": "851104", "sex": "M", "expiry": "290131",
        "optional": NUMBER.replace("-", ""),
    }  # fmt: skip
    lines = mrz_text.td1("IL", "ARE", "ALMANSOORI", "SALEM KHALID", second)
    return lines, page("Card Number", "123456789", *lines)


def test_the_front():
    result = read(page(*FRONT))
    assert {k: v for k, v in result.items() if v and k != "confidence"} == {
        "side": "front",
        "id_number": NUMBER,
        "name": "SALEM KHALID ALMANSOORI",
        "name_arabic": "سالم خالد المنصوري",
        "nationality": "Jordan",
        "nationality_arabic": "الأردن",
        "sex": "M",
        "date_of_birth": "04/11/1985",
        "expiry_date": "31/01/2029",
    }
    assert result["confidence"]["id_number"] > 0.9 and result["confidence"]["card_number"] == 0


def test_the_back():
    lines, shown = back()
    result = read(shown)
    assert result["side"] == "back"
    assert [result[f"machinecode{k}"] for k in (1, 2, 3)] == list(lines)
    assert (result["id_number"], result["card_number"]) == (NUMBER, "123456789")
    assert (result["date_of_birth"], result["expiry_date"]) == ("04/11/1985", "31/01/2029")
    assert (result["name"], result["country_code"]) == ("SALEM KHALID ALMANSOORI", "ARE")


def test_all_fields_are_there_in_order_on_either_side():
    for shown in (page(*FRONT), back()[1]):
        assert tuple(read(shown)) == ("side", *emirates_id_card.FIELDS, "confidence")


def test_a_number_that_fails_its_digit_is_read_again():
    wrong = NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)

    class Again(RecordedPage):
        def read(self, region, **options):
            return RecognitionResult(NUMBER if options.get("alphabet") else "", 0.9)

    shown = Again(lines=page(*(wrong if t == NUMBER else t for t in FRONT)).lines)
    assert read(shown)["id_number"] == NUMBER


def test_a_number_that_stays_wrong_is_less_sure():
    wrong = NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)
    result = read(page(*(wrong if t == NUMBER else t for t in FRONT)))
    assert result["id_number"] == wrong and result["confidence"]["id_number"] < 0.7


@pytest.mark.parametrize("texts", [(), ("INVOICE", "Name: Somebody"), ("784", "Total 12.00")])
def test_other_pictures_are_refused(texts):
    with pytest.raises(WrongDocument):
        read(page(*texts))


def test_the_other_side_is_refused_where_one_is_asked_for():
    with pytest.raises(WrongDocument):
        read(page(*FRONT), side="back")
    with pytest.raises(WrongDocument):
        read(back()[1], side="front")


def test_nationalities_help_each_other():
    assert nationalities.arabic_of("Jordan", "الاردن") == "الأردن"
    assert nationalities.arabic_of("Egypt", "مصر ناك") == "مصر"
    assert nationalities.arabic_of("Atlantis", "أطلنطس") == "أطلنطس"
    assert nationalities.english_of("Phiippines") == "Philippines"


def test_drawn_numbers_are_sound():
    assert all(is_emirates_id(drawing.number(Random(k), 1990)) for k in range(20))


@pytest.mark.engine
def test_drawn_cards_are_read():
    from pathlib import Path

    from django.conf import settings

    from ocr import language_packs
    from ocr.catalog import BY_CODE
    from ocr.vision import model_files
    from ocr.vision.decoding import decode
    from ocr.vision.image_page import ImagePage
    from ocr.vision.onnx import OnnxEngine

    if not language_packs.available_scripts()["arabic"]:
        pytest.skip("the Arabic language pack is not installed")
    folder = Path(settings.MODELS_DIR)
    model_files.lay_out(folder)
    engine, right = OnnxEngine(folder), 0
    for drawn, picture in sets.documents("emirates-id-card", count=4, style="clean"):
        profile = BY_CODE["emirates-id-card"].profile
        result = read(ImagePage(decode(picture), engine=engine, profile=profile))
        right += all(result[name] == value for name, value in drawn.fields.items())
    assert right >= 3


def test_a_stop_that_was_read_as_a_digit_is_no_part_of_a_name():
    assert emirates_id_card._only_arabic("فاطمة فيصل محمود ٠") == "فاطمة فيصل محمود"
    assert emirates_id_card._only_arabic(" : علي، X") == "علي"
