"""Searchable PDF: the picture, and over it the text, invisible and aligned, in every script.

The text layer uses one font without outlines whose codes are UTF-16, the way that lets every
script be searched and copied without embedding a font for it (PDF 32000-1, 9.7.4 and 9.10.3).
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from functools import lru_cache

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib.tables._g_l_y_f import Glyph
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from ocr.exports.direction import is_rtl
from ocr.exports.flatten import TextLine

_UNITS = 1000
_ADVANCE = 500  # every code is half an em wide
_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


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


def to_pdf(pages: Sequence[tuple[bytes, int, int, Sequence[TextLine]]], *, dpi: int = 200) -> bytes:
    """Return a PDF of (JPEG, width px, height px, lines) pages; `dpi` sets the paper size."""
    pdf = Pdf.new()
    font = _font(pdf)
    for jpeg, width, height, lines in pages:
        _page(pdf, font, jpeg, (width, height), lines, 72 / dpi)
    buffer = io.BytesIO()
    pdf.save(buffer, compress_streams=True, deterministic_id=True)
    return buffer.getvalue()


def _font(pdf: Pdf) -> pikepdf.Object:
    file = Stream(pdf, _glyphless_font())
    descriptor = pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name("/Glyphless"),
            Flags=5,
            ItalicAngle=0,
            FontBBox=Array([0, 0, _ADVANCE, _UNITS]),
            Ascent=_UNITS,
            Descent=0,
            CapHeight=_UNITS,
            StemV=80,
            FontFile2=pdf.make_indirect(file),
        )
    )
    # Every code shows glyph 0, which has no outline.
    cid_to_gid = pdf.make_indirect(Stream(pdf, b"\x00\x00" * 65536))
    cid_font = pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name("/Glyphless"),
            CIDSystemInfo=Dictionary(
                Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
            ),
            FontDescriptor=descriptor,
            DW=_ADVANCE,
            CIDToGIDMap=cid_to_gid,
        )
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name("/Glyphless"),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([cid_font]),
            ToUnicode=pdf.make_indirect(Stream(pdf, _TO_UNICODE)),
        )
    )


def _page(
    pdf: Pdf,
    font: pikepdf.Object,
    jpeg: bytes,
    size: tuple[int, int],
    lines: Sequence[TextLine],
    scale: float,
) -> None:
    width, height = size
    image = Stream(pdf, jpeg)
    image.update(
        Dictionary(
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=width,
            Height=height,
            ColorSpace=Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=Name.DCTDecode,
        )
    )
    content = [
        f"q {width * scale:.3f} 0 0 {height * scale:.3f} 0 0 cm /Im0 Do Q".encode(),
        b"BT 3 Tr",
        *[part for line in lines for part in _shown(line, height, scale)],
        b"ET",
    ]
    page = pdf.add_blank_page(page_size=(width * scale, height * scale))
    page.Resources = Dictionary(
        XObject=Dictionary({"/Im0": pdf.make_indirect(image)}), Font=Dictionary({"/F0": font})
    )
    page.Contents = pdf.make_indirect(Stream(pdf, b"\n".join(content)))


def _shown(line: TextLine, height: int, scale: float) -> list[bytes]:
    """Return the operators that lay `line` over its place, stretched to the place's width."""
    if not line.text.strip() or len(line.location) != 4:
        return []
    (x0, y0), (x1, y1), _, (x3, y3) = line.location
    long, tall = math.hypot(x1 - x0, y1 - y0), math.hypot(x3 - x0, y3 - y0)
    if long < 1 or tall < 1:
        return []
    codes = (line.text + " ").encode("utf-16-be")
    advance = len(line.text.encode("utf-16-be")) / 2 * _ADVANCE / _UNITS
    ux, uy = (x1 - x0) / long, (y1 - y0) / long  # along the text
    vx, vy = (x0 - x3) / tall, (y0 - y3) / tall  # up
    start_x, start_y = float(x3), float(y3)
    along = long / advance
    if is_rtl(line.text):  # begins at the right edge and runs left
        start_x, start_y = x3 + ux * long, y3 + uy * long
        along = -along
    matrix = (ux * along, -uy * along, vx * tall, -vy * tall)
    numbers = " ".join(f"{value * scale:.4f}" for value in matrix)
    place = f"{start_x * scale:.3f} {(height - start_y) * scale:.3f}"
    return [f"/F0 1 Tf {numbers} {place} Tm".encode(), b"<" + codes.hex().encode() + b"> Tj"]
