"""The recogniser cascade of a page's lines: tiny model, small model for doubtful lines, Tesseract for other scripts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from ocr import languages
from ocr.page import Line, RecognitionResult
from ocr.profiles import Engine, Profile
from ocr.vision import custom_recogniser, geometry, tesseract
from ocr.vision.geometry import Array

FOREIGN_BELOW = 0.8  # a line that both models score lower may be in a script they lack
WEAK_CHARACTER = 0.5  # one character scored lower makes a line doubtful whose mean is good
SAMPLE_LINES = 3  # lines by which Persian is distinguished from Arabic
OWN_SHARE = 0.3  # of its letters in the script: below it, a result of that script is not taken
OWN_SCORE = 0.4
FOREIGN_AREA = 0.15  # of all lines: below it, lines nobody can read are noise, not another script
HALF_TURN_GAIN = 0.1  # by which a line must score better to be taken as upside down
SMALL_MODEL_SLACK = (
    0.08  # by which the small model may score lower than the tiny one and still be right
)
_CONFUSED = re.compile(r"[A-Za-z][015]+[A-Za-z]|\d[OoIlS]\d")


@dataclass(slots=True)
class Memo:
    """Results for the boxes of one image, by the bytes of the box.

    `drafts` are of the tiny model, `done` of the whole cascade.
    """

    drafts: dict[bytes, RecognitionResult] = field(default_factory=dict)
    done: dict[bytes, RecognitionResult] = field(default_factory=dict)


class LineRecognizer:
    """Recognises line regions of an image with the engine's and the scripts' recognisers."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def lines(
        self, pixels: Array, quads: Sequence[Array], profile: Profile, *, memo: Memo | None = None
    ) -> list[Line]:
        """Return a line for each quad in which text was recognised, in the order of the quads.

        `pixels` is H x W x 3 BGR, a quad 4 x 2 in its pixels. Results in `memo` are not computed again,
        and new ones are added to it.
        """
        memo = Memo() if memo is None else memo
        todo = [quad for quad in quads if quad.tobytes() not in memo.done]
        for quad, result in zip(todo, self._cascade(pixels, todo, profile, memo), strict=True):
            memo.done[quad.tobytes()] = result
        results = [memo.done[quad.tobytes()] for quad in quads]
        if profile.mixed_directions:
            quads, results = self._turned(pixels, quads, results)
        if profile.script and (
            is_latin_variant(profile.script) or not all(is_legible(one) for one in results)
        ):
            return self._foreign(pixels, quads, results, profile)
        return [
            _line(result, quad)
            for result, quad in zip(results, quads, strict=True)
            if result.text.strip()
        ]

    def _cascade(
        self, pixels: Array, quads: Sequence[Array], profile: Profile, memo: Memo
    ) -> list[RecognitionResult]:
        """Recognise every quad with the profile's model, then the doubtful ones with the small model."""
        crops = [geometry.crop(pixels, quad) for quad in quads]
        drafts = memo.drafts if profile.recognizer == "tiny" else {}
        fresh = [k for k, quad in enumerate(quads) if quad.tobytes() not in drafts]
        found = self.engine.recognize([crops[k] for k in fresh], model=profile.recognizer)
        new = dict(zip(fresh, found, strict=True))
        results = [new[k] if k in new else drafts[quad.tobytes()] for k, quad in enumerate(quads)]
        if profile.recognizer != "small":
            self._recognize_doubtful(crops, results, profile)
        return results

    def _recognize_doubtful(
        self, crops: Sequence[Array], results: list[RecognitionResult], profile: Profile
    ) -> None:
        """Replace doubtful results of the tiny model by those of the small model unless these are worse."""
        doubtful = [
            index for index, one in enumerate(results) if is_doubtful(one, profile.reread_below)
        ]
        if not doubtful:
            return
        second = self.engine.recognize([crops[index] for index in doubtful], model="small")
        for index, result in zip(doubtful, second, strict=True):
            if result.score >= results[index].score - SMALL_MODEL_SLACK:
                results[index] = result

    def _turned(
        self, pixels: Array, quads: Sequence[Array], results: Sequence[RecognitionResult]
    ) -> tuple[list[Array], list[RecognitionResult]]:
        """Return quads and results, with lines that are legible only upside down turned by half a turn."""
        new_quads, new_results = list(quads), list(results)
        doubtful = [index for index, one in enumerate(results) if not is_legible(one)]
        turned = [np.roll(quads[index], 2, axis=0) for index in doubtful]
        crops = [geometry.crop(pixels, quad) for quad in turned]
        drafts = self.engine.recognize(crops, model="tiny")
        for index, quad, crop, draft in zip(doubtful, turned, crops, drafts, strict=True):
            if not is_legible(draft) or len(draft.text.strip()) < 3:
                continue
            second = self.engine.recognize([crop], model="small")[0]
            if is_legible(second) and second.score > results[index].score + HALF_TURN_GAIN:
                new_quads[index], new_results[index] = quad, second
        return new_quads, new_results

    def _foreign(
        self,
        pixels: Array,
        quads: Sequence[Array],
        results: Sequence[RecognitionResult],
        profile: Profile,
    ) -> list[Line]:
        """Recognise the lines that PP-OCR cannot read with the recogniser of their script."""
        script = profile.script
        # PP-OCR's confidence says nothing about letters that it reads as others or drops.
        trusted = not is_latin_variant(script)
        good = [index for index, one in enumerate(results) if trusted and is_legible(one)]
        doubtful = [index for index in range(len(quads)) if index not in set(good)]
        if script == "auto":
            script = self._guess(pixels, quads, good, doubtful)
        lines = [_line(results[index], quads[index]) for index in good]
        if not script:
            lines += [_line(results[index], quads[index]) for index in doubtful]
            return [line for line in lines if line.text]
        regions = [quads[index] for index in doubtful]
        if languages.by_name()[script].stacked:
            regions = merged(regions)
        known = {quads[index].tobytes(): results[index] for index in doubtful}
        for quad in regions:
            crop = geometry.crop(pixels, quad)
            latin = known.get(quad.tobytes())
            if latin is None:
                latin = self.engine.recognize([crop], model="small")[0]
            foreign = tesseract.recognize(crop, script=script)
            if trusted:
                foreign = tesseract.with_latin(foreign, latin)
            is_own = (
                tesseract.share_of(foreign.text, script) >= OWN_SHARE and foreign.score > OWN_SCORE
            )
            chosen = foreign if is_own else latin
            if chosen.text.strip():
                lines.append(replace(_line(chosen, quad), script=script if is_own else "latin"))
        return lines

    def _guess(
        self, pixels: Array, quads: Sequence[Array], good: Sequence[int], doubtful: Sequence[int]
    ) -> str:
        """Return the script of the doubtful lines, or "" if they are so few that they may be noise."""
        sizes = [float(np.prod(geometry.sides(quad))) for quad in quads]
        if sum(sizes[index] for index in doubtful) < FOREIGN_AREA * sum(sizes):
            return ""
        largest = sorted(doubtful, key=lambda index: -sizes[index])[:SAMPLE_LINES]
        crops = [geometry.crop(pixels, quads[index]) for index in largest]
        script = tesseract.guess(crops[0])
        return tesseract.persian_or_arabic(crops) if script == "arabic" else script

    def recognize(
        self, crop: Array, *, script: str, model: str, alphabet: str
    ) -> RecognitionResult:
        """Recognise one crop with the recogniser of a script, keeping alternatives.

        `script` is a name of `ocr.languages.SCRIPTS` or of a custom recogniser; see `ocr.page.Page.read`.
        """
        if custom_recogniser.is_custom(script):
            return custom_recogniser.recognize(crop, name=script, alphabet=alphabet)
        if script and languages.by_name()[script].recognizer != languages.PP_OCR:
            return tesseract.recognize(crop, script=script, alphabet=alphabet)
        return self.engine.recognize([crop], model=model, alphabet=alphabet, steps=True)[0]


def is_doubtful(result: RecognitionResult, below: float) -> bool:
    """Whether the small model should recognise the line too; never if `below` is 0."""
    if below <= 0:
        return False
    return (
        result.score < below
        or any(char.score < WEAK_CHARACTER and char.text.isalnum() for char in result.chars)
        or _CONFUSED.search(result.text) is not None
    )


def is_latin_variant(script: str) -> bool:
    """Whether a script's letters are Latin with marks that PP-OCR drops or reads as others, confidently."""
    found = languages.by_name().get(script)
    return found is not None and found.variant_of == "latin"


def is_legible(result: RecognitionResult) -> bool:
    """Whether PP-OCR recognised the line with confidence, and more than spaces."""
    return result.score >= FOREIGN_BELOW and bool(result.text.strip())


def fold(text: str) -> str:
    """Return the text in Unicode's composed form (NFC) without the spaces around it."""
    return unicodedata.normalize("NFC", text).strip()


def merged(quads: Sequence[Array]) -> list[Array]:
    """Return the quads with marks that detection split off above or below merged into their line."""
    ordered = sorted(quads, key=lambda quad: -geometry.sides(quad)[0])
    lines: list[Array] = []
    for quad in ordered:
        home = next((k for k, line in enumerate(lines) if _is_mark_of(quad, line)), None)
        if home is None:
            lines.append(quad)
        else:
            both = np.vstack([lines[home], quad])
            lines[home] = _around(both)
    return lines


def _is_mark_of(quad: Array, line: Array) -> bool:
    left, top = quad.min(axis=0)
    right, bottom = quad.max(axis=0)
    a, b = line.min(axis=0), line.max(axis=0)
    shared = min(right, b[0]) - max(left, a[0])
    gap = max(top - b[1], a[1] - bottom)
    high = b[1] - a[1]
    overlap = min(bottom, b[1]) - max(top, a[1])
    is_flat = bottom - top < 0.6 * high
    return bool(
        shared > 0.6 * (right - left)
        and ((is_flat and gap < 0.15 * high) or overlap > 0.5 * min(high, bottom - top))
    )


def _around(points: Array) -> Array:
    left, top = points.min(axis=0)
    right, bottom = points.max(axis=0)
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def _line(result: RecognitionResult, quad: Array) -> Line:
    found = on_page(result, quad)
    return Line(fold(found.text), found.score, geometry.as_quad(quad), found.chars)


def on_page(result: RecognitionResult, quad: Array) -> RecognitionResult:
    """Return the result with its characters mapped from pixels of the crop to pixels of the page."""
    if not result.chars:
        return result
    across, down = geometry.sides(quad)
    wide, high = max(1, int(across)), max(1, int(down))
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, quad.astype(np.float32))
    points = np.array([char.quad for char in result.chars], np.float64).reshape(-1, 2)
    moved = geometry.apply(matrix, points).reshape(-1, 4, 2)
    chars = tuple(
        replace(char, quad=geometry.as_quad(corners))
        for char, corners in zip(result.chars, moved, strict=True)
    )
    return replace(result, chars=chars)
