"""Pictures as they are needed: pages of a TIFF, and JPEG for a PDF; runs in the opening process."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import BinaryIO

from PIL import Image, ImageOps

from ocr import errors
from ocr.exports import word_gaps
from ocr.exports.result_model import Quad
from ocr.jobs.file_model import Limits, PageInput, Refused

Image.MAX_IMAGE_PIXELS = None  # the process's memory is the limit
Encoded = tuple[bytes, int, int, bool, tuple[bytes, ...]]
_ORIENTATION = 0x0112
_QUALITY = 88


def frames(stream: BinaryIO, limits: Limits) -> int:
    """Return how many pages a TIFF has; a directory that runs in circles is broken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(stream, formats=("TIFF",)) as picture:
                count = int(getattr(picture, "n_frames", 1))
    except MemoryError:
        raise
    except Exception as error:  # Pillow's parsers raise many types on broken headers
        raise Refused(errors.FILE_BROKEN, "the TIFF cannot be opened") from error
    if count > limits.pages:
        raise Refused(errors.FILE_TOO_MUCH, f"{count} pages; {limits.pages} are allowed")
    return count


def frame(content: bytes, number: int) -> PageInput:
    """Return one page of a TIFF as PNG: the services read the first page of a file only."""
    picture = _opened(content, number)
    out = io.BytesIO()
    picture.save(out, format="PNG", compress_level=1)
    return PageInput(out.getvalue(), "image/png", None, *picture.size)


def _opened(content: bytes, number: int) -> Image.Image:
    """Return a picture, decoded; `number` counts the pages of a TIFF from 1."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content)) as picture:
                if number > 1:
                    picture.seek(number - 1)
                picture.load()
                return picture.copy()
    except MemoryError:
        raise
    except Exception as error:
        raise Refused(errors.FILE_BROKEN, f"page {number} cannot be decoded") from error


def whole(content: bytes, number: int, quads: Sequence[Quad]) -> Encoded:
    """Return a picture as JPEG the right way up; a JPEG that stands upright is handed on as it is."""
    picture = _opened(content, number)
    is_jpeg = content.startswith(b"\xff\xd8\xff") and picture.mode in ("L", "RGB")
    if is_jpeg and picture.getexif().get(_ORIENTATION, 1) == 1:
        found = word_gaps.column_profiles(picture, quads)
        return content, *picture.size, picture.mode == "L", found
    return encoded(ImageOps.exif_transpose(picture), quads)


def encoded(picture: Image.Image, quads: Sequence[Quad]) -> Encoded:
    """Return (JPEG, width, height, grey, profiles of the lines); transparency lies on white."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        picture = Image.new("RGB", clear.size, "white")
        picture.paste(clear, mask=clear.getchannel("A"))
    if picture.mode not in ("L", "RGB"):
        picture = picture.convert("L" if picture.mode in ("1", "I", "I;16", "F") else "RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return (
        out.getvalue(),
        *picture.size,
        picture.mode == "L",
        word_gaps.column_profiles(picture, quads),
    )
