"""The table of export formats, each written as a stream with one document in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ocr.exports import text
from ocr.exports.documents import Document, Documents


@dataclass(frozen=True, slots=True)
class Format:
    """One file type: its extension, media type and writer; `needs_picture` marks the PDF."""

    code: str
    media_type: str
    write: Callable[[Documents], Iterator[bytes]]
    needs_picture: bool = False


# The writers' libraries load with the first export, not with the web process.
def _xlsx(documents: Documents) -> Iterator[bytes]:
    from ocr.exports import spreadsheet

    return spreadsheet.to_xlsx(documents)


def _csv(documents: Documents) -> Iterator[bytes]:
    from ocr.exports import spreadsheet

    return spreadsheet.to_csv(documents)


def _docx(documents: Documents) -> Iterator[bytes]:
    from ocr.exports import docx

    return docx.to_docx(documents)


def _pdf(documents: Documents) -> Iterator[bytes]:
    from ocr.exports import searchable_pdf

    return searchable_pdf.stream(documents)


def _json(documents: Documents) -> Iterator[bytes]:
    """Yield the results as the API answered them, with their titles."""
    yield b"["
    for index, document in enumerate(documents()):
        row = {"document": document.title, "result": document.result}
        if document.error:
            row = {"document": document.title, "error": document.error}
        written = json.dumps(row, ensure_ascii=False, indent=2)
        yield ((",\n" if index else "\n") + written).encode("utf-8", "replace")
    yield b"\n]\n"


_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = (
    Format("json", "application/json", _json),
    Format("csv", "text/csv; charset=utf-8", _csv),
    Format("xlsx", f"{_OFFICE}.spreadsheetml.sheet", _xlsx),
    Format("docx", f"{_OFFICE}.wordprocessingml.document", _docx),
    Format("md", "text/markdown; charset=utf-8", text.to_markdown),
    Format("txt", "text/plain; charset=utf-8", text.to_txt),
    Format("pdf", "application/pdf", _pdf, needs_picture=True),
)
BY_CODE = {row.code: row for row in FORMATS}


def stream(code: str, documents: Documents) -> Iterator[bytes]:
    """Yield a file of the documents, in pieces; `documents` is called once for each walk over them.

    Raises ValueError, while it yields, for a result that has not the shape of the API's answers or
    a PDF page without its picture.
    """
    return BY_CODE[code].write(documents)


def export(code: str, results: Sequence[tuple[str, Any]]) -> bytes:
    """Return the results (title, result) as one file of any format but `pdf`.

    Raises ValueError for a result that has not the shape of the API's answers.
    """
    if BY_CODE[code].needs_picture:
        raise ValueError(f"{code} needs the pictures")
    return b"".join(stream(code, lambda: [Document(title, result) for title, result in results]))
