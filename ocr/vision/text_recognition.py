"""Text recognition: PP-OCR's line preparation and CTC decoding around one onnxruntime session."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml

from ocr.page import Char, Quad, RecognitionResult, box

Array = np.ndarray[Any, Any]
HEIGHT = 48
MAX_WIDTH = 3200
ALTERNATIVES = 5


def alphabet_of(config: Path) -> list[str]:
    """Return the symbols of a recogniser in output order; index 0 is the CTC blank, the last a space."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data = yaml.load(config.read_text(encoding="utf-8"), Loader=loader)
    return ["", *(str(sign) for sign in data["PostProcess"]["character_dict"]), " "]


def width_of(crop: Array) -> int:
    """Return the width of a crop once it is 48 pixels high."""
    height, width = (int(size) for size in crop.shape[:2])
    return min(MAX_WIDTH, max(1, math.ceil(HEIGHT * width / height)))


def batches(crops: Sequence[Array], *, budget: int, floor: int) -> Iterator[tuple[list[int], int]]:
    """Yield (indices, padded width): lines of like width together, at most `budget` pixels wide in sum.

    Padding costs as much as text, so a batch ends where the widest would pad the narrowest by more
    than a quarter.
    """
    order = sorted(range(len(crops)), key=lambda index: width_of(crops[index]))
    batch: list[int] = []
    for index in order:
        width = max(floor, width_of(crops[index]))
        first = max(floor, width_of(crops[batch[0]])) if batch else width
        if batch and (width > first * 1.25 + 16 or width * (len(batch) + 1) > budget):
            yield batch, max(floor, width_of(crops[batch[-1]]))
            batch = []
        batch.append(index)
    if batch:
        yield batch, max(floor, width_of(crops[batch[-1]]))


def prepare(crops: Sequence[Array], *, width: int) -> Array:
    """Return the N x 3 x 48 x width tensor in -1..1, lines padded on the right by zero."""
    tensor = np.zeros((len(crops), 3, HEIGHT, width), np.float32)
    for row, crop in enumerate(crops):
        wide = min(width, width_of(crop))
        scaled = cv2.resize(crop, (wide, HEIGHT)).transpose(2, 0, 1)
        np.multiply(scaled, 1 / 127.5, out=tensor[row, :, :, :wide])
        tensor[row, :, :, :wide] -= 1.0
    return tensor


def decode(
    odds: Array,
    signs: Sequence[str],
    *,
    crop_size: tuple[int, int],
    padded: int,
    steps: bool,
    recognizer: str,
    allowed: Array | None = None,
    path: Array | None = None,
) -> RecognitionResult:
    """Return the best-path reading of one line from its T x symbols probabilities.

    `crop_size` is (width, height) of the crop and `padded` the tensor's width: together they place
    each character. `allowed` are the indices that may be answered, the blank among them; `path`
    is the sign of each step where something else than the network chose it. With `steps`, the likeliest symbols of each time step and alternatives of each character are kept.
    """
    if path is not None:
        best, peak = path, odds[np.arange(len(path)), path]
    elif allowed is not None:
        part = odds[:, allowed]
        local = part.argmax(axis=1)
        best, peak = allowed[local], part.max(axis=1)
    else:
        best = odds.argmax(axis=1)
        peak = odds[np.arange(len(best)), best]
    starts = np.flatnonzero((best != 0) & (np.r_[-1, best[:-1]] != best))
    scores = peak[starts]
    text = "".join(signs[index] for index in best[starts])
    per_step = padded / len(best) / HEIGHT * crop_size[1]
    tops = _tops(odds, signs, allowed) if steps else ()
    quads = _places(best, starts, per_step=per_step, crop_size=crop_size)
    chars = tuple(
        Char(
            signs[best[start]],
            float(score),
            quad,
            tuple(pair for pair in tops[start] if pair[0]) if steps else (),
        )
        for start, score, quad in zip(starts, scores, quads, strict=True)
    )
    mean = float(scores.mean()) if len(scores) else 0.0
    return RecognitionResult(text, mean, chars, tuple(tops), recognizer)


def _places(
    best: Array, starts: Array, *, per_step: float, crop_size: tuple[int, int]
) -> list[Quad]:
    """Return the box of each character: from half way to its left neighbour to half way to its right."""
    width, height = crop_size
    ends = [_end(best, start) for start in starts]
    centers = [(start + end) / 2 * per_step for start, end in zip(starts, ends, strict=True)]
    usual = float(np.median(np.diff(centers))) if len(centers) > 1 else height * 0.6
    places = []
    for index, center in enumerate(centers):
        left = (centers[index - 1] + center) / 2 if index else center - usual / 2
        right = (
            (center + centers[index + 1]) / 2 if index + 1 < len(centers) else center + usual / 2
        )
        reach = max(usual, height * 0.3) * 0.75
        places.append(
            box(
                max(0.0, left, center - reach),
                0.0,
                min(float(width), right, center + reach),
                height,
            )
        )
    return places


def _end(best: Array, start: int) -> int:
    end = int(start) + 1
    while end < len(best) and best[end] == best[start]:
        end += 1
    return end


def _tops(
    odds: Array, signs: Sequence[str], allowed: Array | None
) -> list[tuple[tuple[str, float], ...]]:
    part = odds if allowed is None else odds[:, allowed]
    names = range(odds.shape[1]) if allowed is None else allowed
    kept = min(ALTERNATIVES, part.shape[1])
    likely = np.argpartition(part, -kept, axis=1)[:, -kept:]
    rows = []
    for step, indices in enumerate(likely):
        ranked = sorted(indices.tolist(), key=lambda index: -part[step, index])
        rows.append(tuple((signs[names[index]], float(part[step, index])) for index in ranked))
    return rows
