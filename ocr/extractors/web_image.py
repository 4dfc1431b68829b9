"""Web image: text of screenshots and designs, contact details and the image's size on request.

`detect_font` lists the typefaces of the engine's machine in which a block, drawn again, looks most
alike, for the first 60 blocks. `detect_direction` rotates the image before recognition, as every
service does; the published result has no member to report it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ocr.fields.contacts import contact
from ocr.layout.reading_order import in_order
from ocr.options import Option
from ocr.page import Line, Page

OPTIONS: tuple[Option, ...] = (
    Option(
        "detect_direction",
        "bool",
        default=False,
        help="Rotate the image upright before recognition.",
    ),
    Option(
        "extract_type",
        "list",
        default=[],
        choices=("contact_info", "image_size"),
        help="What to extract besides the text.",
    ),
    Option("detect_font", "bool", default=False, help="List likely fonts of each block."),
    Option(
        "detect_text_direction",
        "bool",
        default=True,
        help="Also recognise upside-down and vertical lines.",
    ),
)
PICTOGRAM = 0.8  # score below which a lone character is taken for a drawing
MOST_FONTS = 60  # blocks: a tenth of a second each
FIELDS = ("words_block_count", "words_block_list", "extracted_data")


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the documented result; `extracted_data` holds only what was asked for."""
    lines = in_order([line for line in page.lines if not _is_pictogram(line)])
    blocks = [
        {
            "words": line.text,
            "confidence": round(line.score, 4),
            "location": page.locate(line.quad),
            **(_fonts(page, line, look=order < MOST_FONTS) if options["detect_font"] else {}),
        }
        for order, line in enumerate(lines)
    ]
    extracted: dict[str, Any] = {}
    if "contact_info" in options["extract_type"]:
        extracted["contact_info"] = asdict(contact([line.text for line in lines]))
    if "image_size" in options["extract_type"]:
        extracted["image_size"] = {"height": page.image_height, "width": page.image_width}
    return {
        "words_block_count": len(blocks),
        "words_block_list": blocks,
        "extracted_data": extracted,
    }


def _is_pictogram(line: Line) -> bool:
    """Return whether a line is a lone character with a low score: an arrow or cross of the design."""
    return len(line.text.strip()) == 1 and line.score < PICTOGRAM


def _fonts(page: Page, line: Line, *, look: bool) -> dict[str, Any]:
    found = page.fonts(line) if look else ()
    return {
        "font_list": [name for name, _ in found],
        "font_scores": [score for _, score in found],
    }
