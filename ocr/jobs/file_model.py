"""What a job's files are: limits, the listing of a file, one page of it, and the refusal. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, Protocol

from core.errors import ApiError, ErrorRow

MIB = 1024 * 1024
Kind = Literal["image", "pdf", "zip", "other"]


class Source(Protocol):
    """Something that opens as a readable, seekable stream of plain bytes, such as a `Path`.

    It travels to a process of its own by pickle, so its class is importable there without Django.
    """

    def open(self, mode: str = "rb") -> BinaryIO:
        """Return a new stream at its beginning; the caller closes it."""


class Refused(ApiError):
    """A file that is not taken; `row` is the documented error, `reason` says what and where."""

    def __init__(self, row: ErrorRow, reason: str) -> None:
        super().__init__(row, reason=reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold.

    `entry_bytes` is the size of one file of an archive, `total_bytes` that of all of them; `ratio`
    is how many times an archive may grow, judged once it grows beyond `ratio_from_bytes`: white
    bitmaps pack a thousand times, but not hundreds of them. `seconds` is the limit of the whole look.
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
    """Why one file of an archive is not taken: the documented code and the reason."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One file to read: the file itself, or a member of an archive (`index` in its directory).

    `pages_with_text` numbers, from 1, the pages of a PDF that already have a text layer. A member
    with a `refusal` is not taken: it has no pages.
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
    """What a file is and what it holds, in the order of its directory."""

    kind: Kind
    entries: tuple[Entry, ...]

    @property
    def pages(self) -> int:
        """Pages in all."""
        return sum(entry.pages for entry in self.entries)


@dataclass(frozen=True, slots=True)
class PageInput:
    """One page ready to be read: a picture, or the text that it already has.

    `text` is a result of general-text whose places are pixels of the picture that `image` would
    be. `width`, `height` and `dpi` are those of that picture; 0 where the file is handed on as it is.
    """

    image: bytes | None
    media_type: str = ""
    text: Mapping[str, Any] | None = None
    width: int = 0
    height: int = 0
    dpi: int = 0
