"""The text layer of a PDF page in the shape of general-text's result; runs in the sandbox process."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from ocr.extractors import general_text
from ocr.page import Char, Line, Point, Quad

_LEAST_CHARS = 8  # a page number is no text layer
_LEAST_ON_A_SCAN = 60  # nor is a stamp or a footer on a scanned page
_LEAST_LEGIBLE = 0.9  # fonts without a map give private or unknown characters
_GAP = 2.0  # a gap wider than twice the line's height parts columns
_LINE_HEIGHT = 1.15  # height of a font's box over its size
_HYPHENS = ("\x02", "\ufffe")  # how PDFium marks a hyphen at the end of a line
_UNKNOWN = ("Co", "Cn", "Cc", "Cs")


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character with its box in points of the page (left, bottom, right, top) and its angle in degrees."""

    text: str
    box: tuple[float, float, float, float]
    angle: float


def is_text(page: pypdfium2.PdfPage, *, scan: bool) -> bool:
    """Return whether the page has a usable text layer: enough characters, and legible ones."""
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        text = textpage.get_text_range(0, min(count, 20_000)) if count else ""
    finally:
        textpage.close()
    characters = [char for char in text if not char.isspace()]
    known = [char for char in characters if _is_known(char)]
    least = _LEAST_ON_A_SCAN if scan else _LEAST_CHARS
    return len(known) >= least and len(known) >= _LEAST_LEGIBLE * len(characters)


def _is_known(char: str) -> bool:
    return char in _HYPHENS or (char != "\ufffd" and unicodedata.category(char) not in _UNKNOWN)


def smallest_size(page: pypdfium2.PdfPage) -> float:
    """Return the size in points of the page's small print (5th percentile), 0 without text."""
    heights = sorted(
        _across(glyph) for glyph in glyphs(page) if not glyph.text.isspace() and _across(glyph) > 0
    )
    return heights[len(heights) // 20] / _LINE_HEIGHT if heights else 0.0


def _across(glyph: Glyph) -> float:
    left, bottom, right, top = glyph.box
    return right - left if _is_upended(glyph.angle) else top - bottom


def _is_upended(angle: float) -> bool:
    return round(angle / (math.pi / 2)) % 2 == 1


def glyphs(page: pypdfium2.PdfPage) -> list[Glyph]:
    """Return the page's characters in text order, line breaks included."""
    textpage = page.get_textpage()
    found: list[Glyph] = []
    box = pdfium.FS_RECTF()
    try:
        for index in range(textpage.count_chars()):
            code = pdfium.FPDFText_GetUnicode(textpage, index)
            char = _char(code)
            if not char:
                continue
            pdfium.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(box))
            angle = pdfium.FPDFText_GetCharAngle(textpage, index)
            found.append(Glyph(char, (box.left, box.bottom, box.right, box.top), max(0.0, angle)))
    finally:
        textpage.close()
    return _joined(found)


def _char(code: int) -> str:
    if code == 0 or code > 0x10FFFF:
        return ""
    char = chr(code)
    return "-" if char in _HYPHENS else char


def _joined(found: list[Glyph]) -> list[Glyph]:
    """Join surrogate halves, which PDFium counts as two characters."""
    joined: list[Glyph] = []
    for glyph in found:
        if (
            joined
            and "\ud800" <= joined[-1].text <= "\udbff"
            and "\udc00" <= glyph.text <= "\udfff"
        ):
            whole = (joined[-1].text + glyph.text).encode("utf-16", "surrogatepass")
            joined[-1] = Glyph(whole.decode("utf-16"), joined[-1].box, glyph.angle)
        else:
            joined.append(glyph)
    return [glyph for glyph in joined if not "\ud800" <= glyph.text <= "\udfff"]


def lines(page: pypdfium2.PdfPage, size: tuple[int, int]) -> list[Line]:
    """Return the page's lines of text in pixels of an image of `size` (width, height)."""
    runs: list[list[Glyph]] = [[]]
    for glyph in glyphs(page):
        if glyph.text in "\r\n":
            runs.append([])
        else:
            runs[-1].append(glyph)
    to_image = _placing(page, size)
    return [
        line for run in runs for part in _parts(run) if (line := _line(part, to_image)) is not None
    ]


def _parts(run: Sequence[Glyph]) -> list[list[Glyph]]:
    """Split a line at gaps wide enough to separate columns."""
    parts: list[list[Glyph]] = [[]]
    last: Glyph | None = None
    for glyph in run:
        if last is not None and not glyph.text.isspace():
            height = max(_across(last), _across(glyph))
            if height > 0 and _gap(last.box, glyph.box) > _GAP * height:
                parts.append([])
        parts[-1].append(glyph)
        if not glyph.text.isspace():
            last = glyph
    return parts


def _gap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    across = max(other[0] - one[2], one[0] - other[2])
    down = max(other[1] - one[3], one[1] - other[3])
    return max(across, down)


class _Affine:
    """Map from points of the page to pixels of its image, rotated pages included."""

    def __init__(self, origin: Point, right: Point, up: Point, unit: float) -> None:
        self.origin = origin
        self.right = ((right[0] - origin[0]) / unit, (right[1] - origin[1]) / unit)
        self.up = ((up[0] - origin[0]) / unit, (up[1] - origin[1]) / unit)

    def __call__(self, x: float, y: float) -> Point:
        return (
            self.origin[0] + x * self.right[0] + y * self.up[0],
            self.origin[1] + x * self.right[1] + y * self.up[1],
        )


def _placing(page: pypdfium2.PdfPage, size: tuple[int, int]) -> _Affine:
    fine, unit = 64, 1000  # PDFium answers whole pixels: ask on a finer grid
    x, y = ctypes.c_int(), ctypes.c_int()

    def at(px: float, py: float) -> Point:
        pdfium.FPDF_PageToDevice(
            page, 0, 0, size[0] * fine, size[1] * fine, 0, px, py, ctypes.byref(x), ctypes.byref(y)
        )
        return x.value / fine, y.value / fine

    return _Affine(at(0, 0), at(unit, 0), at(0, unit), unit)


def _line(run: Sequence[Glyph], to_image: _Affine) -> Line | None:
    while run and run[-1].text.isspace():
        run = run[:-1]
    while run and run[0].text.isspace():
        run = run[1:]
    text = "".join(glyph.text for glyph in run)
    solid = [glyph for glyph in run if not glyph.text.isspace()]
    if not solid:
        return None
    angle = median(glyph.angle for glyph in solid)
    boxes = [glyph.box for glyph in solid]
    around = (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
    chars = tuple(
        Char(glyph.text, 1.0, _quad(glyph.box, angle, to_image))
        for glyph in run
        if not glyph.text.isspace()
    )
    return Line(unicodedata.normalize("NFC", text), 1.0, _quad(around, angle, to_image), chars)


def _quad(box: tuple[float, float, float, float], angle: float, to_image: _Affine) -> Quad:
    """Return the box clockwise from the corner where its text begins."""
    left, bottom, right, top = box
    corners = [
        to_image(left, top),
        to_image(right, top),
        to_image(right, bottom),
        to_image(left, bottom),
    ]
    turns = round(angle / (math.pi / 2)) % 4
    a, b, c, d = corners[turns:] + corners[:turns]
    return (a, b, c, d)


class _TextPage:
    """A page whose lines are known: as much of `ocr.page.Page` as general-text asks for."""

    direction = 0.0

    def __init__(self, found: Sequence[Line]) -> None:
        self.lines = found

    def locate(self, region: Quad) -> list[list[int]]:
        """Return the four points as whole pixels."""
        return [[round(x), round(y)] for x, y in region]


def result(
    page: pypdfium2.PdfPage, size: tuple[int, int], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Return general-text's result made of the page's text layer; every confidence is 1."""
    made: Any = _TextPage(lines(page, size))
    return general_text.extract(made, options)
