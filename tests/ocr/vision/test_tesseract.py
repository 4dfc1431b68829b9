"""Scripts that PP-OCR lacks: found out, read by their own pack, Latin in the line kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr import language_packs
from ocr.page import Char, RecognitionResult, box
from ocr.profiles import TEXT
from ocr.vision import line_recogniser, tesseract
from ocr.vision.decoding import DecodedImage
from ocr.vision.image_page import ImagePage

NOTO = Path("/usr/share/fonts")
DRAWN = [
    ("korean", "NotoSansCJK-Regular.ttc", "오늘 서울의 날씨는 맑습니다"),
    ("thai", "Loma.ttf", "กรุงเทพมหานคร ประเทศไทย"),
    ("cyrillic", "DejaVuSans.ttf", "Министерство внутренних дел"),
]


def char(text: str, left: float, score: float = 0.99) -> Char:
    return Char(text, score, box(left, 0, left + 10, 20))


def test_a_sure_number_replaces_what_the_foreign_reader_made_of_it():
    foreign = RecognitionResult(
        "กขปป", 0.8, (char("ก", 0), char("ข", 10), char("ป", 40), char("ป", 50))
    )
    latin = RecognitionResult(
        "nu12", 0.7, (char("n", 0, 0.4), char("u", 10, 0.5), char("1", 40), char("2", 50))
    )
    assert tesseract.with_latin(foreign, latin).text == "กข 12"


def test_unsure_latin_replaces_nothing():
    foreign = RecognitionResult("กข", 0.8, (char("ก", 0), char("ข", 10)))
    latin = RecognitionResult("nu", 0.5, (char("n", 0, 0.5), char("u", 10, 0.5)))
    assert tesseract.with_latin(foreign, latin) == foreign


def test_marks_above_a_line_join_it():
    line = np.array([[0, 20], [200, 20], [200, 50], [0, 50]], np.float32)
    mark = np.array([[50, 10], [80, 10], [80, 21], [50, 21]], np.float32)
    other = np.array([[0, 90], [200, 90], [200, 120], [0, 120]], np.float32)
    joined = line_recogniser.merged([mark, line, other])
    assert sorted(quad[:, 1].min() for quad in joined) == [10, 90]


def test_a_missing_pack_gives_nothing_rather_than_an_invention(monkeypatch, tmp_path):
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    assert not any(language_packs.available_scripts().values())
    crop = np.full((40, 200, 3), 255, np.uint8)
    assert tesseract.recognize(crop, script="thai") == RecognitionResult("", 0.0, recognizer="none")


def test_the_setting_goes_before_the_environment(monkeypatch, tmp_path):
    own, other = tmp_path / "own", tmp_path / "other"
    for folder, pack in ((own, "tha"), (other, "kor")):
        folder.mkdir()
        (folder / f"{pack}.traineddata").touch()
    monkeypatch.setenv("TESSDATA_PREFIX", str(other))
    assert [
        name for name, there in language_packs.available_scripts(str(own)).items() if there
    ] == ["thai"]
    assert language_packs.available_scripts()["korean"]
    assert "thai" in {script.name for script in language_packs.missing_packs()}
    # A folder that was named and is not there is a mistake to be seen, not to be worked around.
    assert language_packs.folder(str(tmp_path / "absent")) is None


@pytest.mark.engine
@pytest.mark.parametrize(("script", "font", "text"), DRAWN, ids=[row[0] for row in DRAWN])
def test_a_drawn_line_is_read_in_its_script(engine, script, font, text):
    file = next(NOTO.rglob(font), None) if NOTO.is_dir() else None
    if file is None or not language_packs.available_scripts()[script]:
        pytest.skip(f"needs {font} and the {script} pack")
    image = Image.new("RGB", (900, 160), "white")
    ImageDraw.Draw(image).text((40, 40), text, "black", ImageFont.truetype(str(file), 48))
    pixels = np.asarray(image)[:, :, ::-1].copy()
    page = ImagePage(DecodedImage(pixels, 900, 160), engine=engine, profile=TEXT)
    assert " ".join(line.text for line in page.lines).replace(" ", "") == text.replace(" ", "")
    assert {line.script for line in page.lines} == {script}
