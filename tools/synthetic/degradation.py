"""Faults of a photograph, for drawn documents and for drawn training lines alike: blur, noise, JPEG.

Images are arrays of grey or colour, values 0..255; floats are accepted where a fault adds to them.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

Array = np.ndarray[Any, Any]


def blurred(image: Array, sigma: float, *, least: float = 0.05) -> Array:
    """Return the image out of focus: Gaussian of `sigma` pixels, nothing below `least`."""
    return cv2.GaussianBlur(image, (0, 0), sigma) if sigma > least else image


def noisy(image: Array, random: np.random.Generator, sigma: float) -> Array:
    """Return the image as bytes with Gaussian noise of standard deviation `sigma` in each sample."""
    noise = random.normal(0, 1, image.shape) * sigma
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def jpeg(image: Array, quality: int) -> Array:
    """Return the image compressed as JPEG at a quality of 1..100 and decoded again."""
    coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE if image.ndim == 2 else cv2.IMREAD_COLOR)


def resized(image: Array, height: int) -> Array:
    """Return the image at a height in pixels, its proportions kept, at least 8 pixels wide."""
    width = max(8, round(image.shape[1] * height / image.shape[0]))
    method = cv2.INTER_AREA if height < image.shape[0] else cv2.INTER_LINEAR
    return cv2.resize(image, (width, height), interpolation=method)
