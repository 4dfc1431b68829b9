"""Detect the holder's photograph on an upright document: a face, and the photo around it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from ocr.page import Quad, box
from ocr.vision.geometry import Array

WORK_WIDTH = 900


@lru_cache(maxsize=1)
def _faces() -> cv2.CascadeClassifier:
    folder = Path(cv2.__file__).parent / "data"
    return cv2.CascadeClassifier(str(folder / "haarcascade_frontalface_alt2.xml"))


def find(pixels: Array) -> Quad | None:
    """Return the photograph's quad, or None if no face is detected.

    The largest face counts, since ghost images are smaller. The photo is the face's usual surroundings
    in a portrait after ICAO 9303 part 3, where the face box has about 55 % of the width.
    """
    high, wide = pixels.shape[:2]
    scale = min(1.0, WORK_WIDTH / wide)
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    if scale < 1.0:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    least = max(24, int(0.12 * min(grey.shape)))
    found = _faces().detectMultiScale(
        cv2.equalizeHist(grey), scaleFactor=1.1, minNeighbors=4, minSize=(least, least)
    )
    if len(found) == 0:
        return None
    x, y, width, height = (
        float(v) / scale for v in max(np.array(found), key=lambda f: f[2] * f[3])
    )
    left, right = x - 0.4 * width, x + 1.4 * width
    top, bottom = y - 0.55 * height, y + 1.75 * height
    return box(max(0.0, left), max(0.0, top), min(float(wide), right), min(float(high), bottom))
