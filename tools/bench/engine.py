"""Bare engine against stock PaddleOCR: `python -m tools.bench.engine --models DIR --passports DIR --texts DIR`.

Each contender runs as N processes of one thread on the same images, one contender after the other,
and the table shows images per second, the ratio to stock, and resident memory. Writes JSON with
--out. Run it on an idle machine: ratios hold to some 10 %, absolute figures are the machine's.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WORDS = [
    "vessel",
    "harbour",
    "office",
    "report",
    "tonnes",
    "quarter",
    "amount",
    "agreed",
    "signed",
    "between",
    "parties",
    "under",
    "annex",
]


def sheet(*, lines: int = 60, seed: int = 3) -> bytes:
    """Return a drawn A4 page at 200 dpi as PNG."""
    from PIL import Image, ImageDraw, ImageFont

    chance = random.Random(seed)
    page = Image.new("RGB", (1654, 2339), "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(25)
    for row in range(lines):
        text = " ".join(chance.choice(WORDS) for _ in range(13))
        pen.text((120, 110 + row * 35), f"{text} {chance.randrange(9999)}", "black", font)
    file = io.BytesIO()
    page.save(file, "PNG")
    return file.getvalue()


def stock(models: Path) -> Callable[[bytes], Any]:
    """Return PaddleOCR 3.7's own pipeline with v6 small on onnxruntime, one thread."""
    os.environ["PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK"] = "True"
    from paddleocr import PaddleOCR

    from ocr.vision.decoding import decode

    pipeline = PaddleOCR(
        engine="onnxruntime",
        engine_config={"intra_op_num_threads": 1},
        text_detection_model_name="PP-OCRv6_small_det",
        text_detection_model_dir=str(models / "small" / "det"),
        text_recognition_model_name="PP-OCRv6_small_rec",
        text_recognition_model_dir=str(models / "small" / "rec"),
        text_det_limit_side_len=1280,
        text_det_limit_type="max",
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
    )
    return lambda content: pipeline.predict(decode(content).pixels)


def ours(models: Path, *, service: str) -> Callable[[bytes], Any]:
    """Return a service of ours from bytes to result, as an engine process runs it."""
    from ocr.extractors import general_text, passport
    from ocr.options import parse
    from ocr.page import WrongDocument
    from ocr.profiles import MRZ, TEXT
    from ocr.vision.decoding import decode
    from ocr.vision.image_page import ImagePage
    from ocr.vision.onnx import OnnxEngine

    engine = OnnxEngine(models)
    engine.warm()
    module, profile = (passport, MRZ) if service == "passport" else (general_text, TEXT)
    options = parse(module.OPTIONS, {})

    def run(content: bytes) -> Any:
        try:
            page = ImagePage(decode(content), engine=engine, profile=profile)
            return module.extract(page, options)
        except WrongDocument:
            return None

    return run


def work(kind: str, models: Path, images: list[bytes], seconds: float, gate: Any, out: Any) -> None:
    """Read images in turn for some seconds after everybody is warm; report count and memory."""
    os.environ["OMP_NUM_THREADS"] = "1"
    import cv2

    cv2.setNumThreads(1)
    run = stock(models) if kind == "stock" else ours(models, service=kind)
    for content in images[:2]:
        run(content)
    gate.wait()
    started, count = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        run(images[count % len(images)])
        count += 1
    took = time.perf_counter() - started
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if os.path.exists("/proc") else 0  # noqa: PTH110
    out.put((count / took, pages * os.sysconf("SC_PAGE_SIZE") // 2**20))


def measure(
    kind: str, models: Path, images: list[bytes], *, processes: int, seconds: float
) -> dict[str, float]:
    """Return images per second of all processes together, and the largest process in MB."""
    context = multiprocessing.get_context("spawn")
    gate, out = context.Barrier(processes), context.Queue()
    running = [
        context.Process(
            target=work, args=(kind, models, images[k:] + images[:k], seconds, gate, out)
        )
        for k in range(processes)
    ]
    for process in running:
        process.start()
    answers = [out.get(timeout=seconds * 4 + 120) for _ in running]
    for process in running:
        process.join()
    return {
        "pictures_per_s": round(sum(rate for rate, _ in answers), 3),
        "rss_mb": max(memory for _, memory in answers),
    }


def main(arguments: list[str] | None = None) -> int:
    """Measure every contender on every set and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--passports", type=Path, help="folder of passport images")
    parser.add_argument("--texts", type=Path, help="folder of general images")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    sets: dict[str, tuple[str, list[bytes]]] = {"a4": ("general-text", [sheet()])}
    for name, folder in (("passport", options.passports), ("general-text", options.texts)):
        if folder:
            sets[name] = (name, [file.read_bytes() for file in sorted(folder.iterdir())])
    table = {}
    for name, (service, images) in sets.items():
        figures = {
            kind: measure(
                kind, options.models, images, processes=options.processes, seconds=options.seconds
            )
            for kind in ("stock", service)
        }
        ratio = figures[service]["pictures_per_s"] / figures["stock"]["pictures_per_s"]
        table[name] = {
            "stock": figures["stock"],
            "ours": figures[service],
            "ratio": round(ratio, 2),
        }
        sys.stdout.write(f"{name}: {json.dumps(table[name])}\n")
        sys.stdout.flush()
    if options.out:
        options.out.write_text(json.dumps(table, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
