"""The header check: format, sides and pixels before anything is decoded."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from core.errors import ApiError
from ocr.intake import image_header
from ocr.intake.image_header import TEXT, WEB, ImageLimits


def picture(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB") -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, 128).save(buffer, kind)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that declares its size and holds no pixels."""
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + ihdr + struct.pack(">I", zlib.crc32(ihdr))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 10) + b"IDAT" + b"0" * 14


def code(data: bytes, limits: ImageLimits) -> str:
    try:
        image_header.check(data, limits)
    except ApiError as error:
        return error.code
    return "ok"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF"])
def test_basic_formats_pass(kind: str) -> None:
    assert code(picture(kind), ImageLimits()) == "ok"


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PCX", "ICO"])
def test_further_formats_only_where_the_service_takes_them(kind: str) -> None:
    data = picture(kind, (32, 32))
    assert code(data, ImageLimits()) == "AIS.0102"
    assert code(data, ImageLimits(formats=WEB)) == "ok"


def test_pdf_only_for_general_text() -> None:
    assert code(b"%PDF-1.7\n...", ImageLimits()) == "AIS.0102"
    assert code(b"%PDF-1.7\n...", ImageLimits(formats=TEXT)) == "ok"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((14, 100), "AIS.0103"),
        ((15, 15), "ok"),
        ((8192, 15), "ok"),
        ((8193, 15), "AIS.0103"),
        ((8192, 8192), "ok"),
    ],
)
def test_sides(size: tuple[int, int], expected: str) -> None:
    limits = ImageLimits(max_pixels=8192 * 8192)
    assert code(png_header(*size), limits) == expected


def test_a_bomb_ends_at_its_declared_size() -> None:
    limits = ImageLimits(max_side_px=30000, max_pixels=160_000_000)
    assert code(png_header(30000, 30000), limits) == "AIS.0103"
    assert code(png_header(30001, 100), limits) == "AIS.0103"


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"PK\x03\x04zip"]
)
def test_what_is_no_picture(data: bytes) -> None:
    assert code(data, ImageLimits(formats=TEXT)) == "AIS.0102"
