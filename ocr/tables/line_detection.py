"""Find the drawn rules of a straightened page: lines and the edges of fills, across and upright."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ocr.layout.columns import Box
from ocr.tables.ruling_lines import RulingLine, merge_collinear
from ocr.vision.geometry import Array

LEAST_STEP = 9.0  # grey levels between the two sides of an edge


def find_ruling_lines(
    gray: Array, text_height: float, texts: Sequence[Box]
) -> tuple[list[RulingLine], list[RulingLine]]:
    """Return the horizontal and the upright rules of a straight grey page.

    `texts` are the boxes of its lines: strokes inside are no rules.
    """
    across = _rules(gray, text_height, texts)
    upright = _rules(np.ascontiguousarray(gray.T), text_height, ())
    return across, [rule for rule in upright if not _is_strokes(rule, texts, text_height)]


def _is_strokes(rule: RulingLine, texts: Sequence[Box], text_height: float) -> bool:
    """Say whether a short upright is the strokes of letters that stand one above the other."""
    if rule.length > 4 * text_height:
        return False
    through = [box for box in texts if box.left < rule.at < box.right]
    return sum(rule.covers(box.top, box.bottom) * box.height for box in through) > 0.6 * rule.length


def _is_of_text(rule: RulingLine, box: Box, slack: float) -> bool:
    inside = box.left - slack <= rule.start and rule.end <= box.right + slack
    return inside and box.top - 2 <= rule.at <= box.bottom + 1


def _rules(gray: Array, text_height: float, texts: Sequence[Box]) -> list[RulingLine]:
    least = max(12, int(1.6 * text_height))
    found = []
    for edges in _edges(gray, least, texts):
        count, _, stats, centres = cv2.connectedComponentsWithStats(edges, connectivity=8)
        for index in range(1, count):
            left, _, wide, tall, _ = stats[index]
            if wide >= least and tall <= max(0.6 * text_height, 6):
                found.append(RulingLine(float(centres[index][1]), float(left), float(left + wide)))
    slack = 0.4 * text_height
    drawn = [rule for rule in found if not any(_is_of_text(rule, box, slack) for box in texts)]
    return merge_collinear(drawn, text_height)


def _edges(gray: Array, least: int, texts: Sequence[Box]) -> list[Array]:
    """Return pixels on sustained edges, first those to light, then those to dark.

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
    for sign in (1, -1):
        mask: Array = (slope * sign > least_step).astype(np.uint8)
        mask = cv2.dilate(mask, np.ones((2, 1), np.uint8))
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
        found.append(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, least), np.uint8)))
    return found
