"""The web process stays light, whatever engine it talks to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HEAVY = ("numpy", "cv2", "PIL", "onnxruntime", "paddle", "paddleocr", "paddlex", "tesserocr")
SCRIPT = """
import json, os, sys, zlib, struct
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
from django.conf import settings
from ocr import language_packs
from ocr.engine import transport
from ocr.extractors import general_text
from ocr.options import parse
def chunk(kind, body):
    return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))
rows = b"".join(b"\\0" + b"\\xff" * 40 for _ in range(40))
png = (b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack("!IIBBBBB", 40, 40, 8, 0, 0, 0, 0))
       + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
outcome = transport.recognize(png, extract=general_text.extract, options=parse(general_text.OPTIONS, {}))
transport.stop()
assert all(script.package for script in language_packs.missing_packs(settings.TESSDATA_DIR))
print(json.dumps([outcome.result, [name for name in %r if name in sys.modules]]))
"""


@pytest.mark.parametrize("engine", ["recorded", pytest.param("onnx", marks=pytest.mark.engine)])
def test_the_web_process_loads_no_image_or_model_library(engine, tmp_path, request):
    environment = {
        **os.environ,
        "ENGINE": engine,
        "ENGINE_PROCESSES": "1",
        "DATA_DIR": str(tmp_path),
    }
    if engine == "onnx":
        environment["MODELS_DIR"] = str(request.getfixturevalue("models"))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT % (HEAVY,)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    result, loaded = json.loads(done.stdout.splitlines()[-1])
    assert result["words_block_count"] == 0
    assert result["direction"] == -1
    assert loaded == []
