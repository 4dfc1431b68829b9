"""Render one page of a PDF, in the engine process."""

from __future__ import annotations

import math

import pypdfium2
from PIL import Image

from ocr.profiles import NoSuchPage, UnreadableImage

DPI = 200  # ten-point text becomes 28 pixels high, which suits the recognisers
MAX_PIXELS = 24_000_000
MAX_SIDE = 30_000
_POINTS_PER_INCH = 72
_PASSWORD = "password"


def render(content: bytes, *, number: int) -> Image.Image:
    """Return page `number`, from 1, on white at 200 dpi, or less where it would exceed MAX_PIXELS.

    Raises NoSuchPage if the document is shorter, UnreadableImage if it is encrypted or broken. There is
    no time limit here: at the call's deadline the pool ends the process.
    """
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if _PASSWORD in str(error).lower():
            raise UnreadableImage("The PDF is protected by a password.") from error
        raise UnreadableImage("The PDF is broken.") from error
    try:
        count = len(document)
        if count == 0:
            raise UnreadableImage("The PDF has no page.")
        if number > count:
            last = "1 page" if count == 1 else f"{count} pages"
            raise NoSuchPage(f"The PDF has {last}; pdf_page_number is {number}.")
        return _drawn(document, number)
    finally:
        document.close()


def _drawn(document: pypdfium2.PdfDocument, number: int) -> Image.Image:
    try:
        page = document[number - 1]
        across, down = page.get_size()
        bitmap = page.render(scale=scale_of(across, down))
    except pypdfium2.PdfiumError as error:
        raise UnreadableImage(f"Page {number} of the PDF cannot be drawn.") from error
    image: Image.Image = bitmap.to_pil()
    return image.copy()  # the bitmap's memory is freed with the document


def scale_of(across: float, down: float, *, dpi: float = DPI) -> float:
    """Return pixels per point for a page of this size in points; raises UnreadableImage without a size."""
    if not (math.isfinite(across) and math.isfinite(down) and across > 0 and down > 0):
        raise UnreadableImage("The page of the PDF has no size.")
    return min(
        dpi / _POINTS_PER_INCH,
        math.sqrt(MAX_PIXELS / (across * down)),
        MAX_SIDE / max(across, down),
    )
