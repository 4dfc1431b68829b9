"""Page image for a searchable PDF: JPEG, size and column profiles; runs in the engine process."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from ocr.exports import word_gaps
from ocr.options import Option
from ocr.page import Page

OPTIONS: tuple[Option, ...] = ()


def extract(
    page: Page, options: Mapping[str, Any]
) -> tuple[bytes, int, int, bool, tuple[bytes, ...]]:
    """Return (JPEG, width, height, grey, profiles), the fields of `documents.PageImage`.

    `options["quads"]` are the lines whose column profiles are wanted; the EXIF orientation is applied.
    """
    from PIL import Image

    jpeg = page.image_jpeg()
    with Image.open(io.BytesIO(jpeg)) as opened:
        found = word_gaps.column_profiles(opened, options["quads"])
        return jpeg, page.image_width, page.image_height, opened.mode == "L", found
