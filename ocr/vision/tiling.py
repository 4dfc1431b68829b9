"""How large the detector sees an image: once as a whole, or in tiles where its text would be too small.

The tiles' maps are put together before boxes are looked for, so a line that runs over a seam stays one
line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ocr.vision import geometry, text_detection

Array = np.ndarray[Any, Any]
Heat = Callable[[Array], Array]  # 1x3xHxW tensor -> HxW map of where text is, 0..1
Cut = tuple[int, int, int, int]

LONG = 2.2  # an image this much longer than wide is read in pieces of about this shape
SHRUNK = 0.6  # unless it is hardly made smaller as a whole
SMALL = 10.0  # pixels the detector sees of a box's height: lower text is missed or misread
WANTED = 15.0
QUARTER = 25  # percentile of the heights: small print beside headlines counts
GAIN = 1.3  # less than this much finer is not worth a second look
TILE = 1152  # pixels of a tile as the detector sees it
ROOM = 64  # pixels around a tile that it sees besides
TOP = 255  # maps of tiles are kept as bytes: a large image's would fill the memory


def boxes(image: Array, *, side: int, run: Heat) -> list[Array]:
    """Return the text boxes of an image in its pixels, clockwise from top left.

    `side` is what the detector may see of the longer side at once, in pixels.
    """
    high, wide = image.shape[:2]
    scale = min(1.0, side / max(high, wide))
    if scale < SHRUNK:
        scale = min(1.0, max(scale, side / (LONG * min(high, wide))))
    found = _at(image, scale, side=side, run=run)
    finer = _finer(found, scale)
    return found if finer is None else _at(image, finer, side=side, run=run)


def _finer(found: Sequence[Array], scale: float) -> float | None:
    """Return the scale at which the smaller print of an image is high enough, if it is not yet."""
    if scale >= 1.0 or not found:
        return None
    heights = [min(geometry.sides(quad)) * scale for quad in found]
    usual = float(np.percentile(heights, QUARTER))
    finer = min(1.0, scale * WANTED / max(usual, 1.0))
    return finer if usual < SMALL and finer >= GAIN * scale else None


def _at(image: Array, scale: float, *, side: int, run: Heat) -> list[Array]:
    high, wide = image.shape[:2]
    longer = max(high, wide)
    if longer * scale <= side + ROOM:
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
    """Return (first, last, skip, size): pixels a tile looks at; of its map, what to skip and to keep."""
    count = max(1, round(length * scale / TILE + 0.49))
    size = max(32, round(length * scale / count / 32) * 32)
    per = length / count / size
    cuts = []
    for index in range(count):
        before = ROOM if index else 0
        after = ROOM if index + 1 < count else 0
        start = index * size
        first, last = round((start - before) * per), round((start + size + after) * per)
        cuts.append((first, min(length, last), before, size))
    return cuts


def _tile(image: Array, down: Cut, across: Cut, *, run: Heat) -> Array:
    """Return the map of one tile as bytes, without the room it was seen with."""
    part = image[down[0] : down[1], across[0] : across[1]]
    room = [size + before + ROOM for _, _, before, size in (down, across)]
    seen = [
        wanted if last < length else wanted - ROOM
        for wanted, (_, last, _, _), length in zip(room, (down, across), image.shape, strict=False)
    ]
    heat = run(text_detection.tensor(part, high=seen[0], wide=seen[1]))
    top, left = down[2], across[2]
    kept = heat[top : top + down[3], left : left + across[3]]
    return np.asarray(kept * TOP, np.uint8)
