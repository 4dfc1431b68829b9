"""Image quality statistics: blur, glare, cut border, grey copy, filmed screen, hidden parts."""

from __future__ import annotations

import cv2
import numpy as np

from ocr.page import Measures
from ocr.vision import geometry
from ocr.vision.geometry import Array

SIDE = 960
CARD_WIDE = 320  # pixels: enough for a patch, too few for print to count as one


def measure(pixels: Array, outline: Array | None) -> Measures:
    """Return each measure in 0..1, where 1 means that the fault is certain.

    `pixels` is H x W x 3 BGR, `outline` the card's corners (4 x 2) if one was detected.
    """
    scale = min(1.0, SIDE / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    return Measures(
        blur=_blur(grey),
        glare=_glare(small),
        border=_border(pixels, outline),
        copy=_copy(small),
        reproduction=_raster(grey),
        blocking=_blocking(pixels, outline),
    )


def _blocking(pixels: Array, outline: Array | None) -> float:
    """Share of the card hidden by an object that reaches in over its edge; 8 % counts as certain.

    An object is a patch too thick for print whose colour differs strongly from the card's median. A
    band from edge to edge belongs to the card's design.
    """
    card = pixels if outline is None else geometry.crop(pixels, outline)
    scale = CARD_WIDE / card.shape[1]
    small = cv2.resize(card, (CARD_WIDE, max(32, round(card.shape[0] * scale))), interpolation=cv2.INTER_AREA)  # fmt: skip
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(np.float32)
    usual = np.median(lab.reshape(-1, 3), axis=0)
    foreign = (np.linalg.norm(lab - usual, axis=2) > 45).astype(np.uint8)
    foreign = cv2.morphologyEx(foreign, cv2.MORPH_OPEN, np.ones((17, 17), np.uint8))
    high, wide = foreign.shape
    count, _, stats, _ = cv2.connectedComponentsWithStats(foreign)
    worst = 0
    for left, top, across, down, area in stats[1:count].tolist():
        inside = left > 2 and top > 2 and left + across < wide - 2 and top + down < high - 2
        if not inside and across < 0.7 * wide and down < 0.9 * high:
            worst = max(worst, area)
    return float(min(1.0, worst / foreign.size / 0.08))


def _blur(grey: Array) -> float:
    """Missing sharpness of the strongest edges: 98th percentile of the Laplacian over the contrast.

    A sharp edge of a letter changes within one or two pixels, so its Laplacian is near the contrast.
    """
    laplacian = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    contrast = float(np.percentile(grey, 98) - np.percentile(grey, 2)) + 1.0
    sharpness = float(np.percentile(laplacian, 98)) / contrast
    return float(np.clip(1.0 - sharpness / 0.45, 0.0, 1.0))


def _glare(small: Array) -> float:
    """Share of overexposed area in one blob; 5 % counts as certain glare."""
    light = small.min(axis=2) >= 250
    if float(light.mean()) > 0.45:
        return 0.0  # a white page, not a reflection
    count, _, stats, _ = cv2.connectedComponentsWithStats(light.astype(np.uint8))
    largest = max((int(stats[index, cv2.CC_STAT_AREA]) for index in range(1, count)), default=0)
    return float(min(1.0, largest / light.size / 0.05))


def _border(pixels: Array, outline: Array | None) -> float:
    """1 where a corner of the document lies on or outside the image's edge, else 0."""
    if outline is None:
        return 0.0
    high, wide = pixels.shape[:2]
    margin = 0.004 * max(high, wide)
    room = min(
        float(outline[:, 0].min()),
        float(outline[:, 1].min()),
        float(wide - 1 - outline[:, 0].max()),
        float(high - 1 - outline[:, 1].max()),
    )
    return 1.0 if room <= margin else 0.0


def _copy(small: Array) -> float:
    """Lack of colour: 90th percentile of the chroma; 8 of 255 and less is certainly a grey copy."""
    light = small.astype(np.int16)
    chroma = (light.max(axis=2) - light.min(axis=2)).astype(np.float32)
    return float(np.clip(1.0 - (float(np.percentile(chroma, 90)) - 8.0) / 24.0, 0.0, 1.0))


def _raster(grey: Array) -> float:
    """Energy of the strongest single peak of the spectrum outside low frequencies and the axes."""
    side = min(512, *grey.shape)
    top, left = (grey.shape[0] - side) // 2, (grey.shape[1] - side) // 2
    patch = grey[top : top + side, left : left + side].astype(np.float32)
    window = np.hanning(side).astype(np.float32)
    spectrum = np.abs(
        np.fft.fftshift(np.fft.fft2((patch - patch.mean()) * np.outer(window, window)))
    )
    middle = side // 2
    rows, columns = np.ogrid[:side, :side]
    far = np.hypot(rows - middle, columns - middle)
    spectrum[(far < side * 0.12) | (abs(rows - middle) < 3) | (abs(columns - middle) < 3)] = 0.0
    around = cv2.blur(spectrum.astype(np.float32), (15, 15)) + 1e-3
    return float(np.clip((float((spectrum / around).max()) - 12.0) / 40.0, 0.0, 1.0))
