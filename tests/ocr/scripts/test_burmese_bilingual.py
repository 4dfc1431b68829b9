"""What a card prints in Burmese and in Latin letters: either corrects the other."""

import pytest

from ocr.fields.labels import Found
from ocr.page import Char, box
from ocr.scripts.burmese import bilingual
from ocr.scripts.burmese import rows as burmese_rows
from ocr.scripts.burmese import text as burmese


@pytest.mark.parametrize(
    ("own", "latin", "right"),
    [
        ("၃၁-၀၅-၂၀၂၁", "31-05-2021", "၃၁-၀၅-၂၀၂၁"),
        ("၃၁၀၅၈၂၀၂၁", "31-05-2021", "၃၁-၀၅-၂၀၂၁"),  # a stroke was read as a figure
        ("၃၁.၀၅.၂၀၂၁", "31-05-2021", "၃၁.၀၅.၂၀၂၁"),  # as printed
        ("၀၁-၀၁-၁၉၉၉", "31-05-2021", "၀၁-၀၁-၁၉၉၉"),  # another day: nothing to choose
        ("", "31-05-2021", ""),  # what was not read is not made up
        ("၃၁-၀၅-၂၀၂၁", "", "၃၁-၀၅-၂၀၂၁"),
    ],
)
def test_a_date_nearly_the_latin_one_is_that_day(own, latin, right):
    assert bilingual.date(own, latin) == right


@pytest.mark.parametrize(
    ("own", "latin", "right"),
    [
        ("၃/ငဟဂ(နိုင်)၁၁၄၈၆၉", "3/WAHAGA(N)114869", "၃/ဝဟဂ(နိုင်)၁၁၄၈၆၉"),
        ("၃/ဝဟဂ(နိုင်)၁၁၄၈၆၈", "3/WAHAGA(N)114869", "၃/ဝဟဂ(နိုင်)၁၁၄၈၆၉"),
        ("၃/ကခဂ(နိုင်)၁၁၄၈၆၉", "3/WAHAGA(N)114869", "၃/ကခဂ(နိုင်)၁၁၄၈၆၉"),  # two letters off
        ("၃/ငဟဂ(နိုင်)၉၉၉၉၉၉", "3/WAHAGA(N)114869", "၃/ငဟဂ(နိုင်)၉၉၉၉၉၉"),  # another number
        ("၃/ငဟဂ(နိုင်)၁၁၄၈၆၉", "", "၃/ငဟဂ(နိုင်)၁၁၄၈၆၉"),
    ],
)
def test_a_number_takes_figures_and_one_letter_from_the_latin_print(own, latin, right):
    assert bilingual.registration(own, latin) == right


def test_of_letters_written_alike_the_one_the_reader_saw_is_taken():
    def char(letter, *also):
        return Char(letter, 0.6, box(0, 0, 1, 1), tuple((other, 0.3) for other in also))

    row = [char("၃"), char("/"), char("မ", "ဓ", "ဒ"), char("ဟ"), char("ဂ")]
    own = "၃/မဟဂ(နိုင်)၁၁၄၈၆၉"
    assert bilingual.registration(own, "3/DAHAGA(N)114869", row).startswith("၃/ဓဟဂ")
    row[2] = char("မ", "ဒ")
    assert bilingual.registration(own, "3/DAHAGA(N)114869", row).startswith("၃/ဒဟဂ")


def test_a_kind_nearly_right_and_figures_that_look_like_letters_are_understood():
    assert burmese.registration_number("၈/လနဥ(နုငံ)၁၅၁၁၃၂") == "၈/လနဥ(နိုင်)၁၅၁၁၃၂"
    assert burmese.registration_number("၁ဝ/၀ဘသ(နိုင်)၁ဝ၂၃ရ၄") == "၁၀/ဝဘသ(နိုင်)၁၀၂၃၇၄"
    assert burmese.registration_number("၈/လနဥ(ကခဂဃ)၁၅၁၁၃၂") == ""
    assert burmese.registration_number("၁၅/လနဥ(နိုင်)၁၅၁၁၃၂") == ""


def test_a_title_is_part_of_the_name():
    assert burmese_rows.joined_title(Found("ဒေါ် ဖြူစိုး", 0.9)).text == "ဒေါ်ဖြူစိုး"
    assert burmese_rows.joined_title(Found("မိုး စိုး", 0.9)).text == "မိုး စိုး"


def test_letters_of_a_township_are_what_the_reader_saw_best():
    def char(letter, *seen):
        return Char(letter, 0.9, box(0, 0, 1, 1), seen)

    chars = [char(letter) for letter in "၆/ဆ"]
    chars += [char("ဝ", ("င", 0.77), ("ဝ", 0.13)), char("ဓ", ("၉", 0.5), ("ဓ", 0.4))]
    chars += [char(letter) for letter in "(နိုင်)၅၁၁၇၂၈"]
    text = "".join(char.text for char in chars)
    row = burmese_rows.Row(text, 0.9, box(0, 0, 9, 1), chars=tuple(chars))
    assert burmese_rows.registration(object(), row) == "၆/ဆငဓ(နိုင်)၅၁၁၇၂၈"
    assert burmese_rows.registration(object(), burmese_rows.Row(text, 0.9, box(0, 0, 9, 1))) == text
    assert burmese_rows.registration(object(), burmese_rows.Row("အမှတ်", 0.9, box(0, 0, 9, 1))) == ""


@pytest.mark.parametrize(
    ("own", "latin", "whole"),
    [
        ("၁၂/ဖက(နိုင်)၉၅၆၉၇၈", "12/ZAPHAKA(N)956978", "၁၂/ဇဖက(နိုင်)၉၅၆၉၇၈"),
        # Two letters are written SA: which one was lost is unknown.
        ("၁၂/ဖက(နိုင်)၉၅၆၉၇၈", "12/SAPHAKA(N)956978", "၁၂/ဖက(နိုင်)၉၅၆၉၇၈"),
        ("၁၂/ဖက(နိုင်)၉၅၆၉၇၈", "12/ZAPHAKA(N)111111", "၁၂/ဖက(နိုင်)၉၅၆၉၇၈"),
    ],
)
def test_a_letter_lost_from_a_township_is_told_by_the_latin_print(own, latin, whole):
    assert bilingual.registration(own, latin) == whole


def test_two_strokes_below_a_letter_that_look_alike_are_told_by_the_latin_name():
    assert bilingual.name("ကိုလုဇော်အေး", "Ko Hla Zaw Ay") == "ကိုလှဇော်အေး"


@pytest.mark.parametrize(
    ("own", "latin", "number"),
    [
        ("3o A145747117", "A/45747/17", "A/45747/17"),  # strokes read as ones
        ("A184927124", "A/84927/24", "A/84927/24"),
        ("3o A145747118", "A/45747/17", ""),  # another number
        ("3o CA145747117", "A/45747/17", ""),
        ("A145747117", "", ""),
    ],
)
def test_strokes_read_as_figures_are_told_by_the_latin_row(own, latin, number):
    assert bilingual.card_number(own, latin) == number
