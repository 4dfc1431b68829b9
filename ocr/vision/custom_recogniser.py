"""Line readers of our own (tools/training/README.md): small CTC networks for scripts no package reads well."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ocr.page import RecognitionResult
from ocr.vision import text_recognition
from ocr.vision.char_ngrams import Grams, beams, grams
from ocr.vision.contrast import stretched
from ocr.vision.onnx import session

Array = np.ndarray[Any, Any]
FOLDER = Path(__file__).parent / "weights"
# Name of the reader, as `Page.read(script=…)` asks for it → file of weights.
READERS = {
    "thai-plate": "thai-plate.onnx",
    "thai-card": "thai-card.onnx",
    "burmese-card": "burmese-card.onnx",
}


class OwnReader:
    """One network with its alphabet and line height, and what it knows of the order of letters."""

    def __init__(self, path: Path) -> None:
        self.session = session(path)
        facts = self.session.get_modelmeta().custom_metadata_map
        self.signs = ["", *json.loads(facts["alphabet"])]
        self.height = int(facts["height"])
        self.contrast = bool(facts.get("contrast"))
        self.grams: Grams | None = grams(path.with_suffix(".grams"))
        self.name = path.stem

    def read(self, crop: Array, *, alphabet: str = "") -> RecognitionResult:
        """Read a one-line crop, keeping the likeliest symbols of every time step.

        A reader with a model of letters weighs its readings by it.
        """
        grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY) if crop.ndim == 3 else crop
        wide = max(16, round(grey.shape[1] * self.height / grey.shape[0]))
        way = cv2.INTER_AREA if grey.shape[0] > self.height else cv2.INTER_LINEAR
        line = cv2.resize(grey, (wide, self.height), interpolation=way)
        odds = self.session.run(None, {"lines": self._tensor(line)})[0][0]
        allowed = None
        if alphabet:
            allowed = np.array(
                [i for i, sign in enumerate(self.signs) if not sign or sign in alphabet]
            )
        path = None
        if self.grams is not None:
            path = np.array(beams(odds, self.signs, self.grams, allowed=allowed))
        return text_recognition.decode(
            odds,
            self.signs,
            crop_size=(grey.shape[1], grey.shape[0]),
            padded=round(wide * text_recognition.HEIGHT / self.height),
            steps=True,
            recognizer=self.name,
            allowed=allowed,
            path=path,
        )

    def _tensor(self, line: Array) -> Array:
        wide = (line.shape[1] + 7) // 8 * 8
        tensor = np.zeros((1, 1, self.height, wide), np.float32)
        seen = stretched(line) if self.contrast else line.astype(np.float32) / 127.5 - 1
        tensor[0, 0, :, : line.shape[1]] = seen
        return tensor


@lru_cache(maxsize=4)
def reader(name: str) -> OwnReader | None:
    """Return the reader of that name, or None when its weights are not there."""
    path = FOLDER / READERS[name]
    return OwnReader(path) if path.is_file() else None


def read(crop: Array, *, name: str, alphabet: str = "") -> RecognitionResult:
    """Read a one-line crop; an empty reading of score 0 when the weights are missing."""
    found = reader(name)
    return (
        found.read(crop, alphabet=alphabet)
        if found
        else RecognitionResult("", 0.0, recognizer="none")
    )
