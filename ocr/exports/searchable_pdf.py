"""Searchable PDF: the picture, and over it the text, invisible and aligned, in every script.

The text layer uses one font without outlines whose codes are UTF-16, the way that lets every
script be searched and copied without embedding a font for it (PDF 32000-1, 9.7.4 and 9.10.3). The
file is written as a stream, one page in memory; a library would keep all of them until the end.
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
from ocr.exports.documents import Documents, Picture
from ocr.exports.result_model import TextLine

DPI = 200  # sets the paper size
_UNITS = 1000
_ADVANCE = 500  # every code is half an em wide
_HALVES = range(0xD800, 0xE000)  # codes that no character has: they stand for those beyond 16 bits
_FIRST_PAGE = 8  # objects before it: catalogue, pages, font and its parts
_CATALOGUE, _PAGES, _FONT, _CID_FONT, _DESCRIPTOR, _FONT_FILE, _TO_GLYPH, _TO_UNICODE = range(1, 9)
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


class _Codes:
    """The two-byte code of each character; one beyond 16 bits gets a code that is nobody's."""

    def __init__(self) -> None:
        self.beyond: dict[str, int] = {}

    def __call__(self, text: str) -> str:
        """Return the codes of `text` in hexadecimal."""
        return "".join(f"{self._code(char):04X}" for char in text)

    def _code(self, char: str) -> int:
        if ord(char) <= 0xFFFF:
            return ord(char) if ord(char) not in _HALVES else 0xFFFD
        if char not in self.beyond:
            if len(self.beyond) == len(_HALVES):
                return 0xFFFD
            self.beyond[char] = _HALVES[len(self.beyond)]
        return self.beyond[char]

    def cmap(self) -> bytes:
        """Return the map from codes to characters (ISO 32000-1, 9.10.3), at most 100 rows a block."""
        rows = [
            f"<{code:04X}> <{char.encode('utf-16-be').hex().upper()}>\n"
            for char, code in self.beyond.items()
        ]
        blocks = [rows[start : start + 100] for start in range(0, len(rows), 100)]
        text = "".join(f"{len(b)} beginbfchar\n{''.join(b)}endbfchar\n" for b in blocks)
        return _CMAP.replace("{beyond}", text).encode()


class _File:
    """The objects of a PDF, written in turn; only their places are kept."""

    def __init__(self) -> None:
        self.length = 0
        self._places: dict[int, int] = {}
        self._next = _FIRST_PAGE

    def new(self) -> int:
        """Return the number of a further object."""
        self._next += 1
        return self._next

    def head(self) -> bytes:
        """Return the first line."""
        return self._counted(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def item(self, number: int, body: str, stream: bytes | None = None) -> bytes:
        """Return object `number` with a dictionary `body` and, if given, a stream."""
        self._places[number] = self.length
        if stream is None:
            return self._counted(f"{number} 0 obj\n{body}\nendobj\n".encode())
        head = f"{number} 0 obj\n{body[:-2]} /Length {len(stream)} >>\nstream\n".encode()
        return self._counted(head + stream + b"\nendstream\nendobj\n")

    def packed(self, number: int, body: str, stream: bytes) -> bytes:
        """Return object `number` with a deflated stream."""
        return self.item(number, f"{body[:-2]} /Filter /FlateDecode >>", zlib.compress(stream, 6))

    def tail(self) -> bytes:
        """Return the table of places and the trailer."""
        rows = "".join(f"{self._places[n]:010} 00000 n \n" for n in sorted(self._places))
        size = len(self._places) + 1
        return (
            f"xref\n0 {size}\n0000000000 65535 f \n{rows}trailer\n"
            f"<< /Size {size} /Root {_CATALOGUE} 0 R >>\nstartxref\n{self.length}\n%%EOF\n"
        ).encode()

    def _counted(self, data: bytes) -> bytes:
        self.length += len(data)
        return data


def stream(documents: Documents, *, dpi: int = DPI) -> Iterator[bytes]:
    """Yield a PDF of the documents' pictures and texts; raises ValueError where a picture is missing."""

    def pages() -> Iterator[tuple[Picture, Sequence[TextLine]]]:
        for document in documents():
            if document.picture is None:
                raise ValueError("a searchable PDF needs the image of every document")
            lines = document.flat().lines
            picture = document.picture([line.location for line in lines])
            if picture is not None:
                yield picture, lines

    yield from written(pages(), dpi)


def written(pages: Iterable[tuple[Picture, Sequence[TextLine]]], dpi: int = DPI) -> Iterator[bytes]:
    """Yield a PDF of pictures and the lines on them; `dpi` sets the paper size."""
    file, codes, kids = _File(), _Codes(), []
    yield file.head()
    for picture, lines in pages:
        page, image, content = file.new(), file.new(), file.new()
        kids.append(page)
        scale = 72 / dpi
        space = "DeviceGray" if picture.grey else "DeviceRGB"
        yield file.item(
            image,
            f"<< /Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height} "
            f"/ColorSpace /{space} /BitsPerComponent 8 /Filter /DCTDecode >>",
            picture.jpeg,
        )
        width, height = picture.width * scale, picture.height * scale
        drawn = [
            f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q\nBT 3 Tr",
            *[
                part
                for line, profile in zip(lines, chain(picture.profiles, repeat(b"")), strict=False)
                for part in _shown(line, profile, picture.height, scale, codes)
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


def _end(file: _File, codes: _Codes, kids: Sequence[int]) -> Iterator[bytes]:
    """Write what all pages share: their list and the font."""
    listed = " ".join(f"{number} 0 R" for number in kids)
    yield file.item(_PAGES, f"<< /Type /Pages /Count {len(kids)} /Kids [{listed}] >>")
    yield file.item(_CATALOGUE, f"<< /Type /Catalog /Pages {_PAGES} 0 R >>")
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
    # Every code shows glyph 0, which has no outline.
    yield file.packed(_TO_GLYPH, "<< >>", b"\x00\x00" * 65536)
    yield file.packed(_TO_UNICODE, "<< >>", codes.cmap())
    yield file.tail()


def _shown(
    line: TextLine, profile: bytes, height: int, scale: float, codes: _Codes
) -> Iterator[str]:
    """Yield the operators that lay a line's words over their places, a cell's lines one by one."""
    parts = [part for part in line.text.split("\n") if part.strip()]
    if not parts or len(line.location) != 4:
        return
    for index, part in enumerate(parts):
        quad = _slice(line.location, index / len(parts), (index + 1) / len(parts))
        long, tall = math.dist(quad[0], quad[1]), math.dist(quad[0], quad[3])
        if long < 1 or tall < 1:
            continue
        found = _words(part, line, profile) if len(parts) == 1 else glyph_widths.spans(part)
        for word, start, end in found:
            yield _word(
                word, _across(quad, start, end), height, scale, codes, line_rtl=is_rtl(part)
            )


def _slice(quad: Sequence[Sequence[float]], top: float, bottom: float) -> list[Point]:
    """Return the part of a quad between two heights, 0 = its upper side."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    left = lambda t: (ax + (dx - ax) * t, ay + (dy - ay) * t)  # noqa: E731
    right = lambda t: (bx + (cx - bx) * t, by + (cy - by) * t)  # noqa: E731
    return [left(top), right(top), right(bottom), left(bottom)]


def _across(quad: Sequence[Point], start: float, end: float) -> list[Point]:
    """Return the part of a quad between two places along the text, 0 = its left side."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    upper = lambda t: (ax + (bx - ax) * t, ay + (by - ay) * t)  # noqa: E731
    lower = lambda t: (dx + (cx - dx) * t, dy + (cy - dy) * t)  # noqa: E731
    return [upper(start), upper(end), lower(end), lower(start)]


def _words(text: str, line: TextLine, profile: bytes) -> list[tuple[str, float, float]]:
    """Return the words with their places along the line.

    They come from the places of the result's characters, else from the blanks of the picture, else
    the line is shared out by the widths of the letters.
    """
    words = text.split()
    signs = [char for char in line.chars if len(char[1]) == 4]
    if signs and "".join(c for c, _ in signs) == "".join(words):
        return _measured(words, signs, line.location)
    shared = glyph_widths.spans(text)
    if not profile:
        return shared
    first, last = word_gaps.ends(profile)
    shared = [(w, first + a * (last - first), first + b * (last - first)) for w, a, b in shared]
    ordered = sorted(shared, key=lambda word: word[1])
    blanks = word_gaps.blanks(profile, [(a[2] + b[1]) / 2 for a, b in pairwise(ordered)])
    if len(blanks) != len(words) - 1:
        return shared
    starts = [first, *(end for _, end in blanks)]
    stops = [*(start for start, _ in blanks), last]
    found = {word: (start, stop) for word, start, stop in zip(ordered, starts, stops, strict=True)}
    return [(word[0], *found[word]) for word in shared]


def _measured(
    words: Sequence[str],
    signs: Sequence[tuple[str, list[list[int]]]],
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
        while left > 0 and at < len(signs):
            inside += [along(point) for point in signs[at][1]]
            left -= len(signs[at][0])
            at += 1
        start, end = min(inside), max(inside)
        found.append((word, start, end) if end - start > 1e-3 else (word, start, start + 1e-3))
    return found


def _word(
    word: str, quad: Sequence[Point], height: int, scale: float, codes: _Codes, *, line_rtl: bool
) -> str:
    """Return the operators of one word, stretched over its place; the blank after it parts it."""
    (x0, y0), (x1, y1), _, (x3, y3) = quad
    long, tall = math.hypot(x1 - x0, y1 - y0) or 1.0, math.hypot(x3 - x0, y3 - y0) or 1.0
    ux, uy = (x1 - x0) / long, (y1 - y0) / long  # along the text
    vx, vy = (x0 - x3) / tall, (y0 - y3) / tall  # up
    along = long / (len(word) * _ADVANCE / _UNITS)
    matrix = (ux * along, -uy * along, vx * tall, -vy * tall)
    numbers = " ".join(f"{value * scale:.4f}" for value in matrix)
    if line_rtl:  # the blank that parts it from the next word stands to its left
        x3, y3 = x3 - ux * along * _ADVANCE / _UNITS, y3 - uy * along * _ADVANCE / _UNITS
    place = f"{x3 * scale:.3f} {(height - y3) * scale:.3f}"
    shown = f" {glyph_widths.from_left(word)}" if line_rtl else f"{glyph_widths.from_left(word)} "
    return f"/F0 1 Tf {numbers} {place} Tm <{codes(shown)}> Tj"
