"""Input of an export: titled recognition results and, for a searchable PDF, their page images. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ocr.exports.result_model import Quad, ResultModel, parse_result


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as JPEG with its size in pixels, in which the result's locations are measured.

    `profiles` are the column profiles (`ocr.exports.word_gaps`) of the lines that were asked about.
    """

    jpeg: bytes
    width: int
    height: int
    grey: bool = False
    profiles: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One recognition result and its title; a document that could not be read has an `error` instead.

    `image` is called only when a PDF is written, with the quads of the result's lines, whose column
    profiles it should return. It returns None where there is no image to show.
    """

    title: str
    result: Any
    image: Callable[[Sequence[Quad]], PageImage | None] | None = None
    error: str = ""

    def model(self) -> ResultModel:
        """Return the result as fields, lines and tables; raises ValueError if it has another shape."""
        if self.error:
            return ResultModel({"error": self.error}, {})
        try:
            return parse_result(self.result)
        except (AttributeError, KeyError, TypeError, IndexError) as error:
            raise ValueError("result is not an answer of the recognition API") from error


# Called once for each walk over the documents, so that a writer holds one of them at a time.
Documents = Callable[[], Iterable[Document]]


def models(documents: Documents) -> Iterator[tuple[str, ResultModel]]:
    """Yield (title, model) of each document; raises ValueError for what is no recognition result."""
    for document in documents():
        yield document.title, document.model()
