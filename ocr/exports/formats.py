"""Table of the export formats; each writer yields a stream with one document in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ocr.exports import text
from ocr.exports.documents import Document, Documents


@dataclass(frozen=True, slots=True)
class Format:
    """One file type: its extension, media type and writer; `needs_image` marks searchable PDF."""

    code: str
    media_type: str
    write: Callable[[Documents], Iterator[bytes]]
    needs_image: bool = False


# Imported inside the functions: the libraries load with the first export, not with a web process.
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
    """Yield the results as the API returned them, with their titles."""
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
    Format("pdf", "application/pdf", _pdf, needs_image=True),
)
BY_CODE = {row.code: row for row in FORMATS}


def stream(code: str, documents: Documents) -> Iterator[bytes]:
    """Yield a file in the format `code`; `documents` is called once for each walk over them.

    Raises KeyError for an unknown format and, while it yields, ValueError for a result that does not
    have the shape of the API's responses or a PDF page without its image.
    """
    return BY_CODE[code].write(documents)


def export(code: str, results: Sequence[tuple[str, Any]]) -> bytes:
    """Return the results (title, result) as one file of any format but `pdf`.

    Raises ValueError for `pdf` and for a result that does not have the shape of the API's responses.
    """
    if BY_CODE[code].needs_image:
        raise ValueError(f"{code} needs the images")
    return b"".join(stream(code, lambda: [Document(title, result) for title, result in results]))
