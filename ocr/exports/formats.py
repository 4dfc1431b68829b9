"""The table of export formats."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ocr.exports import text
from ocr.exports.flatten import Flat, flatten

Documents = Sequence[tuple[str, Flat]]


@dataclass(frozen=True, slots=True)
class Format:
    """One file type: its extension, media type and writer (None: needs the pictures or raw JSON)."""

    code: str
    media_type: str
    write: Callable[[Documents], bytes] | None


def _xlsx(documents: Documents) -> bytes:
    from ocr.exports import sheets

    return sheets.to_xlsx(documents)


def _csv(documents: Documents) -> bytes:
    from ocr.exports import sheets

    return sheets.to_csv(documents)


def _docx(documents: Documents) -> bytes:
    from ocr.exports import word

    return word.to_docx(documents)


# The writers' libraries load with the first export, not with the web process.
_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = (
    Format("json", "application/json", None),
    Format("csv", "text/csv; charset=utf-8", _csv),
    Format("xlsx", f"{_OFFICE}.spreadsheetml.sheet", _xlsx),
    Format("docx", f"{_OFFICE}.wordprocessingml.document", _docx),
    Format("md", "text/markdown; charset=utf-8", text.to_markdown),
    Format("txt", "text/plain; charset=utf-8", text.to_txt),
    Format("pdf", "application/pdf", None),
)
BY_CODE = {row.code: row for row in FORMATS}


def export(code: str, results: Sequence[tuple[str, Any]]) -> bytes:
    """Return the results (title, result) as one file of any format but `pdf`.

    Raises ValueError for a result that has not the shape of the API's answers.
    """
    if code == "json":
        return json.dumps(
            [{"document": title, "result": result} for title, result in results],
            ensure_ascii=False, indent=2,
        ).encode()  # fmt: skip
    write = BY_CODE[code].write
    if write is None:
        raise ValueError(f"{code} needs the pictures")
    try:
        return write([(title, flatten(result)) for title, result in results])
    except (AttributeError, KeyError, TypeError, IndexError) as error:
        raise ValueError("result is not an answer of the recognition API") from error
