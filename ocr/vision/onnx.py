"""The default engine: PP-OCRv6 models in onnxruntime sessions of one thread."""

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
# Least width of the recogniser's input in pixels: short lines are recognised worse without padding.
# PaddleOCR's own is 320; the tiny model loses nothing measurable at half of it.
LEAST_WIDTH = {"tiny": 160, "small": 320}
_DEGREES = {0: 0, 1: 90, 2: 180, 3: 270}  # class of the orientation model -> rotation


def session(path: Path) -> onnxruntime.InferenceSession:
    """Return a session of one thread on the CPU that returns memory instead of keeping its peak."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class PpOcrRecognizer:
    """One PP-OCR recognition model: its session and its alphabet."""

    def __init__(self, folder: Path, *, name: str) -> None:
        self.name = name
        self.session = session(folder / "inference.onnx")
        self.alphabet = text_recognition.alphabet_of(folder / "inference.yml")
        self.indices = {char: index for index, char in enumerate(self.alphabet)}

    def recognize(
        self, crops: Sequence[Array], *, alphabet: str, steps: bool
    ) -> list[RecognitionResult]:
        """Recognise crops (H x W x 3 BGR) of any widths; the results are in the order of the crops."""
        allowed = None
        if alphabet:
            wanted = {0, *(self.indices[char] for char in alphabet if char in self.indices)}
            allowed = np.array(sorted(wanted))
        results: list[RecognitionResult] = [RecognitionResult("", 0.0)] * len(crops)
        for indices, width in text_recognition.batches(
            crops, budget=BATCH_BUDGET, floor=LEAST_WIDTH[self.name]
        ):
            tensor = text_recognition.prepare([crops[index] for index in indices], width=width)
            probabilities = self.session.run(None, {"x": tensor})[0]
            for row, index in enumerate(indices):
                high, wide = crops[index].shape[:2]
                results[index] = text_recognition.decode(
                    probabilities[row],
                    self.alphabet,
                    crop_size=(wide, high),
                    padded=width,
                    steps=steps,
                    recognizer=self.name,
                    allowed=allowed,
                )
        return results


class OnnxEngine:
    """PP-OCRv6 tiny and small, and the orientation model; each is loaded when first used."""

    name = "onnx"

    def __init__(self, models: Path) -> None:
        """`models` is the folder that `ocr.vision.model_files` lays out."""
        self.models = models
        self._detectors: dict[str, onnxruntime.InferenceSession] = {}
        self._recognizers: dict[str, PpOcrRecognizer] = {}

    def detector(self, model: str) -> onnxruntime.InferenceSession:
        """Return the detector `tiny` or `small`."""
        if model not in self._detectors:
            self._detectors[model] = session(self.models / model / "det" / "inference.onnx")
        return self._detectors[model]

    def recognizer(self, model: str) -> PpOcrRecognizer:
        """Return the recogniser `tiny` or `small`."""
        if model not in self._recognizers:
            self._recognizers[model] = PpOcrRecognizer(self.models / model / "rec", name=model)
        return self._recognizers[model]

    @cached_property
    def _orientation(self) -> onnxruntime.InferenceSession:
        return session(self.models / "orientation" / "inference.onnx")

    def detect(self, image: Array, *, model: str, side: int, fine: bool = False) -> list[Array]:
        """Return text boxes as 4 x 2 arrays in pixels of the image, clockwise from top left.

        `side` limits the longer side of the detector's input in pixels; `fine`: detect in tiles where
        text would be too small at that size.
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
        """Recognise one-line crops, in their order; character quads are in pixels of the crop."""
        positions = [line_splitting.cuts(crop) for crop in crops]
        pieces = [
            crop[:, left:right]
            for crop, cut in zip(crops, positions, strict=True)
            for left, right, _ in cut
        ]
        found = iter(self.recognizer(model).recognize(pieces, alphabet=alphabet, steps=steps))
        results = [[next(found) for _ in cut] for cut in positions]
        return [
            parts[0] if len(parts) == 1 else line_splitting.joined(parts, cut)
            for parts, cut in zip(results, positions, strict=True)
        ]

    def orient(self, image: Array) -> tuple[int, float]:
        """Return by how many degrees to rotate the image counter-clockwise, and the model's probability."""
        height, width = image.shape[:2]
        scale = 256 / min(height, width)
        scaled = cv2.resize(
            image, (max(224, round(width * scale)), max(224, round(height * scale)))
        )
        top, left = (scaled.shape[0] - 224) // 2, (scaled.shape[1] - 224) // 2
        tensor = text_detection.prepare(scaled[top : top + 224, left : left + 224], side=224)
        probabilities = self._orientation.run(None, {"x": tensor})[0][0]
        best = int(probabilities.argmax())
        return _DEGREES[best], float(probabilities[best])

    def warm(self) -> None:
        """Load the models that every service uses and run each once, so that the first caller does not wait."""
        blank = np.full((64, 320, 3), 255, np.uint8)
        self.detect(blank, model="tiny", side=320)
        self.recognize([blank], model="tiny")
        self.orient(blank)
