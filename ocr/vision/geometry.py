"""Points, rotations and crops; 3 x 3 projective maps between the page and the caller's image."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np

from ocr.page import Quad

Array = np.ndarray[Any, Any]


def as_quad(points: Array) -> Quad:
    """Return a 4 x 2 array as a quad of plain floats."""
    a, b, c, d = ((float(x), float(y)) for x, y in points)
    return (a, b, c, d)


def as_array(quad: Quad) -> Array:
    """Return a quad as a 4 x 2 float32 array."""
    return np.asarray(quad, dtype=np.float32)


def apply(matrix: Array, points: Array) -> Array:
    """Return the points (N x 2) mapped by a 3 x 3 matrix."""
    flat: Array = np.hstack([np.asarray(points, np.float64), np.ones((len(points), 1))]) @ matrix.T
    return flat[:, :2] / flat[:, 2:3]


def turn(image: Array, *, degrees: float) -> tuple[Array, Array]:
    """Return the image rotated counter-clockwise on a canvas that holds it, and the 3 x 3 map back.

    Multiples of 90 degrees are lossless; other angles are resampled once, and the corners are filled
    with the border's pixels.
    """
    height, width = image.shape[:2]
    quarters = round(degrees / 90) % 4
    if abs(degrees - round(degrees / 90) * 90) < 1e-6:
        turned = np.ascontiguousarray(np.rot90(image, quarters)) if quarters else image
        back = {
            0: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
            1: [[0, -1, width - 1], [1, 0, 0], [0, 0, 1]],
            2: [[-1, 0, width - 1], [0, -1, height - 1], [0, 0, 1]],
            3: [[0, 1, 0], [-1, 0, height - 1], [0, 0, 1]],
        }[quarters]
        return turned, np.array(back, np.float64)
    radians = math.radians(degrees)
    cosine, sine = abs(math.cos(radians)), abs(math.sin(radians))
    wide, high = (
        math.ceil(width * cosine + height * sine),
        math.ceil(width * sine + height * cosine),
    )
    forward = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), [0, 0, 1]])
    forward[0, 2] += (wide - width) / 2
    forward[1, 2] += (high - height) / 2
    turned = cv2.warpPerspective(
        image, forward, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return turned, np.linalg.inv(forward)


def sides(quad: Array) -> tuple[float, float]:
    """Return width and height of a quad in pixels: the longer of each two opposite sides."""
    across = max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3]))
    down = max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1]))
    return float(across), float(down)


def crop(image: Array, quad: Array) -> Array:
    """Return the region of a quad as a rectangle of its own size, at least 1 x 1 pixels."""
    across, down = sides(quad)
    width, height = max(1, int(across)), max(1, int(down))
    left, top = np.floor(quad.min(axis=0)).astype(int)
    right, bottom = np.ceil(quad.max(axis=0)).astype(int) + 1
    if _is_axis_aligned(quad) and left >= 0 and top >= 0:
        cut = image[top : top + height, left : left + width]
        if cut.shape[:2] == (height, width):
            return cut
    # Warp only the neighbourhood: warpPerspective on the whole image costs time for each line.
    left, top = max(0, left - 2), max(0, top - 2)
    part = image[top : bottom + 2, left : right + 2]
    if part.size == 0:
        return np.zeros((height, width, 3), np.uint8)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform((quad - (left, top)).astype(np.float32), target)
    return cv2.warpPerspective(
        part, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )


def _is_axis_aligned(quad: Array) -> bool:
    a, b, c, d = quad
    return bool(a[0] == d[0] and b[0] == c[0] and a[1] == b[1] and c[1] == d[1] and b[0] > a[0])


def angle_of(quad: Array) -> float:
    """Return the angle of a quad's reading direction in degrees counter-clockwise, -180 < a <= 180."""
    dx, dy = (quad[1] - quad[0]) + (quad[2] - quad[3])
    return math.degrees(math.atan2(-dy, dx))


def clockwise_from_top_left(points: Array) -> Array:
    """Return the four points (4 x 2) clockwise on the screen, starting with the one nearest the top left."""
    center = points.mean(axis=0)
    order = np.argsort(np.arctan2(points[:, 1] - center[1], points[:, 0] - center[0]))
    ring = points[order]
    return np.roll(ring, -int(np.argmin(ring.sum(axis=1))), axis=0)
