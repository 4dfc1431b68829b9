"""Myanmar identity card and driving licence: sides, encodings, translation, refusal."""

import unicodedata

import pytest

from ocr.extractors import myanmar_driver_license as licence
from ocr.extractors import myanmar_id_card as card
from ocr.options import parse
from ocr.page import Line, Measures, RecognitionResult, WrongDocument, box
from ocr.scripts.burmese import rows as burmese_rows
from ocr.scripts.burmese import zawgyi

FRONT = (
    ("အမှတ် ၁၂/ဥကမ(နိုင်)၁၂၃၄၅၆", ""),
    ("ရက်စွဲ ၀၁.၀၂.၂၀၁၅", ""),
    ("အမည် မောင်အောင်", ""),
    ("အဘအမည် ဦးမြင့်သိန်း", ""),
    ("မွေးသက္ကရာဇ် ၁၂.၀၃.၁၉၈၅", ""),
    ("လူမျိုး/ဘာသာ ဗမာ/ဗုဒ္ဓ", ""),
    ("သွေးအုပ်စု ၀", "x O"),
)
BACK = (
    ("ကတ်အမှတ် ၁၂၃၄၅၆၇", ""),
    ("အမှတ် ၁၂/ဥကမ(နိုင်)၁၂၃၄၅၆", ""),
    ("အလုပ်အကိုင် ကုန်သည်", ""),
    ("နေရပ်လိပ်စာ သီရိလမ်း", ""),
    ("ရန်ကုန်မြို့", ""),
)


class Paper:
    width, height = 1000.0, 700.0

    def __init__(self, rows):
        self.burmese = [unicodedata.normalize("NFC", own) for own, _ in rows]
        self.lines = [
            Line(latin or "~", 0.9, box(60, 50 * i, 700, 50 * i + 30))
            for i, (_, latin) in enumerate(rows)
        ]

    def detect(self):
        return [line.quad for line in self.lines]

    def read(self, region, *, script="latin", **_):
        index = round(region[0][1] / 50)
        return (
            RecognitionResult(self.burmese[index], 0.95)
            if script == burmese_rows.RECOGNIZER
            else RecognitionResult("", 0)
        )

    def card(self):
        return None

    def portrait(self):
        return None

    def measures(self):
        return Measures()


def read(module, rows, **asked):
    return module.extract(Paper(rows), parse(module.OPTIONS, asked))


def test_the_front_in_unicode_with_translation():
    found = read(card, FRONT, convert_unicode=True, return_translation=True, return_confidence=True)
    assert (found["side"], found["class"]) == ("front", "new_version")
    assert found["nrc_id"] == unicodedata.normalize("NFC", "၁၂/ဥကမ(နိုင်)၁၂၃၄၅၆")
    assert found["father_name"] == unicodedata.normalize("NFC", "ဦးမြင့်သိန်း")
    assert (found["birth"], found["blood_group"]) == ("၁၂.၀၃.၁၉၈၅", "O")
    assert found["translation_info"] == {
        "name_translation": "Maung Aung",
        "father_name_translation": "U Myin Thein",
        "nrc_id_translation": "12/OUKAMA(N)123456",
        "birth_translation": "12.03.1985",
    }
    assert "father_name" not in found["confidence"] and found["confidence"]["name"] == 0.95


def test_zawgyi_is_the_default():
    found = read(card, FRONT)
    assert found["name"] == zawgyi.from_unicode("မောင်အောင်")
    assert not {"confidence", "translation_info", "idcard_type", "portrait_image"} & set(found)


def test_the_back_and_its_address_of_two_rows():
    found = read(card, BACK, convert_unicode=True)
    assert (found["side"], found["card_id"], found["nrc_id"]) == ("back", "၁၂၃၄၅၆၇", "")
    assert found["address"] == unicodedata.normalize("NFC", "သီရိလမ်း ရန်ကုန်မြို့")
    assert found["nrc_id_back"].endswith("၁၂၃၄၅၆")


@pytest.mark.parametrize("ward", ["ရတနာရပ်ကွက်", "မြောက်ရပ်ကွက်", "အောင်သာရပ်"])
def test_a_ward_that_sounds_like_the_label_of_height_belongs_to_the_address(ward):
    rows = (*BACK[:4], (f"{ward} ပဲခူးမြို့", ""))
    found = read(card, rows, convert_unicode=True)
    assert found["address"] == unicodedata.normalize("NFC", f"သီရိလမ်း {ward} ပဲခူးမြို့")
    assert found["height"] == ""


def test_the_licence_in_both_scripts():
    rows = (
        ("အမှတ်", "A/12345/20"),
        ("", "License No A/12345/20"),
        ("အမည် မောင်အောင်", ""),
        ("", "Name Maung Aung"),
        ("မှတ်ပုံတင်အမှတ် ၁၂/ဥကမ(နိုင်)၁၂၃၄၅၆", ""),
        ("", "NRC No 12/OUKAMA(N)123456"),
        ("မွေးသက္ကရာဇ် ၂၄၁၀၅၆၁၉၉၂", ""),
        ("", "Date of Birth 24-05-1992"),
        ("", "Valid up to 01-06-2027"),
    )
    found = read(licence, rows, convert_unicode=True)
    assert (found["card_number"], found["card_number_en"]) == ("A/12345/20", "A/12345/20")
    assert (found["name_en"], found["nrc_id_en"]) == ("Maung Aung", "12/OUKAMA(N)123456")
    assert (found["birth"], found["birth_en"]) == ("၂၄-၀၅-၁၉၉၂", "24-05-1992")
    assert (found["expiried_date"], found["expiried_date_en"]) == ("", "01-06-2027")
    assert found["confidence"]["expiried_date"] == 0.0
    assert set(found) == {*licence.FIELDS, "confidence"}


@pytest.mark.parametrize("module", [card, licence])
@pytest.mark.parametrize("rows", [(), (("", "A LETTER"),), (("ရန်ကုန်မြို့", ""),)])
def test_another_document_is_refused(module, rows):
    with pytest.raises(WrongDocument):
        read(module, rows)


def test_a_whole_side_read_on_the_card_ends_the_search():
    picture = Paper(BACK)
    picture.card = lambda: Paper(BACK)
    picture.detect = lambda: pytest.fail(
        "the picture was read though its card shows the whole side"
    )
    found = card.extract(picture, parse(card.OPTIONS, {}))
    assert (found["side"], found["nrc_id"]) == ("back", "") and found["nrc_id_back"]


@pytest.mark.parametrize(
    ("seen", "again", "group"),
    [
        ("Blood Type o", "", "O"),  # there is no such letter
        ("Blood Type", "Blood Type O", "O"),  # the detector's box ends before a lone letter
        ("Blood Type", "Blood Type", ""),
        ("Blood Type AB", "", "AB"),
    ],
)
def test_the_latin_blood_group_of_a_licence_is_one_of_the_four(seen, again, group):
    class Wider(Paper):
        def read(self, region, *, script="latin", **asked):
            if script == "latin":
                assert region[1][0] > 700  # wider than the label's box
                return RecognitionResult(again, 0.9)
            return super().read(region, script=script, **asked)

    rows = (
        ("အမည် မောင်အောင်", ""),
        ("", "Name Maung Aung"),
        ("မွေးသက္ကရာဇ် ၂၄-၀၅-၁၉၉၂", ""),
        ("", "Date of Birth 24-05-1992"),
        ("", seen),
    )
    found = licence.extract(Wider(rows), parse(licence.OPTIONS, {}))
    assert found["blood_group_en"] == group
