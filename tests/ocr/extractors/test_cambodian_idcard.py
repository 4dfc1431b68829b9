"""Cambodian identity card: fields from rows of print and a zone; alarms with their scores."""

import pytest

from ocr.extractors import cambodian_idcard as card
from ocr.fields.check_digits import mrz_digit
from ocr.options import parse
from ocr.page import Line, Measures, RecognitionResult, WrongDocument, box
from ocr.scripts.khmer import text as khmer

_FIRST = "IDKHM123456789" + str(mrz_digit("123456789")) + "<" * 15
_SECOND = f"850312{mrz_digit('850312')}M250131{mrz_digit('250131')}KHM" + "<" * 11
ZONE = (
    _FIRST,
    _SECOND + str(mrz_digit(_FIRST[5:] + _SECOND[:7] + _SECOND[8:15] + _SECOND[18:])),
    "SOK<<SOPHEA".ljust(30, "<"),
)
PRINT = (
    "123456789(7)",
    "គោត្តនាមនិងនាម ៖ សុខ សុភា",
    "SOK SOPHEA",
    "ថ្ងៃខែឆ្នាំកំណើត ៖ ១២.០៣.១៩៨៥ ភេទ ៖ ប្រុស កំពស់ ៖ ១៦៥ ស.ម",
    "ទីកន្លែងកំណើត ៖ សង្កាត់បឹងកក់",
    "អាសយដ្ឋាន ៖ ភូមិទួលគោក",
    "ខណ្ឌទួលគោក",
    "សុពលភាព ៖ ០១.០២.២០១៥ ដល់ថ្ងៃ ៣១.០១.២០២៥",
    "ភិនភាគ ៖ ប្រជ្រុយ",
)


class Paper:
    width, height = 1000.0, 700.0

    def __init__(self, texts):
        self.lines = [
            Line(text, 0.97, box(60, 40 * i, 60 + 22 * len(text), 40 * i + 26))
            for i, text in enumerate(texts, 1)
        ]

    def read(self, region, **_):
        return RecognitionResult("", 0.0)

    def detect(self):
        return [line.quad for line in self.lines]

    def find_lines(self, region):
        return []

    def card(self):
        return None

    def portrait(self):
        return None

    def measures(self):
        return Measures(blur=0.8, glare=0.1)

    def upright_jpeg(self):
        return b"jpeg"


def test_print_and_zone_make_the_fields():
    found = card.extract(Paper((*PRINT, *ZONE)), parse(card.OPTIONS, {}))
    assert tuple(found)[: len(card.FIELDS)] == card.FIELDS
    assert found["id_number"] == "123456789"
    assert (found["name_kh"], found["name_en"]) == ("សុខ សុភា", "SOK SOPHEA")
    assert (found["birth_date"], found["expiry_date"]) == ("12.03.1985", "31.01.2025")
    assert (found["issue_date"], found["height"], found["sex"]) == ("01.02.2015", "165", "ប្រុស")
    assert found["address"] == "ភូមិទួលគោក ខណ្ឌទួលគោក"
    assert all(0 <= score <= 1 for score in found["confidence"].values())
    assert "portrait_image" not in found and "score_info" not in found


def test_alarms_come_with_scores_when_asked():
    asked = parse(
        card.OPTIONS, {"detect_blur": True, "detect_glare": True, "return_idcard_type": True}
    )
    found = card.extract(Paper((*PRINT, *ZONE)), asked)
    assert found["detect_blur_result"] is True and found["detect_glare_result"] is False
    assert set(found["score_info"]) == {"blur_score", "glare_score", "idcard_type_score"}
    assert all(
        isinstance(score, int) and 0 <= score <= 99 for score in found["score_info"].values()
    )
    assert found["idcard_type"] == "normal" and "adjusted_image" not in found


@pytest.mark.parametrize("texts", [(), ("A LETTER", "of no use"), ("ខណ្ឌទួលគោក",)])
def test_another_document_is_refused(texts):
    with pytest.raises(WrongDocument):
        card.extract(Paper(texts), parse(card.OPTIONS, {}))


def test_khmer_dates():
    assert khmer.dates("០១.០២.២០១៥ ដល់ថ្ងៃ ៣១.០១.២០២៥") == ["01.02.2015", "31.01.2025"]
    assert khmer.dates("៤៥.០២.២០១៥") == []
    assert khmer.latin_digits(khmer.khmer_digits("0123456789")) == "0123456789"


def test_fixed_words_are_mended_and_others_left():
    assert khmer.corrected("ស្រកបាទី 0.៣") == "ស្រុកបាទី ០.៣"
    assert khmer.corrected("ខណ្ឌទួលគោក") == "ខណ្ឌទួលគោក"


class Khmer(Paper):
    """Paper whose Khmer rows are read again: `again` are the answers to a row, one after the other."""

    def __init__(self, texts, again):
        super().__init__(texts)
        self.again = {text: list(answers) for text, answers in again.items()}

    def read(self, region, *, script="latin", **_):
        middle = (region[0][1] + region[2][1]) / 2
        line = min(self.lines, key=lambda one: abs(one.center[1] - middle))
        answers = self.again.get(line.text)
        if script != card.RECOGNIZER or answers is None:
            return RecognitionResult("", 0.0)
        return RecognitionResult(answers.pop(0) if len(answers) > 1 else answers[0], 0.95)


def test_the_word_most_readings_agree_on_stands():
    marks = PRINT[-1]
    wrong, right = "ភិនភាគ ៖ ប្រជ្រយចំ ៩ ស.ម", "ភិនភាគ ៖ ប្រជ្រុយចំ ១ ស.ម"
    page = Khmer((*PRINT, *ZONE), {marks: [wrong, right, right]})
    assert card.extract(page, parse(card.OPTIONS, {}))["description"] == "ប្រជ្រុយចំ ១ ស.ម"


def test_a_row_the_latin_reader_took_for_its_own_is_found():
    valid = PRINT[7]
    texts = [("nnnmn 2 00.02.2096" if text == valid else text) for text in PRINT]
    page = Khmer((*texts, *ZONE), {"nnnmn 2 00.02.2096": [valid]})
    assert card.extract(page, parse(card.OPTIONS, {}))["issue_date"] == "01.02.2015"


def test_a_province_that_sounds_like_a_label_ends_no_address():
    texts = [("ខណ្ឌទួលគោក ខេត្តកំពង់ចាម" if text == PRINT[6] else text) for text in PRINT]
    found = card.extract(Paper((*texts, *ZONE)), parse(card.OPTIONS, {}))
    assert found["address"] == "ភូមិទួលគោក ខណ្ឌទួលគោក ខេត្តកំពង់ចាម"


def test_a_place_gets_the_sign_back_that_its_name_alone_can_have_lost():
    assert khmer.corrected("ភូមិអណ្តងទឹក") == "ភូមិអណ្តូងទឹក"
    assert khmer.corrected("ភូមិស្វាយជ្រំ") == "ភូមិស្វាយជ្រំ"  # both this and the name with the sign exist
    assert khmer.corrected("អណ្តងទឹក") == "អណ្តងទឹក"  # not behind a unit: no name of a place


def test_a_mark_is_of_a_size_and_a_name_of_a_place_is_one_word():
    assert khmer.corrected("ប្រជ្រុយបំ 0.5 ស.ម លើថ្ពាល់ធ្វេង") == "ប្រជ្រុយចំ ០.៥ ស.ម លើថ្ពាល់ឆ្វេង"
    assert khmer.joined_units("ស្រុកសំរោង ទង ខេត្តតាកែវ") == "ស្រុកសំរោងទង ខេត្តតាកែវ"
    assert khmer.joined_units("ភូមិ ទួលគោក ផ្លូវ ១២") == "ភូមិ ទួលគោក ផ្លូវ ១២"


@pytest.mark.parametrize(
    ("own", "latin", "right"),
    [
        ("នួន ជារ៉ា", "NUON DARA", "នួន ដារ៉ា"),
        ("កៃវ បូរី", "KEO BOREY", "កែវ បូរី"),
        ("ជា សុភា", "CHEA SOPHEA", "ជា សុភា"),
        ("ជា", "DARA SOK", "ជា"),
    ],
)
def test_the_latin_name_tells_look_alike_first_letters(own, latin, right):
    assert khmer.name_by_latin(own, latin) == right
