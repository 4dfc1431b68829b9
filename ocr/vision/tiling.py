"""Scale of text detection: the image as a whole, or in tiles where its text would be too small.

The tiles' probability maps are joined before boxes are extracted, so a line across a seam stays one
line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ocr.vision import geometry, text_detection

Array = np.ndarray[Any, Any]
Detector = Callable[[Array], Array]  # 1 x 3 x H x W tensor -> H x W probability map of text, 0..1
Cut = tuple[int, int, int, int]

LONG_RATIO = 2.2  # longer images are detected in pieces of about this ratio,
SMALL_REDUCTION = 0.6  # unless the whole is reduced no further than to this scale
SMALL_TEXT = 10.0  # pixels of a box's height at the detector: lower text is missed or misrecognised
WANTED_TEXT = 15.0
HEIGHT_PERCENTILE = 25  # small print beside headlines counts
LEAST_GAIN = 1.3  # a second pass less fine than this is not worth its time
TILE = 1152  # pixels of a tile's side at the detector
MARGIN = 64  # pixels of context around a tile, at the detector
TOP = (
    255  # maps of tiles are kept as bytes: as floats, those of a large image would fill the memory
)


def boxes(image: Array, *, side: int, run: Detector) -> list[Array]:
    """Return the text boxes of an image (4 x 2, in its pixels, clockwise from top left).

    `side` is the limit of the longer side of one detector input, in pixels.
    """
    high, wide = image.shape[:2]
    scale = min(1.0, side / max(high, wide))
    if scale < SMALL_REDUCTION:
        scale = min(1.0, max(scale, side / (LONG_RATIO * min(high, wide))))
    found = _at(image, scale, side=side, run=run)
    finer = _finer(found, scale)
    return found if finer is None else _at(image, finer, side=side, run=run)


def _finer(found: Sequence[Array], scale: float) -> float | None:
    """Return the scale at which the smaller print is high enough, or None if it is already."""
    if scale >= 1.0 or not found:
        return None
    heights = [min(geometry.sides(quad)) * scale for quad in found]
    usual = float(np.percentile(heights, HEIGHT_PERCENTILE))
    finer = min(1.0, scale * WANTED_TEXT / max(usual, 1.0))
    return finer if usual < SMALL_TEXT and finer >= LEAST_GAIN * scale else None


def _at(image: Array, scale: float, *, side: int, run: Detector) -> list[Array]:
    high, wide = image.shape[:2]
    longer = max(high, wide)
    if longer * scale <= side + MARGIN:
        heat = run(text_detection.prepare(image, side=max(1, int(longer * scale))))
        return text_detection.boxes(heat, width=wide, height=high)
    heat = np.concatenate(
        [
            np.concatenate(
                [_tile(image, down, across, run=run) for across in _cuts(wide, scale)], axis=1
            )
            for down in _cuts(high, scale)
        ]
    )
    return text_detection.boxes(heat, width=wide, height=high, top=TOP)


def _cuts(length: int, scale: float) -> list[Cut]:
    """Return, for each tile along one axis, (first pixel, last pixel, map cells to skip, cells to keep)."""
    count = max(1, round(length * scale / TILE + 0.49))
    size = max(32, round(length * scale / count / 32) * 32)
    per = length / count / size
    cuts = []
    for index in range(count):
        before = MARGIN if index else 0
        after = MARGIN if index + 1 < count else 0
        start = index * size
        first, last = round((start - before) * per), round((start + size + after) * per)
        cuts.append((first, min(length, last), before, size))
    return cuts


def _tile(image: Array, down: Cut, across: Cut, *, run: Detector) -> Array:
    """Return the map of one tile as bytes, without its margin."""
    part = image[down[0] : down[1], across[0] : across[1]]
    extent = [size + before + MARGIN for _, _, before, size in (down, across)]
    size_seen = [
        wanted if last < length else wanted - MARGIN
        for wanted, (_, last, _, _), length in zip(
            extent, (down, across), image.shape, strict=False
        )
    ]
    heat = run(text_detection.tensor(part, high=size_seen[0], wide=size_seen[1]))
    top, left = down[2], across[2]
    kept = heat[top : top + down[3], left : left + across[3]]
    return np.asarray(kept * TOP, np.uint8)
