"""Inspect and render PDF documents; runs in the sandbox process, never in a web or engine process."""

from __future__ import annotations

import io
import math
import operator
from collections.abc import Callable
from typing import Any, BinaryIO

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from ocr import errors
from ocr.jobs import text_layer
from ocr.jobs.file_model import Limits, PageInput, Refused
from ocr.profiles import UnreadableImage
from ocr.vision import pdf_page

MAX_OBJECTS = 2_000_000
MAX_DPI = 400  # four-point print; more does not improve recognition
_IMAGE_SHARE = 0.1  # an image smaller than a tenth of the page says nothing of its text
_SCAN_SHARE = 0.5  # an image larger than half of the page is the page
_STEP = 2000
_ALL = operator.attrgetter("objects")  # of a document: no query of a table
_JPEG: dict[str, Any] = {"format": "JPEG", "quality": 93, "subsampling": 0}
_PNG: dict[str, Any] = {"format": "PNG", "compress_level": 1}


def open_document(stream: BinaryIO | bytes) -> pypdfium2.PdfDocument:
    """Return the document; raises Refused when it needs a password or is damaged."""
    try:
        document = pypdfium2.PdfDocument(stream)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Refused(errors.FILE_LOCKED, "the PDF asks for a password") from error
        raise Refused(errors.FILE_BROKEN, "the PDF cannot be opened") from error
    if len(document) < 1:
        document.close()
        raise Refused(errors.FILE_BROKEN, "the PDF has no page")
    return document


def inspect(
    document: pypdfium2.PdfDocument,
    stream: BinaryIO | bytes,
    limits: Limits,
    step: Callable[[], None],
) -> tuple[int, tuple[int, ...]]:
    """Return the number of pages and the numbers of those with a text layer.

    Raises Refused for too many pages, scripts or damage. `step` is called after each piece of work that
    is short for an honest file.
    """
    count = len(document)
    if count > limits.pages:
        raise Refused(
            errors.FILE_TOO_MUCH, f"the PDF has {count} pages; {limits.pages} are allowed"
        )
    step()
    refuse_scripts(stream, step)
    with_text = []
    for number in range(1, count + 1):
        page = _page(document, number)
        try:
            if text_layer.is_text(page, scan=_image_share(page) >= _SCAN_SHARE):
                with_text.append(number)
        finally:
            page.close()
        step()
    return count, tuple(with_text)


def refuse_scripts(stream: BinaryIO | bytes, step: Callable[[], None]) -> None:
    """Raise Refused when any object of the PDF holds JavaScript or launches a program.

    All objects are examined, so that no trigger (document, page, annotation, form field) is missed
    (PDF 32000-1, 12.6.4.5 and 12.6.4.16).
    """
    import pikepdf

    source = io.BytesIO(stream) if isinstance(stream, bytes) else stream
    try:
        with pikepdf.open(source, suppress_warnings=True) as parsed:
            everything = _ALL(parsed)
            if len(everything) > MAX_OBJECTS:
                raise Refused(errors.FILE_TOO_MUCH, "the PDF has more than two million objects")
            for index, item in enumerate(everything):
                if not isinstance(item, pikepdf.Stream):
                    _refuse_script(item)
                if index % _STEP == 0:
                    step()
    except pikepdf.PasswordError as error:
        raise Refused(errors.FILE_LOCKED, "the PDF asks for a password") from error
    except pikepdf.PdfError as error:
        raise Refused(errors.FILE_BROKEN, "the PDF cannot be opened") from error


def _refuse_script(item: Any) -> None:
    written = item.unparse(resolved=True)
    if (b"/JavaScript" in written or b"/Launch" in written) and _is_action(item):
        what = "a script" if b"/JavaScript" in written else "a program to start"
        raise Refused(errors.FILE_SCRIPTS, f"the PDF holds {what}")


def _is_action(item: Any, depth: int = 0) -> bool:
    """Return whether a dictionary, or a direct member of it, has an active action as its /S entry."""
    import pikepdf

    if depth > 20:
        return True  # nobody nests so deep for an honest reason
    if isinstance(item, pikepdf.Dictionary):
        if str(item.get("/S")) in ("/JavaScript", "/Launch") or "/JavaScript" in item:
            return True
        members = [item.get(key) for key in item.keys()]  # noqa: SIM118 not a dict
    elif isinstance(item, pikepdf.Array):
        members = list(item)
    else:
        return False
    inside = [part for part in members if isinstance(part, pikepdf.Object) and not part.is_indirect]
    return any(_is_action(part, depth + 1) for part in inside)


def page_text(
    document: pypdfium2.PdfDocument, number: int, options: dict[str, Any]
) -> PageInput | None:
    """Return the page's text layer in the shape of general-text's result, or None if it has none."""
    page = _page(document, number)
    try:
        scan = _image_share(page) >= _SCAN_SHARE
        if not text_layer.is_text(page, scan=scan):
            return None
        dpi, scale = resolution(page)
        width, height = _pixels(page, scale)
        text = text_layer.result(page, (width, height), options)
        return PageInput(None, "", text, width, height, dpi)
    finally:
        page.close()


def page_image(document: pypdfium2.PdfDocument, number: int) -> PageInput:
    """Return the page rendered on white: JPEG where one image covers it, else lossless PNG."""
    image, dpi, scan = rendered(document, number)
    out = io.BytesIO()
    image.save(out, **(_JPEG if scan else _PNG))
    media_type = "image/jpeg" if scan else "image/png"
    return PageInput(out.getvalue(), media_type, None, *image.size, dpi)


def rendered(document: pypdfium2.PdfDocument, number: int) -> tuple[Image.Image, int, bool]:
    """Return the rendered page, its resolution in dots per inch, and whether one image covers it."""
    page = _page(document, number)
    try:
        dpi, scale = resolution(page)
        bitmap = page.render(scale=scale, prefer_bgrx=False, rev_byteorder=True)
        image: Image.Image = bitmap.to_pil().copy()  # the bitmap's memory is given back
        bitmap.close()
        return image, dpi, _image_share(page) >= _SCAN_SHARE
    except pypdfium2.PdfiumError as error:
        raise Refused(errors.FILE_BROKEN, f"page {number} cannot be drawn") from error
    finally:
        page.close()


def resolution(page: pypdfium2.PdfPage) -> tuple[int, float]:
    """Return (dots per inch, pixels per point) that the page's text needs.

    The smallest print becomes as high as ten-point print at 200 dpi; a scan is rendered at its own
    resolution. At least 200 dpi, at most 400, and less where the page would not fit into memory.
    """
    wanted = float(pdf_page.DPI)
    if _image_share(page) < _SCAN_SHARE and (size := text_layer.smallest_size(page)):
        wanted = max(wanted, pdf_page.DPI * 10 / size)
    wanted = min(float(MAX_DPI), max(wanted, _image_dpi(page)))
    across, down = page.get_size()
    try:
        scale = pdf_page.scale_of(across, down, dpi=wanted)
    except UnreadableImage as error:
        raise Refused(errors.FILE_BROKEN, str(error)) from error
    return round(scale * 72), scale


def _pixels(page: pypdfium2.PdfPage, scale: float) -> tuple[int, int]:
    """Return the size in pixels at which pypdfium2 renders the page (it rounds up)."""
    across, down = page.get_size()
    return math.ceil(across * scale), math.ceil(down * scale)


def _page(document: pypdfium2.PdfDocument, number: int) -> pypdfium2.PdfPage:
    if not 1 <= number <= len(document):
        raise Refused(errors.FILE_PAGE, f"the PDF has {len(document)} pages; page {number} is none")
    try:
        return document[number - 1]
    except pypdfium2.PdfiumError as error:
        raise Refused(errors.FILE_BROKEN, f"page {number} cannot be opened") from error


def _images(page: pypdfium2.PdfPage) -> list[tuple[float, float, float]]:
    """Return (width, height in points, number of pixels) of every image of the page."""
    found = []
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        try:
            left, bottom, right, top = item.get_bounds()
            columns, rows = item.get_px_size()
        except pypdfium2.PdfiumError:
            continue
        found.append((right - left, top - bottom, float(columns * rows)))
    return found


def _area(page: pypdfium2.PdfPage) -> float:
    across, down = page.get_size()
    return max(1.0, across * down)


def _image_share(page: pypdfium2.PdfPage) -> float:
    """Return the share of the page that its largest image covers, 0..1."""
    return max((w * h for w, h, _ in _images(page)), default=0.0) / _area(page)


def _image_dpi(page: pypdfium2.PdfPage) -> float:
    least = _IMAGE_SHARE * _area(page)
    dense = (px / (w * h) for w, h, px in _images(page) if w * h >= least)
    return 72 * math.sqrt(max(dense, default=0.0))
