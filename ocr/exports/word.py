"""Word documents: reading order, tables with merged cells, right-to-left paragraphs."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.oxml import OxmlElement

from ocr.exports.direction import is_rtl
from ocr.exports.flatten import Cell, Flat, TextLine


def to_docx(documents: Sequence[tuple[str, Flat]]) -> bytes:
    """Return a .docx with a heading a document, its fields, paragraphs and tables."""
    word = Document()
    for index, (title, flat) in enumerate(documents):
        if index:
            word.add_page_break()
        if len(documents) > 1:
            word.add_heading(clean(title), level=1)
        if flat.fields:
            table = word.add_table(rows=0, cols=2, style="Table Grid")
            for name, value in flat.fields.items():
                cells = table.add_row().cells
                cells[0].text = clean(name)
                _write(cells[1].paragraphs[0], value)
        for block in flat.blocks:
            if isinstance(block, TextLine):
                _write(word.add_paragraph(), block.text)
            else:
                _table(word, block)
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def _table(word: Any, cells: Sequence[Cell]) -> None:
    if not cells:
        return
    height = max(cell.rows[1] for cell in cells) + 1
    width = max(cell.columns[1] for cell in cells) + 1
    table = word.add_table(rows=height, cols=width, style="Table Grid")
    for cell in cells:
        place = table.cell(cell.rows[0], cell.columns[0])
        if cell.rows[0] != cell.rows[1] or cell.columns[0] != cell.columns[1]:
            place = place.merge(table.cell(cell.rows[1], cell.columns[1]))
        _write(place.paragraphs[0], cell.text)


def _write(paragraph: Any, text: str) -> None:
    """Add `text`; a paragraph that begins right to left is marked so."""
    run = paragraph.add_run(clean(text))
    if is_rtl(text):
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
        run._r.get_or_add_rPr().append(OxmlElement("w:rtl"))


def clean(text: str) -> str:
    """Return `text` without characters that XML cannot carry."""
    return "".join(
        c
        for c in text
        if c in "\t\n"
        or (ord(c) >= 32 and not 0xD800 <= ord(c) <= 0xDFFF and c not in "\ufffe\uffff")
    )
