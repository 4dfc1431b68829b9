"""Latin letters with marks that PP-OCR drops with confidence: their pack recognises every line asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw
from rapidfuzz.distance import Levenshtein

from ocr import language_packs
from ocr.page import RecognitionResult
from ocr.profiles import TEXT
from ocr.vision import line_recogniser, tesseract
from ocr.vision.decoding import DecodedImage
from ocr.vision.image_page import ImagePage
from tools.synthetic import fonts

TEXTS = (
    "Cộng đồng dân cư sống ven sông nhiều đời nay",
    "Giá vé 25.000 đồng, trẻ em dưới 6 tuổi được miễn",
    "Nước lũ đã rút hết, đường sá vẫn còn bùn",
)
QUAD = np.float32([(0, 0), (200, 0), (200, 40), (0, 40)])


class Engine:
    """An engine that is confident of a text without its marks."""

    def recognize(self, crops, **_):
        return [RecognitionResult("Cng đng 25", 0.99) for _ in crops]


def lines_of(script, monkeypatch, *, found):
    monkeypatch.setattr(tesseract, "recognize", lambda crop, *, script: found)
    recognizer = line_recogniser.LineRecognizer(Engine())
    profile = replace(TEXT, script=script, recognizer="small")
    return recognizer.lines(np.full((40, 200, 3), 255, np.uint8), [QUAD], profile)


@pytest.mark.parametrize(
    ("script", "variant"), [("vietnamese", True), ("persian", False), ("auto", False), ("", False)]
)
def test_only_letters_like_latin_are_distrusted(script, variant):
    assert line_recogniser.is_latin_variant(script) is variant


def test_a_confident_latin_line_is_recognised_again(monkeypatch):
    (line,) = lines_of("vietnamese", monkeypatch, found=RecognitionResult("Cộng đồng 25", 0.98))
    assert (line.text, line.script) == ("Cộng đồng 25", "vietnamese")


def test_a_line_of_another_script_stays_as_it_is(monkeypatch):
    (line,) = lines_of("thai", monkeypatch, found=RecognitionResult("ไม่ใช่", 0.98))
    assert line.text == "Cng đng 25"


def test_without_its_pack_the_latin_result_stays(monkeypatch):
    (line,) = lines_of("vietnamese", monkeypatch, found=RecognitionResult("", 0.0))
    assert (line.text, line.script) == ("Cng đng 25", "latin")


@pytest.mark.engine
@pytest.mark.skipif(
    not language_packs.available_scripts()["vietnamese"], reason="needs tesseract-ocr-vie"
)
@pytest.mark.parametrize("role", ["noto", "dejavu-serif"])
def test_drawn_text_keeps_its_marks(engine, role):
    image = Image.new("RGB", (1000, 320), "white")
    pen = ImageDraw.Draw(image)
    for row, text in enumerate(TEXTS):
        pen.text((40, 40 + 80 * row), text, "black", fonts.font(role, 34))
    pixels = np.asarray(image)[:, :, ::-1].copy()
    profile = replace(TEXT, script="vietnamese")
    page = ImagePage(DecodedImage(pixels, 1000, 320), engine=engine, profile=profile)
    found = "\n".join(line.text for line in sorted(page.lines, key=lambda line: line.top))
    assert Levenshtein.distance(found, "\n".join(TEXTS)) <= 2, found
