"""Detect the ruling lines of a straightened page: drawn lines and edges of filled areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from ocr.layout.columns import Box
from ocr.tables.ruling_lines import RulingLine, merge_collinear

Array = np.ndarray[Any, Any]
LEAST_STEP = 9.0  # grey levels between the two sides of an edge


def find_ruling_lines(
    gray: Array, text_height: float, texts: Sequence[Box]
) -> tuple[list[RulingLine], list[RulingLine]]:
    """Return the horizontal and the vertical ruling lines of a straightened grey page (H x W).

    `texts` are the boxes of its lines: strokes inside are no ruling lines.
    """
    across = _ruling_lines(gray, text_height, texts)
    vertical = _ruling_lines(np.ascontiguousarray(gray.T), text_height, ())
    return across, [ruling for ruling in vertical if not _is_strokes(ruling, texts, text_height)]


def _is_strokes(ruling: RulingLine, texts: Sequence[Box], text_height: float) -> bool:
    """Whether a short vertical line consists of strokes of letters in rows one above the other."""
    if ruling.length > 4 * text_height:
        return False
    through = [box for box in texts if box.left < ruling.at < box.right]
    return (
        sum(ruling.covers(box.top, box.bottom) * box.height for box in through)
        > 0.6 * ruling.length
    )


def _is_of_text(ruling: RulingLine, box: Box, slack: float) -> bool:
    inside = box.left - slack <= ruling.start and ruling.end <= box.right + slack
    return inside and box.top - 2 <= ruling.at <= box.bottom + 1


def _ruling_lines(gray: Array, text_height: float, texts: Sequence[Box]) -> list[RulingLine]:
    least = max(12, int(1.6 * text_height))
    found = []
    for edges in _edges(gray, least, texts):
        count, _, stats, centres = cv2.connectedComponentsWithStats(edges, connectivity=8)
        for index in range(1, count):
            left, _, wide, tall, _ = stats[index]
            if wide >= least and tall <= max(0.6 * text_height, 6):
                found.append(RulingLine(float(centres[index][1]), float(left), float(left + wide)))
    slack = 0.4 * text_height
    drawn = [
        ruling for ruling in found if not any(_is_of_text(ruling, box, slack) for box in texts)
    ]
    return merge_collinear(drawn, text_height)


def _edges(gray: Array, least: int, texts: Sequence[Box]) -> list[Array]:
    """Return masks of the pixels on sustained edges, first from dark to light, then from light to dark.

    Sustained = for `least` pixels in a row; a pixel to either side may be missing from the row.
    """
    smooth = cv2.GaussianBlur(gray, (0, 0), 0.6)
    slope = cv2.Sobel(smooth, cv2.CV_16S, 0, 1, ksize=3)
    noise = float(np.median(np.abs(slope)))
    least_step = max(4 * LEAST_STEP, 4.5 * noise)  # Sobel answers four times the grey step
    for box in texts:
        top, bottom = round(box.top + 0.14 * box.height), round(box.bottom - 0.14 * box.height)
        slope[max(0, top) : max(0, bottom), max(0, round(box.left)) : max(0, round(box.right))] = 0
    found = []
    for direction in (1, -1):
        mask: Array = (slope * direction > least_step).astype(np.uint8)
        mask = cv2.dilate(mask, np.ones((2, 1), np.uint8))
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
        found.append(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, least), np.uint8)))
    return found
