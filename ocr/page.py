"""Page: what the engine hands to an extractor. Pure: no numpy, no Django, no picture library.

All quads are four `(x, y)` floats in *upright page coordinates*: origin top left, y down, clockwise
from the corner where the line starts to be read. `Page.locate` turns them into the integer points of
the caller's picture that the contract asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]


class WrongDocument(Exception):
    """The picture is not the document that was asked for, or shows none (AIS.0104).

    `code` names another row of the error table where the contract has one, e.g. AIS.0122.
    """

    def __init__(self, reason: str = "", *, code: str = "AIS.0104") -> None:
        super().__init__(reason)
        self.code = code


class SameSides(Exception):
    """Two cards of the same side in a picture that should show both sides (AIS.0122)."""


@dataclass(frozen=True, slots=True)
class Char:
    """One character that was read: its box, score in 0..1 and what else it may be, best first."""

    text: str
    score: float
    quad: Quad
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: score in 0..1, quad in upright page coordinates, characters if known."""

    text: str
    score: float
    quad: Quad
    chars: tuple[Char, ...] = ()
    script: str = "latin"

    @property
    def left(self) -> float:
        """Smallest x."""
        return min(x for x, _ in self.quad)

    @property
    def right(self) -> float:
        """Largest x."""
        return max(x for x, _ in self.quad)

    @property
    def top(self) -> float:
        """Smallest y."""
        return min(y for _, y in self.quad)

    @property
    def bottom(self) -> float:
        """Largest y."""
        return max(y for _, y in self.quad)

    @property
    def width(self) -> float:
        """Width of the upright box around the quad."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height of the upright box around the quad."""
        return self.bottom - self.top

    @property
    def center(self) -> Point:
        """Middle of the quad."""
        return sum(x for x, _ in self.quad) / 4, sum(y for _, y in self.quad) / 4


@dataclass(frozen=True, slots=True)
class RecognitionResult:
    """One line region read by one reader.

    `steps` holds, for each time step of the CTC output (left to right), the likeliest symbols with
    their probabilities, best first; the empty string is the blank. Readers without time steps leave
    it empty. `chars` holds one entry per character of `text`, with alternatives.
    """

    text: str
    score: float
    chars: tuple[Char, ...] = ()
    steps: tuple[tuple[tuple[str, float], ...], ...] = ()
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Measures:
    """Honest image measures, each 0..1 where 1 is certainly the fault named.

    They are plain statistics of the picture (docs/performance.md), no trained judge: `blur` from the
    variance of the Laplacian at a fixed scale, `glare` the share of blown-out area, `border` how far
    the document leaves the picture, `copy` the lack of colour, `reproduction` the energy of a
    periodic pattern (screen or print raster) in the spectrum, `blocking` how much of the card lies under
    something of another colour that reaches in over its edge.
    """

    blur: float = 0.0
    glare: float = 0.0
    border: float = 0.0
    copy: float = 0.0
    reproduction: float = 0.0
    blocking: float = 0.0


def box(left: float, top: float, right: float, bottom: float) -> Quad:
    """Return the quad of an upright rectangle."""
    return ((left, top), (right, top), (right, bottom), (left, bottom))


class Page(Protocol):
    """A picture that is read on demand: nothing is detected or recognised until it is asked for."""

    @property
    def width(self) -> float:
        """Width of the upright page in pixels."""

    @property
    def height(self) -> float:
        """Height of the upright page in pixels."""

    @property
    def image_width(self) -> int:
        """Width of the caller's picture (after its EXIF orientation)."""

    @property
    def image_height(self) -> int:
        """Height of the caller's picture (after its EXIF orientation)."""

    @property
    def direction(self) -> float:
        """Degrees, counter-clockwise, 0 <= d < 360, by which the text is turned in the picture."""

    @property
    def lines(self) -> Sequence[Line]:
        """All lines, read by the profile's reader, left to right and top to bottom."""

    def detect(self) -> Sequence[Quad]:
        """Return where text is, without reading it."""

    def read_lines(self, quads: Sequence[Quad]) -> Sequence[Line]:
        """Read some of the boxes of `detect` as `lines` would; what is read is not read again."""

    def read(
        self, region: Quad, *, script: str = "latin", model: str = "small", alphabet: str = ""
    ) -> RecognitionResult:
        """Read one line region again.

        `model` is `tiny` or `small` (PP-OCR); `script` other than latin/chinese/japanese chooses the
        reader of that script; `alphabet`, when given, are the only characters that may be answered or,
        for Tesseract's scripts and behind a `^`, those that may not.
        """

    def find_lines(self, region: Quad) -> Sequence[Line]:
        """Look for lines inside a region, closer than the first pass did, and read them."""

    def locate(self, region: Quad) -> list[list[int]]:
        """Return the quad as four integer points of the caller's picture, top-left, clockwise."""

    def card(self) -> Page | None:
        """Return the page of the one card in the picture, rectified, or None if none stands out."""

    def portrait(self) -> tuple[Quad, bytes] | None:
        """Return where the holder's photograph is and its JPEG, or None."""

    def measures(self) -> Measures:
        """Return blur, glare and the like of the picture."""

    def crop_jpeg(self, region: Quad) -> bytes:
        """Return a region of the page as JPEG."""

    def upright_jpeg(self) -> bytes:
        """Return the whole upright page as JPEG."""

    def image_jpeg(self) -> bytes:
        """Return the caller's picture as it was sent (after its EXIF orientation), as JPEG."""

    def fonts(self, line: Line) -> Sequence[tuple[str, float]]:
        """Return up to five likely typefaces of a line with a likeness in 0..1, the likeliest first."""

    def tables(self) -> Sequence[Any]:
        """Return the tables of the page (`ocr.tables.detection`)."""
