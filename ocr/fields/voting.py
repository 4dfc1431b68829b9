"""Majority vote over several crops of one row, word by word. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from ocr.page import Line, Page, Quad, RecognitionResult, box

# Padding of each crop in heights of the row: above, below, at the sides. A detector's box often cuts
# the marks under the letters off; more padding would let the neighboring rows in.
CROPS = ((0.0, 0.0, 0.0), (0.08, 0.12, 0.2), (0.02, 0.2, 0.35))


def row_box(row: Sequence[Line]) -> Quad:
    """Return the bounding box of the lines of a row."""
    left, right = min(line.left for line in row), max(line.right for line in row)
    return box(left, min(line.top for line in row), right, max(line.bottom for line in row))


def padded(quad: Quad, *, above: float, below: float, sides: float, page: Page) -> Quad:
    """Return an axis-aligned box with padding in heights of the box, clipped to the page."""
    (left, top), (right, bottom) = quad[0], quad[2]
    height = bottom - top
    return box(
        max(0.0, left - sides * height),
        max(0.0, top - above * height),
        min(page.width, right + sides * height),
        min(page.height, bottom + below * height),
    )


def recognize_crops(
    page: Page, quad: Quad, *, script: str, alphabet: str = ""
) -> list[RecognitionResult]:
    """Return the recognition results of a row in a script, one for each of CROPS."""
    found = []
    for above, below, sides in CROPS:
        crop = padded(quad, above=above, below=below, sides=sides, page=page)
        found.append(page.read(crop, script=script, alphabet=alphabet))
    return found


def majority(texts: Sequence[str], *, known: Callable[[str], bool] = lambda word: False) -> str:
    """Return the text whose words most of the recognition results agree on.

    Results that split the row into another number of words than most do are left out. A word that is
    `known` wins over one that is not; of equals the first result's is taken.
    """
    rows = [text.split() for text in texts if text.strip()]
    if not rows:
        return ""
    counts = Counter(len(row) for row in rows)
    most = max(counts.values())
    length = next(len(row) for row in rows if counts[len(row)] == most)
    rows = [row for row in rows if len(row) == length]
    words = []
    for column in zip(*rows, strict=True):
        votes = Counter(column)
        words.append(max(votes, key=lambda word: (known(word), votes[word], -column.index(word))))
    return " ".join(words)
