"""The cascade: the quick model reads every line, the careful one only the lines that need it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from ocr.engine import geometry
from ocr.engine.base import Engine, Profile
from ocr.engine.geometry import Array
from ocr.page import Line, Reading

LATIN_READERS = ("", "latin", "chinese", "japanese")


class LineReader:
    """Reads line regions of a picture with the engine's readers."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def lines(self, pixels: Array, quads: Sequence[Array], profile: Profile) -> list[Line]:
        """Return a line for each quad in which something was read, in the order of the quads."""
        crops = [geometry.crop(pixels, quad) for quad in quads]
        readings = list(self.engine.recognise(crops, model=profile.reader))
        if profile.reader != "small":
            self._again(crops, readings, profile)
        return [
            Line(
                fold(reading.text),
                reading.score,
                geometry.as_quad(quad),
                _placed(reading, crop, quad),
            )
            for reading, crop, quad in zip(readings, crops, quads, strict=True)
            if reading.text.strip()
        ]

    def _again(self, crops: Sequence[Array], readings: list[Reading], profile: Profile) -> None:
        doubtful = [
            index for index, reading in enumerate(readings) if reading.score < profile.reread_below
        ]
        if not doubtful:
            return
        second = self.engine.recognise([crops[index] for index in doubtful], model="small")
        for index, reading in zip(doubtful, second, strict=True):
            if reading.score >= readings[index].score - 0.05:
                readings[index] = reading

    def read(self, crop: Array, *, script: str, model: str, alphabet: str) -> Reading:
        """Read one crop with a named reader, keeping what else each character may be."""
        if script not in LATIN_READERS:
            from ocr.engine import scripts  # Tesseract loads only for a script that needs it

            return scripts.read(crop, script=script, alphabet=alphabet)
        return self.engine.recognise([crop], model=model, alphabet=alphabet, steps=True)[0]


def fold(text: str) -> str:
    """Return the text in composed form without the blanks around it."""
    return unicodedata.normalize("NFC", text).strip()


def _placed(reading: Reading, crop: Array, quad: Array) -> tuple:  # type: ignore[type-arg]
    high, wide = crop.shape[:2]
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, quad.astype(np.float32))
    if not reading.chars:
        return ()
    points = np.array([char.quad for char in reading.chars], np.float64).reshape(-1, 2)
    moved = geometry.apply(matrix, points).reshape(-1, 4, 2)
    return tuple(
        replace(char, quad=geometry.as_quad(place))
        for char, place in zip(reading.chars, moved, strict=True)
    )
