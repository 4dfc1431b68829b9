"""Scripts whose letters join or stack: drawn with a shaping layout, read by their packs."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, features
from rapidfuzz.distance import Levenshtein

from ocr import language_packs
from ocr.profiles import TEXT
from ocr.vision import tesseract
from ocr.vision.decoding import DecodedImage
from ocr.vision.image_page import ImagePage

pytestmark = pytest.mark.engine
FONTS = Path("/usr/share/fonts")
# script, language, font, text, share of wrong characters that is borne
DRAWN = [
    ("arabic", "ar", "NotoNaskhArabic-Regular.ttf", "وزارة الداخلية والأمن العام", 0.05),
    ("persian", "fa", "NotoNaskhArabic-Regular.ttf", "شهر تهران پایتخت ایران است", 0.08),
    ("khmer", "km", "NotoSansKhmer-Regular.ttf", "ព្រះរាជាណាចក្រកម្ពុជា", 0.05),
    ("burmese", "my", "Padauk-Regular.ttf", "မြန်မာနိုင်ငံ", 0.05),
]


def bare(text: str) -> str:
    """Return the text composed, without blanks and without marks of direction or joining."""
    return "".join(
        char
        for char in unicodedata.normalize("NFC", text)
        if not char.isspace() and unicodedata.category(char) != "Cf"
    )


CASES = [(*row, given) for row in DRAWN for given in (True, False)]


@pytest.mark.parametrize(
    ("script", "language", "font", "text", "borne", "given"),
    CASES,
    ids=[f"{row[0]}-{'named' if row[-1] else 'found'}" for row in CASES],
)
def test_a_shaped_line_is_read(engine, script, language, font, text, borne, given):
    file = next(FONTS.rglob(font), None) if FONTS.is_dir() else None
    if file is None or not language_packs.available_scripts()[script] or not features.check("raqm"):
        pytest.skip(f"needs {font}, the {script} pack and a shaping layout")
    image = Image.new("RGB", (1000, 200), "white")
    letters = ImageFont.truetype(str(file), 48, layout_engine=ImageFont.Layout.RAQM)
    ImageDraw.Draw(image).text((60, 50), text, "black", letters, language=language)
    pixels = np.asarray(image)[:, :, ::-1].copy()
    profile = replace(TEXT, script=script) if given else TEXT
    page = ImagePage(DecodedImage(pixels, 1000, 200), engine=engine, profile=profile)
    read = bare(" ".join(line.text for line in page.lines))
    assert Levenshtein.distance(read, bare(text)) <= borne * len(bare(text)) + 0.5, read


# Everyday sentences; each must be recognised as its language by itself.
SENTENCES = {
    "persian": (
        "دانشگاه تهران بزرگترین دانشگاه کشور است",
        "لطفا پیش از ورود بلیط خود را نشان دهید",
        "این کتاب را از کتابخانه گرفتم",
        "چگونه می توانم به شما کمک کنم",
        "هوای امروز آفتابی و گرم است",
    ),
    "arabic": (
        "تقع المدينة على ساحل البحر",
        "يرجى إبراز البطاقة قبل الدخول",
        "وصلت الطائرة في الساعة العاشرة",
        "جامعة الملك عبد العزيز",
        "شركة النقل البري المحدودة",
    ),
}


def test_persian_is_told_from_arabic():
    file = next(FONTS.rglob("NotoNaskhArabic-Regular.ttf"), None) if FONTS.is_dir() else None
    there = language_packs.available_scripts()
    if file is None or not (there["persian"] and there["arabic"]) or not features.check("raqm"):
        pytest.skip("needs Noto Naskh Arabic, both packs and a shaping layout")
    letters = ImageFont.truetype(str(file), 40, layout_engine=ImageFont.Layout.RAQM)
    found_as = {}
    for script, texts in SENTENCES.items():
        for text in texts:
            image = Image.new("RGB", (round(letters.getlength(text)) + 40, 90), "white")
            ImageDraw.Draw(image).text((20, 10), text, "black", letters)
            pixels = np.asarray(image)[:, :, ::-1].copy()
            found_as[text] = (tesseract.persian_or_arabic([pixels]), script)
    wrong = [text for text, (found, true) in found_as.items() if found != true]
    assert len(wrong) <= 1, wrong  # one line may show no sign of its language; a page has more
