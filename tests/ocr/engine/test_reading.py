"""Real models on drawn pages: every turn is found and undone, places fit, scripts are told apart."""

from __future__ import annotations

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from ocr.engine import geometry
from ocr.engine.base import TEXT, Profile
from ocr.engine.decode import Picture
from ocr.engine.live_page import LivePage
from tests.ocr.engine.conftest import LINES, draw

pytestmark = pytest.mark.engine


def page_of(pixels: np.ndarray, engine, profile: Profile = TEXT) -> LivePage:
    high, wide = pixels.shape[:2]
    return LivePage(Picture(pixels, wide, high), engine=engine, profile=profile)


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


def test_nothing_is_read_on_an_empty_page(engine):
    page = page_of(np.full((400, 600, 3), 255, np.uint8), engine)
    assert list(page.lines) == []
    assert page.direction == 0.0
    assert page.card() is None
    assert page.portrait() is None


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
