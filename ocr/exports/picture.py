"""The caller's picture as JPEG with its size; runs in the engine process like an extractor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ocr.options import Option
from ocr.page import Page

OPTIONS: tuple[Option, ...] = ()


def extract(page: Page, options: Mapping[str, Any]) -> tuple[bytes, int, int]:
    """Return (JPEG, width, height) of the picture after its EXIF orientation."""
    return page.image_jpeg(), page.image_width, page.image_height
