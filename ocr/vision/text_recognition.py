"""Text recognition: PP-OCR's line preparation, batching and CTC decoding."""

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
HEIGHT = 48  # pixels of a line as the model takes it
MAX_WIDTH = 3200
ALTERNATIVES = 5  # symbols kept of each time step
BATCH_SPREAD = 1.25  # widest to narrowest line of a batch


def alphabet_of(config: Path) -> list[str]:
    """Return the symbols of a recogniser in output order: index 0 is the CTC blank, the last a space."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data = yaml.load(config.read_text(encoding="utf-8"), Loader=loader)
    return ["", *(str(char) for char in data["PostProcess"]["character_dict"]), " "]


def width_of(crop: Array) -> int:
    """Return the width of a crop in pixels when scaled to a height of 48."""
    height, width = (int(size) for size in crop.shape[:2])
    return min(MAX_WIDTH, max(1, math.ceil(HEIGHT * width / height)))


def batches(crops: Sequence[Array], *, budget: int, floor: int) -> Iterator[tuple[list[int], int]]:
    """Yield (indices, padded width): lines of similar width, at most `budget` pixels wide in sum.

    `floor` is the least padded width. Padding costs as much as text, so a batch ends where the widest
    line would pad the narrowest by more than a quarter.
    """
    order = sorted(range(len(crops)), key=lambda index: width_of(crops[index]))
    batch: list[int] = []
    for index in order:
        width = max(floor, width_of(crops[index]))
        first = max(floor, width_of(crops[batch[0]])) if batch else width
        if batch and (width > first * BATCH_SPREAD + 16 or width * (len(batch) + 1) > budget):
            yield batch, max(floor, width_of(crops[batch[-1]]))
            batch = []
        batch.append(index)
    if batch:
        yield batch, max(floor, width_of(crops[batch[-1]]))


def prepare(crops: Sequence[Array], *, width: int) -> Array:
    """Return the N x 3 x 48 x width tensor in -1..1, lines padded by zeros on the right."""
    tensor = np.zeros((len(crops), 3, HEIGHT, width), np.float32)
    for row, crop in enumerate(crops):
        own = min(width, width_of(crop))
        scaled = cv2.resize(crop, (own, HEIGHT)).transpose(2, 0, 1)
        np.multiply(scaled, 1 / 127.5, out=tensor[row, :, :, :own])
        tensor[row, :, :, :own] -= 1.0
    return tensor


def decode(
    probabilities: Array,
    alphabet: Sequence[str],
    *,
    crop_size: tuple[int, int],
    padded: int,
    steps: bool,
    recognizer: str,
    allowed: Array | None = None,
    path: Array | None = None,
) -> RecognitionResult:
    """Return the best-path result of one line from its T x symbols probabilities.

    `crop_size` is (width, height) of the crop in pixels and `padded` the tensor's width at height 48:
    together they give the position of each character. `allowed` are the indices of symbols that the
    result may contain, the blank among them. `path` is the symbol of each time step where not the
    network alone chose it. With `steps`, the most probable symbols of each time step and the
    alternatives of each character are kept.
    """
    if path is not None:
        best, peak = path, probabilities[np.arange(len(path)), path]
    elif allowed is not None:
        part = probabilities[:, allowed]
        local = part.argmax(axis=1)
        best, peak = allowed[local], part.max(axis=1)
    else:
        best = probabilities.argmax(axis=1)
        peak = probabilities[np.arange(len(best)), best]
    starts = np.flatnonzero((best != 0) & (np.r_[-1, best[:-1]] != best))
    scores = peak[starts]
    text = "".join(alphabet[index] for index in best[starts])
    per_step = padded / len(best) / HEIGHT * crop_size[1]
    tops = _tops(probabilities, alphabet, allowed) if steps else ()
    quads = _character_quads(best, starts, per_step=per_step, crop_size=crop_size)
    chars = tuple(
        Char(
            alphabet[best[start]],
            float(score),
            quad,
            tuple(pair for pair in tops[start] if pair[0]) if steps else (),
        )
        for start, score, quad in zip(starts, scores, quads, strict=True)
    )
    mean = float(scores.mean()) if len(scores) else 0.0
    return RecognitionResult(text, mean, chars, tuple(tops), recognizer)


def _character_quads(
    best: Array, starts: Array, *, per_step: float, crop_size: tuple[int, int]
) -> list[Quad]:
    """Return the quad of each character, from half way to its left to half way to its right neighbour."""
    width, height = crop_size
    ends = [_end(best, start) for start in starts]
    centers = [(start + end) / 2 * per_step for start, end in zip(starts, ends, strict=True)]
    pitch = float(np.median(np.diff(centers))) if len(centers) > 1 else height * 0.6
    quads = []
    for index, center in enumerate(centers):
        left = (centers[index - 1] + center) / 2 if index else center - pitch / 2
        right = (
            (center + centers[index + 1]) / 2 if index + 1 < len(centers) else center + pitch / 2
        )
        reach = max(pitch, height * 0.3) * 0.75
        quads.append(
            box(
                max(0.0, left, center - reach),
                0.0,
                min(float(width), right, center + reach),
                height,
            )
        )
    return quads


def _end(best: Array, start: int) -> int:
    """Return the first time step after a character's run of steps."""
    end = int(start) + 1
    while end < len(best) and best[end] == best[start]:
        end += 1
    return end


def _tops(
    probabilities: Array, alphabet: Sequence[str], allowed: Array | None
) -> list[tuple[tuple[str, float], ...]]:
    """Return, for each time step, the most probable allowed symbols with their probabilities, best first."""
    part = probabilities if allowed is None else probabilities[:, allowed]
    names = range(probabilities.shape[1]) if allowed is None else allowed
    kept = min(ALTERNATIVES, part.shape[1])
    likely = np.argpartition(part, -kept, axis=1)[:, -kept:]
    rows = []
    for step, indices in enumerate(likely):
        ranked = sorted(indices.tolist(), key=lambda index: -part[step, index])
        rows.append(tuple((alphabet[names[index]], float(part[step, index])) for index in ranked))
    return rows
