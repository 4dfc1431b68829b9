"""Pages of a TIFF, and JPEG images for a searchable PDF; runs in the sandbox process."""

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
    """Return the number of pages of a TIFF; a cyclic directory counts as damage."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(stream, formats=("TIFF",)) as image:
                count = int(getattr(image, "n_frames", 1))
    except MemoryError:
        raise
    except Exception as error:  # Pillow's parsers raise many types on broken headers
        raise Refused(errors.FILE_BROKEN, "the TIFF cannot be opened") from error
    if count > limits.pages:
        raise Refused(errors.FILE_TOO_MUCH, f"{count} pages; {limits.pages} are allowed")
    return count


def frame(content: bytes, number: int) -> PageInput:
    """Return one page of a TIFF as PNG, because the services recognise the first page of a file only."""
    image = _opened(content, number)
    out = io.BytesIO()
    image.save(out, format="PNG", compress_level=1)
    return PageInput(out.getvalue(), "image/png", None, *image.size)


def _opened(content: bytes, number: int) -> Image.Image:
    """Return the decoded image; `number` counts the pages of a TIFF from 1."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content)) as image:
                if number > 1:
                    image.seek(number - 1)
                image.load()
                return image.copy()
    except MemoryError:
        raise
    except Exception as error:
        raise Refused(errors.FILE_BROKEN, f"page {number} cannot be decoded") from error


def whole(content: bytes, number: int, quads: Sequence[Quad]) -> Encoded:
    """Return an image as JPEG with its EXIF orientation applied; a JPEG that needs none is passed on unchanged."""
    image = _opened(content, number)
    is_jpeg = content.startswith(b"\xff\xd8\xff") and image.mode in ("L", "RGB")
    if is_jpeg and image.getexif().get(_ORIENTATION, 1) == 1:
        found = word_gaps.column_profiles(image, quads)
        return content, *image.size, image.mode == "L", found
    return encoded(ImageOps.exif_transpose(image), quads)


def encoded(image: Image.Image, quads: Sequence[Quad]) -> Encoded:
    """Return (JPEG, width, height, is grey, ink profiles of the lines); transparency is flattened on white."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        image = Image.new("RGB", clear.size, "white")
        image.paste(clear, mask=clear.getchannel("A"))
    if image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode in ("1", "I", "I;16", "F") else "RGB")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue(), *image.size, image.mode == "L", word_gaps.column_profiles(image, quads)
