"""Write the file of a whole job in any format as a stream, with one page in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ocr.exports import formats
from ocr.exports.documents import Document, PageImage
from ocr.exports.result_model import Quad
from ocr.jobs import sandbox_client
from ocr.jobs.file_model import Entry, Refused, Source


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page with its outcome: the result, or the message why there is none.

    `source`, `entry` and `number` locate its image for a searchable PDF.
    """

    title: str
    result: Any
    source: Source
    entry: Entry
    number: int
    error: str = ""


def stream(code: str, pages: Callable[[], Iterable[ReadPage]]) -> Iterator[bytes]:
    """Yield the job's file in the format `code`; `pages` is called once per pass over the pages.

    Spreadsheets have one row per page and a column `error`; the other formats have the pages in order.
    Raises the refusals of `ocr.jobs.sandbox_client` while it yields.
    """
    return formats.stream(code, partial(_documents, pages))


def _documents(pages: Callable[[], Iterable[ReadPage]]) -> Iterator[Document]:
    for page in pages():
        yield Document(page.title, page.result, partial(_page_image, page), page.error)


def _page_image(page: ReadPage, quads: Sequence[Quad]) -> PageImage | None:
    """Return the page's image; None for a page without a result whose image cannot be rendered either."""
    try:
        return sandbox_client.page_image(page.source, page.entry, page.number, quads)
    except Refused:
        if page.error:
            return None
        raise
