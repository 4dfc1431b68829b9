"""Contrast normalisation of a grey line image, the same in training and recognition. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
LEAST_RANGE = (
    24.0  # grey levels between ink and background: a smaller range is not stretched further
)
CLIP = 1.3  # limit of values darker than the ink or lighter than the background


def stretched(line: Array) -> Array:
    """Return an H x W grey line (0..255) as float32 with its ink near -1 and its background near 1.

    The range is that of the 2nd to 98th percentile, so that a speck of dirt or glare does not set it.
    """
    low, high = np.percentile(line[::2, ::2], (2, 98))
    scale = 2.0 / max(float(high) - float(low), LEAST_RANGE)
    return np.clip((line.astype(np.float32) - low) * scale - 1.0, -CLIP, CLIP).astype(np.float32)
