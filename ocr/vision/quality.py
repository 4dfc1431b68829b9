"""Plain statistics of an image that tell blur, glare, a cut border, a grey copy, a filmed screen."""

from __future__ import annotations

import cv2
import numpy as np

from ocr.page import Measures
from ocr.vision import geometry
from ocr.vision.geometry import Array

SIDE = 960
CARD_WIDE = 320  # pixels: a patch is looked for, not print


def measure(pixels: Array, outline: Array | None) -> Measures:
    """Return each measure in 0..1, where 1 is certainly the fault; `outline` is the card's, if found."""
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
    """Share of the card under something foreign that reaches in over its edge, 8 % counting as certain.

    Foreign is what differs from the card's usual colour by more than a strong tint, in a patch too
    thick for print. A band that runs from edge to edge belongs to the card's design.
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
    """Sharpness of the strongest edges: the 98th percentile of the Laplacian against the contrast.

    A sharp letter edge changes within a pixel or two, so its Laplacian nears the local contrast.
    """
    laplacian = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    contrast = float(np.percentile(grey, 98) - np.percentile(grey, 2)) + 1.0
    sharpness = float(np.percentile(laplacian, 98)) / contrast
    return float(np.clip(1.0 - sharpness / 0.45, 0.0, 1.0))


def _glare(small: Array) -> float:
    """Share of blown-out area that lies in one blob, 5 % counting as certain glare."""
    light = small.min(axis=2) >= 250
    if float(light.mean()) > 0.45:
        return 0.0  # a white page, not a reflection
    count, _, stats, _ = cv2.connectedComponentsWithStats(light.astype(np.uint8))
    largest = max((int(stats[index, cv2.CC_STAT_AREA]) for index in range(1, count)), default=0)
    return float(min(1.0, largest / light.size / 0.05))


def _border(pixels: Array, outline: Array | None) -> float:
    """1 where a corner of the document lies on or outside the image's edge, 0 with room around it."""
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
    """Lack of colour: saturation weighted by lightness, 8 of 255 and less being a grey copy."""
    light = small.astype(np.int16)
    chroma = (light.max(axis=2) - light.min(axis=2)).astype(np.float32)
    return float(np.clip(1.0 - (float(np.percentile(chroma, 90)) - 8.0) / 24.0, 0.0, 1.0))


def _raster(grey: Array) -> float:
    """Energy of the strongest lone peak of the spectrum outside low frequencies and the axes."""
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
