"""Lines of a machine-readable zone among the lines of a page, split ones joined. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ocr.fields.check_digits import is_digits
from ocr.mrz.candidates import UNREAD, Candidates, candidates_of, mrz_text
from ocr.page import Line, Quad

_SHORTEST = 12  # characters of the least piece of a line
_GAP = 14  # character widths between two pieces of one line: nothing else is printed beside a zone


@dataclass(frozen=True, slots=True)
class MrzLine:
    """One line of a zone: candidates of its positions, quad, recognition score, texts it is made of."""

    positions: tuple[Candidates, ...]
    quad: Quad
    score: float
    parts: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        """The cheapest candidate of every position."""
        return "".join(position[0][0] for position in self.positions)

    @property
    def char_width(self) -> float:
        """Mean advance of a character in pixels."""
        return (self.right - self.left) / max(len(self.positions), 1)

    @property
    def left(self) -> float:
        """Smallest x."""
        return min(x for x, _ in self.quad)

    @property
    def right(self) -> float:
        """Largest x."""
        return max(x for x, _ in self.quad)

    @property
    def middle(self) -> float:
        """Mean y."""
        return sum(y for _, y in self.quad) / 4

    @property
    def height(self) -> float:
        """Height of the box."""
        ys = [y for _, y in self.quad]
        return max(ys) - min(ys)


def mrz_line_of(line: Line) -> MrzLine:
    """Return one recognised line of the page as a line of a zone."""
    positions = candidates_of(line.text, score=line.score, chars=line.chars)
    return MrzLine(tuple(positions), line.quad, line.score, (line.text,))


def may_be_mrz_text(text: str) -> bool:
    """Return whether a text may belong to a zone: fillers, or a long run of capitals and digits."""
    chars = mrz_text(text)
    if len(chars) < max(_SHORTEST, 0.8 * len(text.replace(" ", ""))):
        return False
    fillers = chars.count("<")
    lower = sum(c.islower() for c in text)
    if fillers >= 2 and lower <= 0.3 * len(chars):
        return True
    digits = sum(is_digits(c) for c in chars)
    spaces = text.count(" ")
    return len(chars) >= 24 and digits >= 8 and lower <= 2 and spaces <= 2


def find_mrz_lines(lines: Sequence[Line]) -> list[MrzLine]:
    """Return the lines that may belong to a zone, from top to bottom, split ones joined."""
    found = [line for line in lines if may_be_mrz_text(line.text)]
    joined: list[MrzLine] = []
    used: set[int] = set()
    for line in sorted(found, key=lambda item: -item.width):
        if id(line) in used:
            continue
        mates = _row_mates(line, lines)
        used.update(id(mate) for mate in mates)
        joined.append(
            _join_pieces([mrz_line_of(mate) for mate in sorted(mates, key=lambda m: m.left)])
        )
    return sorted(joined, key=lambda line: line.middle)


def _row_mates(line: Line, lines: Sequence[Line]) -> list[Line]:
    """Return a line and the pieces that continue it to the left or right, on its slope."""
    mates = [line]
    advance = line.width / max(len(line.text), 1)
    for other in lines:
        if other is line or not mrz_text(other.text):
            continue
        slope = _slope(line)
        level = line.center[1] + slope * (other.center[0] - line.center[0])
        if abs(other.center[1] - level) > 0.45 * max(min(line.height, other.height), advance):
            continue
        if not 0.5 < other.height / max(line.height, 1) < 1.7:
            continue
        gap = max(other.left - line.right, line.left - other.right)
        if -3 * advance < gap < _GAP * advance and _is_mrz_only(other.text):
            mates.append(other)
    return mates


def _is_mrz_only(text: str) -> bool:
    return len(mrz_text(text)) >= 0.8 * len(text.replace(" ", "")) and text.upper() == text


def _slope(line: Line) -> float:
    (x0, y0), (x1, y1) = line.quad[0], line.quad[1]
    return (y1 - y0) / (x1 - x0) if abs(x1 - x0) > 1 else 0.0


def _join_pieces(parts: list[MrzLine]) -> MrzLine:
    """Join the pieces of a line: a gap becomes unread positions, an overlap is dropped."""
    whole = parts[0]
    advance = (
        min(part.char_width for part in parts if len(part.positions) > 5) if parts[1:] else 0.0
    )
    for part in parts[1:]:
        missing = round((part.left - whole.right) / max(advance, 1.0))
        positions = list(whole.positions)
        following = list(part.positions)
        if missing > 0:
            positions.extend([UNREAD] * missing)
        elif missing < 0:
            following = following[-missing:]
        quad = (whole.quad[0], part.quad[1], part.quad[2], whole.quad[3])
        score = min(whole.score, part.score)
        whole = MrzLine((*positions, *following), quad, score, whole.parts + part.parts)
    return whole
