"""What an uploaded file holds, and one page of it, whatever its kind.

Archives and PDFs are opened in a process of their own (`ocr.jobs.sandbox_client`); a picture needs none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from core.errors import ApiError, rows_of
from ocr import errors
from ocr.jobs import file_types, sandbox_client
from ocr.jobs.encryption import Blob
from ocr.jobs.file_model import Entry, Limits, PageInput, Refusal

Listing = list[dict[str, Any]]


def inspect(blob: Blob, *, name: str, size: int, sha256: str) -> tuple[str, Listing]:
    """Return the file's kind and its entries, as plain data; raises the documented refusal.

    An entry has the fields of `ocr.jobs.file_model.Entry`; a member of an archive that is not taken
    carries its refusal and does not stop the others.
    """
    with blob.open() as file:
        head = file.read(file_types.HEAD_BYTES)
    if not head:
        raise ApiError(errors.JOB_INVALID, reason="the file is empty")
    if file_types.kind_of(head) == "image" and file_types.media_type(head) != "image/tiff":
        return "image", [dataclasses.asdict(Entry(name, size, sha256, "image"))]
    limits = dataclasses.replace(
        Limits(), pages=settings.JOB_MAX_PAGES, entries=settings.JOB_MAX_PAGES
    )
    found = sandbox_client.inspect(blob, limits, name=name)
    return found.kind, [dataclasses.asdict(entry) for entry in found.entries]


def page(
    blob: Blob,
    kind: str,
    entry: Mapping[str, Any],
    number: int,
    text_options: Mapping[str, Any] | None = None,
) -> PageInput:
    """Return page `number` of an entry of a file of `kind`: a picture, or, with `text_options`, the
    text that a PDF page has. Raises the documented refusal.
    """
    if kind == "image" and entry["pages"] == 1:
        return PageInput(blob.read())
    known = entry_of(entry)
    if refusal := known.refusal:
        row = next((row for row in rows_of(errors) if row.code == refusal.code), errors.FILE_BROKEN)
        raise sandbox_client.Refused(row, refusal.reason)
    return sandbox_client.open_page(blob, known, number, text_options=text_options)


def entry_of(row: Mapping[str, Any]) -> Entry:
    """Return an entry from the plain data that `inspect` gave."""
    refusal = row["refusal"]
    return Entry(
        **{
            **row,
            "pages_with_text": tuple(row["pages_with_text"]),
            "refusal": Refusal(**refusal) if refusal else None,
        }
    )
