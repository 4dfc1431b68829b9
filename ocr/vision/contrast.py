"""The contrast of one grey line, made the same for every light: training and reading share it. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
LEAST = 24.0  # grey levels between ink and ground that are not stretched any further
BEYOND = 1.3  # where what is darker than the ink or lighter than the ground ends


def stretched(line: Array) -> Array:
    """Return a grey line (0..255) as float32 with its ink near -1 and its ground near 1.

    The ends are the 2nd and 98th percentile, so a speck of dirt or glare does not set the scale.
    """
    low, high = np.percentile(line[::2, ::2], (2, 98))
    scale = 2.0 / max(float(high) - float(low), LEAST)
    return np.clip((line.astype(np.float32) - low) * scale - 1.0, -BEYOND, BEYOND).astype(
        np.float32
    )
