"""Word spaces that a tight crop of a name lost: found again with more padding."""

import pytest

from ocr.fields import word_spacing
from ocr.fields.labels import Found
from ocr.page import RecognitionResult, box

LINE = box(100, 100, 400, 130)


class Page:
    """A page on which a line is recognised as given, one text for each padding."""

    width, height = 800.0, 500.0

    def __init__(self, *texts):
        self.texts = dict(zip(word_spacing.PADDINGS, texts, strict=True))

    def read(self, region):
        padding = (LINE[0][1] - region[0][1]) / 30
        return RecognitionResult(self.texts[round(padding, 1)], 0.9)


@pytest.mark.parametrize(
    ("results", "name"),
    [
        (("Name: HESSA AHMED MANSOUR", "Name: HESSA AHMED MANSOUR"), "HESSA AHMED MANSOUR"),
        (("Name: HESSA AHMED MANSOUR", "Name: HESSAAHMED MANSOUR"), "HESSAAHMED MANSOUR"),
        (("Name: HESSA AHMAD MANSOUR", "Name: HESSA AHMAD MANSOUR"), "HESSAAHMED MANSOUR"),
        (("HESSAAHMEDMANSOUR", "HESSAAHMEDMANSOUR"), "HESSAAHMED MANSOUR"),
    ],
)
def test_a_space_counts_if_both_results_agree_on_it(results, name):
    found = word_spacing.spaced_by_padding(Page(*results), Found("HESSAAHMED MANSOUR", 0.9, LINE))
    assert found == Found(name, 0.9, LINE)
