"""The table of export formats."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ocr.exports import sheets, text, word
from ocr.exports.flatten import Flat, flatten

Documents = Sequence[tuple[str, Flat]]


@dataclass(frozen=True, slots=True)
class Format:
    """One file type: its extension, media type and writer (None: needs the pictures or raw JSON)."""

    code: str
    media_type: str
    write: Callable[[Documents], bytes] | None


FORMATS = (
    Format("json", "application/json", None),
    Format("csv", "text/csv; charset=utf-8", sheets.to_csv),
    Format(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        sheets.to_xlsx,
    ),
    Format(
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        word.to_docx,
    ),
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
