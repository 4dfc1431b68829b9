"""Write results into the formats of the console's own exports, with one result in memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ocr_console_cli import writers

writers.make_importable()

from ocr.exports import formats, word_gaps  # noqa: E402
from ocr.exports.documents import Document, PageImage  # noqa: E402
from ocr.exports.result_model import Quad  # noqa: E402

Row = tuple[str, str, str, Path]


def pieces(kind: str, rows: Sequence[Row], get: Callable[[str], Any]) -> Iterator[bytes]:
    """Yield the output file; `get` finds the result of a row's key. Raises ValueError with a reason."""

    def documents() -> Iterator[Document]:
        for title, key, error, file in rows:
            result = None if error else get(key)
            yield Document(title, result, partial(_page_image, file), error)

    return formats.stream(kind, documents)


def _page_image(file: Path, quads: Sequence[Quad]) -> PageImage:
    """Return the image as JPEG with its EXIF orientation applied; only the server's jobs render PDFs."""
    from PIL import Image, ImageOps

    content = file.read_bytes()
    if content[:1024].lstrip().startswith(b"%PDF-"):
        raise ValueError("a searchable PDF is made of PDFs by a job: ocr-console jobs submit")
    with Image.open(io.BytesIO(content)) as opened:
        image = ImageOps.exif_transpose(opened)
    if image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    found = word_gaps.column_profiles(image, quads)
    return PageImage(out.getvalue(), *image.size, image.mode == "L", found)
