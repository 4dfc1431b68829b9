"""Lines too long for a recogniser: cut in the white between words, read in pieces, joined again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from ocr.page import Char, RecognitionResult
from ocr.vision.text_recognition import HEIGHT

Array = np.ndarray[Any, Any]
LONGEST = 3200  # pixels of a line 48 high: what is longer would be squeezed
PIECE = 1600
BLANK = 0.3  # of the height: white as wide as that parts two words
FAINT = 0.25  # of the contrast: a column that varies less has no ink


def cuts(crop: Array) -> list[tuple[int, int, bool]]:
    """Return (left, right, spaced) of each piece; `spaced` = a blank goes before it. One for most lines."""
    high, wide = crop.shape[:2]
    if wide * HEIGHT / high <= LONGEST:
        return [(0, wide, False)]
    white = _white(crop)
    longest = max(2, int(PIECE * high / HEIGHT))
    found: list[tuple[int, int, bool]] = []
    left, spaced = 0, False
    while wide - left > longest:
        start, end = _widest(white, left + longest // 2, left + longest)
        found.append((left, (start + end) // 2, spaced))
        left, spaced = (start + end) // 2, end - start >= BLANK * high
    return [*found, (left, wide, spaced)]


def _white(crop: Array) -> Array:
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY).astype(np.int16)
    varies = grey.max(axis=0) - grey.min(axis=0)
    columns: Array = varies < FAINT * max(int(np.percentile(varies, 90)), 1)
    return columns


def _widest(white: Array, start: int, end: int) -> tuple[int, int]:
    """Return the widest run of white columns between two; where there is none, the last column."""
    best, opened = (end, end), None
    for column in range(start, end + 1):
        is_white = column < end and bool(white[column])
        if is_white and opened is None:
            opened = column
        elif not is_white and opened is not None:
            if column - opened > best[1] - best[0]:
                best = (opened, column)
            opened = None
    return best


def joined(
    pieces: Sequence[RecognitionResult], places: Sequence[tuple[int, int, bool]]
) -> RecognitionResult:
    """Return the readings of the pieces of one line as the reading of the line."""
    text, chars = "", list[Char]()
    for reading, (left, _, spaced) in zip(pieces, places, strict=True):
        text += " " if spaced and text and reading.text else ""
        text += reading.text
        chars += [replace(char, quad=_moved(char, left)) for char in reading.chars]
    score = sum(char.score for char in chars) / len(chars) if chars else 0.0
    steps = tuple(step for reading in pieces for step in reading.steps)
    return RecognitionResult(text, score, tuple(chars), steps, pieces[0].recognizer)


def _moved(char: Char, left: int) -> Any:
    return tuple((x + left, y) for x, y in char.quad)
