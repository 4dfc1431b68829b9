"""Searchable PDF: the page image with an invisible, aligned text layer, in every script.

The text layer uses one glyphless font whose codes are UTF-16 units, so that every script can be
searched and copied without embedding a font for it (ISO 32000-1, 9.7.4 and 9.10.3). The file is
written as a stream with one page in memory; PDF libraries keep all pages until the end.
"""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise, repeat

from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib.tables._g_l_y_f import Glyph

from core.text_direction import is_rtl
from ocr.exports import glyph_widths, word_gaps
from ocr.exports.documents import Documents, PageImage
from ocr.exports.result_model import TextLine

DPI = 200  # pixels per inch assumed for the paper size: the resolution of a usual scan
_UNITS = 1000  # units per em
_ADVANCE = 500  # every code is half an em wide
_SURROGATES = range(0xD800, 0xE000)  # codes without a character: given to those beyond 16 bits
_FIRST_PAGE = 8  # objects before it: catalog, page tree, font and its parts
_CATALOG, _PAGES, _FONT, _CID_FONT, _DESCRIPTOR, _FONT_FILE, _TO_GLYPH, _TO_UNICODE = range(1, 9)
_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{beyond}2 beginbfrange
<0000> <D7FF> <0000>
<E000> <FFFF> <E000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""
Point = tuple[float, float]


@lru_cache(maxsize=1)
def _glyphless_font() -> bytes:
    builder = FontBuilder(_UNITS, isTTF=True)
    builder.setupGlyphOrder([".notdef"])
    builder.setupCharacterMap({})
    builder.setupGlyf({".notdef": Glyph()})
    builder.setupHorizontalMetrics({".notdef": (_ADVANCE, 0)})
    builder.setupHorizontalHeader(ascent=_UNITS, descent=0)
    builder.setupNameTable({"familyName": "Glyphless", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=_UNITS, sTypoDescender=0, usWinAscent=_UNITS, usWinDescent=0)
    builder.setupPost()
    buffer = io.BytesIO()
    builder.save(buffer)
    return buffer.getvalue()


class _CharCodes:
    """Two-byte codes of characters; one beyond 16 bits gets the next free surrogate code."""

    def __init__(self) -> None:
        self.beyond: dict[str, int] = {}

    def __call__(self, text: str) -> str:
        """Return the codes of `text` in hexadecimal."""
        return "".join(f"{self._code(char):04X}" for char in text)

    def _code(self, char: str) -> int:
        if ord(char) <= 0xFFFF:
            return ord(char) if ord(char) not in _SURROGATES else 0xFFFD
        if char not in self.beyond:
            if len(self.beyond) == len(_SURROGATES):
                return 0xFFFD
            self.beyond[char] = _SURROGATES[len(self.beyond)]
        return self.beyond[char]

    def cmap(self) -> bytes:
        """Return the ToUnicode CMap (ISO 32000-1, 9.10.3), in which a block has at most 100 rows."""
        rows = [
            f"<{code:04X}> <{char.encode('utf-16-be').hex().upper()}>\n"
            for char, code in self.beyond.items()
        ]
        blocks = [rows[start : start + 100] for start in range(0, len(rows), 100)]
        text = "".join(f"{len(b)} beginbfchar\n{''.join(b)}endbfchar\n" for b in blocks)
        return _CMAP.replace("{beyond}", text).encode()


class _PdfFile:
    """The objects of a PDF, written in turn; only their byte offsets are kept."""

    def __init__(self) -> None:
        self.length = 0
        self._offsets: dict[int, int] = {}
        self._next = _FIRST_PAGE

    def new(self) -> int:
        """Return the number of a new object."""
        self._next += 1
        return self._next

    def head(self) -> bytes:
        """Return the header line."""
        return self._counted(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def item(self, number: int, body: str, stream: bytes | None = None) -> bytes:
        """Return object `number` with a dictionary `body` and, if given, a stream."""
        self._offsets[number] = self.length
        if stream is None:
            return self._counted(f"{number} 0 obj\n{body}\nendobj\n".encode())
        head = f"{number} 0 obj\n{body[:-2]} /Length {len(stream)} >>\nstream\n".encode()
        return self._counted(head + stream + b"\nendstream\nendobj\n")

    def packed(self, number: int, body: str, stream: bytes) -> bytes:
        """Return object `number` with a deflated stream."""
        return self.item(number, f"{body[:-2]} /Filter /FlateDecode >>", zlib.compress(stream, 6))

    def tail(self) -> bytes:
        """Return the cross-reference table and the trailer."""
        rows = "".join(f"{self._offsets[n]:010} 00000 n \n" for n in sorted(self._offsets))
        size = len(self._offsets) + 1
        return (
            f"xref\n0 {size}\n0000000000 65535 f \n{rows}trailer\n"
            f"<< /Size {size} /Root {_CATALOG} 0 R >>\nstartxref\n{self.length}\n%%EOF\n"
        ).encode()

    def _counted(self, data: bytes) -> bytes:
        self.length += len(data)
        return data


def stream(documents: Documents, *, dpi: int = DPI) -> Iterator[bytes]:
    """Yield a PDF of the documents' images and texts; raises ValueError where an image is missing."""

    def pages() -> Iterator[tuple[PageImage, Sequence[TextLine]]]:
        for document in documents():
            if document.image is None:
                raise ValueError("a searchable PDF needs the image of every document")
            lines = document.model().lines
            image = document.image([line.location for line in lines])
            if image is not None:
                yield image, lines

    yield from written(pages(), dpi)


def written(
    pages: Iterable[tuple[PageImage, Sequence[TextLine]]], dpi: int = DPI
) -> Iterator[bytes]:
    """Yield a PDF of page images and the lines on them; `dpi` sets the paper size."""
    file, codes, kids = _PdfFile(), _CharCodes(), []
    yield file.head()
    for page_image, lines in pages:
        page, image, content = file.new(), file.new(), file.new()
        kids.append(page)
        scale = 72 / dpi
        space = "DeviceGray" if page_image.grey else "DeviceRGB"
        yield file.item(
            image,
            f"<< /Type /XObject /Subtype /Image /Width {page_image.width} /Height {page_image.height} "
            f"/ColorSpace /{space} /BitsPerComponent 8 /Filter /DCTDecode >>",
            page_image.jpeg,
        )
        width, height = page_image.width * scale, page_image.height * scale
        drawn = [
            f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q\nBT 3 Tr",
            *[
                part
                for line, profile in zip(
                    lines, chain(page_image.profiles, repeat(b"")), strict=False
                )
                for part in _line_operators(line, profile, page_image.height, scale, codes)
            ],
            "ET",
        ]
        yield file.packed(content, "<< >>", "\n".join(drawn).encode())
        yield file.item(
            page,
            f"<< /Type /Page /Parent {_PAGES} 0 R /MediaBox [0 0 {width:.3f} {height:.3f}] "
            f"/Resources << /XObject << /Im0 {image} 0 R >> /Font << /F0 {_FONT} 0 R >> >> "
            f"/Contents {content} 0 R >>",
        )
    yield from _end(file, codes, kids)


def _end(file: _PdfFile, codes: _CharCodes, kids: Sequence[int]) -> Iterator[bytes]:
    """Yield what all pages share: the page tree, the catalog and the font."""
    listed = " ".join(f"{number} 0 R" for number in kids)
    yield file.item(_PAGES, f"<< /Type /Pages /Count {len(kids)} /Kids [{listed}] >>")
    yield file.item(_CATALOG, f"<< /Type /Catalog /Pages {_PAGES} 0 R >>")
    yield file.item(
        _FONT,
        "<< /Type /Font /Subtype /Type0 /BaseFont /Glyphless /Encoding /Identity-H "
        f"/DescendantFonts [{_CID_FONT} 0 R] /ToUnicode {_TO_UNICODE} 0 R >>",
    )
    yield file.item(
        _CID_FONT,
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Glyphless /CIDSystemInfo "
        "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
        f"/FontDescriptor {_DESCRIPTOR} 0 R /DW {_ADVANCE} /CIDToGIDMap {_TO_GLYPH} 0 R >>",
    )
    yield file.item(
        _DESCRIPTOR,
        "<< /Type /FontDescriptor /FontName /Glyphless /Flags 5 /ItalicAngle 0 "
        f"/FontBBox [0 0 {_ADVANCE} {_UNITS}] /Ascent {_UNITS} /Descent 0 /CapHeight {_UNITS} "
        f"/StemV 80 /FontFile2 {_FONT_FILE} 0 R >>",
    )
    font = _glyphless_font()
    yield file.packed(_FONT_FILE, f"<< /Length1 {len(font)} >>", font)
    # Every code maps to glyph 0, which has no outline.
    yield file.packed(_TO_GLYPH, "<< >>", b"\x00\x00" * 65536)
    yield file.packed(_TO_UNICODE, "<< >>", codes.cmap())
    yield file.tail()


def _line_operators(
    line: TextLine, profile: bytes, height: int, scale: float, codes: _CharCodes
) -> Iterator[str]:
    """Yield the text operators of a line's words; the lines of a table cell are placed one by one."""
    parts = [part for part in line.text.split("\n") if part.strip()]
    if not parts or len(line.location) != 4:
        return
    for index, part in enumerate(parts):
        quad = _slice(line.location, index / len(parts), (index + 1) / len(parts))
        long, tall = math.dist(quad[0], quad[1]), math.dist(quad[0], quad[3])
        if long < 1 or tall < 1:
            continue
        found = _words(part, line, profile) if len(parts) == 1 else glyph_widths.word_spans(part)
        for word, start, end in found:
            yield _word_operators(
                word, _across(quad, start, end), height, scale, codes, line_rtl=is_rtl(part)
            )


def _slice(quad: Sequence[Sequence[float]], top: float, bottom: float) -> list[Point]:
    """Return the part of a quad between two heights, 0 = its upper side, 1 = its lower side."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    left = lambda t: (ax + (dx - ax) * t, ay + (dy - ay) * t)  # noqa: E731
    right = lambda t: (bx + (cx - bx) * t, by + (cy - by) * t)  # noqa: E731
    return [left(top), right(top), right(bottom), left(bottom)]


def _across(quad: Sequence[Point], start: float, end: float) -> list[Point]:
    """Return the part of a quad between two positions along the text, 0 = its left side."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    upper = lambda t: (ax + (bx - ax) * t, ay + (by - ay) * t)  # noqa: E731
    lower = lambda t: (dx + (cx - dx) * t, dy + (cy - dy) * t)  # noqa: E731
    return [upper(start), upper(end), lower(end), lower(start)]


def _words(text: str, line: TextLine, profile: bytes) -> list[tuple[str, float, float]]:
    """Return (word, start, end) of the words, as shares of the line.

    They come from the locations of the result's characters, else from the gaps in the image, else
    the line is divided by the widths of the letters.
    """
    words = text.split()
    chars = [char for char in line.chars if len(char[1]) == 4]
    if chars and "".join(c for c, _ in chars) == "".join(words):
        return _from_chars(words, chars, line.location)
    by_width = glyph_widths.word_spans(text)
    if not profile:
        return by_width
    first, last = word_gaps.text_extent(profile)
    by_width = [(w, first + a * (last - first), first + b * (last - first)) for w, a, b in by_width]
    ordered = sorted(by_width, key=lambda word: word[1])
    gaps = word_gaps.gaps_near(profile, [(a[2] + b[1]) / 2 for a, b in pairwise(ordered)])
    if len(gaps) != len(words) - 1:
        return by_width
    starts = [first, *(end for _, end in gaps)]
    stops = [*(start for start, _ in gaps), last]
    found = {word: (start, stop) for word, start, stop in zip(ordered, starts, stops, strict=True)}
    return [(word[0], *found[word]) for word in by_width]


def _from_chars(
    words: Sequence[str],
    chars: Sequence[tuple[str, list[list[int]]]],
    quad: Sequence[Sequence[int]],
) -> list[tuple[str, float, float]]:
    (ax, ay), (bx, by) = quad[0], quad[1]
    long = math.hypot(bx - ax, by - ay) or 1.0
    ux, uy = (bx - ax) / long, (by - ay) / long

    def along(point: Sequence[int]) -> float:
        return ((point[0] - ax) * ux + (point[1] - ay) * uy) / long

    found, at = [], 0
    for word in words:
        inside: list[float] = []
        left = len(word)
        while left > 0 and at < len(chars):
            inside += [along(point) for point in chars[at][1]]
            left -= len(chars[at][0])
            at += 1
        start, end = min(inside), max(inside)
        found.append((word, start, end) if end - start > 1e-3 else (word, start, start + 1e-3))
    return found


def _word_operators(
    word: str,
    quad: Sequence[Point],
    height: int,
    scale: float,
    codes: _CharCodes,
    *,
    line_rtl: bool,
) -> str:
    """Return the operators of one word, stretched over its quad, and the space that separates it."""
    (x0, y0), (x1, y1), _, (x3, y3) = quad
    long, tall = math.hypot(x1 - x0, y1 - y0) or 1.0, math.hypot(x3 - x0, y3 - y0) or 1.0
    ux, uy = (x1 - x0) / long, (y1 - y0) / long  # along the text
    vx, vy = (x0 - x3) / tall, (y0 - y3) / tall  # up
    along = long / (len(word) * _ADVANCE / _UNITS)
    matrix = (ux * along, -uy * along, vx * tall, -vy * tall)
    numbers = " ".join(f"{value * scale:.4f}" for value in matrix)
    if line_rtl:  # the space before the next word lies to its left
        x3, y3 = x3 - ux * along * _ADVANCE / _UNITS, y3 - uy * along * _ADVANCE / _UNITS
    origin = f"{x3 * scale:.3f} {(height - y3) * scale:.3f}"
    shown = (
        f" {glyph_widths.visual_text(word)}" if line_rtl else f"{glyph_widths.visual_text(word)} "
    )
    return f"/F0 1 Tf {numbers} {origin} Tm <{codes(shown)}> Tj"
