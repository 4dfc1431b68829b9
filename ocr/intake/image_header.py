"""Check format, sides and pixels of an image by its header, before anything is decoded.

Pillow only parses the header here; a decompression bomb ends at its declared size.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from core.errors import ApiError
from ocr import errors

Image.MAX_IMAGE_PIXELS = None  # the limit is ours, below, with the documented code

BASIC = ("JPEG", "PNG", "BMP", "TIFF")
WEB = (*BASIC, "GIF", "WEBP", "TGA", "PCX", "ICO")
TEXT = (*BASIC, "GIF", "WEBP", "PCX", "ICO", "PSD", "PDF")


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What a service accepts: formats (Pillow names and PDF), longest side, pixels."""

    formats: tuple[str, ...] = BASIC
    max_side_px: int = 8192
    min_side_px: int = 15
    max_pixels: int = 68_000_000


def check(data: bytes, limits: ImageLimits) -> None:
    """Raise AIS.0102 (format) or AIS.0103 (size) unless `limits` allow the image."""
    if data[:1024].lstrip()[:5] == b"%PDF-":
        if "PDF" not in limits.formats:
            raise ApiError(errors.FORMAT, reason="PDF is not supported by this service")
        return
    formats = [name for name in limits.formats if name != "PDF"]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=formats) as image:
                width, height = image.size
    except UnidentifiedImageError as error:
        reason = f"use {', '.join(limits.formats)}"
        raise ApiError(errors.FORMAT, reason=reason) from error
    except Exception as error:  # Pillow's parsers raise many types on broken headers
        raise ApiError(errors.FORMAT, reason="the header is broken") from error
    _check_sides(width, height, limits)


def _check_sides(width: int, height: int, limits: ImageLimits) -> None:
    if min(width, height) < limits.min_side_px or max(width, height) > limits.max_side_px:
        raise ApiError(
            errors.PIXELS,
            reason=f"{width} x {height} px; every side must have "
            f"{limits.min_side_px} to {limits.max_side_px} px",
        )
    if width * height > limits.max_pixels:
        raise ApiError(
            errors.PIXELS, reason=f"{width} x {height} px exceed {limits.max_pixels} pixels"
        )
