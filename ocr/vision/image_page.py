"""The page of a real image: turned upright, detected and read only as far as it is asked."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from ocr.layout.reading_order import in_order
from ocr.page import Line, Measures, Page, Quad, RecognitionResult
from ocr.profiles import Engine, Profile
from ocr.vision import document_detection, geometry, orientation, portrait, quality
from ocr.vision.decoding import DecodedImage
from ocr.vision.geometry import Array
from ocr.vision.line_recogniser import LineRecognizer, Memo, on_page

SHOWN = 8  # characters that show a typeface; more are looked at only to the end of their word
TALL = 1.5  # a box this much higher than wide holds a line that runs down


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
        self.image = image
        self.engine = engine
        self.profile = profile
        self.recognizer = recognizer or LineRecognizer(engine)
        high, wide = image.pixels.shape[:2]
        scale = np.diag([image.width / wide, image.height / high, 1.0])
        self._base = scale if to_image is None else to_image
        self._again: dict[tuple[Quad, str, str, str], RecognitionResult] = {}

    @cached_property
    def _upright(self) -> orientation.Upright:
        if self.profile.assume_upright:
            boxes = self._boxes_of(self.image.pixels)
            return orientation.Upright(self.image.pixels, np.eye(3), boxes, 0.0)
        return orientation.find(self.image.pixels, self.engine, self.profile, self._boxes_of)

    def _boxes_of(self, pixels: Array) -> list[Array]:
        if self.profile.one_line:
            return [whole(pixels)]
        model, side, fine = self.profile.detector, self.profile.side, self.profile.fine
        return list(self.engine.detect(pixels, model=model, side=side, fine=fine))

    @cached_property
    def _memo(self) -> Memo:
        return Memo(drafts=self._upright.drafts)

    @cached_property
    def _to_image(self) -> Array:
        matrix: Array = self._base @ self._upright.back
        return matrix

    @property
    def pixels(self) -> Array:
        """The upright image, BGR."""
        return self._upright.pixels

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
        """Width of the caller's image."""
        return self.image.width

    @property
    def image_height(self) -> int:
        """Height of the caller's image."""
        return self.image.height

    @property
    def direction(self) -> float:
        """Degrees, counter-clockwise, by which the text is turned in the caller's image."""
        middle = np.array(
            [[self.width / 2, self.height / 2], [self.width / 2 + 10, self.height / 2]]
        )
        start, end = geometry.apply(self._to_image, middle)
        turned = float(np.degrees(np.arctan2(-(end[1] - start[1]), end[0] - start[0])))
        return (turned + self._upright.residual) % 360.0

    def detect(self) -> Sequence[Quad]:
        """Return where text is, without reading it."""
        return [geometry.as_quad(reading_quad(quad)) for quad in self._upright.boxes]

    @cached_property
    def lines(self) -> Sequence[Line]:
        """All lines, read by the profile's reader, left to right and top to bottom."""
        return in_order(self._lines_in(self._upright.boxes))

    def _lines_in(self, boxes: Sequence[Array]) -> list[Line]:
        quads = [reading_quad(quad) for quad in boxes]
        return self.recognizer.lines(self.pixels, quads, self.profile, memo=self._memo)

    def read_lines(self, quads: Sequence[Quad]) -> Sequence[Line]:
        """Read some of the boxes of `detect` as `lines` does; none is read twice."""
        boxes = [geometry.as_array(quad) for quad in quads]
        return in_order(self.recognizer.lines(self.pixels, boxes, self.profile, memo=self._memo))

    def read(
        self, region: Quad, *, script: str = "latin", model: str = "small", alphabet: str = ""
    ) -> RecognitionResult:
        """Read one line region again, keeping the likeliest symbols of every time step.

        An extractor that asks for the same reading twice gets the first one.
        """
        key = (region, script, model, alphabet)
        if key not in self._again:
            crop = geometry.crop(self.pixels, geometry.as_array(region))
            reading = self.recognizer.read(crop, script=script, model=model, alphabet=alphabet)
            self._again[key] = on_page(reading, geometry.as_array(region))
        return self._again[key]

    def find_lines(self, region: Quad) -> Sequence[Line]:
        """Look for lines inside a region at twice the resolution the first pass had, and read them."""
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
        placed = [geometry.apply(matrix, box).astype(np.float32) for box in boxes]
        return in_order(self._lines_in(placed))

    def locate(self, region: Quad) -> list[list[int]]:
        """Return the quad as four integer points of the caller's image, top-left, clockwise."""
        points = geometry.apply(self._to_image, geometry.as_array(region))
        points = np.clip(points, 0, (self.image_width, self.image_height))
        return [
            [round(float(x)), round(float(y))] for x, y in geometry.clockwise_from_top_left(points)
        ]

    @cached_property
    def _card(self) -> ImagePage | None:
        found = document_detection.find(self.pixels, self._upright.boxes)
        if found is None:
            return None
        image = DecodedImage(found.pixels, self.image_width, self.image_height)
        return ImagePage(
            image,
            engine=self.engine,
            profile=self.profile,
            recognizer=self.recognizer,
            to_image=self._to_image @ found.back,
        )

    def card(self) -> Page | None:
        """Return the page of the one card in the image, rectified, or None if none stands out."""
        return self._card

    def portrait(self) -> tuple[Quad, bytes] | None:
        """Return where the holder's photograph is and its JPEG, or None."""
        found = portrait.find(self.pixels)
        return (found, self.crop_jpeg(found)) if found else None

    def measures(self) -> Measures:
        """Return blur, glare and the like of the image."""
        return quality.measure(
            self.pixels, document_detection.outline(self.pixels, self._upright.boxes)
        )

    def crop_jpeg(self, region: Quad) -> bytes:
        """Return a region of the page as JPEG."""
        return jpeg(geometry.crop(self.pixels, geometry.as_array(region)))

    def upright_jpeg(self) -> bytes:
        """Return the whole upright page as JPEG."""
        return jpeg(self.pixels)

    def image_jpeg(self) -> bytes:
        """Return the caller's image as it was sent (after its EXIF orientation), as JPEG."""
        size = (self.image.width, self.image.height)
        pixels = self.image.pixels
        if pixels.shape[1::-1] != size:
            pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC)
        return jpeg(pixels)

    def fonts(self, line: Line) -> Sequence[tuple[str, float]]:
        """Return up to five likely typefaces of a line with a likeness in 0..1, the likeliest first."""
        chars = line.chars
        end = next(
            (k for k, char in enumerate(chars) if k >= SHOWN and not char.text.strip()),
            min(len(chars), 3 * SHOWN),
        )
        if not chars[:end]:
            return ()
        part = line.quad
        if end < len(chars):  # up to the middle of the blank, where letters' boxes are too rough
            blank = geometry.as_array(chars[end].quad)
            upper, lower = (blank[0] + blank[1]) / 2, (blank[3] + blank[2]) / 2
            part = geometry.as_quad(np.array([line.quad[0], upper, lower, line.quad[3]]))
        # By name: few callers ask, and all of them wait for the machine's typefaces to be listed.
        found: Sequence[tuple[str, float]] = importlib.import_module("ocr.vision.typeface").likely(
            geometry.crop(self.pixels, geometry.as_array(part)),
            "".join(char.text for char in chars[:end]),
        )
        return found

    def tables(self) -> Sequence[Any]:
        """Return the tables of the page."""
        # By name: the table model loads only for the service that needs it.
        found: Sequence[Any] = importlib.import_module("ocr.tables.detection").find(self)
        return found


def reading_quad(quad: Array) -> Array:
    """Return the quad clockwise from where its line starts: a tall box is read downwards."""
    across, down = geometry.sides(quad)
    return np.roll(quad, -1, axis=0) if down >= TALL * across else quad


def whole(pixels: Array) -> Array:
    """Return the quad of the whole image."""
    high, wide = pixels.shape[:2]
    return np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)


def jpeg(pixels: Array) -> bytes:
    """Return BGR pixels as JPEG bytes."""
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
