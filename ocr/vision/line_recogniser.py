"""The cascade: the quick model reads every line, the careful one only the lines that need it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from ocr.page import Line, RecognitionResult
from ocr.profiles import Engine, Profile
from ocr.vision import custom_recogniser, geometry, language_packs, tesseract
from ocr.vision.geometry import Array

FOREIGN_BELOW = 0.8  # a line scored lower by both models may be in a script they lack
WEAK_CHAR = 0.5  # one sign scored lower spoils a line whose mean still looks good
TOLD_BY = 3  # lines that tell Persian from Arabic
TURN_GAIN = 0.1  # by how much surer a line must be read to be held to stand on its head
TRUST = 0.08  # by how much the small model may be less sure than the tiny one and still be right
_CONFUSED = re.compile(r"[A-Za-z][015]+[A-Za-z]|\d[OoIlS]\d")
LATIN_READERS = ("", "latin", "chinese", "japanese")


@dataclass(slots=True)
class Memo:
    """What was read of one image: quick drafts, and what the profile's reading made of them."""

    drafts: dict[bytes, RecognitionResult] = field(default_factory=dict)
    done: dict[bytes, RecognitionResult] = field(default_factory=dict)


class LineRecognizer:
    """Reads line regions of an image with the engine's readers."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def lines(
        self, pixels: Array, quads: Sequence[Array], profile: Profile, *, memo: Memo | None = None
    ) -> list[Line]:
        """Return a line for each quad in which something was read, in the order of the quads.

        What `memo` holds of this image is not read a second time, and what is read goes there.
        """
        memo = Memo() if memo is None else memo
        todo = [quad for quad in quads if quad.tobytes() not in memo.done]
        for quad, reading in zip(todo, self._read(pixels, todo, profile, memo), strict=True):
            memo.done[quad.tobytes()] = reading
        readings = [memo.done[quad.tobytes()] for quad in quads]
        if profile.mixed_directions:
            quads, readings = self._turned(pixels, quads, readings)
        if profile.script and not all(is_legible(one) for one in readings):
            return self._foreign(pixels, quads, readings, profile)
        return [
            _line(reading, quad)
            for reading, quad in zip(readings, quads, strict=True)
            if reading.text.strip()
        ]

    def _read(
        self, pixels: Array, quads: Sequence[Array], profile: Profile, memo: Memo
    ) -> list[RecognitionResult]:
        """Read every quad with the profile's reader, then what it doubts with the small one."""
        crops = [geometry.crop(pixels, quad) for quad in quads]
        drafts = memo.drafts if profile.recognizer == "tiny" else {}
        fresh = [k for k, quad in enumerate(quads) if quad.tobytes() not in drafts]
        found = self.engine.recognize([crops[k] for k in fresh], model=profile.recognizer)
        read = dict(zip(fresh, found, strict=True))
        readings = [
            read[k] if k in read else drafts[quad.tobytes()] for k, quad in enumerate(quads)
        ]
        if profile.recognizer != "small":
            self._again(crops, readings, profile)
        return readings

    def _again(
        self, crops: Sequence[Array], readings: list[RecognitionResult], profile: Profile
    ) -> None:
        """Let the small model read what the tiny one doubts; keep the surer of the two."""
        doubtful = [
            index for index, one in enumerate(readings) if is_doubtful(one, profile.reread_below)
        ]
        if not doubtful:
            return
        second = self.engine.recognize([crops[index] for index in doubtful], model="small")
        for index, reading in zip(doubtful, second, strict=True):
            if reading.score >= readings[index].score - TRUST:
                readings[index] = reading

    def _turned(
        self, pixels: Array, quads: Sequence[Array], readings: Sequence[RecognitionResult]
    ) -> tuple[list[Array], list[RecognitionResult]]:
        """Return quads and readings, with lines that read well only upside down turned round."""
        places, texts = list(quads), list(readings)
        doubtful = [index for index, one in enumerate(readings) if not is_legible(one)]
        turned = [np.roll(quads[index], 2, axis=0) for index in doubtful]
        crops = [geometry.crop(pixels, quad) for quad in turned]
        drafts = self.engine.recognize(crops, model="tiny")
        for index, quad, crop, draft in zip(doubtful, turned, crops, drafts, strict=True):
            if not is_legible(draft) or len(draft.text.strip()) < 3:
                continue
            second = self.engine.recognize([crop], model="small")[0]
            if is_legible(second) and second.score > readings[index].score + TURN_GAIN:
                places[index], texts[index] = quad, second
        return places, texts

    def _foreign(
        self,
        pixels: Array,
        quads: Sequence[Array],
        readings: Sequence[RecognitionResult],
        profile: Profile,
    ) -> list[Line]:
        """Read the lines that PP-OCR cannot read with the reader of their script."""
        good = [index for index, one in enumerate(readings) if is_legible(one)]
        doubtful = [index for index in range(len(quads)) if index not in set(good)]
        script = profile.script
        if script == "auto":
            script = self._guess(pixels, quads, good, doubtful)
        lines = [_line(readings[index], quads[index]) for index in good]
        if not script:
            lines += [_line(readings[index], quads[index]) for index in doubtful]
            return [line for line in lines if line.text]
        regions = [quads[index] for index in doubtful]
        if language_packs.BY_NAME[script].stacked:
            regions = merged(regions)
        known = {quads[index].tobytes(): readings[index] for index in doubtful}
        for quad in regions:
            crop = geometry.crop(pixels, quad)
            latin = known.get(quad.tobytes())
            if latin is None:
                latin = self.engine.recognize([crop], model="small")[0]
            foreign = tesseract.mixed(tesseract.read(crop, script=script), latin)
            is_own = tesseract.share_of(foreign.text, script) >= 0.3 and foreign.score > 0.4
            chosen = foreign if is_own else latin
            if chosen.text.strip():
                lines.append(replace(_line(chosen, quad), script=script if is_own else "latin"))
        return lines

    def _guess(
        self, pixels: Array, quads: Sequence[Array], good: Sequence[int], doubtful: Sequence[int]
    ) -> str:
        """Return the script of the doubtful lines, if they are too much to be mere noise."""
        sizes = [float(np.prod(geometry.sides(quad))) for quad in quads]
        if sum(sizes[index] for index in doubtful) < 0.15 * sum(sizes):
            return ""
        largest = sorted(doubtful, key=lambda index: -sizes[index])[:TOLD_BY]
        crops = [geometry.crop(pixels, quads[index]) for index in largest]
        script = tesseract.guess(crops[0])
        return tesseract.persian_or_arabic(crops) if script == "arabic" else script

    def read(self, crop: Array, *, script: str, model: str, alphabet: str) -> RecognitionResult:
        """Read one crop with a named reader, keeping what else each character may be."""
        if script in custom_recogniser.READERS:
            return custom_recogniser.read(crop, name=script, alphabet=alphabet)
        if script not in LATIN_READERS:
            return tesseract.read(crop, script=script, alphabet=alphabet)
        return self.engine.recognize([crop], model=model, alphabet=alphabet, steps=True)[0]


def is_doubtful(reading: RecognitionResult, below: float) -> bool:
    """Say whether the small model should read the line too; never when `below` is 0."""
    if below <= 0:
        return False
    return (
        reading.score < below
        or any(char.score < WEAK_CHAR and char.text.isalnum() for char in reading.chars)
        or _CONFUSED.search(reading.text) is not None
    )


def is_legible(reading: RecognitionResult) -> bool:
    """Say whether PP-OCR could read the line: surely, and more than blanks."""
    return reading.score >= FOREIGN_BELOW and bool(reading.text.strip())


def fold(text: str) -> str:
    """Return the text in composed form without the blanks around it."""
    return unicodedata.normalize("NFC", text).strip()


def merged(quads: Sequence[Array]) -> list[Array]:
    """Return the quads with the marks that were split off above or below joined to their line."""
    ordered = sorted(quads, key=lambda quad: -geometry.sides(quad)[0])
    lines: list[Array] = []
    for quad in ordered:
        home = next((k for k, line in enumerate(lines) if _is_mark_of(quad, line)), None)
        if home is None:
            lines.append(quad)
        else:
            both = np.vstack([lines[home], quad])
            lines[home] = _around(both)
    return lines


def _is_mark_of(quad: Array, line: Array) -> bool:
    left, top = quad.min(axis=0)
    right, bottom = quad.max(axis=0)
    a, b = line.min(axis=0), line.max(axis=0)
    shared = min(right, b[0]) - max(left, a[0])
    gap = max(top - b[1], a[1] - bottom)
    high = b[1] - a[1]
    overlap = min(bottom, b[1]) - max(top, a[1])
    is_flat = bottom - top < 0.6 * high
    return bool(
        shared > 0.6 * (right - left)
        and ((is_flat and gap < 0.15 * high) or overlap > 0.5 * min(high, bottom - top))
    )


def _around(points: Array) -> Array:
    left, top = points.min(axis=0)
    right, bottom = points.max(axis=0)
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def _line(reading: RecognitionResult, quad: Array) -> Line:
    placed = on_page(reading, quad)
    return Line(fold(placed.text), placed.score, geometry.as_quad(quad), placed.chars)


def on_page(reading: RecognitionResult, quad: Array) -> RecognitionResult:
    """Return the reading with its characters moved from pixels of the crop to the page."""
    if not reading.chars:
        return reading
    across, down = geometry.sides(quad)
    wide, high = max(1, int(across)), max(1, int(down))
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, quad.astype(np.float32))
    points = np.array([char.quad for char in reading.chars], np.float64).reshape(-1, 2)
    moved = geometry.apply(matrix, points).reshape(-1, 4, 2)
    chars = tuple(
        replace(char, quad=geometry.as_quad(place))
        for char, place in zip(reading.chars, moved, strict=True)
    )
    return replace(reading, chars=chars)
