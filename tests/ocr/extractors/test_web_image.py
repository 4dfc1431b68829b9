"""Web image: blocks, contact details in their parts, the image's size."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.engine.recorded import RecordedPage
from ocr.extractors import web_image
from ocr.fields.contacts import Contact, contact
from ocr.options import parse
from ocr.page import Line, box


def page(*texts: str) -> RecordedPage:
    lines = tuple(
        Line(text, 0.9, box(10, 30 * row, 300, 30 * row + 20)) for row, text in enumerate(texts)
    )
    return RecordedPage(image_width=640, image_height=480, lines=lines)


def run(shown: RecordedPage, **body):
    return web_image.extract(shown, parse(web_image.OPTIONS, body))


def test_nothing_is_extracted_unless_asked():
    result = run(page("hello"))
    assert result["extracted_data"] == {}
    assert result["words_block_list"][0].keys() == {"words", "confidence", "location"}


def test_size_and_contact_on_request():
    shown = page("收货人：王小明 13800138000", "广东省深圳市龙岗区坂田街道五和大道1号")
    extracted = run(shown, extract_type=["contact_info", "image_size"])["extracted_data"]
    assert extracted["image_size"] == {"height": 480, "width": 640}
    assert extracted["contact_info"] == {
        "name": "王小明",
        "phone": "13800138000",
        "province": "广东省",
        "city": "深圳市",
        "district": "龙岗区",
        "detail_address": "坂田街道五和大道1号",
    }


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("北京市朝阳区建国路88号",), Contact("", "", "北京市", "北京市", "朝阳区", "建国路88号")),
        (
            ("李雷 139-0000-1111", "地址：江苏苏州市昆山市", "前进西路20号"),
            Contact("李雷", "139-0000-1111", "江苏省", "苏州市", "昆山市", "前进西路20号"),
        ),
        (("Call +66 2 123 4567 today",), Contact(phone="+66 2 123 4567")),
        (("四川火锅真好吃", "订单号 202613800138000991"), Contact()),
        ((), Contact()),
    ],
)
def test_contacts(lines, expected):
    assert contact(lines) == expected


def test_an_unknown_extract_type_is_refused():
    with pytest.raises(ValueError, match="extract_type"):
        parse(web_image.OPTIONS, {"extract_type": ["faces"]})


@pytest.mark.engine
def test_the_typeface_a_block_is_set_in_is_among_the_likely_ones():
    from ocr.profiles import TEXT
    from ocr.vision import typeface
    from ocr.vision.decoding import DecodedImage
    from ocr.vision.image_page import ImagePage
    from tools.accuracy.reading import engine

    serif = next((face for face in typeface.faces() if face.name.endswith("Serif")), None)
    if serif is None:
        pytest.skip("no serif typeface on this machine")
    picture = Image.new("RGB", (700, 80), "white")
    pen = ImageDraw.Draw(picture)
    pen.text((20, 16), "Quarterly report 2026", (30, 30, 60), ImageFont.truetype(serif.path, 36))
    pixels = np.asarray(picture)[:, :, ::-1].copy()
    shown = ImagePage(DecodedImage(pixels, 700, 80), engine=engine(), profile=TEXT)
    block = run(shown, detect_font=True)["words_block_list"][0]
    assert block["words"] == "Quarterly report 2026"
    assert serif.name in block["font_list"]
    assert len(block["font_list"]) == len(block["font_scores"]) <= 5
    assert block["font_scores"] == sorted(block["font_scores"], reverse=True)
    assert all(0 < score <= 1 for score in block["font_scores"])


def test_without_the_switch_no_typeface_is_looked_for():
    assert "font_list" not in run(page("hello"))["words_block_list"][0]
    assert run(page("hello"), detect_font=True)["words_block_list"][0]["font_list"] == []


def test_a_lone_sign_that_was_hardly_read_is_a_drawing():
    lines = [
        Line(text, score, box(10, 30 * row, 300, 30 * row + 20))
        for row, (text, score) in enumerate((("Close", 0.99), ("X", 0.6), ("A", 0.97), ("So", 0.5)))
    ]
    blocks = run(RecordedPage(lines=tuple(lines)))["words_block_list"]
    assert [block["words"] for block in blocks] == ["Close", "A", "So"]
