"""Bank card: the number by its Luhn digit, dates by their labels, nothing that the card does not show."""

from __future__ import annotations

from itertools import accumulate

import pytest

from ocr.engine.recorded import RecordedPage
from ocr.extractors import bankcard
from ocr.fields import card_numbers
from ocr.fields.check_digits import is_luhn
from ocr.fields.uae_banks import bank_of
from ocr.fields.word_spacing import around_ampersands, spaced_by_pitch
from ocr.options import parse
from ocr.page import Char, Line, RecognitionResult, WrongDocument, box
from tools.synthetic import sets


def line(text, left, top, width, height=30, score=0.97):
    return Line(text, score, box(left, top, left + width, top + height))


BANK = line("Emirates NBD", 60, 40, 260, 40)
NUMBER = line("4539 1488 0343 6467", 60, 330, 700, 50)
LABEL = line("VALID THRU", 300, 420, 90, 20)
DATE = line("08/29", 400, 415, 110)
HOLDER = line("CLARA JANSEN", 60, 520, 300)


def page(*lines, **values):
    return RecordedPage(lines=lines, **values)


def read(*lines, **switches):
    return bankcard.extract(page(*lines), parse(bankcard.OPTIONS, switches))


def test_a_whole_card():
    result = read(BANK, NUMBER, LABEL, DATE, HOLDER)

    confidence = result.pop("confidence")
    assert result == {
        "bank_name": "Emirates NBD",
        "card_number": "4539 1488 0343 6467",
        "issue_date": "",
        "expiry_date": "08/29",
        "type": "Visa",
        "card_holder": "CLARA JANSEN",
    }
    assert set(confidence) == set(bankcard.FIELDS)
    assert confidence["card_number"] == 0.97 and confidence["issue_date"] == 0


def test_places_on_request():
    places = read(BANK, NUMBER, LABEL, DATE, HOLDER, return_text_location=True)["text_location"]
    assert places["card_number"] == [[60, 330], [760, 330], [760, 380], [60, 380]]
    assert places["issue_date"] == []


def test_two_dates_are_issue_and_expiry():
    result = read(BANK, NUMBER, line("08/24", 150, 415, 110), LABEL, DATE, HOLDER)
    assert (result["issue_date"], result["expiry_date"]) == ("08/24", "08/29")


def test_a_lone_date_after_from_is_the_issue():
    result = read(BANK, NUMBER, line("VALID FROM", 300, 420, 90, 20), DATE, HOLDER)
    assert (result["issue_date"], result["expiry_date"]) == ("08/29", "")


def test_a_slash_read_as_one_needs_its_label():
    broken = line("08129", 400, 415, 110)
    assert read(BANK, NUMBER, LABEL, broken, HOLDER)["expiry_date"] == "08/29"
    assert read(BANK, NUMBER, broken, HOLDER)["expiry_date"] == ""


def test_a_number_in_four_boxes_is_one():
    groups = [line(g, 60 + 180 * k, 330, 150, 50) for k, g in enumerate(NUMBER.text.split())]
    assert read(BANK, *groups, LABEL, DATE, HOLDER)["card_number"] == NUMBER.text


def test_the_luhn_digit_chooses_among_results():
    class Doubtful(RecordedPage):
        def read(self, region, **_):
            return RecognitionResult("4539148803436467", 0.9)

    wrong = line("4539 1488 0343 6461", 60, 330, 700, 50)
    result = bankcard.extract(
        Doubtful(lines=(BANK, wrong, LABEL, DATE)), parse(bankcard.OPTIONS, {})
    )
    assert result["card_number"] == NUMBER.text


def test_a_superscript_among_the_doubts_is_no_digit():
    chars = tuple(
        Char(digit, 0.6 if index == 15 else 0.9, NUMBER.quad, (("²", 0.3), ("7", 0.1)) if index == 15 else ())
        for index, digit in enumerate("4539148803436461")
    )  # fmt: skip

    class Doubtful(RecordedPage):
        def read(self, region, **_):
            return RecognitionResult("4539148803436461", 0.6, chars)

    wrong = line("4539 1488 0343 6461", 60, 330, 700, 50)
    result = bankcard.extract(
        Doubtful(lines=(BANK, wrong, LABEL, DATE)), parse(bankcard.OPTIONS, {})
    )
    assert result["card_number"] == NUMBER.text


def test_a_specimen_without_its_luhn_digit_is_returned_less_sure():
    result = read(BANK, line("5412 7512 3456 7890", 60, 330, 700, 50), LABEL, DATE)
    assert (result["card_number"], result["type"]) == ("5412 7512 3456 7890", "MasterCard")
    assert result["confidence"]["card_number"] < 0.9


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (BANK, HOLDER),
        (line("784-1985-1234567-1", 60, 330, 700),),
        (line("123456789012", 9, 9, 300),),
    ],
)
def test_other_images_are_refused(lines):
    with pytest.raises(WrongDocument):
        read(*lines)


@pytest.mark.parametrize(
    ("digits", "name"),
    [
        ("4539148803436467", "Visa"),
        ("2221000000000009", "MasterCard"),
        ("2721000000000004", ""),
        ("371449635398431", "American Express"),
        ("6225768700008243", "UnionPay"),
        ("9999999999999995", ""),
    ],
)
def test_schemes(digits, name):
    assert card_numbers.scheme(digits) == name


def test_groups():
    assert card_numbers.grouped("371449635398431") == "3714 496353 98431"


def test_banks_by_name():
    assert bank_of("first abu dhabi bank PJSC") == "First Abu Dhabi Bank"
    assert bank_of("FAB") == "FAB" and bank_of("FABULOUS") == ""


def test_drawn_cards_are_sound():
    for drawn, _ in sets.documents("bankcard", count=3, style="clean"):
        assert is_luhn(drawn.fields["card_number"].replace(" ", ""))


@pytest.mark.engine
@pytest.mark.parametrize("style", ["clean", "degraded"])
def test_drawn_cards_are_read(style):
    from pathlib import Path

    from django.conf import settings

    from ocr.profiles import PRINTED
    from ocr.vision import model_files
    from ocr.vision.decoding import decode
    from ocr.vision.image_page import ImagePage
    from ocr.vision.onnx import OnnxEngine

    folder = Path(settings.MODELS_DIR)
    model_files.lay_out(folder)
    engine = OnnxEngine(folder)
    right = 0
    for drawn, picture in sets.documents("bankcard", count=4, style=style):
        live = ImagePage(decode(picture), engine=engine, profile=PRINTED)
        result = bankcard.extract(live, parse(bankcard.OPTIONS, {}))
        right += all(result[name] == value for name, value in drawn.fields.items())
    assert right >= 3


def spread(text, advances):
    """A line whose letters stand where the advances put them."""
    places = list(accumulate(advances, initial=10.0))
    chars = tuple(
        Char(char, 0.99, box(x - 5, 0, x + 5, 20)) for char, x in zip(text, places, strict=True)
    )
    return Line(text, 0.99, box(0, 0, places[-1] + 10, 20), chars)


@pytest.mark.parametrize(
    ("text", "advances", "wanted"),
    [
        ("OLOFIVANOVA", (10, 10, 11, 19, 10, 10, 10, 9, 10, 10), "OLOF IVANOVA"),
        ("OLOFIVANOVA", (10,) * 10, "OLOFIVANOVA"),
        ("Emirates I", (16, 10, 8, 9, 10, 14, 10, 8, 8), "Emirates I"),  # letters of many widths
    ],
)
def test_a_lost_space_shows_in_the_step_between_letters(text, advances, wanted):
    assert spaced_by_pitch(spread(text, advances)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("BATH& BEYOND", "BATH & BEYOND"), ("AT&T", "AT&T"), ("BATH & BEYOND", "BATH & BEYOND")],
)
def test_an_ampersand_has_spaces_on_both_sides_or_on_none(text, wanted):
    assert around_ampersands(text) == wanted
