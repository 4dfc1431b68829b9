"""Where the blanks of a printed line are, seen on the picture, so that words can be laid on words.

`profiles` runs where pictures are decoded; the rest is pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_COLUMNS = 1200
_ROWS = 24
_INK = 5  # grey levels by which a column's mean must leave the ground to hold ink
_NEAR = 0.12  # of the line: a blank farther from where the text expects it is another one

Quad = Sequence[Sequence[float]]


def profiles(picture: Any, quads: Sequence[Quad]) -> tuple[bytes, ...]:
    """Return, for each line's quad, which columns hold ink (1) and which do not (0).

    `picture` is a Pillow image. A line that lies outside of it, or has no size, gives no columns.
    """
    from PIL import Image

    grey = picture if picture.mode == "L" else picture.convert("L")
    found = []
    for quad in quads:
        if len(quad) != 4 or _length(quad) < 2:
            found.append(b"")
            continue
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
        size = (min(_COLUMNS, round(_length(quad))), _ROWS)
        corners = (ax, ay, dx, dy, cx, cy, bx, by)
        strip = grey.transform(size, Image.Transform.QUAD, corners, Image.Resampling.BILINEAR)
        counts = strip.histogram()
        ground = counts.index(max(counts))
        means = strip.resize((size[0], 1), Image.Resampling.BOX).tobytes()
        found.append(bytes(abs(mean - ground) > _INK for mean in means))
    return tuple(found)


def _length(quad: Quad) -> float:
    (ax, ay), (bx, by) = quad[0], quad[1]
    return float(((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5)


def blanks(profile: bytes, expected: Sequence[float]) -> list[tuple[float, float]]:
    """Return the blanks (start, end; 0..1) of a line that lie where blanks are `expected`, in order.

    The widest ones are taken; an empty list means that the picture does not show them clearly.
    """
    runs = _runs(profile)
    if len(runs) < len(expected):
        return []
    widest = sorted(sorted(runs, key=lambda run: run[0] - run[1])[: len(expected)])
    size = len(profile)
    found = [(start / size, end / size) for start, end in widest]
    for (start, end), place in zip(found, expected, strict=True):
        if abs((start + end) / 2 - place) > _NEAR:
            return []
    return found


def ends(profile: bytes) -> tuple[float, float]:
    """Return where the ink of a line begins and ends, 0..1."""
    if 1 not in profile:
        return 0.0, 1.0
    return profile.index(1) / len(profile), (profile.rindex(1) + 1) / len(profile)


def _runs(profile: bytes) -> list[tuple[int, int]]:
    """Return the runs of columns without ink between the first and the last that have some."""
    runs, start = [], -1
    for column, ink in enumerate(profile.rstrip(b"\x00")):
        if ink and start >= 0:
            runs.append((start, column))
            start = -1
        elif not ink and start < 0:
            start = column
    return [run for run in runs if run[0] > 0]  # what comes before the first ink is margin
