"""One row read several times, a little differently cut each time: its words by majority. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from ocr.page import Line, Page, Quad, RecognitionResult, box

# Room around the box in heights of the row: above, below, at the sides. A detector's box often cuts
# the marks under the letters; more room lets the rows beside it in.
CUTS = ((0.0, 0.0, 0.0), (0.08, 0.12, 0.2), (0.02, 0.2, 0.35))


def row_box(row: Sequence[Line]) -> Quad:
    """Return the box around the lines of a row."""
    left, right = min(line.left for line in row), max(line.right for line in row)
    return box(left, min(line.top for line in row), right, max(line.bottom for line in row))


def roomier(quad: Quad, *, above: float, below: float, sides: float, page: Page) -> Quad:
    """Return an upright box with room around it, in heights of the box, kept inside the page."""
    (left, top), (right, bottom) = quad[0], quad[2]
    high = bottom - top
    return box(
        max(0.0, left - sides * high),
        max(0.0, top - above * high),
        min(page.width, right + sides * high),
        min(page.height, bottom + below * high),
    )


def readings(page: Page, quad: Quad, *, script: str, alphabet: str = "") -> list[RecognitionResult]:
    """Return the readings of a row in a script, one for each of the CUTS."""
    found = []
    for above, below, sides in CUTS:
        cut = roomier(quad, above=above, below=below, sides=sides, page=page)
        found.append(page.read(cut, script=script, alphabet=alphabet))
    return found


def chosen(texts: Sequence[str], *, known: Callable[[str], bool] = lambda word: False) -> str:
    """Return the text whose words most of the readings agree on.

    Readings that part the row into another number of words than most do are left out. A word that is
    `known` goes before one that is not; of equals the first reading's stands.
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
