"""Line readers for scripts that PP-OCR lacks: Tesseract's language packs through its C API."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ocr.page import Char, Reading, box

Array = np.ndarray[Any, Any]

# Script → (Tesseract pack, Debian package, first and last letters by which the script is known).
PACKS = {
    "arabic": ("ara", "tesseract-ocr-ara"),
    "persian": ("fas", "tesseract-ocr-fas"),
    "thai": ("tha", "tesseract-ocr-tha"),
    "khmer": ("khm", "tesseract-ocr-khm"),
    "burmese": ("mya", "tesseract-ocr-mya"),
    "korean": ("kor", "tesseract-ocr-kor"),
    "cyrillic": ("rus", "tesseract-ocr-rus"),
}
FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
LEAST_HEIGHT = 48  # pixels: stacked marks are lost below
PADDING = 0.18  # of the height, above and below


def folder() -> Path | None:
    """Return the folder of the language packs: TESSDATA_PREFIX if set, else the first that exists."""
    named = os.environ.get("TESSDATA_PREFIX")
    places = (named, *FOLDERS) if named else FOLDERS
    return next((Path(place) for place in places if place and Path(place).is_dir()), None)


def available_scripts() -> dict[str, bool]:
    """Return, for each script, whether its pack is there to be read with."""
    place = folder()
    return {
        script: place is not None and (place / f"{pack}.traineddata").is_file()
        for script, (pack, _) in PACKS.items()
    }


@lru_cache(maxsize=8)
def _reader(pack: str) -> Any:
    import tesserocr  # loads a second engine: only for a script that needs it

    return tesserocr.PyTessBaseAPI(
        path=str(folder()), lang=pack, psm=tesserocr.PSM.SINGLE_LINE, oem=tesserocr.OEM.LSTM_ONLY
    )


def read(crop: Array, *, script: str, alphabet: str = "") -> Reading:
    """Read a one-line crop in a script; an empty reading of score 0 when its pack is missing."""
    if not available_scripts().get(script, False):
        return Reading("", 0.0, reader="none")
    import tesserocr

    padded, scale, pad = _prepared(crop)
    api = _reader(PACKS[script][0])
    api.SetVariable("tessedit_char_whitelist", alphabet)
    high, wide = padded.shape
    api.SetImageBytes(padded.tobytes(), wide, high, 1, wide)
    api.Recognize()
    chars = []
    for symbol in tesserocr.iterate_level(api.GetIterator(), tesserocr.RIL.SYMBOL):
        place = symbol.BoundingBox(tesserocr.RIL.SYMBOL)
        text = symbol.GetUTF8Text(tesserocr.RIL.SYMBOL) if place else ""
        if text.strip():
            left, top, right, bottom = ((value - pad) / scale for value in place)
            score = symbol.Confidence(tesserocr.RIL.SYMBOL) / 100
            chars.append(Char(text, score, box(left, top, right, bottom)))
    text = (api.GetUTF8Text() or "").strip().replace("\n", " ")
    score = sum(char.score for char in chars) / len(chars) if chars else 0.0
    api.Clear()
    return Reading(text, score, tuple(chars), reader=f"tesseract-{PACKS[script][0]}")


def _prepared(crop: Array) -> tuple[Array, float, int]:
    """Return the crop grey, dark on light, high enough and with room around; its scale and its room."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY) if crop.ndim == 3 else crop
    scale = max(1.0, LEAST_HEIGHT / grey.shape[0])
    if scale > 1.0:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    if float(np.median(edge)) < float(grey.mean()) - 10:
        grey = 255 - grey
    pad = max(6, round(grey.shape[0] * PADDING))
    ground = int(np.median(np.concatenate([grey[0], grey[-1]])))
    padded = cv2.copyMakeBorder(grey, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(ground,))
    return np.ascontiguousarray(padded), scale, pad
