"""Thai licence plates: number, province and location of every plate in the image."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from ocr.fields.check_digits import is_digits
from ocr.options import Option
from ocr.page import Line, Page, Point, Quad, WrongDocument
from ocr.scripts.thai import text as thai

OPTIONS: tuple[Option, ...] = ()
FIELDS = ("plate_number", "plate_location", "confidence", "province")

RECOGNIZER = "thai-plate"
SURE = 0.97  # score from which a result is taken without a vote
NUMBER_LEAST = 0.36  # score of a number with a province under it
ALONE_LEAST = 0.85  # score of a number without one; short ones are refused
SIMILAR_LEAST = 0.6  # similarity of a text and a province
# Slant of the vertical strokes by perspective, padding around a line, and padding at its ends, in line
# heights: a detector's box often ends within the first and the last glyph of large print.
VARIANTS = tuple(
    (lean, room, ends)
    for room, ends in ((0.03, 0.12), (0.08, 0.3))
    for lean in (0.0, 0.15, -0.15, 0.3, -0.3)
)
PLATE_HEAD = 2  # letters before the number; only the red plates of new cars have one
PART_LEAST = 0.75  # score of letters and of digits that were detected as two boxes
PLATE_RATIO = 34 / 15  # width to height of a plate of 340 x 150 mm


def extract(page: Page, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row for each plate, best first. Raises WrongDocument when there is none."""
    quads = list(page.detect())
    plates = _found(page, quads) or _found(page, [(c, d, a, b) for a, b, c, d in quads])
    # A box that lost a letter lies in one that holds both: two letters rank before one, and a number
    # recognised in two parts before what either part shows with a piece of its neighbor.
    plates.sort(
        key=lambda plate: (
            not plate["province"],
            not plate["parts"],
            len(plate["plate_number"].split()[0]) < PLATE_HEAD,
            -plate["confidence"],
        )
    )
    kept: list[dict[str, Any]] = []
    for plate in plates:
        if not any(_is_same_plate(plate["quad"], other["quad"]) for other in kept):
            kept.append(plate)
    if not kept:
        raise WrongDocument("no Thai licence plate was found")
    return [{name: plate[name] for name in FIELDS} for plate in kept]


def _found(page: Page, quads: list[Quad]) -> list[dict[str, Any]]:
    plates = []
    parts = {_union(*pair): _in_parts(page, *pair) for pair in _pairs(quads)}
    for quad in (*quads, *parts):
        in_parts = quad in parts and bool(parts[quad][0])
        number, score = parts[quad] if in_parts else _number(page, quad)
        if not number:
            continue
        name, similarity, below = _province(page, quad, quads)
        if not name and (score < ALONE_LEAST or len(number) < 6):
            continue
        plates.append(
            {
                "plate_number": number,
                "plate_location": page.locate(_outline(quad, below)),
                "confidence": round(score * (similarity if name else 0.9), 4),
                "province": name,
                "quad": quad,
                "parts": in_parts,
            }
        )
    return plates


def _variants(quad: Quad) -> Iterator[Quad]:
    a, b, c, d = quad
    down = ((d[0] - a[0] + c[0] - b[0]) / 2, (d[1] - a[1] + c[1] - b[1]) / 2)
    long = max(_length(a, b), 1.0)
    along = ((b[0] - a[0]) / long, (b[1] - a[1]) / long)
    high = _length((0.0, 0.0), down)
    for lean, room, ends in VARIANTS:
        shift = lean * high / 2
        side = ends * high + abs(shift)

        def moved(point: Point, *, across: float, under: float) -> Point:
            return (
                point[0] + along[0] * across + down[0] * under,
                point[1] + along[1] * across + down[1] * under,
            )

        yield (
            moved(a, across=shift - side, under=-room),
            moved(b, across=shift + side, under=-room),
            moved(c, across=-shift + side, under=room),
            moved(d, across=-shift - side, under=room),
        )


def _number(page: Page, quad: Quad) -> tuple[str, float]:
    """Return the number of a line and its score.

    Each variant of the crop has a vote on the letters and one on the digits; the digits are also
    recognised by the Latin recogniser, which is better where a glyph is cut or dirty.
    """
    box = Line("", 0.0, quad)
    if box.width < 20 or box.height < 8:
        return "", 0.0
    letters, digits = _Votes(), _Votes()
    for shape in _shapes(quad):
        for turn, variant in enumerate(_variants(shape)):
            result = page.read(variant, script=RECOGNIZER)
            number = thai.plate_number(result.text)
            if number and result.score >= SURE and turn == 0 and shape is quad:
                return number, result.score
            head, tail = thai.plate_parts(result.text)
            if _is_head(head):
                letters.add(head, result.score)
            digits.add(tail, result.score)
            if turn == 4 and not letters.best:
                break
    if not letters.best:
        return "", 0.0
    _add_latin_vote(page, quad, digits)
    head, sure_head = letters.winner()
    tail, sure_tail = digits.winner()
    score = min(sure_head, sure_tail)
    number = thai.plate_number(head + tail)
    return (number, score) if number and score >= NUMBER_LEAST else ("", 0.0)


def _is_head(text: str) -> bool:
    """Return whether letters may begin a number: a digit stands before two letters, not one."""
    return bool(text) and (not is_digits(text[0]) or len(text) > PLATE_HEAD)


class _Votes:
    """Texts with the sum of their votes (score to the fourth power) and their best scores."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = defaultdict(float)
        self.best: dict[str, float] = defaultdict(float)

    def add(self, text: str, score: float, *, weight: float = 1.0) -> None:
        if text:
            self.sums[text] += weight * score**4
            self.best[text] = max(self.best[text], score)

    def winner(self) -> tuple[str, float]:
        """Return the text with most votes and a score lowered by the votes for others."""
        if not self.sums:
            return "", 0.0
        text = max(self.sums, key=lambda one: self.sums[one])
        return text, self.best[text] * (0.5 + 0.5 * self.sums[text] / sum(self.sums.values()))


def _add_latin_vote(page: Page, quad: Quad, digits: _Votes) -> None:
    result = page.read(quad, model="small")
    tail = result.text.replace(" ", "")
    count = len(tail) - len(tail.rstrip("0123456789"))
    if not count:
        return
    taken = tail[-min(count, 4) :].lstrip("0")
    chars = (
        [char.score for char in result.chars if char.text.strip()][-len(taken) :] if taken else []
    )
    if chars and min(chars) >= 0.6:
        weight = 8.0 if count <= 4 else 2.0
        # A cut glyph is dropped far more often than one is invented: the longer number inherits the
        # votes of its own beginning or end.
        weight += sum(
            votes
            for text, votes in digits.sums.items()
            if text != taken and (taken.startswith(text) or taken.endswith(text))
        )
        digits.add(taken, sum(chars) / len(chars), weight=weight)


def _shapes(quad: Quad) -> tuple[Quad, ...]:
    """Return the box, and its completed form where the image's edge cut one of its corners off."""
    a, b, c, d = quad
    left, right = _length(a, d), _length(b, c)
    if max(left, right) < 1.25 * min(left, right):
        return (quad,)
    if left > right:
        return (quad, (a, (c[0] + a[0] - d[0], c[1] + a[1] - d[1]), c, d))
    return (quad, ((d[0] + b[0] - c[0], d[1] + b[1] - c[1]), b, c, d))


def _province(page: Page, number: Quad, quads: list[Quad]) -> tuple[str, float, Quad | None]:
    """Return (province, score, quad) of the province printed under a number; empty if none."""
    best: tuple[str, float, Quad | None] = ("", 0.0, None)
    for quad in quads:
        if not _is_below(number, quad):
            continue
        votes: dict[str, float] = defaultdict(float)
        for variant in islice(_variants(quad), 6):
            result = page.read(variant, script=RECOGNIZER)
            name, similarity = thai.province(result.text)
            if similarity >= SIMILAR_LEAST:
                votes[name] = max(votes[name], similarity * result.score)
            if similarity == 1.0 and result.score >= 0.9:
                break
        if votes:
            name = max(votes, key=lambda text: votes[text])
            if votes[name] > best[1]:
                best = (name, votes[name], quad)
    return best


def _is_below(number: Quad, quad: Quad) -> bool:
    """Return whether a box lies under the number, smaller and within its width."""
    along, down, origin = _frame(number)
    high, wide = _length(number[0], number[3]), _length(number[0], number[1])
    middle = Line("", 0.0, quad).center
    x, y = middle[0] - origin[0], middle[1] - origin[1]
    across, under = x * along[0] + y * along[1], x * down[0] + y * down[1]
    return (
        -0.1 * wide < across < 1.1 * wide
        and 0.8 * high < under < 2.3 * high
        and _length(quad[0], quad[3]) < 1.1 * high
        and _length(quad[0], quad[1]) < 1.3 * wide
    )


def _in_parts(page: Page, left: Quad, right: Quad) -> tuple[str, float]:
    """Return the number, and its score, of letters and digits that were detected as two boxes.

    Padding would show a piece of the other part in either crop, as if it were a number of its own; so
    each is recognised without. Crops without such a piece vote on the letters.
    """
    head, tail = (page.read(quad, script=RECOGNIZER) for quad in (left, right))
    score = min(head.score, tail.score)
    letters, digits = thai.plate_parts(head.text), thai.plate_parts(tail.text)
    if score < PART_LEAST or digits[0] or len(letters[0]) < PLATE_HEAD or not digits[1]:
        return "", 0.0
    votes = _Votes()
    for result in (head, *(page.read(crop, script=RECOGNIZER) for crop in _variants(left))):
        text = thai.plate_parts(result.text)[0]
        if _is_head(text) and len(text) == len(result.text.strip()):
            votes.add(text, result.score)
    number = thai.plate_number(votes.winner()[0] + digits[1])
    return (number, score) if number else ("", 0.0)


def _pairs(quads: list[Quad]) -> Iterator[tuple[Quad, Quad]]:
    """Yield pairs of boxes side by side on one line: letters and digits detected apart."""
    for left in quads:
        along, down, _origin = _frame(left)
        high = _length(left[0], left[3])
        for right in quads:
            if right is left:
                continue
            x, y = right[0][0] - left[1][0], right[0][1] - left[1][1]
            gap, drop = x * along[0] + y * along[1], x * down[0] + y * down[1]
            alike = 0.6 < _length(right[0], right[3]) / max(high, 1.0) < 1.6
            if alike and -0.7 * high < gap < 1.2 * high and abs(drop) < 0.35 * high:
                yield left, right


def _union(left: Quad, right: Quad) -> Quad:
    return (left[0], right[1], right[2], left[3])


def _outline(number: Quad, province: Quad | None) -> Quad:
    """Return the outline of the plate, from its lines and the aspect ratio of plates."""
    along, down, origin = _frame(number)
    high, wide = _length(number[0], number[3]), _length(number[0], number[1])
    foot = 1.55 * high
    if province is not None:
        foot = max((x - origin[0]) * down[0] + (y - origin[1]) * down[1] for x, y in province[2:])
    top, bottom = -0.12 * high, foot + 0.12 * high
    half = max(PLATE_RATIO * (bottom - top) / 2, wide / 2 + 0.1 * high)

    def at(across: float, under: float) -> Point:
        return (
            origin[0] + along[0] * across + down[0] * under,
            origin[1] + along[1] * across + down[1] * under,
        )

    left, right = wide / 2 - half, wide / 2 + half
    return (at(left, top), at(right, top), at(right, bottom), at(left, bottom))


def _frame(quad: Quad) -> tuple[Point, Point, Point]:
    """Return the unit vectors along and down a line, and its first corner."""
    a, b, _, d = quad
    wide, high = max(_length(a, b), 1e-6), max(_length(a, d), 1e-6)
    return (
        ((b[0] - a[0]) / wide, (b[1] - a[1]) / wide),
        ((d[0] - a[0]) / high, (d[1] - a[1]) / high),
        a,
    )


def _length(one: Point, two: Point) -> float:
    return float(((one[0] - two[0]) ** 2 + (one[1] - two[1]) ** 2) ** 0.5)


def _is_same_plate(one: Quad, two: Quad) -> bool:
    """Return whether the center of either line lies within the other's bounding box."""
    first, second = Line("", 0.0, one), Line("", 0.0, two)

    def holds(outer: Line, inner: Line) -> bool:
        x, y = inner.center
        return outer.left <= x <= outer.right and outer.top <= y <= outer.bottom

    return holds(first, second) or holds(second, first)
