"""Data model of uploaded files: limits, the listing of a file, one page of it, and the refusal. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, Protocol

from core.errors import ApiError, ErrorRow

MIB = 1024 * 1024
Kind = Literal["image", "pdf", "zip", "other"]


class Source(Protocol):
    """Anything that opens as a readable, seekable stream of plain bytes, such as a `Path`.

    It is sent to the sandbox process by pickle, so its class must be importable there without Django.
    """

    def open(self, mode: str = "rb") -> BinaryIO:
        """Return a new stream positioned at the start; the caller closes it."""


class Refused(ApiError):
    """A file that is refused; `row` is the documented error, `reason` says what and where."""

    def __init__(self, row: ErrorRow, reason: str) -> None:
        super().__init__(row, reason=reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may contain.

    `entry_bytes` limits one member of an archive, `total_bytes` all of them together; `ratio` is the
    allowed compression ratio, applied once the content exceeds `ratio_from_bytes` (white bitmaps
    compress a thousandfold, but not hundreds of them). `seconds` limits the whole inspection.
    """

    entries: int = 2000
    entry_bytes: int = 100 * MIB
    total_bytes: int = 2048 * MIB
    pages: int = 2000
    ratio: int = 200
    ratio_from_bytes: int = 64 * MIB
    seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a member of an archive is refused: the documented code and the reason."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One document to process: the file itself, or a member of an archive (`index` in its directory).

    `pages_with_text` lists the numbers (from 1) of PDF pages that have a text layer. A member with a
    `refusal` has no pages.
    """

    name: str
    size: int
    sha256: str
    kind: Kind
    pages: int = 1
    pages_with_text: tuple[int, ...] = ()
    index: int = 0
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Inspection:
    """The type of a file and its entries, in the order of its directory."""

    kind: Kind
    entries: tuple[Entry, ...]

    @property
    def pages(self) -> int:
        """Total number of pages."""
        return sum(entry.pages for entry in self.entries)


@dataclass(frozen=True, slots=True)
class PageInput:
    """One page ready for recognition: an image, or the text it already has.

    `text` is a result of general-text whose locations are pixels of the image that `image` would be.
    `width`, `height` (pixels) and `dpi` describe that image; 0 where the file is passed on unchanged.
    """

    image: bytes | None
    media_type: str = ""
    text: Mapping[str, Any] | None = None
    width: int = 0
    height: int = 0
    dpi: int = 0
