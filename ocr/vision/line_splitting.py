"""Split lines that are too long for a recogniser at word gaps, and join the results of the pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from ocr.page import Char, RecognitionResult
from ocr.vision.text_recognition import HEIGHT

Array = np.ndarray[Any, Any]
LONGEST = 3200  # pixels of width at height 48: a longer line would be compressed
PIECE = 1600  # pixels of a piece's width at height 48, at most
WORD_GAP = 0.3  # of the height: a gap as wide separates two words
FAINT = 0.25  # of the contrast: a column that varies less holds no ink


def cuts(crop: Array) -> list[tuple[int, int, bool]]:
    """Return (left, right, spaced) of each piece, in pixels of the crop; one piece for most lines.

    `spaced`: a space stands before the piece.
    """
    high, wide = crop.shape[:2]
    if wide * HEIGHT / high <= LONGEST:
        return [(0, wide, False)]
    empty = _empty_columns(crop)
    longest = max(2, int(PIECE * high / HEIGHT))
    found: list[tuple[int, int, bool]] = []
    left, spaced = 0, False
    while wide - left > longest:
        start, end = _widest(empty, left + longest // 2, left + longest)
        found.append((left, (start + end) // 2, spaced))
        left, spaced = (start + end) // 2, end - start >= WORD_GAP * high
    return [*found, (left, wide, spaced)]


def _empty_columns(crop: Array) -> Array:
    """Return whether each column of pixels holds no ink."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY).astype(np.int16)
    varies = grey.max(axis=0) - grey.min(axis=0)
    columns: Array = varies < FAINT * max(int(np.percentile(varies, 90)), 1)
    return columns


def _widest(empty: Array, start: int, end: int) -> tuple[int, int]:
    """Return the widest run of empty columns between two; without any, the last column."""
    best, opened = (end, end), None
    for column in range(start, end + 1):
        is_empty = column < end and bool(empty[column])
        if is_empty and opened is None:
            opened = column
        elif not is_empty and opened is not None:
            if column - opened > best[1] - best[0]:
                best = (opened, column)
            opened = None
    return best


def joined(
    pieces: Sequence[RecognitionResult], positions: Sequence[tuple[int, int, bool]]
) -> RecognitionResult:
    """Return the results of the pieces of a line as the result of the line; `positions` are its `cuts`."""
    text, chars = "", list[Char]()
    for result, (left, _, spaced) in zip(pieces, positions, strict=True):
        text += " " if spaced and text and result.text else ""
        text += result.text
        chars += [replace(char, quad=_moved(char, left)) for char in result.chars]
    score = sum(char.score for char in chars) / len(chars) if chars else 0.0
    steps = tuple(step for result in pieces for step in result.steps)
    return RecognitionResult(text, score, tuple(chars), steps, pieces[0].recognizer)


def _moved(char: Char, left: int) -> Any:
    return tuple((x + left, y) for x, y in char.quad)
