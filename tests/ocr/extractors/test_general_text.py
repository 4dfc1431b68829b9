"""General text: the documented fields, in reading order."""

from __future__ import annotations

import pytest

from ocr.engine.recorded import RecordedPage
from ocr.extractors import general_text
from ocr.options import parse
from ocr.page import Char, Line, box


def line(text: str, left: float, top: float, *, width: float = 100, height: float = 20) -> Line:
    chars = tuple(
        Char(sign, 0.9, box(left + 10 * k, top, left + 10 * k + 10, top + height))
        for k, sign in enumerate(text)
    )
    return Line(text, 0.98765, box(left, top, left + width, top + height), chars)


PAGE = RecordedPage(
    direction=12.34567,
    lines=(
        line("right", 300, 12),
        line("below", 10, 60),
        line("left", 10, 10),
        line("middle", 150, 8),
    ),
)


def run(**body):
    return general_text.extract(PAGE, parse(general_text.OPTIONS, body))


def test_blocks_run_left_to_right_and_top_to_bottom():
    result = run()
    assert [block["words"] for block in result["words_block_list"]] == [
        "left",
        "middle",
        "right",
        "below",
    ]
    assert result["words_block_count"] == 4
    assert result["words_block_list"][0] == {
        "words": "left",
        "location": [[10, 10], [110, 10], [110, 30], [10, 30]],
        "confidence": 0.9877,
    }


def test_direction_only_when_asked():
    assert run()["direction"] == -1
    assert run(detect_direction=True)["direction"] == 12.3457


def test_markdown_joins_blocks_by_tab_and_rows_by_newline():
    assert "markdown_result" not in run()
    assert run(return_markdown_result=True)["markdown_result"] == "left\tmiddle\tright\nbelow"


def test_characters_only_when_asked():
    assert "char_list" not in run()["words_block_list"][0]
    chars = run(character_mode=True)["words_block_list"][0]["char_list"]
    assert [entry["char"] for entry in chars] == list("left")
    assert chars[1] == {
        "char": "e",
        "char_location": [[20, 10], [30, 10], [30, 30], [20, 30]],
        "char_confidence": 0.9,
    }


def test_a_page_without_text_has_no_blocks():
    empty = general_text.extract(RecordedPage(), parse(general_text.OPTIONS, {}))
    assert empty == {"direction": -1, "words_block_count": 0, "words_block_list": []}


@pytest.mark.parametrize(
    "body",
    [
        {"detect_direction": "true"},
        {"detect_direction": 1},
        {"character_mode": None},
        {"language": "tlh"},
        {"pdf_page_number": 0},
        {"pdf_page_number": True},
    ],
)
def test_a_bad_option_names_its_field(body):
    with pytest.raises(ValueError, match=next(iter(body))):
        parse(general_text.OPTIONS, body)
