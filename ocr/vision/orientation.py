"""Which way is up: the boxes tell the skew, the orientation model hints, what is read decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ocr.page import RecognitionResult
from ocr.profiles import Engine, Profile
from ocr.vision import custom_recogniser, geometry
from ocr.vision.geometry import Array

SKEW_LIMIT = 3.0  # degrees: less is left to the line crops, which are turned one by one anyway
SURE = 0.88  # mean score of sample lines at which no other direction is tried
LEGIBLE = 0.75  # below in both directions, scores say nothing about which is right
HINT_SURE = 0.8
SAMPLES = 4


@dataclass(frozen=True, slots=True)
class Upright:
    """The upright image, the map from it to the given image, its boxes and the skew left.

    `drafts` are the quick readings of the boxes that were looked at, by the bytes of their quad.
    """

    pixels: Array
    back: Array
    boxes: Sequence[Array]
    residual: float
    drafts: dict[bytes, RecognitionResult] = field(default_factory=dict)


def find(
    pixels: Array,
    engine: Engine,
    profile: Profile,
    boxes_of: Callable[[Array], list[Array]],
) -> Upright:
    """Return the image turned so that its text runs left to right, upright.

    The usual image, which already stands, costs one reading of a few lines more.
    """
    boxes = boxes_of(pixels)
    if not boxes:
        return Upright(pixels, np.eye(3), boxes, 0.0)
    skew = _skew(boxes)
    back = np.eye(3)
    if abs(skew) > SKEW_LIMIT:
        pixels, back = geometry.turn(pixels, degrees=-skew)
        boxes, skew = boxes_of(pixels), 0.0
        if not boxes:
            return Upright(pixels, back, boxes, 0.0)
    drafts: dict[bytes, RecognitionResult] = {}
    turns = _turns(pixels, boxes, engine, profile, drafts)
    if turns:
        drafts = {}
        pixels, quarter = geometry.turn(pixels, degrees=turns)
        back = back @ quarter
        boxes = boxes_of(pixels) if turns != 180 else _half_turned(boxes, pixels)
    return Upright(pixels, back, boxes, _skew(boxes) if boxes else 0.0, drafts)


def _half_turned(boxes: Sequence[Array], pixels: Array) -> list[Array]:
    high, wide = pixels.shape[:2]
    return [
        np.roll(np.array([wide, high], np.float32) - box, 2, axis=0).astype(np.float32)
        for box in boxes
    ]


def _skew(boxes: Sequence[Array]) -> float:
    """Return the median angle of the boxes, -45..45 degrees, weighted by length."""
    angles: list[float] = []
    weights: list[float] = []
    for box in boxes:
        across, down = geometry.sides(box)
        if max(across, down) < 2 * min(across, down):
            continue
        angle = geometry.angle_of(box if across >= down else np.roll(box, -1, axis=0))
        angles.append((angle + 45) % 90 - 45)
        weights.append(max(across, down))
    if not angles:
        return 0.0
    ranked = sorted(zip(angles, weights, strict=True))
    half, passed = sum(weights) / 2, 0.0
    for angle, weight in ranked:
        passed += weight
        if passed >= half:
            return angle
    return 0.0


def _turns(
    pixels: Array,
    boxes: Sequence[Array],
    engine: Engine,
    profile: Profile,
    drafts: dict[bytes, RecognitionResult],
) -> int:
    """Return by how many degrees, counter-clockwise, the image must be turned to stand."""
    tall = [box for box in boxes if geometry.sides(box)[1] >= 1.5 * geometry.sides(box)[0]]
    flat = [box for box in boxes if geometry.sides(box)[0] >= 1.5 * geometry.sides(box)[1]]
    lying = sum(max(geometry.sides(box)) for box in tall) > sum(
        max(geometry.sides(box)) for box in flat
    )
    sample = _sample(tall if lying else flat or list(boxes), longest=profile.longest_first)
    quads = [np.roll(box, -1, axis=0) if lying else box for box in sample]
    ahead = _score(pixels, quads, engine, drafts, profile.orientation_recognizer)
    if not lying and ahead[0] >= SURE:
        return 0
    turned = [np.roll(quad, 2, axis=0) for quad in quads]
    behind = _score(pixels, turned, engine, {}, profile.orientation_recognizer)
    if max(ahead[0], behind[0]) < LEGIBLE:  # a script PP-OCR lacks, or noise: only the hint is left
        return _hinted(pixels, engine, (90, 270) if lying else (0, 180))
    if not lying:
        return 180 if behind[0] > ahead[0] + 0.03 else 0
    best = ahead if ahead[0] >= behind[0] else behind
    if best[1] and engine.orient(pixels)[0] in (0, 180):
        return 0 if ahead[0] >= behind[0] else 180  # columns of Chinese on a page that stands
    return 90 if ahead[0] >= behind[0] else 270


def _hinted(pixels: Array, engine: Engine, choices: tuple[int, int]) -> int:
    hint, score = engine.orient(pixels)
    return (
        hint if score > HINT_SURE and hint in (0, *choices) else (0 if 0 in choices else choices[0])
    )


def _sample(boxes: Sequence[Array], *, longest: bool) -> list[Array]:
    """Return a few boxes that are likely to be read well: long, but not all of the very longest."""
    ranked = sorted(boxes, key=lambda box: -geometry.sides(box)[0] - geometry.sides(box)[1])
    step = 1 if longest else max(1, len(ranked) // (2 * SAMPLES))
    return ranked[: SAMPLES * step : step]


def _score(
    pixels: Array,
    quads: Sequence[Array],
    engine: Engine,
    drafts: dict[bytes, RecognitionResult],
    also: str = "",
) -> tuple[float, bool]:
    """Return the mean score of the lines, and whether most of their letters are Chinese or kana.

    With `also`, the name of a reader of our own, each line counts as the surer of the two reads it.
    """
    crops = [geometry.crop(pixels, quad) for quad in quads]
    readings = list(engine.recognize(crops, model="tiny"))
    drafts.update((quad.tobytes(), one) for quad, one in zip(quads, readings, strict=True))
    if also:
        readings = [
            max(custom_recogniser.read(crop, name=also), one, key=lambda reading: reading.score)
            for crop, one in zip(crops, readings, strict=True)
        ]
    text = "".join(reading.text for reading in readings)
    signs = [char for reading in readings for char in reading.chars]
    score = sum(char.score for char in signs) / len(signs) if signs else 0.0
    wide = sum("\u2e80" <= char <= "\u9fff" for char in text)
    return score, wide * 2 > len(text)
