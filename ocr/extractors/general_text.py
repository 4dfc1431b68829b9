"""General text: every line of the image with its location, in reading order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ocr import languages
from ocr.layout.reading_order import rows
from ocr.options import Option
from ocr.page import Line, Page

OPTIONS: tuple[Option, ...] = (
    Option("detect_direction", "bool", default=False, help="Report the rotation of the text."),
    Option("quick_mode", "bool", default=False, help="The image is a single line of text."),
    Option(
        "character_mode", "bool", default=False, help="Report every character and its location."
    ),
    Option(
        "language",
        "str",
        default="",
        choices=("", *languages.offered()),
        help="Language of the text.",
    ),
    Option(
        "single_orientation_mode",
        "bool",
        default=False,
        help="All text has one direction: no line is tried upside down.",
    ),
    Option("pdf_page_number", "int", default=1, minimum=1, help="Page of a PDF, from 1."),
    Option("return_markdown_result", "bool", default=False, help="Also as lines of text."),
)
FIELDS = ("direction", "words_block_count", "words_block_list", "markdown_result")


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the documented result; an image without text has no blocks, which is no error."""
    ordered = rows(page.lines)
    blocks = [
        _block(page, line, with_chars=options["character_mode"]) for row in ordered for line in row
    ]
    result: dict[str, Any] = {
        "direction": round(page.direction, 4) if options["detect_direction"] else -1,
        "words_block_count": len(blocks),
        "words_block_list": blocks,
    }
    if options["return_markdown_result"]:
        result["markdown_result"] = "\n".join(
            "\t".join(line.text for line in row) for row in ordered
        )
    return result


def _block(page: Page, line: Line, *, with_chars: bool) -> dict[str, Any]:
    block: dict[str, Any] = {
        "words": line.text,
        "location": page.locate(line.quad),
        "confidence": round(line.score, 4),
    }
    if with_chars:
        block["char_list"] = [
            {
                "char": char.text,
                "char_location": page.locate(char.quad),
                "char_confidence": round(char.score, 4),
            }
            for char in line.chars
            if char.text.strip()
        ]
    return block
