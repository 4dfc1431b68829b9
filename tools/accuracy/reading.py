"""Recognise one image with the real engine in this process, as an engine process does."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from ocr import options as request_options
from ocr.mrz import locate as mrz_locate
from ocr.page import WrongDocument
from ocr.profiles import PRINTED, Profile

# Public samples with their `truth.json`, which are not part of this repository.
SAMPLES = Path(
    os.environ.get("SAMPLES_DIR") or Path(__file__).resolve().parents[3] / "shared" / "samples"
)


@dataclass(frozen=True)
class Read:
    """The answer for one image; `result` is None where the document was refused, `mrz` the zone that was found."""

    result: Any
    seconds: float
    mrz: tuple[str, ...] = ()


@cache
def engine() -> Any:
    """Return the warmed engine; its weights are in $MODELS_DIR ($DATA_DIR/models) or are written there."""
    from ocr.vision import model_files
    from ocr.vision.onnx import OnnxEngine

    folder = Path(
        os.environ.get("MODELS_DIR") or Path(os.environ.get("DATA_DIR", "var")) / "models"
    )
    if model_files.missing(folder):
        model_files.lay_out(folder)
    loaded = OnnxEngine(folder)
    loaded.warm()
    return loaded


def module_of(code: str) -> Any:
    """Return the extractor of a service code."""
    return importlib.import_module("ocr.extractors." + code.replace("-", "_"))


def profile_of(code: str) -> Profile:
    """Return the profile the catalogue gives the service."""
    from ocr.catalog import BY_CODE

    return BY_CODE[code].profile if code in BY_CODE else replace(PRINTED, recognizer="small")


def read(image: bytes, code: str, wanted: Mapping[str, Any] | None = None) -> Read:
    """Recognise one image for a service with its profile and options."""
    from ocr.vision.decoding import decode
    from ocr.vision.image_page import ImagePage

    module = module_of(code)
    values = request_options.parse(module.OPTIONS, dict(wanted or {}))
    zones: list[Any] = []
    find = mrz_locate.find

    def noting(*args: Any, **kwargs: Any) -> Any:
        zones.append(find(*args, **kwargs))
        return zones[-1]

    mrz_locate.find = noting
    started = time.perf_counter()
    try:
        page = ImagePage(decode(image), engine=engine(), profile=profile_of(code))
        result = module.extract(page, values)
    except WrongDocument:
        result = None
    finally:
        mrz_locate.find = find
    lines = next((zone.lines for zone in reversed(zones) if zone is not None), ())
    return Read(result, time.perf_counter() - started, lines)
