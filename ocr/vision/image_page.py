"""The page of an image: decoded, detected, straightened, oriented, cropped, recognised, built, step by step on demand.

The pipeline, in order. A step runs when a later one, or the extractor, first asks for its result, and
at most once; a service that needs three lines pays for three lines.

    decode      `decoding.decode`            bytes -> H x W x 3 BGR
    detect      `ImagePage._detect`          pixels -> text boxes (4 x 2 arrays)
    straighten  `orientation.find`           skew of the boxes -> rotated pixels, detected again
    orient      `orientation.find`           a sample of lines recognised both ways -> quarter turns
    crop        `LineRecognizer.lines`       box -> one-line crop
    recognise   `LineRecognizer.lines`       crop -> text, score and characters
    build       `reading_order.in_order`     lines in reading order
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import cv2
import numpy as np

from ocr.layout.reading_order import in_order
from ocr.page import Line, Measures, Page, Quad, RecognitionResult
from ocr.profiles import Engine, Profile
from ocr.tables import detection as table_detection
from ocr.tables.model import Table
from ocr.vision import (
    decoding,
    document_detection,
    geometry,
    orientation,
    portrait,
    quality,
    typeface,
)
from ocr.vision.decoding import DecodedImage
from ocr.vision.geometry import Array
from ocr.vision.line_recogniser import LineRecognizer, Memo, on_page

TYPEFACE_CHARACTERS = 8  # so many show a typeface; more are examined only to the end of their word
VERTICAL_RATIO = 1.5  # a box this much higher than wide holds a vertical line
JPEG_QUALITY = 92


def open_page(content: bytes, *, engine: Engine, profile: Profile) -> ImagePage:
    """Decode an image file and return its page; raises UnreadableImage, ImageTooLarge or NoSuchPage."""
    image = decoding.decode(content, page=profile.page)
    return ImagePage(image, engine=engine, profile=profile)


class ImagePage:
    """Implements `ocr.page.Page` over an engine. Not thread-safe: one page, one call, one process."""

    def __init__(
        self,
        image: DecodedImage,
        *,
        engine: Engine,
        profile: Profile,
        recognizer: LineRecognizer | None = None,
        to_image: Array | None = None,
    ) -> None:
        """`to_image` is the 3 x 3 map from `image` to the caller's image, where it is not a scaling."""
        self.image = image
        self.engine = engine
        self.profile = profile
        self.recognizer = recognizer or LineRecognizer(engine)
        high, wide = image.pixels.shape[:2]
        scale = np.diag([image.width / wide, image.height / high, 1.0])
        self._base = scale if to_image is None else to_image
        self._again: dict[tuple[Quad, str, str, str], RecognitionResult] = {}

    # The pipeline ------------------------------------------------------------------------------

    def _detect(self, pixels: Array) -> list[Array]:
        """Detect: return the text boxes of an image with the profile's detector."""
        if self.profile.one_line:
            return [whole(pixels)]
        model, side, fine = self.profile.detector, self.profile.side, self.profile.fine
        return list(self.engine.detect(pixels, model=model, side=side, fine=fine))

    @cached_property
    def _oriented(self) -> orientation.OrientedImage:
        """Straighten and orient: return the upright image with its text boxes."""
        pixels = self.image.pixels
        if self.profile.assume_upright:
            return orientation.OrientedImage(pixels, np.eye(3), self._detect(pixels), 0.0)
        return orientation.find(pixels, self.engine, self.profile, self._detect)

    @cached_property
    def _memo(self) -> Memo:
        return Memo(drafts=self._oriented.drafts)

    def _recognize(self, boxes: Sequence[Array]) -> list[Line]:
        """Crop and recognise: return the lines of the boxes; no box is recognised twice."""
        return self.recognizer.lines(self.pixels, boxes, self.profile, memo=self._memo)

    @cached_property
    def lines(self) -> Sequence[Line]:
        """Build: all lines in reading order, recognised by the profile's recogniser."""
        return in_order(self._recognize([reading_quad(box) for box in self._oriented.boxes]))

    def detect(self) -> Sequence[Quad]:
        """Return the quads of the text lines, without recognising them."""
        return [geometry.as_quad(reading_quad(box)) for box in self._oriented.boxes]

    def read_lines(self, quads: Sequence[Quad]) -> Sequence[Line]:
        """Recognise some of the quads of `detect` as `lines` does; no quad is recognised twice."""
        return in_order(self._recognize([geometry.as_array(quad) for quad in quads]))

    # The page and its place in the caller's image ----------------------------------------------

    @cached_property
    def _to_image(self) -> Array:
        matrix: Array = self._base @ self._oriented.to_source
        return matrix

    @property
    def pixels(self) -> Array:
        """The upright image, H x W x 3 BGR."""
        return self._oriented.pixels

    @property
    def width(self) -> float:
        """Width of the upright page in pixels."""
        return float(self.pixels.shape[1])

    @property
    def height(self) -> float:
        """Height of the upright page in pixels."""
        return float(self.pixels.shape[0])

    @property
    def image_width(self) -> int:
        """Width of the caller's image in pixels."""
        return self.image.width

    @property
    def image_height(self) -> int:
        """Height of the caller's image in pixels."""
        return self.image.height

    @property
    def direction(self) -> float:
        """Degrees, counter-clockwise, 0 <= d < 360, by which the text is rotated in the caller's image."""
        middle = np.array(
            [[self.width / 2, self.height / 2], [self.width / 2 + 10, self.height / 2]]
        )
        start, end = geometry.apply(self._to_image, middle)
        rotation = float(np.degrees(np.arctan2(-(end[1] - start[1]), end[0] - start[0])))
        return (rotation + self._oriented.residual_skew) % 360.0

    # What an extractor asks for besides lines ---------------------------------------------------

    def read(
        self, region: Quad, *, script: str = "latin", model: str = "small", alphabet: str = ""
    ) -> RecognitionResult:
        """Recognise one line region, keeping alternatives and time steps; see `ocr.page.Page.read`.

        The result is cached by region, script, model and alphabet.
        """
        key = (region, script, model, alphabet)
        if key not in self._again:
            crop = geometry.crop(self.pixels, geometry.as_array(region))
            result = self.recognizer.recognize(crop, script=script, model=model, alphabet=alphabet)
            self._again[key] = on_page(result, geometry.as_array(region))
        return self._again[key]

    def find_lines(self, region: Quad) -> Sequence[Line]:
        """Detect lines inside a region at up to twice the resolution of the page, and recognise them."""
        quad = geometry.as_array(region)
        crop = geometry.crop(self.pixels, quad)
        high, wide = crop.shape[:2]
        zoom = min(2.0, 1600 / max(high, wide))
        if zoom > 1.05:
            crop = cv2.resize(crop, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
        boxes = self.engine.detect(crop, model="small", side=1600)
        corners = np.array(
            [[0, 0], [crop.shape[1], 0], [crop.shape[1], crop.shape[0]], [0, crop.shape[0]]],
            np.float32,
        )
        matrix = cv2.getPerspectiveTransform(corners, quad)
        on_page_boxes = [geometry.apply(matrix, box).astype(np.float32) for box in boxes]
        return in_order(self._recognize([reading_quad(box) for box in on_page_boxes]))

    def locate(self, region: Quad) -> list[list[int]]:
        """Return the quad as four integer points of the caller's image, clockwise from top left."""
        points = geometry.apply(self._to_image, geometry.as_array(region))
        points = np.clip(points, 0, (self.image_width, self.image_height))
        return [
            [round(float(x)), round(float(y))] for x, y in geometry.clockwise_from_top_left(points)
        ]

    @cached_property
    def _card(self) -> ImagePage | None:
        found = document_detection.find(self.pixels, self._oriented.boxes)
        if found is None:
            return None
        image = DecodedImage(found.pixels, self.image_width, self.image_height)
        return ImagePage(
            image,
            engine=self.engine,
            profile=self.profile,
            recognizer=self.recognizer,
            to_image=self._to_image @ found.to_source,
        )

    def card(self) -> Page | None:
        """Return the page of the only card in the image, rectified, or None if none is detected."""
        return self._card

    def portrait(self) -> tuple[Quad, bytes] | None:
        """Return the quad of the holder's photograph and its JPEG bytes, or None."""
        found = portrait.find(self.pixels)
        return (found, self.crop_jpeg(found)) if found else None

    def measures(self) -> Measures:
        """Return the quality measures of the page."""
        return quality.measure(
            self.pixels, document_detection.outline(self.pixels, self._oriented.boxes)
        )

    def crop_jpeg(self, region: Quad) -> bytes:
        """Return a region of the page as JPEG."""
        return jpeg(geometry.crop(self.pixels, geometry.as_array(region)))

    def upright_jpeg(self) -> bytes:
        """Return the whole upright page as JPEG."""
        return jpeg(self.pixels)

    def image_jpeg(self) -> bytes:
        """Return the caller's image, after its EXIF orientation is applied, as JPEG."""
        size = (self.image.width, self.image.height)
        pixels = self.image.pixels
        if pixels.shape[1::-1] != size:
            pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC)
        return jpeg(pixels)

    def fonts(self, line: Line) -> Sequence[tuple[str, float]]:
        """Return up to five probable typefaces of a line with a similarity in 0..1, best first."""
        chars = line.chars
        end = next(
            (
                k
                for k, char in enumerate(chars)
                if k >= TYPEFACE_CHARACTERS and not char.text.strip()
            ),
            min(len(chars), 3 * TYPEFACE_CHARACTERS),
        )
        if not chars[:end]:
            return ()
        part = line.quad
        if end < len(chars):
            # Cut in the middle of the space: character boxes of CTC output are too rough for an edge.
            space = geometry.as_array(chars[end].quad)
            upper, lower = (space[0] + space[1]) / 2, (space[3] + space[2]) / 2
            part = geometry.as_quad(np.array([line.quad[0], upper, lower, line.quad[3]]))
        crop = geometry.crop(self.pixels, geometry.as_array(part))
        return typeface.likely(crop, "".join(char.text for char in chars[:end]))

    def tables(self) -> Sequence[Table]:
        """Return the tables of the page, top to bottom."""
        return table_detection.find(self)


def reading_quad(quad: Array) -> Array:
    """Return a box clockwise from the start of its line: a vertical line starts at the top right."""
    across, down = geometry.sides(quad)
    return np.roll(quad, -1, axis=0) if down >= VERTICAL_RATIO * across else quad


def whole(pixels: Array) -> Array:
    """Return the box of the whole image."""
    high, wide = pixels.shape[:2]
    return np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)


def jpeg(pixels: Array) -> bytes:
    """Return BGR pixels as JPEG bytes."""
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
