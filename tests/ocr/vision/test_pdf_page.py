"""Pages of PDF documents: the page asked for, at a size that text needs, or a sentence that says why not."""

from __future__ import annotations

import fpdf
import numpy as np
import pytest

from ocr.profiles import NoSuchPage, UnreadableImage
from ocr.vision import pdf_page
from ocr.vision.decoding import decode


def document(texts, *, size="A4", password="") -> bytes:
    made = fpdf.FPDF(format=size, unit="pt")
    for text in texts:
        made.add_page()
        made.set_font("Helvetica", size=12)
        made.text(60, 100, text)
    if password:
        made.set_encryption(owner_password=password, user_password=password)
    return bytes(made.output())


def test_a_page_is_drawn_at_two_hundred_dots_per_inch():
    found = decode(document(["one"]))
    assert (found.width, found.height) == (1654, 2339)
    assert found.pixels[10, 10].tolist() == [255, 255, 255]
    assert found.pixels[250:290, 160:240].min() < 60


def test_each_number_is_another_page():
    content = document(["", "W" * 20])
    assert decode(content, page=1).pixels.min() == 255
    assert decode(content, page=2).pixels.min() < 60


def test_blanks_may_go_before_the_signature():
    assert decode(b"\r\n" + document(["one"])).width == 1654


def test_a_page_that_is_not_there_is_named():
    with pytest.raises(NoSuchPage, match="The PDF has 2 pages; pdf_page_number is 3"):
        decode(document(["a", "b"]), page=3)


def test_a_password_and_damage_are_told_apart():
    with pytest.raises(UnreadableImage, match="password"):
        decode(document(["secret"], password="x1"))
    with pytest.raises(UnreadableImage, match="broken"):
        decode(b"%PDF-1.7\n" + b"\x00\xff" * 500)


@pytest.mark.parametrize("size", [(283_465, 283_465), (283_465, 3), (1, 1), (14_400, 14_400)])
def test_a_huge_page_is_drawn_small_and_a_tiny_one_not_at_all_large(size):
    found = decode(document(["x"], size=size))
    assert found.width * found.height <= pdf_page.MAX_PIXELS * 1.01
    assert max(found.width, found.height) <= pdf_page.MAX_SIDE + 1


def test_a_page_without_size_is_refused():
    for across, down in ((0.0, 10.0), (float("nan"), 10.0), (10.0, float("inf"))):
        with pytest.raises(UnreadableImage):
            pdf_page.scale_of(across, down)


@pytest.mark.engine
def test_the_text_of_the_second_page_is_read_by_the_service(pool_of_one):
    from ocr.extractors import general_text
    from ocr.options import parse
    from ocr.profiles import TEXT

    content = document(["Annual report", "Minutes of the meeting, 14 March"])

    def read(number):
        options = parse(general_text.OPTIONS, {"pdf_page_number": number})
        return pool_of_one.recognize(
            content, extract=general_text.extract, options=options, profile=TEXT, timeout=60
        ).result

    assert [b["words"] for b in read(2)["words_block_list"]] == ["Minutes of the meeting, 14 March"]
    with pytest.raises(NoSuchPage):
        read(3)


def test_what_is_drawn_belongs_to_nobody_else():
    pixels = decode(document(["kept"])).pixels
    copy = pixels.copy()
    for _ in range(5):
        decode(document(["other", "other"]), page=2)
    assert np.array_equal(pixels, copy)
