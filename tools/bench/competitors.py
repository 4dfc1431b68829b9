"""Throughput of the API and of other OCR servers on the same image: `python -m tools.bench.competitors`.

    python -m tools.bench.competitors --rapidocr VENV/bin/rapidocr_api --paddlex VENV2/bin/paddlex --seconds 30

Each peer is installed in an environment of its own (`pip install rapidocr_api onnxruntime
opencv-python-headless`; `pip install "paddlex[serving]" paddleocr onnxruntime`) and started with two
worker processes where it can have several, one after the other, on the same cores. The table shows
answers per second of eight callers and the ratio to ours.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tools.bench import server
from tools.bench.result import Row, show
from tools.bench.services import free_port, wait_port

CALLERS = 8
PROCESSES = 2
IMAGES = ("general-text.png", "a4")
Request = tuple[str, bytes, dict[str, str]]


def image_of(name: str) -> bytes:
    """Return an image of the project, or a drawn A4 page of sixty lines for "a4"."""
    if name == "a4":
        from tools.bench.engine import sheet

        return sheet()
    return (server.ROOT / "ocr" / "samples" / name).read_bytes()


def rate(host: str, request: Request, *, seconds: float) -> float:
    """Return answers with status 200 per second, of callers that each wait for their answer."""
    counts, ends = [0] * CALLERS, [0.0]
    barrier = threading.Barrier(CALLERS + 1)

    def run(number: int) -> None:
        connection = http.client.HTTPConnection(host, timeout=300)
        _ask(connection, request)
        barrier.wait()
        while time.monotonic() < ends[0]:
            counts[number] += _ask(connection, request)

    threads = [
        threading.Thread(target=run, args=(number,), daemon=True) for number in range(CALLERS)
    ]
    for thread in threads:
        thread.start()
    ends[0] = time.monotonic() + 1e9
    barrier.wait()
    started = time.monotonic()
    ends[0] = started + seconds
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - started)


def _ask(connection: http.client.HTTPConnection, request: Request) -> int:
    """Return 1 for an answer, 0 where the server broke the connection (some restart busy workers)."""
    try:
        connection.request("POST", request[0], request[1], request[2])
        answer = connection.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        time.sleep(0.2)
        return 0
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {text[:300]!r}")
    return 1


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator[str]:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env={**os.environ, "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True"},
    )  # fmt: skip
    try:
        wait_port(port, seconds=180)
        yield f"127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ours(image: bytes, *, seconds: float) -> float:
    """Return our answers per second, signature, quota and metering included."""
    with server.portal(ENGINE_PROCESSES=str(PROCESSES)) as portal:
        return rate(portal.host, portal.signed("general-text", image), seconds=seconds)


def rapidocr(program: str) -> Callable[..., float]:
    """Return the measurement of RapidOCR's API server with its own defaults."""

    def measure(image: bytes, *, seconds: float) -> float:
        port = free_port()
        form = urllib.parse.urlencode({"image_data": base64.b64encode(image).decode()}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        command = [program, "-ip", "127.0.0.1", "-p", str(port), "-workers", str(PROCESSES)]
        with _running(command, port) as host:
            return rate(host, ("/ocr", form, kind), seconds=seconds)

    return measure


def _pipeline(folder: Path) -> str:
    """Write the OCR pipeline with our weights of PP-OCRv6 small and no further stages."""
    models = Path(os.environ.get("MODELS_DIR") or server.ROOT / "var" / "models").resolve()
    side = {"limit_side_len": 1280, "limit_type": "max", "max_side_limit": 4000}
    config = {
        "pipeline_name": "OCR", "text_type": "general", "use_doc_preprocessor": False,
        "use_textline_orientation": False,
        "SubModules": {
            "TextDetection": {
                "module_name": "text_detection", "model_name": "PP-OCRv6_small_det",
                "model_dir": str(models / "small" / "det"), **side,
                "thresh": 0.3, "box_thresh": 0.6, "unclip_ratio": 1.5,
            },
            "TextRecognition": {
                "module_name": "text_recognition", "model_name": "PP-OCRv6_small_rec",
                "model_dir": str(models / "small" / "rec"), "batch_size": 6, "score_thresh": 0.0,
            },
        },
    }  # fmt: skip
    file = folder / "OCR.yaml"
    file.write_text(json.dumps(config))  # JSON is YAML
    return str(file)


def paddlex(program: str) -> Callable[..., float]:
    """Return the measurement of PaddleX serving on onnxruntime."""

    def measure(image: bytes, *, seconds: float) -> float:
        port = free_port()
        body = json.dumps(
            {"file": base64.b64encode(image).decode(), "fileType": 1, "visualize": False}
        ).encode()
        kind = {"Content-Type": "application/json"}
        with tempfile.TemporaryDirectory() as folder:
            command = [
                program, "--serve", "--pipeline", _pipeline(Path(folder)), "--device", "cpu",
                "--engine", "onnxruntime", "--host", "127.0.0.1", "--port", str(port),
            ]  # fmt: skip
            with _running(command, port) as host:
                return rate(host, ("/ocr", body, kind), seconds=seconds)

    return measure


def run(
    programs: dict[str, str], *, images: Sequence[str] = IMAGES, seconds: float = 30
) -> list[Row]:
    """Return a row per image and server: ours, then the servers whose programs are given."""
    kinds = {
        "rapidocr_api": ("RapidOCR's server", rapidocr),
        "paddlex": ("PaddleX serving", paddlex),
    }
    rows = []
    for name in images:
        image = image_of(name)
        mine = ours(image, seconds=seconds)
        rows.append(Row(name, "OCR Console", mine, "1/s"))
        for program, path in programs.items():
            peer, measure = kinds[program]
            theirs = measure(path)(image, seconds=seconds)
            rows.append(Row(name, peer, theirs, "1/s", "ours", theirs / mine))
    return rows


def found() -> list[Row]:
    """Return the rows of the peers whose programs are on PATH; none if there is none."""
    programs = {name: path for name in ("rapidocr_api", "paddlex") if (path := shutil.which(name))}
    return run(programs) if programs else []


def main() -> int:
    """Measure what is named, print a table and JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rapidocr", help="program rapidocr_api")
    parser.add_argument("--paddlex", help="program paddlex")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--images", nargs="+", default=IMAGES)
    asked = parser.parse_args()
    named = {"rapidocr_api": asked.rapidocr, "paddlex": asked.paddlex}
    programs = {name: path for name, path in named.items() if path}
    rows = run(programs, images=asked.images, seconds=asked.seconds)
    show(rows)
    print(json.dumps([row.as_json() for row in rows]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
