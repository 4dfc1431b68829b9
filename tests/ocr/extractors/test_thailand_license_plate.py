"""Thai plates: the grammar of the number, the nearest province, and images with the real engine."""

import json
import random
from pathlib import Path

import pytest

from ocr.extractors import thailand_license_plate as plate
from ocr.page import RecognitionResult, WrongDocument, box
from ocr.scripts.thai import text as thai

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3กก4855", "3กก 4855"),
        ("ทฌ 5692", "ทฌ 5692"),
        ("ผ-9324", "ผ 9324"),
        ("0กก4855", ""),
        ("กกก4855", ""),
        ("กก0855", ""),
        ("กก48555", ""),
        ("HONDA", ""),
    ],
)
def test_a_number_has_the_form_of_the_law(text, number):
    assert thai.plate_number(text) == number


def test_there_are_77_provinces_and_betong():
    assert len(set(thai.PROVINCES)) == 78


def test_a_province_is_found_through_misread_letters():
    assert thai.province("กระทะมหานทร")[0] == "กรุงเทพมหานคร"
    assert thai.province("เพชรบูรณ์") == ("เพชรบูรณ์", 1.0)
    assert thai.province("HONDA")[1] < plate.SIMILAR_LEAST


class Scene:
    """Boxes with the text of the plate recogniser and the Latin recogniser for each."""

    def __init__(self, rows):
        self.rows = rows

    def detect(self):
        return [quad for quad, _, _ in self.rows]

    def read(self, region, *, script="latin", **_):
        x, y = region[0][0] + region[2][0], region[0][1] + region[2][1]
        for quad, own, latin in self.rows:
            if abs(quad[0][0] + quad[2][0] - x) + abs(quad[0][1] + quad[2][1] - y) < 4:
                return RecognitionResult(own if script == plate.RECOGNIZER else latin, 0.9)
        return RecognitionResult("", 0.0)

    def locate(self, region):
        return [[round(x), round(y)] for x, y in region]


def test_number_and_province_below_make_a_plate():
    scene = Scene(
        [
            (box(100, 100, 300, 160), "1กข234", "1nu234"),
            (box(140, 170, 260, 200), "ภูเก็ต", "nin"),
            (box(600, 100, 800, 160), "9กษ", "HONDA"),
        ]
    )
    (found,) = plate.extract(scene, {})
    assert tuple(found) == plate.FIELDS
    assert (found["plate_number"], found["province"]) == ("1กข 234", "ภูเก็ต")
    (left, top), _, (right, bottom), _ = found["plate_location"]
    assert left < 100 and top < 100 and right > 300 and bottom > 200
    assert 0 < found["confidence"] <= 1


def test_a_picture_without_a_plate_is_refused():
    with pytest.raises(WrongDocument):
        plate.extract(Scene([(box(100, 100, 300, 160), "9กษ", "HONDA")]), {})
    with pytest.raises(WrongDocument):
        plate.extract(Scene([]), {})


@pytest.mark.engine
def test_a_drawn_plate_is_read():
    from tools.accuracy.reading import read
    from tools.synthetic import fonts, photo, thailand_license_plate

    if fonts.missing("loma-bold", "garuda-bold", "thai-bold"):
        pytest.skip("the Thai fonts of the drawing kit are not installed")
    rng = random.Random(5)
    drawn = thailand_license_plate.draw(rng)
    found = read(photo.photograph(drawn, rng, style="clean"), thailand_license_plate.CODE).result[0]
    assert {name: found[name] for name in drawn.fields} == drawn.fields


@pytest.mark.engine
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
def test_the_shared_plates_are_read():
    from tools.accuracy.reading import read

    cases = json.loads((SAMPLES / "truth.json").read_text())["cases"]
    numbers = provinces = 0
    for case in cases:
        if case["service"] != "thailand-license-plate":
            continue
        found = read((SAMPLES / case["file"]).read_bytes(), case["service"]).result[0]
        fields = case["expected"]["fields"]
        numbers += found["plate_number"] == fields["license_plate"]
        provinces += found["province"] == fields["province"]
    assert numbers >= 3 and provinces >= 3


def test_a_box_that_holds_both_letters_goes_before_one_that_lost_the_first():
    scene = Scene(
        [
            (box(100, 100, 300, 160), "กข234", "nu234"),
            (box(130, 100, 300, 160), "ข234", "u234"),
            (box(140, 170, 260, 200), "ภูเก็ต", "nin"),
        ]
    )
    assert [row["plate_number"] for row in plate.extract(scene, {})] == ["กข 234"]


def test_a_digit_leads_two_letters():
    scene = Scene(
        [(box(100, 100, 300, 160), "7ข234", "7u234"), (box(140, 170, 260, 200), "ภูเก็ต", "nin")]
    )
    with pytest.raises(WrongDocument):
        plate.extract(scene, {})


def test_letters_and_digits_found_apart_are_one_number_though_either_shows_a_piece_of_the_other():
    class Apart(Scene):
        """Boxes read as they are show their part, with room around them a piece of the next one too."""

        def read(self, region, *, script="latin", **_):
            for quad, own, roomy in self.rows:
                middle = (quad[0][0] + quad[1][0]) / 2
                if abs((region[0][0] + region[1][0]) / 2 - middle) < 4:
                    return RecognitionResult(own if region == quad else roomy, 0.95)
            return RecognitionResult("", 0.0)

    scene = Apart(
        [
            (box(100, 100, 180, 160), "5ตก", "5ตก8"),
            (box(185, 100, 305, 160), "8200", "ก8200"),
            (box(150, 170, 260, 200), "ภูเก็ต", "ภูเก็ต"),
        ]
    )
    (found,) = plate.extract(scene, {})
    assert (found["plate_number"], found["province"]) == ("5ตก 8200", "ภูเก็ต")


def test_cuts_that_show_no_piece_of_the_digits_vote_on_the_letters_beside_them():
    class Doubtful(Scene):
        """The letters' box is misread once, as it was found; a roomy cut shows a digit too."""

        cuts = 0

        def read(self, region, *, script="latin", **_):
            middle = (region[0][0] + region[1][0]) / 2
            if abs(middle - 140) < 12:
                self.cuts += 1
                seen = ("ธภ", "ธฏ", "ธฎ8", "ธฏ", "ธฎ8", "ธฎ8", "ธฎ8")
                return RecognitionResult(seen[self.cuts - 1] if self.cuts <= len(seen) else "", 0.9)
            return RecognitionResult("874" if middle == 245 else "", 0.95)

    quads = [box(100, 100, 180, 160), box(185, 100, 305, 160)]
    assert plate._in_parts(Doubtful([]), *quads) == ("ธฏ 874", 0.9)
