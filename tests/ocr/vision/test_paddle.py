"""Our own pre- and post-processing finds and reads what PaddleOCR's pipeline does on the same weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from ocr.vision import geometry
from ocr.vision.decoding import decode
from tests.ocr.conftest import draw

pytestmark = [pytest.mark.engine, pytest.mark.slow]
READABLE = 0.8
SAMPLES = Path(__file__).resolve().parents[3].parent / "shared" / "samples"


@pytest.fixture(scope="module")
def reference(models):
    from ocr.vision.paddle import PaddleEngine

    return PaddleEngine(models)


def images():
    yield draw()
    for name in ("general-text", "passport"):
        for file in sorted((SAMPLES / name).glob("*"))[:2] if SAMPLES.is_dir() else ():
            yield decode(file.read_bytes()).pixels


@pytest.mark.parametrize("model", ["tiny", "small"])
def test_boxes_and_texts_agree_with_paddleocr(engine, reference, model):
    compared = 0
    for image in images():
        ours = engine.detect(image, model=model, side=1280)
        theirs = reference.detect(image, model=model, side=1280)
        assert len(ours) == len(theirs)
        middles = np.array([quad.mean(axis=0) for quad in theirs])
        for quad in ours:
            assert np.abs(middles - quad.mean(axis=0)).max(axis=1).min() < 3
        crops = [geometry.crop(image, quad) for quad in ours]
        pairs = [
            (one.text, other.text)
            for one, other in zip(
                engine.recognize(crops, model=model),
                reference.recognize(crops, model=model),
                strict=True,
            )
            if other.score >= READABLE
        ]
        # Padding differs by design; on a line that the reference itself cannot read (another
        # script, print of five pixels) both guess, and guesses differ.
        mine, theirs_text = (
            ("\n".join(side) for side in zip(*pairs, strict=True)) if pairs else ("", "")
        )
        assert Levenshtein.normalized_distance(mine, theirs_text) < 0.02
        compared += len(pairs)
    assert compared >= 5
