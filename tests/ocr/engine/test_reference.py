"""Our own pre- and post-processing finds and reads what PaddleOCR's pipeline does on the same weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from ocr.engine import geometry
from ocr.engine.decode import decode
from tests.ocr.engine.conftest import draw

pytestmark = [pytest.mark.engine, pytest.mark.slow]
SAMPLES = Path(__file__).resolve().parents[3].parent / "shared" / "samples"


@pytest.fixture(scope="module")
def reference(models):
    from ocr.engine.paddle import PaddleEngine

    return PaddleEngine(models)


def pictures():
    yield draw()
    for name in ("general-text", "passport"):
        for file in sorted((SAMPLES / name).glob("*"))[:2] if SAMPLES.is_dir() else ():
            yield decode(file.read_bytes()).pixels


@pytest.mark.parametrize("model", ["tiny", "small"])
def test_boxes_and_texts_agree_with_paddleocr(engine, reference, model):
    for picture in pictures():
        ours = engine.detect(picture, model=model, side=1280)
        theirs = reference.detect(picture, model=model, side=1280)
        assert len(ours) == len(theirs)
        middles = np.array([quad.mean(axis=0) for quad in theirs])
        for quad in ours:
            assert np.abs(middles - quad.mean(axis=0)).max(axis=1).min() < 3
        crops = [geometry.crop(picture, quad) for quad in ours]
        mine = "\n".join(one.text for one in engine.recognise(crops, model=model))
        other = "\n".join(one.text for one in reference.recognise(crops, model=model))
        # Padding differs by design, so a rare sign of an unreadable line may too.
        assert Levenshtein.normalized_distance(mine, other) < 0.03
