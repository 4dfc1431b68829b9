"""The default engine: PP-OCRv6 weights in onnxruntime sessions of one thread, driven directly."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime

from ocr.page import RecognitionResult
from ocr.vision import line_splitting, text_detection, text_recognition, tiling

Array = np.ndarray[Any, Any]
BATCH_BUDGET = 1920  # pixels of line width in one recogniser batch: more only costs memory
# Narrowest recogniser input, pixels: short lines read worse without room. PaddleOCR's own is 320;
# the tiny model loses nothing measurable at half of it.
FLOOR = {"tiny": 160, "small": 320}
_HINTS = {0: 0, 1: 90, 2: 180, 3: 270}


def session(path: Path) -> onnxruntime.InferenceSession:
    """Return a session of one thread that gives memory back instead of keeping its peak."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class Recogniser:
    """One recogniser: its session and its alphabet."""

    def __init__(self, folder: Path, *, name: str) -> None:
        self.name = name
        self.session = session(folder / "inference.onnx")
        self.signs = text_recognition.alphabet_of(folder / "inference.yml")
        self.known = {sign: index for index, sign in enumerate(self.signs)}

    def read(
        self, crops: Sequence[Array], *, alphabet: str, steps: bool
    ) -> list[RecognitionResult]:
        """Read the crops, which need not be of one width; answers are in the order of the crops."""
        allowed = None
        if alphabet:
            wanted = {0, *(self.known[sign] for sign in alphabet if sign in self.known)}
            allowed = np.array(sorted(wanted))
        readings: list[RecognitionResult] = [RecognitionResult("", 0.0)] * len(crops)
        for indices, width in text_recognition.batches(
            crops, budget=BATCH_BUDGET, floor=FLOOR[self.name]
        ):
            tensor = text_recognition.prepare([crops[index] for index in indices], width=width)
            odds = self.session.run(None, {"x": tensor})[0]
            for row, index in enumerate(indices):
                high, wide = crops[index].shape[:2]
                readings[index] = text_recognition.decode(
                    odds[row],
                    self.signs,
                    crop_size=(wide, high),
                    padded=width,
                    steps=steps,
                    recognizer=self.name,
                    allowed=allowed,
                )
        return readings


class OnnxEngine:
    """Tiny and small PP-OCRv6, each loaded when first asked for."""

    name = "onnx"

    def __init__(self, models: Path) -> None:
        self.models = models
        self._detectors: dict[str, onnxruntime.InferenceSession] = {}
        self._recognisers: dict[str, Recogniser] = {}

    def detector(self, model: str) -> onnxruntime.InferenceSession:
        """Return the detector `tiny` or `small`."""
        if model not in self._detectors:
            self._detectors[model] = session(self.models / model / "det" / "inference.onnx")
        return self._detectors[model]

    def recogniser(self, model: str) -> Recogniser:
        """Return the recogniser `tiny` or `small`."""
        if model not in self._recognisers:
            self._recognisers[model] = Recogniser(self.models / model / "rec", name=model)
        return self._recognisers[model]

    @cached_property
    def _orientation(self) -> onnxruntime.InferenceSession:
        return session(self.models / "orientation" / "inference.onnx")

    def detect(self, image: Array, *, model: str, side: int, fine: bool = False) -> list[Array]:
        """Return text boxes as 4x2 arrays in pixels of the image, clockwise from top left.

        `fine` = look closer, tile by tile, where `side` pixels are too few for the text.
        """

        def run(tensor: Array) -> Array:
            heat: Array = self.detector(model).run(None, {"x": tensor})[0][0, 0]
            return heat

        if fine:
            return tiling.boxes(image, side=side, run=run)
        heat = run(text_detection.prepare(image, side=side))
        return text_detection.boxes(heat, width=image.shape[1], height=image.shape[0])

    def recognize(
        self, crops: Sequence[Array], *, model: str, alphabet: str = "", steps: bool = False
    ) -> list[RecognitionResult]:
        """Read one-line crops; character quads are in pixels of the crop."""
        places = [line_splitting.cuts(crop) for crop in crops]
        pieces = [
            crop[:, left:right]
            for crop, cut in zip(crops, places, strict=True)
            for left, right, _ in cut
        ]
        found = iter(self.recogniser(model).read(pieces, alphabet=alphabet, steps=steps))
        readings = [[next(found) for _ in cut] for cut in places]
        return [
            read[0] if len(read) == 1 else line_splitting.joined(read, cut)
            for read, cut in zip(readings, places, strict=True)
        ]

    def orient(self, image: Array) -> tuple[int, float]:
        """Return the degrees to turn the image counter-clockwise so that it stands, and a score."""
        height, width = image.shape[:2]
        scale = 256 / min(height, width)
        scaled = cv2.resize(
            image, (max(224, round(width * scale)), max(224, round(height * scale)))
        )
        top, left = (scaled.shape[0] - 224) // 2, (scaled.shape[1] - 224) // 2
        tensor = text_detection.prepare(scaled[top : top + 224, left : left + 224], side=224)
        odds = self._orientation.run(None, {"x": tensor})[0][0]
        best = int(odds.argmax())
        return _HINTS[best], float(odds[best])

    def warm(self) -> None:
        """Load what every service uses and run it once, so that the first caller does not wait."""
        blank = np.full((64, 320, 3), 255, np.uint8)
        self.detect(blank, model="tiny", side=320)
        self.recognize([blank], model="tiny")
        self.orient(blank)
