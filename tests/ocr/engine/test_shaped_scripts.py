"""Scripts whose letters join or stack: drawn with a shaping layout, read by their packs."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, features
from rapidfuzz.distance import Levenshtein

from ocr.engine import packs
from ocr.engine.base import TEXT
from ocr.engine.decode import Picture
from ocr.engine.live_page import LivePage

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


# Persian is told from Arabic by its name only: what is not named may be read by the Arabic pack.
CASES = [(*row, given) for row in DRAWN for given in (True, False) if given or row[0] != "persian"]


@pytest.mark.parametrize(
    ("script", "language", "font", "text", "borne", "given"),
    CASES,
    ids=[f"{row[0]}-{'named' if row[-1] else 'found'}" for row in CASES],
)
def test_a_shaped_line_is_read(engine, script, language, font, text, borne, given):
    file = next(FONTS.rglob(font), None) if FONTS.is_dir() else None
    if file is None or not packs.available_scripts()[script] or not features.check("raqm"):
        pytest.skip(f"needs {font}, the {script} pack and a shaping layout")
    picture = Image.new("RGB", (1000, 200), "white")
    letters = ImageFont.truetype(str(file), 48, layout_engine=ImageFont.Layout.RAQM)
    ImageDraw.Draw(picture).text((60, 50), text, "black", letters, language=language)
    pixels = np.asarray(picture)[:, :, ::-1].copy()
    profile = replace(TEXT, script=script) if given else TEXT
    page = LivePage(Picture(pixels, 1000, 200), engine=engine, profile=profile)
    read = bare(" ".join(line.text for line in page.lines))
    assert Levenshtein.distance(read, bare(text)) <= borne * len(bare(text)) + 0.5, read
