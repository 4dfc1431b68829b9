"""The reference engine: PaddleOCR's own modules on the same models, selected by ENGINE=paddle."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ocr.page import RecognitionResult
from ocr.vision.onnx import OnnxEngine

Array = np.ndarray[Any, Any]

# Set before paddlex is imported, which otherwise checks model sources on the network.
os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")


class PaddleEngine(OnnxEngine):
    """PaddleOCR's TextDetection and TextRecognition with its onnxruntime engine, one thread.

    Recognition with time steps or a given alphabet, for which PaddleOCR has no call, is done by the
    default engine on the same models.
    """

    name = "paddle"

    def __init__(self, models: Path) -> None:
        super().__init__(models)
        self._modules: dict[tuple[str, str], Any] = {}

    def _module(self, kind: str, model: str) -> Any:
        if (kind, model) not in self._modules:
            import paddleocr  # takes seconds: only where this engine is used

            build = paddleocr.TextDetection if kind == "det" else paddleocr.TextRecognition
            self._modules[kind, model] = build(
                model_name=f"PP-OCRv6_{model}_{kind}",
                model_dir=str(self.models / model / kind),
                engine="onnxruntime",
                engine_config={"intra_op_num_threads": 1},
            )
        return self._modules[kind, model]

    def detect(self, image: Array, *, model: str, side: int, fine: bool = False) -> list[Array]:
        """Return text boxes as PaddleOCR's OCR pipeline finds them."""
        found = self._module("det", model).predict(
            image,
            limit_side_len=side or 4000,
            limit_type="max",
            thresh=0.3,
            box_thresh=0.6,
            unclip_ratio=1.5,
        )
        return [np.asarray(quad, np.float32) for quad in found[0]["dt_polys"]]

    def recognize(
        self, crops: Sequence[Array], *, model: str, alphabet: str = "", steps: bool = False
    ) -> list[RecognitionResult]:
        """Recognise one-line crops as PaddleOCR does, one at a time, without character positions."""
        if alphabet or steps:
            return super().recognize(crops, model=model, alphabet=alphabet, steps=steps)
        module = self._module("rec", model)
        return [
            RecognitionResult(
                found["rec_text"], float(found["rec_score"]), recognizer=f"paddle-{model}"
            )
            for crop in crops
            for found in module.predict(crop)
        ]
