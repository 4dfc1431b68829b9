"""Long images and small print are detected in tiles, and boxes across the seams stay whole."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein

from ocr.page import Char, RecognitionResult, box
from ocr.profiles import TEXT
from ocr.vision import line_splitting, tiling
from ocr.vision.decoding import DecodedImage
from ocr.vision.image_page import ImagePage

WORDS = "vessel harbour office report tonnes quarter amount agreed signed between parties"


def strip(wide: int, high: int, size: int) -> tuple[np.ndarray, list[str]]:
    """Return an image full of lines of print, and the lines."""
    image = Image.new("RGB", (wide, high), "white")
    pen, font, lines = ImageDraw.Draw(image), ImageFont.load_default(size), []
    words = (WORDS + " ") * (1 + wide // (size * 25))
    for number, y in enumerate(range(size, high - 2 * size, round(size * 6))):
        text = f"{1000 + number} " + words.strip()
        while pen.textlength(text, font) > wide - 3 * size:
            text = text.rpartition(" ")[0]
        pen.text((size, y), text, "black", font)
        lines.append(text)
    return np.asarray(image)[:, :, ::-1].copy(), lines


@pytest.mark.engine
@pytest.mark.parametrize(("wide", "high", "size"), [(420, 5200, 20), (4600, 260, 24)])
def test_a_long_image_is_read_as_well_as_a_short_one(engine, wide, high, size):
    pixels, lines = strip(wide, high, size)
    page = ImagePage(DecodedImage(pixels, wide, high), engine=engine, profile=TEXT)
    read = [line.text for line in page.lines]
    assert len(read) == len(lines)
    wanted = "\n".join(lines)
    assert Levenshtein.distance("\n".join(read), wanted) <= 0.03 * len(wanted)


@pytest.mark.parametrize(("high", "wide"), [(300, 9000), (9000, 300), (3000, 3100)])
def test_tiles_cover_an_image_once_and_keep_places(high, wide):
    image = np.full((high, wide, 3), 255, np.uint8)
    image[high // 2 : high // 2 + 60, 20 : wide - 20] = 0  # over every vertical seam

    def run(tensor):
        return (tensor[0, 0] < 0).astype(np.float32)

    found = tiling._at(image, 1.0, side=1280, run=run)
    assert len(found) == 1
    left, top = found[0].min(axis=0)
    right, bottom = found[0].max(axis=0)
    assert left <= 20 + 8
    assert right >= wide - 20 - 8
    assert abs((top + bottom) / 2 - (high // 2 + 30)) < 8


def test_small_print_is_looked_at_more_closely_and_large_print_is_not():
    def boxes(height):
        return [np.array([[0, 0], [90, 0], [90, height], [0, height]], np.float32)] * 3

    assert tiling._finer(boxes(16), 0.25) == pytest.approx(0.9375)
    assert tiling._finer(boxes(60), 0.25) is None
    assert tiling._finer(boxes(5), 1.0) is None


def test_a_line_is_cut_in_its_widest_white_and_joined_with_a_blank():
    crop = np.full((20, 3000, 3), 255, np.uint8)
    for left in range(0, 3000, 10):
        crop[4:16, left : left + 6] = 0
    crop[:, 500:520] = 255
    positions = line_splitting.cuts(crop)
    assert [positions[0][0], positions[-1][1]] == [0, 3000]
    assert all(one[1] == other[0] for one, other in itertools.pairwise(positions))
    assert 500 <= positions[0][1] <= 520
    assert positions[1][2]  # as wide as a space
    pieces = [
        RecognitionResult("ab", 0.9, tuple(Char(c, 0.9, box(0, 0, 9, 20)) for c in "ab"))
        for _ in positions
    ]
    whole = line_splitting.joined(pieces, positions)
    assert whole.text.startswith("ab ab")
    assert whole.chars[2].quad[0][0] == positions[1][0]
    assert line_splitting.cuts(crop[:, :900]) == [(0, 900, False)]
