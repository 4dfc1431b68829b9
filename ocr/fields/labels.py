"""Values by their printed labels: behind the label, to its right or below it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ocr.page import Line, Quad


@dataclass(frozen=True, slots=True)
class Found:
    """A field's value: text, confidence 0..1 and quad; false when nothing was found."""

    text: str = ""
    score: float = 0.0
    quad: Quad | None = None

    def __bool__(self) -> bool:
        return bool(self.text)


def line_confidence(line: Line) -> float:
    """Return the confidence of a line: its score, limited by its least certain character."""
    if not line.chars:
        return line.score
    weakest = min(char.score for char in line.chars)
    return min(line.score, (1 + weakest) / 2)


def compact(text: str) -> tuple[str, list[int]]:
    """Return the text in NFKC and lower case without spaces, and the index of each character in it."""
    chars: list[str] = []
    indices: list[int] = []
    for index, char in enumerate(text):
        for folded in unicodedata.normalize("NFKC", char).lower():
            if not folded.isspace():
                chars.append(folded)
                indices.append(index)
    return "".join(chars), indices


def label_end(text: str, labels: Sequence[str]) -> int:
    """Return the index behind the first of the labels that the text contains, or -1.

    Labels of four characters or more may have one misrecognised character in six.
    """
    flat, indices = compact(text)
    for label in labels:
        wanted = compact(label)[0]
        end = _fuzzy_end(flat, wanted)
        if end > 0:
            return indices[end - 1] + 1
    return -1


def _fuzzy_end(text: str, label: str) -> int:
    """Return the end of a label in a text within the allowed edit distance (Sellers), or -1."""
    start = text.find(label)
    if start >= 0:
        return start + len(label)
    allowed = len(label) // 6 + (1 if 4 <= len(label) < 6 else 0)
    if not allowed or len(text) < len(label) - allowed:
        return -1
    costs = [0] * (len(text) + 1)
    for i, char in enumerate(label, 1):
        last, costs[0] = costs[0], i
        for j, other in enumerate(text, 1):
            swap = last + (char != other)
            last, costs[j] = costs[j], min(swap, costs[j] + 1, costs[j - 1] + 1)
    best = min(costs)
    return costs.index(best) if best <= allowed else -1


def value_after(
    lines: Sequence[Line],
    labels: Sequence[str],
    *,
    stops: Sequence[str] = (),
    below: bool = False,
) -> Found:
    """Return the value of a label: what follows it in its line, else the next line to its right.

    `stops` are the labels at which a value ends. With `below`, a value under the label counts if
    there is none beside it.
    """
    for line in lines:
        end = label_end(line.text, labels)
        if end < 0:
            continue
        rest = cut_at(line.text[end:], stops)
        if rest:
            return Found(rest, line_confidence(line), line.quad)
        beside = _beside(line, lines, stops) or (_under(line, lines, stops) if below else None)
        if beside is not None:
            value = cut_at(beside.text, stops)
            if value:
                return Found(value, line_confidence(beside), beside.quad)
    return Found()


def cut_at(text: str, stops: Sequence[str]) -> str:
    """Return the text up to the first stop label, without separators around it."""
    flat, indices = compact(text)
    for stop in stops:
        start = flat.find(compact(stop)[0])
        if start >= 0:
            text = text[: indices[start]]
            flat, indices = compact(text)
    return text.strip(" :：/.·-—_,，;；")


def _beside(label: Line, lines: Sequence[Line], stops: Sequence[str]) -> Line | None:
    level = label.center[1]
    near = [
        line
        for line in lines
        if line is not label
        and abs(line.center[1] - level) < 0.6 * max(line.height, label.height)
        and line.left > label.right - 0.6 * label.height
        and cut_at(line.text, stops)
    ]
    return min(near, key=lambda line: line.left, default=None)


def _under(label: Line, lines: Sequence[Line], stops: Sequence[str]) -> Line | None:
    near = [
        line
        for line in lines
        if line is not label
        and line.top > label.center[1]
        and line.top - label.bottom < 2.2 * label.height
        and min(line.right, label.right) - max(line.left, label.left) > -0.5 * label.height
        and cut_at(line.text, stops)
    ]
    return min(near, key=lambda line: (line.top, line.left), default=None)


def has_label(lines: Sequence[Line], labels: Sequence[str]) -> bool:
    """Return whether any line contains one of the labels."""
    return any(label_end(line.text, labels) >= 0 for line in lines)


def first_match(lines: Sequence[Line], pattern: str) -> tuple[re.Match[str], Line] | None:
    """Return the first match of a pattern in the lines and its line; full-width forms are folded."""
    for line in lines:
        match = re.search(pattern, unicodedata.normalize("NFKC", line.text))
        if match:
            return match, line
    return None
