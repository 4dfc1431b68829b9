"""Burmese text: numbers, dates, Zawgyi both ways, names in Latin letters."""

import unicodedata

import pytest

from ocr.page import Char, RecognitionResult, box
from ocr.scripts.burmese import (
    bilingual,
    transliteration,
    zawgyi,
)
from ocr.scripts.burmese import (
    rows as burmese_rows,
)
from ocr.scripts.burmese import (
    text as burmese,
)
from ocr.scripts.burmese import (
    words as burmese_words,
)
from tests.ocr.scripts import zawgyi_decoder

WORDS = (
    "မောင်အောင်", "ဦးမြင့်သိန်း", "ဒေါ်လှလှ", "ကျော်ဇော်", "ခင်ချို", "သန္တာ", "ရွှေ", "အင်္ဂလိပ်", "နွယ်", "ကြည်",
    "ဗုဒ္ဓ", "သက္ကရာဇ်", "ညွန့်", "မန္တလေး", "ဥက္ကလာပ", "ဖြူ", "ရှု", "ရှူ", "ပုံ", "အိံ", "ကဏ္ဍ", "မြို့", "ကျွန်ုပ်", "ဦး",
    "လိပ်စာ", "၁၂/ဥကမ(နိုင်)၁၂၃၄၅၆", "Aung 12",
)  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_zawgyi_and_back_is_the_same_word(word):
    assert zawgyi_decoder.to_unicode(zawgyi.from_unicode(word)) == unicodedata.normalize(
        "NFC", word
    )


def test_zawgyi_stores_what_is_seen():
    assert zawgyi.from_unicode("မောင်") == "\u1031\u1019\u102c\u1004\u1039"
    assert zawgyi.from_unicode("ကြည်") == "\u107e\u1000\u100a\u1039"
    assert zawgyi.from_unicode(
        "သန္တာ"
    ) == "\u101e\u108f\u1071\u102c" or "\u1071" in zawgyi.from_unicode("သန္တာ")


@pytest.mark.parametrize(
    ("burmese_name", "latin"),
    [
        ("မောင်အောင်", "Maung Aung"),
        ("ဦးမြင့်သိန်း", "U Myin Thein"),
        ("ဒေါ်လှလှ", "Daw Hla Hla"),
        ("ကျော်ဇော်", "Kyaw Zaw"),
        ("ခင်ချို", "Khin Cho"),
    ],
)
def test_names_in_latin_letters(burmese_name, latin):
    assert transliteration.name(burmese_name) == latin


def test_registration_numbers():
    number = "၁၂/ဥကမ(နိုင်)၁၂၃၄၅၆"
    assert burmese.registration_number(f"အမှတ် {number}") == unicodedata.normalize("NFC", number)
    assert transliteration.registration(number) == "12/OUKAMA(N)123456"
    assert burmese.registration_number("၁၅/ဥကမ(နိုင်)၁၂၃၄၅၆") == ""
    assert burmese.registration_number("၁၂/ဥကမ(နိုင်)၁၂၃၄၅") == ""


def test_dates():
    assert burmese.date_text("မွေး ၁၂.၀၃.၁၉၈၅") == "၁၂.၀၃.၁၉၈၅"
    assert burmese.date_text("၄၅.၀၃.၁၉၈၅") == ""
    assert burmese.loose_date("၂၄၁၀၅၆၂၀၂၂") == "၂၄-၀၅-၂၀၂၂"
    assert burmese.loose_date("၁၂") == ""


def test_a_word_gets_the_stack_back_that_it_alone_can_have_lost():
    assert burmese_words.with_lost_signs("ပိုလ်ချပ်လမ်း") == unicodedata.normalize("NFC", "ဗိုလ်ချုပ်လမ်း")
    assert burmese_words.with_lost_signs("အောင်မင်လာလမ်း အနောက်ရပ်ကွက်") == unicodedata.normalize(
        "NFC", "အောင်မင်္ဂလာလမ်း အနောက်ရပ်ကွက်"
    )
    assert burmese_words.with_lost_signs("မင်လာ") == "မင်လာ"  # no kind of place: it may be a name


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("အောင်မစံလာလမ်း", "အောင်မင်္ဂလာလမ်း"),
        ("အောင်မစ်လာလမ်း", "အောင်မင်္ဂလာလမ်း"),
        ("ရတနာရပ်ကွက် ပဲခူးမြို", "ရတနာရပ်ကွက် ပဲခူးမြို့"),
        ("ပဲခူးမြိုနယ်", "ပဲခူးမြို့နယ်"),
        ("ချစ်လမ်း", "ချစ်လမ်း"),  # no known word has a stack there
    ],
)
def test_a_small_nga_taken_for_a_letter_and_the_dot_of_a_town_are_mended(read, printed):
    assert burmese_words.with_lost_signs(
        unicodedata.normalize("NFC", read)
    ) == unicodedata.normalize("NFC", printed)


def test_a_sign_lost_from_a_name_is_told_by_its_latin_form():
    assert bilingual.name("မောင်လလင်း", "Maung Hla Lin") == "မောင်လှလင်း"
    assert bilingual.name("မောင်လလင်း", "Maung La Lin") == "မောင်လလင်း"
    assert bilingual.name("မောင်လလင်း", "Daw Aye") == "မောင်လလင်း"


class Strip:
    """A page on which the piece between stroke and bracket reads differently from the whole row."""

    def __init__(self, town):
        self.town = town

    def read(self, region, *, script, alphabet=""):
        assert script == burmese_rows.RECOGNIZER and alphabet in ("", burmese.CONSONANTS)
        return RecognitionResult(self.town if alphabet else "", 0.9)


@pytest.mark.parametrize(
    ("town", "found"), [("စနပ", "၁၄/စနပ(နိုင်)၇၁၁၇၄၅"), ("နပ", ""), ("စကပ", ""), ("စနပက", "")]
)
def test_a_letter_lost_behind_the_stroke_is_looked_for_again(town, found):
    text = unicodedata.normalize("NFC", "အမှတ် ၁၄/နပ(နိုင်)၇၁၁၇၄၅")
    chars = tuple(
        Char(letter, 0.9, box(10 * i, 0, 10 * i + 10, 20)) for i, letter in enumerate(text)
    )
    row = burmese_rows.Row(text, 0.9, box(0, 0, 10 * len(text), 20), "", chars)
    assert burmese_rows.registration(Strip(town), row) == unicodedata.normalize("NFC", found)


class Cuts:
    """A page whose row reads differently in each cut."""

    def __init__(self, *towns):
        self.towns = list(towns)

    def read(self, region, *, script, alphabet=""):
        return number_of(self.towns.pop(0) if self.towns and not alphabet else ())


def number_of(town, *, text="၁၂/{}(နိုင်)၈၄၆၀၈၇"):
    """Return the result for a number whose township has these letters with these alternatives."""
    text = unicodedata.normalize("NFC", text)
    before, behind = text.split("{}")
    letters = [Char(odds[0][0], odds[0][1], box(0, 0, 1, 1), odds) for odds in town]
    plain = [[Char(letter, 1.0, box(0, 0, 1, 1)) for letter in part] for part in (before, behind)]
    chars = (*plain[0], *letters, *plain[1])
    return RecognitionResult("".join(char.text for char in chars), 0.9, chars)


def certain(letter):
    return ((letter, 1.0),)


def test_a_doubtful_letter_of_a_township_is_what_most_cuts_of_the_row_hold_likeliest():
    doubt = (("င", 0.24), ("ဝ", 0.11))
    seen = number_of((doubt, certain("ဟ"), certain("ဝ")))
    row = burmese_rows.Row(seen.text, 0.9, box(0, 0, 9, 1), "", seen.chars)
    cuts = Cuts(
        (doubt, certain("ဟ"), certain("ဝ")),
        (),  # a cut that shows no number has no vote
        ((("ဝ", 0.6), ("င", 0.2)), certain("ဟ"), certain("ဝ")),
    )
    assert burmese_rows.registration(cuts, row) == unicodedata.normalize("NFC", "၁၂/ဝဟဝ(နိုင်)၈၄၆၀၈၇")
    assert burmese_rows.registration(Cuts(), row) == row.text  # no cut: as it was read


def test_a_number_with_a_letter_lost_within_is_read_in_another_cut():
    seen = number_of((certain("န"), certain("ပ")))
    row = burmese_rows.Row(seen.text, 0.9, box(0, 0, 9, 1), "", seen.chars)
    whole = (certain("န"), certain("ခ"), certain("ပ"))
    assert burmese_rows.registration(Cuts((), whole), row) == unicodedata.normalize(
        "NFC", "၁၂/နခပ(နိုင်)၈၄၆၀၈၇"
    )
    assert burmese_rows.registration(Cuts(), row) == ""


def test_a_row_of_figures_is_no_name():
    quad = box(0, 0, 9, 1)
    rows = [
        burmese_rows.Row(unicodedata.normalize("NFC", text), 0.9, quad)
        for text in ("အမည် /၇၅၅၇၇၇", "အမည် ကိုလှဇော်အေး")
    ]
    found = burmese_rows.field_values(rows, {"name": (unicodedata.normalize("NFC", "အမည်"),)})
    assert found["name"].text == unicodedata.normalize("NFC", "ကိုလှဇော်အေး")
