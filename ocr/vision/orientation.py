"""Page orientation: skew from the text boxes, quarter turns from sample lines recognised both ways.

The orientation model is asked only where recognition scores do not decide: it is right less often
than recognised text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ocr.page import RecognitionResult
from ocr.profiles import Engine, Profile
from ocr.vision import custom_recogniser, geometry
from ocr.vision.geometry import Array

SKEW_LIMIT = 3.0  # degrees: less is left to the line crops, each of which is rectified by itself
CONFIDENT = 0.88  # mean score of the sample lines at which no other direction is tried
LEGIBLE = 0.75  # below it in both directions, the scores do not show which is right
HINT_SCORE = 0.8  # below it the orientation model is ignored
SAMPLE_LINES = 4
HALF_TURN_GAIN = 0.03  # by which lines must score better upside down for the page to be turned


@dataclass(frozen=True, slots=True)
class OrientedImage:
    """An upright image with its text boxes.

    `to_source` is the 3 x 3 map from its pixels to those of the given image, `residual_skew` the skew
    of its boxes in degrees counter-clockwise. `drafts` are results of the tiny recogniser for the sample
    lines, by the bytes of their box, so that they are not recognised again.
    """

    pixels: Array
    to_source: Array
    boxes: Sequence[Array]
    residual_skew: float
    drafts: dict[bytes, RecognitionResult] = field(default_factory=dict)


def find(
    pixels: Array,
    engine: Engine,
    profile: Profile,
    detect: Callable[[Array], list[Array]],
) -> OrientedImage:
    """Return the image rotated so that its text runs left to right.

    `detect` returns the text boxes of an image. An image that is upright already costs no more than
    the recognition of a few lines, which are kept as drafts.
    """
    boxes = detect(pixels)
    if not boxes:
        return OrientedImage(pixels, np.eye(3), boxes, 0.0)
    skew = _skew(boxes)
    to_source = np.eye(3)
    if abs(skew) > SKEW_LIMIT:
        pixels, to_source = geometry.turn(pixels, degrees=-skew)
        boxes, skew = detect(pixels), 0.0
        if not boxes:
            return OrientedImage(pixels, to_source, boxes, 0.0)
    drafts: dict[bytes, RecognitionResult] = {}
    degrees = _quarter_turns(pixels, boxes, engine, profile, drafts)
    if degrees:
        drafts = {}
        pixels, quarter = geometry.turn(pixels, degrees=degrees)
        to_source = to_source @ quarter
        boxes = detect(pixels) if degrees != 180 else _half_turned(boxes, pixels)
    return OrientedImage(pixels, to_source, boxes, _skew(boxes) if boxes else 0.0, drafts)


def _half_turned(boxes: Sequence[Array], pixels: Array) -> list[Array]:
    """Return the boxes in the image after half a turn, which needs no second detection."""
    high, wide = pixels.shape[:2]
    return [
        np.roll(np.array([wide, high], np.float32) - box, 2, axis=0).astype(np.float32)
        for box in boxes
    ]


def _skew(boxes: Sequence[Array]) -> float:
    """Return the median angle of the boxes in degrees, -45..45, weighted by their length."""
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


def _quarter_turns(
    pixels: Array,
    boxes: Sequence[Array],
    engine: Engine,
    profile: Profile,
    drafts: dict[bytes, RecognitionResult],
) -> int:
    """Return by how many degrees, counter-clockwise, the image must be rotated: 0, 90, 180 or 270."""
    tall = [box for box in boxes if geometry.sides(box)[1] >= 1.5 * geometry.sides(box)[0]]
    flat = [box for box in boxes if geometry.sides(box)[0] >= 1.5 * geometry.sides(box)[1]]
    lying = sum(max(geometry.sides(box)) for box in tall) > sum(
        max(geometry.sides(box)) for box in flat
    )
    sample = _sample(tall if lying else flat or list(boxes), longest=profile.longest_first)
    quads = [np.roll(box, -1, axis=0) if lying else box for box in sample]
    ahead = _score(pixels, quads, engine, drafts, profile.orientation_recognizer)
    if not lying and ahead[0] >= CONFIDENT:
        return 0
    turned = [np.roll(quad, 2, axis=0) for quad in quads]
    behind = _score(pixels, turned, engine, {}, profile.orientation_recognizer)
    if max(ahead[0], behind[0]) < LEGIBLE:  # a script PP-OCR lacks, or noise
        return _hinted(pixels, engine, (90, 270) if lying else (0, 180))
    if not lying:
        return 180 if behind[0] > ahead[0] + HALF_TURN_GAIN else 0
    best = ahead if ahead[0] >= behind[0] else behind
    if best[1] and engine.orient(pixels)[0] in (0, 180):
        return 0 if ahead[0] >= behind[0] else 180  # vertical Chinese on an upright page
    return 90 if ahead[0] >= behind[0] else 270


def _hinted(pixels: Array, engine: Engine, choices: tuple[int, int]) -> int:
    """Return the answer of the orientation model if it is confident and possible, else the first choice."""
    hint, score = engine.orient(pixels)
    return (
        hint
        if score > HINT_SCORE and hint in (0, *choices)
        else (0 if 0 in choices else choices[0])
    )


def _sample(boxes: Sequence[Array], *, longest: bool) -> list[Array]:
    """Return a few boxes that are likely to be recognised well: long ones, but not only the longest.

    The longest of a page may all be headings or ruling lines; every `step`-th of the ranking is taken.
    """
    ranked = sorted(boxes, key=lambda box: -geometry.sides(box)[0] - geometry.sides(box)[1])
    step = 1 if longest else max(1, len(ranked) // (2 * SAMPLE_LINES))
    return ranked[: SAMPLE_LINES * step : step]


def _score(
    pixels: Array,
    quads: Sequence[Array],
    engine: Engine,
    drafts: dict[bytes, RecognitionResult],
    also: str = "",
) -> tuple[float, bool]:
    """Return the mean character score of the lines, and whether most of them are Chinese or kana.

    With `also`, the name of a custom recogniser, the better of the two results counts for each line.
    The results of the tiny recogniser are added to `drafts`.
    """
    crops = [geometry.crop(pixels, quad) for quad in quads]
    results = list(engine.recognize(crops, model="tiny"))
    drafts.update((quad.tobytes(), one) for quad, one in zip(quads, results, strict=True))
    if also:
        results = [
            max(custom_recogniser.recognize(crop, name=also), one, key=lambda result: result.score)
            for crop, one in zip(crops, results, strict=True)
        ]
    text = "".join(result.text for result in results)
    chars = [char for result in results for char in result.chars]
    score = sum(char.score for char in chars) / len(chars) if chars else 0.0
    ideographic = sum("\u2e80" <= char <= "\u9fff" for char in text)
    return score, ideographic * 2 > len(text)
