"""Remove tilt and perspective of a page, by vanishing points of its ruling lines, edges and text lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ocr.page import Line

Array = np.ndarray[Any, Any]
MOST_TILT = 14.0  # degrees by which a ruling line may differ from the direction of the text
STRAIGHT = 0.6  # pixels: if no corner moves further, the page is not resampled


@dataclass(frozen=True, slots=True)
class StraightPage:
    """A straightened page: grey image (H x W), 3 x 3 map from page to straightened page, text height in pixels."""

    gray: Array
    matrix: Array
    text_height: float

    def to_straight(self, points: Sequence[tuple[float, float]]) -> Array:
        """Return points (N x 2) of the page on the straightened page."""
        return _apply(self.matrix, np.asarray(points, float))

    def to_page(self, points: Sequence[tuple[float, float]]) -> Array:
        """Return points (N x 2) of the straightened page on the page."""
        return _apply(np.linalg.inv(self.matrix), np.asarray(points, float))


def straighten(pixels: Array, lines: Sequence[Line]) -> StraightPage:
    """Return the page with horizontal text and vertical columns; not resampled if it is straight."""
    gray = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY) if pixels.ndim == 3 else pixels
    height = text_height(lines)
    matrix = _matrix(gray, lines, height)
    moved = _apply(matrix, _corners(gray))
    if np.abs(moved - _corners(gray)).max() < STRAIGHT:
        return StraightPage(gray, np.eye(3), height)
    low, high = moved.min(axis=0), moved.max(axis=0)
    size = np.ceil(high - low).astype(int)
    if not _is_sane(size, gray):
        return StraightPage(gray, np.eye(3), height)
    matrix = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1.0]]) @ matrix
    flat = cv2.warpPerspective(
        gray,
        matrix,
        (int(size[0]), int(size[1])),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return StraightPage(flat, matrix, height)


def text_height(lines: Sequence[Line]) -> float:
    """Return the median height of the lines in pixels, perpendicular to their direction; 20 without lines."""
    heights = [
        min(float(np.hypot(q[3][0] - q[0][0], q[3][1] - q[0][1])), line.height)
        for line in lines
        for q in (line.quad,)
    ]
    return float(np.median(heights)) if heights else 20.0


def _apply(matrix: Array, points: Array) -> Array:
    flat = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(flat[:, :2] / flat[:, 2:])


def _corners(gray: Array) -> Array:
    high, wide = gray.shape[:2]
    return np.array([(0, 0), (wide, 0), (wide, high), (0, high)], float)


def _is_sane(size: Array, gray: Array) -> bool:
    high, wide = gray.shape[:2]
    return bool(0.6 * wide < size[0] < 1.7 * wide and 0.6 * high < size[1] < 1.7 * high)


def _matrix(gray: Array, lines: Sequence[Line], height: float) -> Array:
    text = _text_axes(lines, height)
    tilt = float(np.median(_angles(text))) if len(text) else 0.0
    rulings = _segments(gray, 2.5 * height)
    turned = _angles(rulings)
    across = rulings[np.abs(_fold(turned - tilt)) < MOST_TILT]
    vertical = rulings[np.abs(_fold(turned - tilt - 90)) < MOST_TILT]
    flat = np.vstack([across, text])
    high, wide = gray.shape[:2]
    scale, middle = max(high, wide) / 2, np.array([wide / 2, high / 2])
    turn = np.deg2rad(tilt)
    ahead = _vanishing(
        flat, middle, scale, fallback=(np.cos(turn), np.sin(turn)), least=3 * wide / 10
    )
    slope = np.arctan2(ahead[1], ahead[0]) if ahead[0] > 0 else np.arctan2(-ahead[1], -ahead[0])
    down = _vanishing(
        vertical, middle, scale, fallback=(-np.sin(slope), np.cos(slope)), least=high / 4
    )
    return _rectifier(ahead, down, middle, scale)


def _rectifier(ahead: Array, down: Array, middle: Array, scale: float) -> Array:
    horizon = np.cross(ahead, down)
    if abs(horizon[2]) < 1e-9:
        return np.eye(3)
    horizon = horizon / horizon[2]
    flat = np.array([[1, 0, 0], [0, 1, 0], [horizon[0], horizon[1], 1.0]])
    one, other = (flat @ ahead)[:2], (flat @ down)[:2]
    one, other = one / np.linalg.norm(one), other / np.linalg.norm(other)
    one, other = (one if one[0] > 0 else -one), (other if other[1] > 0 else -other)
    basis = np.column_stack([one, other])
    if abs(np.linalg.det(basis)) < 0.5:
        return np.eye(3)
    shear = np.eye(3)
    shear[:2, :2] = np.linalg.inv(basis)
    into = np.array(
        [[1 / scale, 0, -middle[0] / scale], [0, 1 / scale, -middle[1] / scale], [0, 0, 1]]
    )
    return np.asarray(np.linalg.inv(into) @ shear @ flat @ into)


def _vanishing(
    segments: Array, middle: Array, scale: float, *, fallback: tuple[float, float], least: float
) -> Array:
    """Return the vanishing point of the segments in homogeneous coordinates.

    Least squares, reweighted six times so that outliers do not count. Without enough segments (`least`
    pixels in sum), or with an implausible result, the point at infinity in direction `fallback`.
    """
    default = np.array([*fallback, 0.0])
    if len(segments) < 2:
        return default
    start, end = (segments[:, :2] - middle) / scale, (segments[:, 2:] - middle) / scale
    length = np.linalg.norm(end - start, axis=1)
    if length.sum() * scale < least:
        return default
    normal = np.column_stack([start[:, 1] - end[:, 1], end[:, 0] - start[:, 0]]) / length[:, None]
    line = np.column_stack([normal, -(normal * (start + end) / 2).sum(axis=1)])
    weight, point = length, default
    for _ in range(6):
        _, vectors = np.linalg.eigh((line * weight[:, None]).T @ line)
        point = vectors[:, 0]
        reach = np.linalg.norm(point[:2])
        if reach < 1e-6:
            return default
        point = point / reach
        weight = length / (1 + (np.abs(line @ point) / 0.006) ** 2)
    return point if abs(point[2]) < 0.45 else default


def _text_axes(lines: Sequence[Line], height: float) -> Array:
    """Return the middle axes of the long lines, N x 4: x0, y0, x1, y1."""
    axes = []
    for line in lines:
        a, b, c, d = (np.asarray(point, float) for point in line.quad)
        if np.linalg.norm(b - a) > 3.5 * height:
            axes.append(np.concatenate([(a + d) / 2, (b + c) / 2]))
    return np.array(axes) if axes else np.empty((0, 4))


def _angles(segments: Array) -> Array:
    steps = segments[:, 2:] - segments[:, :2]
    return np.rad2deg(np.arctan2(steps[:, 1], steps[:, 0]))


def _fold(angle: Array) -> Array:
    return (angle + 90) % 180 - 90


def _segments(gray: Array, least: float) -> Array:
    """Return straight edges of at least `least` pixels, N x 4: x0, y0, x1, y1 (line segment detector LSD)."""
    scale = min(1.0, 1600 / max(gray.shape))
    small = (
        cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        if scale < 1
        else gray
    )
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(small)[0]
    if found is None:
        return np.empty((0, 4))
    segments = found.reshape(-1, 4).astype(float) / scale
    lengths = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    return np.asarray(segments[lengths > max(least, 30)])
