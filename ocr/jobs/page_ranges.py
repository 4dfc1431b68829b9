"""Parse page ranges such as `1-3,7,10-`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

_PART = re.compile(r"(\d{1,6})(?:-(\d{1,6})?)?")


def parse(text: str) -> Callable[[int], bool]:
    """Return a predicate over page numbers (from 1); an empty text selects all. Raises ValueError with a sentence.

    `7` is one page, `1-3` are three, `10-` is everything from page 10.
    """
    bounds: list[tuple[int, int | None]] = []
    for part in (piece.strip() for piece in text.split(",") if piece.strip()):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{part[:20]} is no page or range such as 1-3,7,10-")
        first = int(match[1])
        last = (int(match[2]) if match[2] else None) if "-" in part else first
        if first < 1 or (last is not None and last < first):
            raise ValueError(f"{part} counts backwards or from 0")
        bounds.append((first, last))

    def wanted(number: int) -> bool:
        return not bounds or any(
            first <= number and (last is None or number <= last) for first, last in bounds
        )

    return wanted
