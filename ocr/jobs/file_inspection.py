"""Inspect an uploaded file and return its pages, whatever its type.

Archives, PDFs and TIFFs are opened in the sandbox process (`ocr.jobs.sandbox_client`); a plain image
needs no sandbox, because it is decoded in the engine process.
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
    """Return the file's type and its entries as plain data; raises the documented refusal.

    An entry has the fields of `ocr.jobs.file_model.Entry`; a refused member of an archive carries its
    refusal and does not affect the others.
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
    """Return page `number` (from 1) of an entry of a file of type `kind`: an image or, with `text_options`, the text
    layer of a PDF page. Raises the documented refusal.
    """
    if kind == "image" and entry["pages"] == 1:
        return PageInput(blob.read())
    known = entry_of(entry)
    if refusal := known.refusal:
        row = next((row for row in rows_of(errors) if row.code == refusal.code), errors.FILE_BROKEN)
        raise sandbox_client.Refused(row, refusal.reason)
    return sandbox_client.open_page(blob, known, number, text_options=text_options)


def entry_of(row: Mapping[str, Any]) -> Entry:
    """Return an entry from the plain data that `inspect` returned."""
    refusal = row["refusal"]
    return Entry(
        **{
            **row,
            "pages_with_text": tuple(row["pages_with_text"]),
            "refusal": Refusal(**refusal) if refusal else None,
        }
    )
