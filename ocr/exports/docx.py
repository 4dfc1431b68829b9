"""DOCX export: text in reading order, tables with merged cells, right-to-left paragraphs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from lxml import etree

from core.export_safety import xml_text
from core.text_direction import is_rtl
from core.zip_stream import ZipStream
from ocr.exports.documents import Documents, models
from ocr.exports.result_model import Cell, ResultModel, TextLine

_BODY = "word/document.xml"
_INSIDE = re.compile(rb"<w:body[^>]*>(.*)</w:body>", re.DOTALL)


def to_docx(documents: Documents) -> Iterator[bytes]:
    """Yield a .docx with a heading a document, its fields, paragraphs and tables.

    python-docx builds the XML of one document at a time; it is written and dropped before the next.
    """
    empty = io.BytesIO()
    Document().save(empty)
    package = ZipStream()
    # The library's empty document supplies every part but the body: styles, numbering, relations.
    with zipfile.ZipFile(empty) as template:
        for name in template.namelist():
            if name != _BODY:
                yield from package.part(name, template.read(name))
        frame = template.read(_BODY)
    before, inside, after = _cut(frame)
    yield from package.part(_BODY, _body(documents, before, inside + after))
    yield from package.end()


def _cut(frame: bytes) -> tuple[bytes, bytes, bytes]:
    """Return what stands before, inside and behind the children of the body."""
    found = _INSIDE.search(frame)
    if found is None:
        raise RuntimeError("the library's template has no body")
    return frame[: found.start(1)], found.group(1), frame[found.end(1) :]


def _body(documents: Documents, before: bytes, after: bytes) -> Iterator[Any]:
    yield before
    several = sum(1 for _ in zip(documents(), range(2), strict=False)) > 1
    word = Document()
    body = word.element.body
    for index, (title, one) in enumerate(models(documents)):
        if index:
            word.add_page_break()
        if several:
            word.add_heading(xml_text(title), level=1)
        _write_document(word, one)
        parts = [child for child in body if not child.tag.endswith("}sectPr")]
        yield b"".join(_plain(part) for part in parts)
        for part in parts:
            body.remove(part)
    yield after


def _plain(part: Any) -> bytes:
    """Return the element without its namespace declarations, which the document's root has."""
    written: bytes = etree.tostring(part)
    head, rest = written.split(b">", 1)
    return re.sub(rb' xmlns:\w+="[^"]*"', b"", head) + b">" + rest


def _write_document(word: Any, one: ResultModel) -> None:
    if one.fields:
        table = word.add_table(rows=0, cols=2, style="Table Grid")
        for name, value in one.fields.items():
            cells = table.add_row().cells
            cells[0].text = xml_text(name)
            _write(cells[1].paragraphs[0], value)
    for block in one.blocks:
        if isinstance(block, TextLine):
            _write(word.add_paragraph(), block.text)
        else:
            _table(word, block)


def _table(word: Any, cells: Sequence[Cell]) -> None:
    if not cells:
        return
    height = max(cell.rows[1] for cell in cells) + 1
    width = max(cell.columns[1] for cell in cells) + 1
    table = word.add_table(rows=height, cols=width, style="Table Grid")
    # Listed once: `row.cells` walks the whole grid at each access, quadratic for a long table.
    grid = [list(row.cells) for row in table.rows]
    for cell in cells:
        target = grid[cell.rows[0]][cell.columns[0]]
        if cell.rows[0] != cell.rows[1] or cell.columns[0] != cell.columns[1]:
            target = target.merge(grid[cell.rows[1]][cell.columns[1]])
        _write(target.paragraphs[0], cell.text)
    word.add_paragraph()  # Word joins two tables that no paragraph separates


def _write(paragraph: Any, text: str) -> None:
    """Add `text` as a run; one that begins right to left gets the bidi marks that Word needs."""
    run = paragraph.add_run(xml_text(text))
    if is_rtl(text):
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
        run._r.get_or_add_rPr().append(OxmlElement("w:rtl"))
