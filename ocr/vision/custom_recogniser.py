"""The project's own line recognisers: small CTC networks for print that no packaged model recognises well.

Training and figures: tools/training/README.md.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ocr import languages
from ocr.page import RecognitionResult
from ocr.vision import char_ngrams, text_recognition
from ocr.vision.char_ngrams import CharNgrams
from ocr.vision.contrast import stretched
from ocr.vision.onnx import session

Array = np.ndarray[Any, Any]
FOLDER = Path(__file__).parent / "weights"  # <name>.onnx, and <name>.grams where there is a model


class CustomRecognizer:
    """One network with its alphabet, line height and, where there is one, character n-gram model.

    Alphabet and height stand in the metadata of the ONNX file.
    """

    def __init__(self, path: Path) -> None:
        self.session = session(path)
        metadata = self.session.get_modelmeta().custom_metadata_map
        self.alphabet = ["", *json.loads(metadata["alphabet"])]
        self.height = int(metadata["height"])
        self.contrast = bool(metadata.get("contrast"))
        self.ngrams: CharNgrams | None = char_ngrams.load(path.with_suffix(".grams"))
        self.name = path.stem

    def recognize(self, crop: Array, *, alphabet: str = "") -> RecognitionResult:
        """Recognise a one-line crop (BGR or grey), keeping the most probable symbols of each time step.

        With an n-gram model the best path is found by beam search, else it is the best symbol of each
        step. `alphabet`, if given, lists the only characters that the result may contain.
        """
        grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY) if crop.ndim == 3 else crop
        width = max(16, round(grey.shape[1] * self.height / grey.shape[0]))
        interpolation = cv2.INTER_AREA if grey.shape[0] > self.height else cv2.INTER_LINEAR
        line = cv2.resize(grey, (width, self.height), interpolation=interpolation)
        probabilities = self.session.run(None, {"lines": self._tensor(line)})[0][0]
        allowed = None
        if alphabet:
            allowed = np.array(
                [i for i, char in enumerate(self.alphabet) if not char or char in alphabet]
            )
        path = None
        if self.ngrams is not None:
            path = np.array(
                char_ngrams.beam_search(probabilities, self.alphabet, self.ngrams, allowed=allowed)
            )
        return text_recognition.decode(
            probabilities,
            self.alphabet,
            crop_size=(grey.shape[1], grey.shape[0]),
            padded=round(width * text_recognition.HEIGHT / self.height),
            steps=True,
            recognizer=self.name,
            allowed=allowed,
            path=path,
        )

    def _tensor(self, line: Array) -> Array:
        """Return the 1 x 1 x height x width tensor, its width padded to a multiple of 8."""
        width = (line.shape[1] + 7) // 8 * 8
        tensor = np.zeros((1, 1, self.height, width), np.float32)
        scaled = stretched(line) if self.contrast else line.astype(np.float32) / 127.5 - 1
        tensor[0, 0, :, : line.shape[1]] = scaled
        return tensor


@lru_cache(maxsize=4)
def _loaded(name: str) -> CustomRecognizer | None:
    path = FOLDER / f"{name}.onnx"
    return CustomRecognizer(path) if path.is_file() else None


def is_custom(name: str) -> bool:
    """Whether a `script` that an extractor names is one of these recognisers."""
    return name in languages.custom_recognizers()


def recognize(crop: Array, *, name: str, alphabet: str = "") -> RecognitionResult:
    """Recognise a one-line crop with a named recogniser; empty, with score 0, without its weights."""
    found = _loaded(name)
    if found is None:
        return RecognitionResult("", 0.0, recognizer="none")
    return found.recognize(crop, alphabet=alphabet)
