"""Real models on drawn pages: every turn is found and undone, positions fit, scripts are distinguished."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from ocr.catalog import BY_CODE
from ocr.engine import engine_process
from ocr.engine.ipc import Call
from ocr.profiles import TEXT, Profile
from ocr.vision import geometry
from ocr.vision.decoding import DecodedImage
from ocr.vision.image_page import ImagePage
from tests.ocr.conftest import LINES, draw
from tools.synthetic import myanmar_id_card

pytestmark = pytest.mark.engine


def page_of(pixels: np.ndarray, engine, profile: Profile = TEXT) -> ImagePage:
    high, wide = pixels.shape[:2]
    return ImagePage(DecodedImage(pixels, wide, high), engine=engine, profile=profile)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 12, -20, 192])
def test_a_turned_page_is_read_upright_in_order(engine, degrees):
    turned, back = geometry.turn(draw(), degrees=degrees)
    page = page_of(turned, engine)
    read = [line.text for line in page.lines]
    assert len(read) == len(LINES)
    assert Levenshtein.distance("\n".join(read), "\n".join(LINES)) <= 3
    assert (page.direction - degrees + 180) % 360 - 180 == pytest.approx(0, abs=1.5)
    # The first line's place, brought back to the page before it was turned, is where it was drawn.
    place = geometry.apply(back, np.array(page.locate(page.lines[0].quad)))
    assert place[:, 0].min() == pytest.approx(50, abs=14)
    assert place[:, 1].min() == pytest.approx(44, abs=14)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_turned_card_in_a_script_of_our_own_reader_is_read_upright(engine, degrees):
    profile = BY_CODE["myanmar-id-card"].profile
    for seed in (6, 8):  # a front and a back
        card = np.array(myanmar_id_card.draw(random.Random(seed)).image)[:, :, ::-1]
        turned, _ = geometry.turn(np.ascontiguousarray(card), degrees=degrees)
        direction = page_of(turned, engine, profile).direction
        assert (direction - degrees + 180) % 360 - 180 == pytest.approx(0, abs=3)


def test_nothing_is_read_on_an_empty_page(engine):
    page = page_of(np.full((400, 600, 3), 255, np.uint8), engine)
    assert list(page.lines) == []
    assert page.direction == 0.0
    assert page.card() is None
    assert page.portrait() is None


def test_no_line_is_read_twice_by_the_quick_model(engine, monkeypatch):
    read = []
    recognize = engine.recognize

    def counting(crops, *, model, **options):
        read.extend([model] * len(crops))
        return recognize(crops, model=model, **options)

    monkeypatch.setattr(engine, "recognize", counting)
    page = page_of(draw(), engine, Profile(reread_below=0.0))
    boxes = page.detect()  # some lines are read to see which way is up
    first = page.read_lines(boxes[:2])
    assert [line.text for line in page.lines] == list(LINES)
    assert {line.text for line in first} <= set(LINES)
    assert read == ["tiny"] * len(LINES)


def test_a_line_read_again_keeps_its_alternatives_and_alphabet(engine):
    page = page_of(draw(("Total 1O0l5",)), engine)
    region = page.lines[0].quad
    free = page.read(region, model="small")
    digits = page.read(region, model="tiny", alphabet="0123456789")
    assert free.steps
    assert all(char.alternatives for char in free.chars)
    assert digits.text
    assert set(digits.text) <= set("0123456789")


def test_characters_lie_in_their_line_from_left_to_right(engine):
    line = page_of(draw(), engine).lines[0]
    centers = [sum(x for x, _ in char.quad) / 4 for char in line.chars]
    assert centers == sorted(centers)
    assert line.left - 3 <= centers[0] <= line.left + 40
    assert line.right - 40 <= centers[-1] <= line.right + 3


def test_lines_on_their_head_and_lines_running_up_are_read_where_text_may_run_all_ways(engine):
    pixels = draw(LINES[:4])
    pixels[380:] = 255
    top, bottom = 40 + 3 * 60 - 8, 40 + 3 * 60 + 44
    pixels[top:bottom] = pixels[top:bottom][::-1, ::-1]
    aside = draw(("Warehouse seven",), width=420)[30:90]
    upward = np.rot90(aside, 1)
    wide = np.full((max(len(pixels), len(upward)) + 40, 1000, 3), 255, np.uint8)
    wide[: len(pixels), :900] = pixels
    wide[: len(upward), 920 : 920 + upward.shape[1]] = upward
    every_way = {
        line.text for line in page_of(wide, engine, replace(TEXT, mixed_directions=True)).lines
    }
    one_way = {
        line.text for line in page_of(wide, engine, replace(TEXT, mixed_directions=False)).lines
    }
    assert {LINES[3], "Warehouse seven", LINES[0]} <= every_way
    assert LINES[0] in one_way
    assert LINES[3] not in one_way
    assert "Warehouse seven" not in one_way


@pytest.mark.parametrize(
    ("options", "mixed"),
    [
        ({"single_orientation_mode": False}, True),
        ({"single_orientation_mode": True}, False),
        ({"detect_text_direction": True}, True),
        ({"detect_text_direction": False}, False),
        ({}, False),
    ],
)
def test_the_options_say_whether_lines_are_tried_upside_down(options, mixed):
    call = Call(1, b"", print, options, TEXT)
    assert engine_process.profile_of(call).mixed_directions is mixed


def test_a_card_on_a_dark_table_is_rectified(engine):
    import cv2

    table = np.full((900, 1200, 3), 40, np.uint8)
    card = np.full((390, 620, 3), 255, np.uint8)
    card[50:330] = draw(LINES[:5], size=22, width=620)
    corners = np.array([[300, 220], [860, 290], [820, 640], [270, 560]], np.float32)
    source = np.array([[0, 0], [620, 0], [620, 390], [0, 390]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners)
    cv2.warpPerspective(card, matrix, (1200, 900), table, borderMode=cv2.BORDER_TRANSPARENT)
    page = page_of(table, engine, Profile())
    found = page.card()
    assert found is not None
    whole = ((0.0, 0.0), (found.width, 0.0), (found.width, found.height), (0.0, found.height))
    assert np.abs(np.array(found.locate(whole)) - corners).max() < 12
    assert (
        Levenshtein.distance("\n".join(line.text for line in found.lines), "\n".join(LINES[:5]))
        <= 3
    )
