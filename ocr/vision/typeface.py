"""Probable typefaces of a line: its text is drawn in each typeface of this machine and compared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

Array = np.ndarray[Any, Any]
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/System/Library/Fonts", "/Library/Fonts")  # fmt: skip
SUFFIXES = (".ttf", ".otf", ".ttc")
STYLES = (
    "regular",
    "book",
    "roman",
    "bold",
    "medium",
)  # italic and thin styles do not name another typeface
MOST_FACES = 120
HEIGHT = 32  # pixels of ink height at which shapes are compared
DRAWN = 40  # size in pixels at which text is drawn
LEAST_INK = 8  # pixels of ink height: shapes of lower print are not significant
WIDTH_WEIGHT = 4.0  # of a difference in length against a typeface
MISSING = "\uffff"


@dataclass(frozen=True, slots=True)
class Face:
    """One typeface of this machine and its file."""

    name: str
    path: str


@lru_cache(maxsize=1)
def faces() -> tuple[Face, ...]:
    """Return the typefaces of this machine, one file for each family and weight; short names first, Noto last."""
    found: dict[str, Face] = {}
    for folder in FOLDERS:
        for path in sorted(Path(folder).expanduser().rglob("*")):
            if path.suffix.lower() in SUFFIXES:
                try:
                    family, style = ImageFont.truetype(str(path), 12).getname()
                except OSError:
                    continue
                if family and (style or "Regular").lower() in STYLES:
                    plain = (style or "").lower() in ("", "regular", "book", "roman")
                    name = family if plain else f"{family} {style}"
                    found.setdefault(name, Face(name, str(path)))
    ranked = sorted(found.values(), key=lambda face: (face.name.startswith("Noto"), len(face.name)))
    return tuple(ranked[:MOST_FACES])


@lru_cache(maxsize=MOST_FACES)
def _font(path: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, DRAWN)


def likely(crop: Array, text: str, *, most: int = 5) -> list[tuple[str, float]]:
    """Return up to `most` typefaces with their similarity in 0..1, best first.

    `crop` (H x W x 3 BGR) holds only that text. Print that is too low to show shapes has none.
    """
    ink = _ink(crop)
    if ink is None or not text.strip():
        return []
    scores = []
    for face in faces():
        drawn = _drawn(text.strip(), face)
        if drawn is not None:
            scores.append((face.name, _similarity(ink, drawn)))
    scores.sort(key=lambda item: -item[1])
    return [(name, round(score, 4)) for name, score in scores[:most] if score > 0]


def _ink(crop: Array) -> Array | None:
    """Return the ink of a crop in 0..1, cropped to its extent and scaled to HEIGHT; None without enough."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY).astype(np.float32)
    edge = float(np.median(np.concatenate([grey[0], grey[-1]])))
    away = np.abs(grey - edge)
    top = float(np.percentile(away, 99.5))
    if top < 30:
        return None
    return _tight(np.clip(away / top, 0, 1))


def _tight(ink: Array) -> Array | None:
    rows, columns = np.flatnonzero((ink > 0.5).any(axis=1)), np.flatnonzero((ink > 0.5).any(axis=0))
    if len(rows) < LEAST_INK or len(columns) < 2:
        return None
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    wide = max(2, round(cut.shape[1] * HEIGHT / cut.shape[0]))
    interpolation = cv2.INTER_AREA if cut.shape[0] > HEIGHT else cv2.INTER_LINEAR
    scaled: Array = cv2.resize(cut, (wide, HEIGHT), interpolation=interpolation)
    return scaled


def _drawn(text: str, face: Face) -> Array | None:
    font = _font(face.path)
    missing = bytes(font.getmask(MISSING))
    if any(bytes(font.getmask(char)) == missing for char in set(text) if not char.isspace()):
        return None
    left, top, right, bottom = (round(value) for value in font.getbbox(text))
    image = Image.new("L", (max(2, right - left + 4), max(2, bottom - top + 4)))
    ImageDraw.Draw(image).text((2 - left, 2 - top), text, 255, font)
    return _tight(np.asarray(image, np.float32) / 255)


def _similarity(ink: Array, drawn: Array) -> float:
    """Return the similarity of two pieces of ink: their correlation, reduced where their lengths differ."""
    stretch = abs(math.log(drawn.shape[1] / ink.shape[1]))
    same = cv2.resize(drawn, (ink.shape[1], HEIGHT))
    one, other = ink - ink.mean(), same - same.mean()
    norm = float(np.linalg.norm(one) * np.linalg.norm(other)) or 1.0
    return max(0.0, float((one * other).sum()) / norm) * math.exp(-WIDTH_WEIGHT * stretch)
