"""Gaps between the words of a printed line, measured in the image by column projection profiles.

A searchable PDF lays each word of the result over the printed word by them. `column_profiles` runs
where images are decoded and imports Pillow there; the rest is pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_COLUMNS = (
    1200  # pixels of a straightened line at the most: enough for the gaps of a page-wide line
)
_ROWS = 24  # pixels of its height, averaged
_CONTRAST = 5  # grey levels by which a column's mean must differ from the background to hold text
_NEAR = 0.12  # of the line: a gap farther from where the text expects one is another gap

Quad = Sequence[Sequence[float]]


def column_profiles(image: Any, quads: Sequence[Quad]) -> tuple[bytes, ...]:
    """Return a byte for each column of each line's quad: 1 where it holds text, 0 where it does not.

    `image` is a Pillow image. A quad without four points or without length gives no bytes.
    """
    from PIL import Image

    grey = image if image.mode == "L" else image.convert("L")
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
        background = counts.index(max(counts))  # the commonest grey level
        means = strip.resize((size[0], 1), Image.Resampling.BOX).tobytes()
        found.append(bytes(abs(mean - background) > _CONTRAST for mean in means))
    return tuple(found)


def _length(quad: Quad) -> float:
    (ax, ay), (bx, by) = quad[0], quad[1]
    return float(((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5)


def gaps_near(profile: bytes, expected: Sequence[float]) -> list[tuple[float, float]]:
    """Return one gap (start, end; 0..1) for each `expected` center, from left to right.

    The widest gaps are taken; an empty list means that they do not lie where they are expected.
    """
    runs = _runs(profile)
    if len(runs) < len(expected):
        return []
    widest = sorted(sorted(runs, key=lambda run: run[0] - run[1])[: len(expected)])
    size = len(profile)
    found = [(start / size, end / size) for start, end in widest]
    for (start, end), center in zip(found, expected, strict=True):
        if abs((start + end) / 2 - center) > _NEAR:
            return []
    return found


def text_extent(profile: bytes) -> tuple[float, float]:
    """Return where the text of a line begins and ends, 0..1."""
    if 1 not in profile:
        return 0.0, 1.0
    return profile.index(1) / len(profile), (profile.rindex(1) + 1) / len(profile)


def _runs(profile: bytes) -> list[tuple[int, int]]:
    """Return the runs of empty columns between the first and the last column with text."""
    runs, start = [], -1
    for column, has_text in enumerate(profile.rstrip(b"\x00")):
        if has_text and start >= 0:
            runs.append((start, column))
            start = -1
        elif not has_text and start < 0:
            start = column
    return [run for run in runs if run[0] > 0]  # empty columns before the first text are margin
