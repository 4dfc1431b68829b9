"""Several recognition results of one row: the words that most of them agree on."""

from ocr.fields import voting
from ocr.page import Line, RecognitionResult, box


def test_the_majority_decides_word_by_word():
    assert voting.majority(["ab cd", "ab ce", "ax ce"]) == "ab ce"


def test_of_equals_the_first_stands_and_a_known_word_goes_first():
    assert voting.majority(["one", "two"]) == "one"
    assert voting.majority(["one", "one", "two"], known=lambda word: word == "two") == "two"


def test_a_result_of_another_number_of_words_is_left_out():
    assert voting.majority(["a b", "a x c", "a y c"]) == "a x c"
    assert voting.majority(["", "  "]) == ""


def test_the_row_is_cropped_with_padding_but_inside_the_page():
    asked = []

    class Page:
        width, height = 100.0, 50.0

        def read(self, region, **_):
            asked.append(region)
            return RecognitionResult("x", 1.0)

    row = [Line("a", 1.0, box(5, 30, 40, 48)), Line("b", 1.0, box(60, 28, 98, 46))]
    assert voting.row_box(row) == box(5, 28, 98, 48)
    assert len(voting.recognize_crops(Page(), voting.row_box(row), script="thai")) == len(
        voting.CROPS
    )
    assert asked[0] == box(5, 28, 98, 48)
    assert all(region[0][0] >= 0 and region[2][0] <= 100 and region[2][1] <= 50 for region in asked)
