"""Text detection: PP-OCR's image preparation and the post-processing of DB (Liao and others, 2020)."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import pyclipper

Array = np.ndarray[Any, Any]

# Thresholds of PaddleOCR 3.7's pipeline OCR, which override those in the model's own configuration.
THRESHOLD = 0.3
BOX_THRESHOLD = 0.6
UNCLIP = 1.5
MIN_SIDE = 3
MAX_CANDIDATES = 3000
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_STD = np.array([0.229, 0.224, 0.225], np.float32)
_SCALE = (1.0 / (255.0 * _STD)).astype(np.float32)
_SHIFT = (-_MEAN / _STD).astype(np.float32)


def prepare(image: Array, *, side: int) -> Array:
    """Return the 1 x 3 x H x W tensor of an image: longer side at most `side` pixels (0: 4000), both multiples of 32."""
    height, width = image.shape[:2]
    if height + width < 64:
        padded = np.zeros((max(32, height), max(32, width), 3), np.uint8)
        padded[:height, :width] = image
        image, (height, width) = padded, padded.shape[:2]
    ratio = min(1.0, (side or 4000) / max(height, width))
    high = max(32, round(int(height * ratio) / 32) * 32)
    wide = max(32, round(int(width * ratio) / 32) * 32)
    return tensor(image, high=high, wide=wide)


def tensor(image: Array, *, high: int, wide: int) -> Array:
    """Return the 1 x 3 x `high` x `wide` tensor of an image; both sizes are multiples of 32."""
    if image.shape[:2] != (high, wide):
        image = cv2.resize(image, (wide, high))
    filled = np.empty((1, 3, high, wide), np.float32)
    for channel in range(3):
        np.multiply(image[:, :, channel], _SCALE[channel], out=filled[0, channel])
        filled[0, channel] += _SHIFT[channel]
    return filled


def boxes(heat: Array, *, width: int, height: int, top: float = 1.0) -> list[Array]:
    """Return the text boxes of a probability map (H x W).

    Boxes are 4 x 2 float32, clockwise from top left, in pixels of an image of `width` x `height`; `top`
    is the map's value for certain text.
    """
    across, down = width / heat.shape[1], height / heat.shape[0]
    contours, _ = cv2.findContours(
        (heat > THRESHOLD * top).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE
    )
    found = []
    for contour in contours[:MAX_CANDIDATES]:
        quad, short = smallest_box(contour)
        if short < MIN_SIDE or _score(heat, quad) < BOX_THRESHOLD * top:
            continue
        grown = _unclip(quad)
        if grown is None:
            continue
        quad, short = smallest_box(grown)
        if short < MIN_SIDE + 2:
            continue
        quad = quad * (across, down)
        quad[:, 0] = np.clip(np.round(quad[:, 0]), 0, width)
        quad[:, 1] = np.clip(np.round(quad[:, 1]), 0, height)
        found.append(quad.astype(np.float32))
    return found


def smallest_box(points: Array) -> tuple[Array, float]:
    """Return the minimum-area rectangle around the points, clockwise from top left, and its short side."""
    rectangle = cv2.minAreaRect(points)
    corners = sorted(cv2.boxPoints(rectangle).tolist())
    left = sorted(corners[:2], key=lambda point: point[1])
    right = sorted(corners[2:], key=lambda point: point[1])
    return np.array([left[0], right[0], right[1], left[1]], np.float32), min(rectangle[1])


def _score(heat: Array, quad: Array) -> float:
    """Return the mean of the map inside a box."""
    height, width = heat.shape
    left, top = (max(0, math.floor(value)) for value in quad.min(axis=0))
    right = min(width - 1, math.ceil(float(quad[:, 0].max())))
    bottom = min(height - 1, math.ceil(float(quad[:, 1].max())))
    left, top = min(left, right), min(top, bottom)
    mask = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    cv2.fillPoly(mask, [(quad - (left, top)).astype(np.int32)], (1,))
    return cv2.mean(heat[top : bottom + 1, left : right + 1], mask)[0]


def _unclip(quad: Array) -> Array | None:
    """Return the box grown by area * UNCLIP / perimeter: DB's map shrinks text regions."""
    distance = cv2.contourArea(quad) * UNCLIP / max(cv2.arcLength(quad, closed=True), 1e-6)
    offset = pyclipper.PyclipperOffset()
    offset.AddPath(quad.astype(np.int64).tolist(), pyclipper.JT_ROUND, pyclipper.ET_CLOSEDPOLYGON)
    grown = offset.Execute(distance)
    return np.array(grown[0], np.int32).reshape(-1, 1, 2) if grown else None
