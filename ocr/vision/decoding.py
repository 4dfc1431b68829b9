"""Decode the bytes of any accepted format to one BGR image, in the engine process."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from ocr.profiles import EngineError, ImageTooLarge, UnreadableImage

MAX_PIXELS = 160_000_000  # largest image of the API
WORK_PIXELS = (
    24_000_000  # larger images are scaled down: recognition gains nothing, memory is limited
)
Image.MAX_IMAGE_PIXELS = None  # MAX_PIXELS is checked below and has an error of its own
Image.preinit()
# Pillow's JPEG plug-in opens MPO too; TGA has no signature, so it is tried last.
FORMATS = ("JPEG", "PNG", "BMP", "DIB", "TIFF", "GIF", "WEBP", "PCX", "ICO", "PSD", "PPM", "TGA")


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """A decoded image: H x W x 3 uint8 pixels in BGR order, and its size before it was scaled down."""

    pixels: np.ndarray[Any, Any]
    width: int
    height: int


def decode(content: bytes, *, page: int = 1) -> DecodedImage:
    """Return the image in `content`: the first frame, or page `page` of a PDF, from 1.

    EXIF orientation is applied. CMYK, palettes, 16 bits and transparency are converted to BGR, the
    latter on white or black, whichever contrasts with the visible part. Raises UnreadableImage,
    NoSuchPage, or ImageTooLarge if the header declares more than 160 million pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _normal(_pdf(content, page) if is_pdf(content) else _open(content))
    except EngineError:
        raise
    except MemoryError as error:
        raise ImageTooLarge("The image does not fit into memory.") from error
    except Exception as error:  # Pillow's plug-ins raise exceptions of any type on damaged files
        raise UnreadableImage(f"The image cannot be decoded ({type(error).__name__}).") from error


def is_pdf(content: bytes) -> bool:
    """Whether the bytes are a PDF; white space may stand before its signature."""
    return content[:1024].lstrip().startswith(b"%PDF-")


def _pdf(content: bytes, page: int) -> Image.Image:
    from ocr.vision import pdf_page  # PDFium is loaded only where a PDF is sent

    return pdf_page.render(content, number=page)


def _open(content: bytes) -> Image.Image:
    opened = Image.open(io.BytesIO(content), formats=FORMATS)
    if opened.width * opened.height > MAX_PIXELS:
        raise ImageTooLarge(f"The image has {opened.width} x {opened.height} pixels.")
    return opened


def _normal(opened: Image.Image) -> DecodedImage:
    turned = opened.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    width, height = (opened.height, opened.width) if turned else opened.size
    factor = (WORK_PIXELS / max(1, width * height)) ** 0.5
    if factor < 1 and opened.format == "JPEG":
        opened.draft("RGB", (int(opened.width * factor), int(opened.height * factor)))
    image = ImageOps.exif_transpose(opened)
    pixels = _bgr(image)
    if pixels.shape[0] * pixels.shape[1] > WORK_PIXELS * 1.05:
        import cv2

        small = (max(1, int(width * factor)), max(1, int(height * factor)))
        pixels = cv2.resize(pixels, small, interpolation=cv2.INTER_AREA)
    return DecodedImage(pixels, width, height)


def _bgr(image: Image.Image) -> np.ndarray[Any, Any]:
    if image.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        return _deep_to_bgr(np.asarray(image, dtype=np.float32))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return _on_background(np.asarray(image.convert("RGBA")))
    rgb = np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
    return np.ascontiguousarray(rgb[:, :, ::-1])


def _deep_to_bgr(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return grey of more than 8 bits as BGR: scaled from 16 bits if it uses them, else from its maximum."""
    top = float(values.max(initial=0.0))
    divisor = 257.0 if 4096 <= top <= 65535 else max(top, 255.0) / 255.0
    grey = np.clip(values / divisor, 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _on_background(rgba: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Flatten transparency on white, or on black where the visible part is light."""
    alpha = rgba[:, :, 3:4].astype(np.float32) / 255.0
    color = rgba[:, :, :3].astype(np.float32)
    weight = float(alpha.sum())
    background = 255.0
    if weight and float(alpha.mean()) < 0.98:
        light = float((color.mean(axis=2, keepdims=True) * alpha).sum() / weight)
        background = 0.0 if light > 160 else 255.0
    flat = color * alpha + background * (1.0 - alpha)
    return np.ascontiguousarray(flat[:, :, ::-1].round().astype(np.uint8))
