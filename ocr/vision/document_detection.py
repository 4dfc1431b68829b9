"""Detect the only card or page in an image by its outline, and rectify it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr.vision import geometry
from ocr.vision.geometry import Array

WORK_SIDE = 640
MIN_SHARE = 0.06  # of the image's area
MAX_SHARE = 0.985  # more is the image itself
RATIOS = (1.2, 1.85)  # long to short side: ID-1 is 1.586, ID-3 1.42, with room for perspective


@dataclass(frozen=True, slots=True)
class Card:
    """A rectified card, and the 3 x 3 map from its pixels to those of the image."""

    pixels: Array
    to_source: Array


def find(pixels: Array, boxes: Sequence[Array]) -> Card | None:
    """Return the card that contains most of the text boxes, or None if no quadrilateral is detected.

    None too where the card fills the image: then the image is the card.
    """
    quad = outline(pixels, boxes)
    if quad is None:
        return None
    across, down = geometry.sides(quad)
    flat = geometry.crop(pixels, quad)
    high, wide = flat.shape[:2]
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    share = across * down / (pixels.shape[0] * pixels.shape[1])
    if share > 0.93 and _is_square_on(quad):
        return None  # the image is the card already
    return Card(flat, cv2.getPerspectiveTransform(corners, quad))


def outline(pixels: Array, boxes: Sequence[Array]) -> Array | None:
    """Return the card's corners (4 x 2, pixels of the image, clockwise from top left), or None."""
    scale = min(1.0, WORK_SIDE / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    centers = np.array([box.mean(axis=0) * scale for box in boxes], np.float32).reshape(-1, 2)
    area = small.shape[0] * small.shape[1]
    best, best_value = None, 0.0
    for mask in _masks(small):
        contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        for contour in contours:
            quad = _quadrilateral(contour, area)
            if quad is None:
                continue
            contained = _contained_share(quad, centers)
            value = contained * (0.5 + _fill(contour, quad))
            if contained >= 0.7 and value > best_value:
                best, best_value = quad, value
    return None if best is None else (best / scale).astype(np.float32)


def _masks(small: Array) -> Iterator[Array]:
    """Yield binary images in which a card may be one blob: by edges, lightness and saturation."""
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    middle = float(np.median(grey))
    kernel = np.ones((5, 5), np.uint8)
    for low in (30.0, max(10.0, 0.66 * middle)):
        yield cv2.dilate(cv2.Canny(grey, low, low * 2.5), kernel[:3, :3])
    _, light = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    saturation = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2HSV)[:, :, 1], (5, 5), 0)
    _, strong = cv2.threshold(saturation, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    for mask in (light, strong):
        closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel, iterations=3)
        yield closed
        yield 255 - cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel, iterations=3)


def _quadrilateral(contour: Array, area: int) -> Array | None:
    hull = cv2.convexHull(contour)
    share = cv2.contourArea(hull) / area
    if not MIN_SHARE <= share <= MAX_SHARE:
        return None
    length = cv2.arcLength(hull, closed=True)
    for slack in (0.02, 0.035, 0.05):
        corners = cv2.approxPolyDP(hull, slack * length, closed=True)
        if len(corners) == 4:
            break
    else:
        return None
    quad = geometry.clockwise_from_top_left(corners.reshape(4, 2).astype(np.float32))
    across, down = geometry.sides(quad)
    ratio = max(across, down) / max(1.0, min(across, down))
    if not RATIOS[0] <= ratio <= RATIOS[1] or not _is_plausible(quad):
        return None
    return quad


def _is_plausible(quad: Array) -> bool:
    """Whether every corner has 60..120 degrees, as under perspective of up to about 25 degrees."""
    for index in range(4):
        before = quad[index - 1] - quad[index]
        after = quad[(index + 1) % 4] - quad[index]
        norms = float(np.linalg.norm(before) * np.linalg.norm(after))
        if norms < 1 or abs(float(before @ after)) / norms > 0.5:
            return False
    return True


def _is_square_on(quad: Array) -> bool:
    return abs(geometry.angle_of(quad)) < 1.0 and _is_plausible(quad)


def _contained_share(quad: Array, centers: Array) -> float:
    """Return the share of the points that lie inside the quadrilateral, 1 without points."""
    if not len(centers):
        return 1.0
    contour = quad.reshape(-1, 1, 2)
    inside = sum(
        cv2.pointPolygonTest(contour, (float(x), float(y)), measureDist=False) >= 0
        for x, y in centers
    )
    return inside / len(centers)


def _fill(contour: Array, quad: Array) -> float:
    """Return the area of the contour's hull as a share of the quadrilateral's."""
    hull = cv2.contourArea(cv2.convexHull(contour))
    return min(1.0, hull / max(1.0, cv2.contourArea(quad.reshape(-1, 1, 2))))
