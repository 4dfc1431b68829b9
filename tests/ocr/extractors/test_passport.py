"""Passport: fields of the contract from a recorded page and, with the real engine, from images."""

import io
import random
from datetime import date
from pathlib import Path

import pytest

from ocr.extractors import passport
from ocr.mrz import parse as mrz
from ocr.page import Line, RecognitionResult, WrongDocument, box
from tests.ocr.mrz.test_parse import TD3

SAMPLE = Path(__file__).parents[3] / "ocr" / "samples" / "passport.jpg"


class PaperPage:
    """A page of given lines; looking again finds what `hidden` holds."""

    width, height = 600.0, 420.0

    def __init__(self, texts, hidden=()):
        self._all = [
            Line(t, 0.98, box(20, 300 + 30 * i, 20 + 12 * len(t), 318 + 30 * i))
            for i, t in enumerate(texts)
        ]
        self._hidden = [
            Line(t, 0.98, box(20, 330 + 30 * i, 20 + 12 * len(t), 348 + 30 * i))
            for i, t in enumerate(hidden)
        ]

    @property
    def lines(self):
        return self._all

    def detect(self):
        return [line.quad for line in self._all]

    def read_lines(self, quads):
        self.asked = len(quads)
        return [line for line in self._all if line.quad in quads]

    def read(self, region, **_):
        return RecognitionResult("", 0.0)

    def find_lines(self, region):
        return [*self.lines, *self._hidden]

    def card(self):
        return None


def test_fields_in_the_order_of_the_contract():
    result = passport.extract(PaperPage(TD3), {"country_code": ""})
    assert tuple(result)[:13] == passport.FIELDS
    assert result["passport_number"] == "L898902C3"
    assert (result["surname"], result["given_name"]) == ("ERIKSSON", "ANNA MARIA")
    assert (result["date_of_birth"], result["date_of_expiry"]) == ("1974-08-12", "2012-04-15")
    assert all(0 <= result["confidence"][name] <= 1 for name in passport.FIELDS)
    assert result["confidence"]["place_of_birth"] == 0.0
    assert result["extra_info"] == {}


class SparingPage(PaperPage):
    """A page that counts how often all of it is read."""

    read_whole = 0

    def __init__(self, texts):
        super().__init__(texts)
        self._all = [Line(line.text, 0.9999, line.quad) for line in self._all]

    @property
    def lines(self):
        self.read_whole += 1
        return self._all


PRINT = ("UTOPIA PASSPORT", "ERIKSSON", "ANNA MARIA", "12 AUG 1974")


def test_a_good_zone_is_all_that_is_read():
    page = SparingPage((*PRINT, *TD3))
    result = passport.extract(page, {})
    assert result["given_name"] == "ANNA MARIA"
    assert page.asked == 2
    assert page.read_whole == 0


@pytest.mark.parametrize(
    ("birth", "expiry", "is_open"),
    [
        ("740812", "120415", False),  # 2074 lies ahead
        ("150812", "270415", True),  # 1915 and 2015 both live
        ("050812", "270415", False),  # nobody born in 1905 travels
        ("740812", "991231", True),  # without end, or the end of 1999
        ("74<<<<", "270415", False),
    ],
)
def test_the_page_is_asked_for_a_century_only_where_the_zone_leaves_it_open(birth, expiry, is_open):
    assert mrz.is_century_open(birth, expiry, today=date(2026, 11, 21)) is is_open


def test_a_line_the_detector_dropped_is_looked_for():
    result = passport.extract(PaperPage(TD3[:1], hidden=TD3[1:]), {})
    assert result["passport_number"] == "L898902C3"


@pytest.mark.parametrize("texts", [(), ("A LETTER", "of no use"), TD3[:1]])
def test_another_document_is_refused(texts):
    with pytest.raises(WrongDocument):
        passport.extract(PaperPage(texts), {})


@pytest.mark.engine
def test_the_bundled_sample_is_read_in_every_direction():
    from PIL import Image

    from tools.accuracy.reading import read

    wanted = read(SAMPLE.read_bytes(), "passport").result
    assert (
        wanted["passport_number"]
        and min(wanted["confidence"][f] for f in passport.FIELDS[:9]) > 0.5
    )
    small = Image.open(SAMPLE).reduce(2)
    for degrees in (90, 180, 270, 12):
        turned = small.rotate(degrees, expand=True, fillcolor=(128, 128, 128))
        buffer = io.BytesIO()
        turned.save(buffer, "PNG")
        result = read(buffer.getvalue(), "passport").result
        assert [result[f] for f in passport.FIELDS] == [wanted[f] for f in passport.FIELDS]


@pytest.mark.engine
def test_a_chinese_passport_gives_its_printed_fields():
    import random

    from tools.accuracy.reading import read
    from tools.synthetic import chinese_passport
    from tools.synthetic.photo import photograph

    rng = random.Random("chinese passport")
    drawn = chinese_passport.draw(rng)
    image = photograph(drawn, rng)
    assert {k: read(image, "passport").result[k] for k in drawn.fields} == drawn.fields
    short = read(image, "passport", {"country_code": "GENERAL"}).result
    assert (
        short["place_of_birth"] == ""
        and short["passport_number"] == drawn.fields["passport_number"]
    )


@pytest.mark.engine
def test_a_chinese_passport_also_gives_the_name_in_characters():
    from tools.accuracy.reading import read
    from tools.synthetic import chinese_passport, people
    from tools.synthetic.photo import photograph

    name = people.chinese_name(random.Random(5))[0]
    rng = random.Random(5)
    image = photograph(chinese_passport.draw(rng), rng, style="clean")
    assert read(image, "passport").result["extra_info"] == {"name": name}
    assert read(image, "passport", {"country_code": "GENERAL"}).result["extra_info"] == {}
