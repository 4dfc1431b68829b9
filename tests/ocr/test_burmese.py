"""Burmese text: numbers, dates, Zawgyi both ways, names in Latin letters."""

import unicodedata

import pytest

from ocr.parsing import burmese, transliteration, zawgyi

WORDS = (
    "မောင်အောင်", "ဦးမြင့်သိန်း", "ဒေါ်လှလှ", "ကျော်ဇော်", "ခင်ချို", "သန္တာ", "ရွှေ", "အင်္ဂလိပ်", "နွယ်", "ကြည်",
    "ဗုဒ္ဓ", "သက္ကရာဇ်", "ညွန့်", "မန္တလေး", "ဥက္ကလာပ", "ဖြူ", "ရှု", "ရှူ", "ပုံ", "အိံ", "ကဏ္ဍ", "မြို့", "ကျွန်ုပ်", "ဦး",
    "လိပ်စာ", "၁၂/ဥကမ(နိုင်)၁၂၃၄၅၆", "Aung 12",
)  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_zawgyi_and_back_is_the_same_word(word):
    assert zawgyi.to_unicode(zawgyi.from_unicode(word)) == unicodedata.normalize("NFC", word)


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
