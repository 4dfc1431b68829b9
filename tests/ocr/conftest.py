"""Weights and drawn pages for the tests that read with the real models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from tests.tenants import tenant

__all__ = ["tenant"]

LINES = (
    "Quarterly report of the harbour office",
    "Vessels arrived 1482 in October",
    "Cargo handled 97,350 tonnes",
    "Prepared by M. Andersson, 14 Quay Street",
    "Telephone 020 7946 0158",
    "Reference HX-20931/B",
)


@pytest.fixture(scope="session")
def models() -> Path:
    """Return the folder of the weights, laid out if they are not yet."""
    from ocr.vision import model_files as weights

    weights.lay_out(Path(settings.MODELS_DIR))
    return Path(settings.MODELS_DIR)


@pytest.fixture(scope="session")
def engine(models):
    """Return the default engine, warmed."""
    from ocr.vision.onnx import OnnxEngine

    loaded = OnnxEngine(models)
    loaded.warm()
    return loaded


@pytest.fixture
def pool_of_one(models):
    """Return a pool of one real engine process."""
    from ocr.engine.ipc import Setup
    from ocr.engine.process_pool import Pool

    made = Pool(Setup("onnx", str(models), settings.TESSDATA_DIR), processes=1, queue=2)
    made.start()
    yield made
    made.stop()


def draw(lines=LINES, *, size: int = 30, width: int = 900) -> np.ndarray:
    """Return a white page with the lines in Pillow's own typeface, BGR."""
    page = Image.new("RGB", (width, 60 + len(lines) * size * 2), "white")
    pen = ImageDraw.Draw(page)
    for row, text in enumerate(lines):
        pen.text((50, 40 + row * size * 2), text, "black", ImageFont.load_default(size))
    return np.asarray(page)[:, :, ::-1].copy()
