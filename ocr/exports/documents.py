"""What an export is made of: results with their titles and, for a searchable PDF, their pictures. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ocr.exports.result_model import Flat, Quad, flatten


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as JPEG with its size in pixels, the size that the result's places refer to.

    `profiles` are those of `ocr.exports.word_gaps` for the lines that were asked about.
    """

    jpeg: bytes
    width: int
    height: int
    grey: bool = False
    profiles: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One result and what it is called; `picture` is asked for only when a PDF is written.

    It is told the quads of the result's lines, for the picture's `profiles`, and may answer None
    where there is no picture to show. A document that could
    not be read has an `error` instead of a result.
    """

    title: str
    result: Any
    picture: Callable[[Sequence[Quad]], Picture | None] | None = None
    error: str = ""

    def flat(self) -> Flat:
        """Return the document as people read it; raises ValueError for what is no result."""
        if self.error:
            return Flat({"error": self.error}, {})
        try:
            return flatten(self.result)
        except (AttributeError, KeyError, TypeError, IndexError) as error:
            raise ValueError("result is not an answer of the recognition API") from error


# Called once for each time that a format goes through the documents; it holds one at a time.
Documents = Callable[[], Iterable[Document]]


def flat(documents: Documents) -> Iterator[tuple[str, Flat]]:
    """Yield the documents one by one as people read them; raises ValueError for what is no result."""
    for document in documents():
        yield document.title, document.flat()
