"""Cards of China, Hong Kong and Macao: drawn, photographed, read with the real engine; and refusals."""

import base64
import random

import pytest

from ocr.extractors import id_card, mainland_travel_permit
from ocr.fields import check_digits, han_variants, labels, ocr_corrections, travel_permit
from ocr.fields.labels import Found
from ocr.page import WrongDocument, box
from tests.ocr.extractors.test_passport import PaperPage
from tools.synthetic import id_card as drawn_id_card
from tools.synthetic import sets
from tools.synthetic.canvas import Drawn
from tools.synthetic.mrz_text import digit
from tools.synthetic.photo import photograph

CARDS = ("id-card", "hk-id-card", "macao-id-card", "exit-entry-permit", "mainland-travel-permit")


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.parametrize("code", CARDS)
def test_drawn_cards_are_read(code):
    from tools.accuracy.reading import read

    exact = 0
    for style in ("clean", "degraded"):
        for drawn, image in sets.documents(code, count=2, style=style):
            result = read(image, code).result or {}
            exact += all(result.get(key, "") == value for key, value in drawn.fields.items())
    assert exact >= 3


@pytest.mark.engine
@pytest.mark.parametrize("code", CARDS)
def test_another_document_is_refused(code):
    from tools.accuracy.reading import read

    other = next(sets.documents("passport", count=1, style="clean"))[1]
    assert read(other, code).result is None


@pytest.mark.engine
def test_id_card_options():
    from tools.accuracy.reading import read

    rng = random.Random("options")
    drawn = drawn_id_card.front(rng)
    image = photograph(drawn, rng, style="clean")
    names = (
        "verification",
        "text_location",
        "portrait_image",
        "portrait_location",
        "adjusted_image",
    )
    alarms = (
        "reproduce",
        "copy",
        "tampering",
        "border_integrity",
        "blocking_within_border",
        "blur",
        "interim",
        "glare",
    )
    asked = {f"return_{n}": True for n in names} | {f"detect_{n}": True for n in alarms}
    result = read(image, "id-card", asked).result
    assert (
        result["verification_result"]["valid_number"] and result["verification_result"]["valid_sex"]
    )
    assert result["verification_result"]["valid_date"] is False
    assert len(result["text_location"]["number"]) == 4
    assert base64.b64decode(result["adjusted_image"])[:2] == b"\xff\xd8"
    assert {f"detect_{n}_result" for n in alarms} <= set(result)
    assert set(result["score_info"]) == {f"{n}_score" for n in alarms}
    assert all(isinstance(v, int) and 0 <= v <= 99 for v in result["score_info"].values())
    assert not any(key in read(image, "id-card").result for key in ("score_info", "portrait_image"))


@pytest.mark.engine
def test_both_sides_in_one_picture():
    from PIL import Image

    from tools.accuracy.reading import read

    rng = random.Random("double")
    front, back = drawn_id_card.front(rng), drawn_id_card.back(rng)
    sheet = Image.new("RGB", (1100, 1400), (250, 250, 250))
    sheet.paste(front.image, (40, 30))
    sheet.paste(back.image, (40, 720))
    both = Drawn("id-card", sheet, {})
    result = read(photograph(both, rng), "id-card", {"side": "double_side"}).result
    assert result["front"]["number"] == front.fields["number"]
    assert result["back"]["issue"] == back.fields["issue"]


def test_two_cards_of_one_side_are_refused():
    page = PaperPage(
        ("签发机关 南山分局", "有效期限 2019.01.01-2029.01.01", "签发机关 上海市公安局")
    )
    with pytest.raises(WrongDocument) as refused:
        id_card.extract(page, {"side": "double_side"})
    assert refused.value.code == "AIS.0122"


def test_a_value_is_found_behind_beside_and_below_its_label():
    page = PaperPage(("姓名 王伟", "出生日期", "1985.03.07"))
    assert labels.value_after(page.lines, ("姓名",)).text == "王伟"
    assert travel_permit.front(page.lines, number="x")["birth_date"].text == "1985.03.07"
    assert not labels.value_after(page.lines, ("签发机关",))


def test_a_misread_label_still_counts():
    assert labels.label_end("公民身分号码 110", ("公民身份号码",)) == 6
    assert labels.label_end("姓氏", ("姓名",)) == -1


def test_a_correction_takes_only_what_the_recogniser_offered():
    from ocr.page import Char

    place = box(0, 0, 1, 1)
    chars = tuple(Char(c, 0.9, place, (("7", 0.05),)) for c in "123")
    assert ocr_corrections.corrected("123", chars, lambda text: text == "173").text == "173"
    assert ocr_corrections.corrected(
        "123", chars, lambda text: text == "183"
    ) == ocr_corrections.Correction("123", agrees=False)


OLD_PERMIT = (
    "C<CHNCHAN<<TAI<MAN<<<<<<<<<<<<",
    "620510" + digit("620510") + "M" + "091225" + digit("091225") + "H0123456701<92",
    "<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
)


def test_the_zone_of_the_permit_of_1999_is_read():
    assert len(OLD_PERMIT[1]) == 30 - 1
    page = PaperPage((OLD_PERMIT[0], OLD_PERMIT[1] + "0", OLD_PERMIT[2]))
    answer = mainland_travel_permit.extract(page, {})
    assert answer["side"] == "back"
    assert answer["type"] == "港澳居民来往内地通行证"
    assert (answer["number"], answer["issue_times"]) == ("H0123456701", "01")
    assert [answer[f"machine_code{k}"] for k in (1, 2)] == [OLD_PERMIT[0], OLD_PERMIT[1] + "0"]


def test_a_zone_whose_number_is_no_permits_is_another_document():
    other = OLD_PERMIT[1].replace("H0123456701", "X01234567<<") + "0"
    with pytest.raises(WrongDocument):
        mainland_travel_permit.extract(PaperPage((OLD_PERMIT[0], other)), {})


def test_a_number_that_contradicts_the_print_is_a_sign_of_tampering():
    place = box(0, 0, 9, 9)
    number = "11010119900307" + "661"
    number += next(d for d in "0123456789X" if check_digits.is_mainland_id(number + d))
    values = {
        "number": Found(number, 0.92, place),
        "birth": Found("1990-03-07", 0.97, place),
        "sex": Found("男", 0.98, place),
    }
    page = PaperPage(())
    assert id_card._contradiction(page, values) == 0.0
    assert id_card._contradiction(page, values | {"birth": Found("1985-03-07", 0.97)}) == 0.92
    assert id_card._contradiction(page, values | {"sex": Found("女", 0.6)}) == 0.6
    misread = {"number": Found(number[:-1] + "?", 0.4, place)}
    assert id_card._contradiction(page, values | misread) == 0.0


@pytest.mark.engine
def test_a_thumb_over_the_edge_is_seen():
    import cv2
    import numpy as np

    from ocr.vision.quality import measure

    rng = random.Random("thumb")
    card = np.asarray(drawn_id_card.front(rng).image.convert("RGB"))[:, :, ::-1].copy()
    assert measure(card, None).blocking <= 0.5
    high, wide = card.shape[:2]
    cv2.ellipse(card, (0, high), (wide // 4, high // 3), 0, 0, 360, (110, 140, 200), -1)
    assert measure(card, None).blocking > 0.5


def test_a_doubtful_character_is_traditional_where_cards_print_those():
    assert han_variants.traditional(Found("張强德", 0.76)).text == "張強德"
    assert han_variants.traditional(Found("張强德", 0.95)).text == "張强德"
    assert han_variants.traditional(Found("范云", 0.5)).text == "范云"
