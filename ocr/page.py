"""The page model between engine and extractors: lines, characters, measures and the `Page` protocol. Pure.

Imports neither numpy, Django nor an imaging library. All quads are four `(x, y)` floats in *upright
page coordinates*: pixels, origin top left, y down, clockwise from the corner at which the line
begins. `Page.locate` maps them to the integer points of the caller's image that the API returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]


class WrongDocument(Exception):
    """The image does not show a document of the requested type (AIS.0104).

    `code` selects another row of the error table where the API has one, e.g. AIS.0122.
    """

    def __init__(self, reason: str = "", *, code: str = "AIS.0104") -> None:
        super().__init__(reason)
        self.code = code


class SameSides(Exception):
    """The image shows the same side of a card twice where both sides are required (AIS.0122)."""


@dataclass(frozen=True, slots=True)
class Char:
    """One recognised character: quad, score in 0..1, and alternatives as (text, score), best first."""

    text: str
    score: float
    quad: Quad
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: score in 0..1, quad in upright page coordinates, characters where known."""

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
        """Width of the axis-aligned bounding box, in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height of the axis-aligned bounding box, in pixels."""
        return self.bottom - self.top

    @property
    def center(self) -> Point:
        """Mean of the four corners."""
        return sum(x for x, _ in self.quad) / 4, sum(y for _, y in self.quad) / 4


@dataclass(frozen=True, slots=True)
class RecognitionResult:
    """The output of one recogniser for one line region.

    `steps` holds, for each time step of the CTC output (left to right), the most probable symbols
    with their probabilities, best first; the empty string is the CTC blank. Recognisers without time
    steps leave it empty. `chars` holds one entry per character of `text`, with alternatives.
    `recognizer` names the model that produced the result.
    """

    text: str
    score: float
    chars: tuple[Char, ...] = ()
    steps: tuple[tuple[tuple[str, float], ...], ...] = ()
    recognizer: str = ""


@dataclass(frozen=True, slots=True)
class Measures:
    """Image quality measures, each in 0..1, where 1 means that the named fault is certain.

    They are statistics of the pixels, not a trained classifier: `blur` from the Laplacian at a fixed
    scale, `glare` the share of overexposed area, `border` whether the document is cut off by the
    image's edge, `copy` the lack of colour, `reproduction` the energy of a periodic pattern (screen
    or print raster) in the spectrum, `blocking` the share of the card hidden by an object of another
    colour that reaches in over its edge.
    """

    blur: float = 0.0
    glare: float = 0.0
    border: float = 0.0
    copy: float = 0.0
    reproduction: float = 0.0
    blocking: float = 0.0


def box(left: float, top: float, right: float, bottom: float) -> Quad:
    """Return the quad of an axis-aligned rectangle."""
    return ((left, top), (right, top), (right, bottom), (left, bottom))


class Page(Protocol):
    """An image that is processed lazily: nothing is detected or recognised before it is requested."""

    @property
    def width(self) -> float:
        """Width of the upright page in pixels."""

    @property
    def height(self) -> float:
        """Height of the upright page in pixels."""

    @property
    def image_width(self) -> int:
        """Width of the caller's image in pixels, after its EXIF orientation is applied."""

    @property
    def image_height(self) -> int:
        """Height of the caller's image in pixels, after its EXIF orientation is applied."""

    @property
    def direction(self) -> float:
        """Degrees, counter-clockwise, 0 <= d < 360, by which the text is rotated in the image."""

    @property
    def lines(self) -> Sequence[Line]:
        """All lines in reading order, recognised by the profile's recogniser."""

    def detect(self) -> Sequence[Quad]:
        """Return the quads of the text lines, without recognising them."""

    def read_lines(self, quads: Sequence[Quad]) -> Sequence[Line]:
        """Recognise some of the quads of `detect` as `lines` does; no quad is recognised twice."""

    def read(
        self, region: Quad, *, script: str = "latin", model: str = "small", alphabet: str = ""
    ) -> RecognitionResult:
        """Recognise one line region, keeping alternatives and time steps.

        `model` is `tiny` or `small` (PP-OCR); a `script` other than latin, chinese or japanese selects
        the recogniser of that script. `alphabet`, if given, lists the only characters the result may
        contain or, for Tesseract's scripts and after a leading `^`, those it may not contain.
        """

    def find_lines(self, region: Quad) -> Sequence[Line]:
        """Detect lines inside a region at a higher resolution than the first pass, and recognise them."""

    def locate(self, region: Quad) -> list[list[int]]:
        """Return the quad as four integer points of the caller's image, clockwise from top left."""

    def card(self) -> Page | None:
        """Return the page of the only card in the image, rectified, or None if none is detected."""

    def portrait(self) -> tuple[Quad, bytes] | None:
        """Return the quad of the holder's photograph and its JPEG bytes, or None."""

    def measures(self) -> Measures:
        """Return the quality measures of the page."""

    def crop_jpeg(self, region: Quad) -> bytes:
        """Return a region of the page as JPEG."""

    def upright_jpeg(self) -> bytes:
        """Return the whole upright page as JPEG."""

    def image_jpeg(self) -> bytes:
        """Return the caller's image, after its EXIF orientation is applied, as JPEG."""

    def fonts(self, line: Line) -> Sequence[tuple[str, float]]:
        """Return up to five probable typefaces of a line with a similarity in 0..1, best first."""

    def tables(self) -> Sequence[Any]:
        """Return the tables of the page (`ocr.tables.detection`)."""
