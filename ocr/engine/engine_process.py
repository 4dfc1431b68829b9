"""One engine process: `python -m ocr.engine.engine_process FD`. Decodes, reads and extracts, one call at a time.

It speaks pickled messages, each after its length, over an inherited socket, and ends when the other
end closes. It never imports Django.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

from ocr.engine.ipc import TAKEN, Answer, Call, Setup, receive, send
from ocr.page import SameSides, WrongDocument
from ocr.profiles import EngineError, ExtractError, Profile


def load_engine(setup: Setup) -> Any:
    """Return the engine that the setting names, warmed."""
    if setup.tessdata:
        os.environ["TESSDATA_PREFIX"] = setup.tessdata
    if setup.engine == "recorded":
        return None  # nothing is read: what is left is the pool itself, which tests need
    if setup.engine == "paddle":
        from ocr.vision.paddle import PaddleEngine

        paddle = PaddleEngine(Path(setup.models))
        paddle.warm()
        return paddle
    from ocr.vision.onnx import OnnxEngine

    onnx = OnnxEngine(Path(setup.models))
    onnx.warm()
    return onnx


def run(call: Call, engine: Any) -> Answer:
    """Decode, read and extract; a failure becomes a named fault without any of the image's text."""
    from ocr.vision.decoding import decode
    from ocr.vision.image_page import ImagePage

    started = time.perf_counter()
    try:
        profile = profile_of(call)
        image = decode(call.image, page=profile.page)
        page = ImagePage(image, engine=engine, profile=profile)
        result = call.extract(page, call.options)
        return Answer(call.id, result, engine_ms=_since(started))
    except WrongDocument as error:
        return Answer(
            call.id,
            fault="WrongDocument",
            reason=str(error),
            code=error.code,
            engine_ms=_since(started),
        )
    except SameSides as error:
        return Answer(call.id, fault="SameSides", reason=str(error), engine_ms=_since(started))
    except EngineError as error:
        return Answer(
            call.id, fault=type(error).__name__, reason=str(error), engine_ms=_since(started)
        )
    except Exception as error:  # the process serves others: it must outlive any fault of one image
        return Answer(
            call.id, fault=ExtractError.__name__, reason=_where(error), engine_ms=_since(started)
        )


def profile_of(call: Call) -> Profile:
    """Return the call's profile with what its options say about the reading."""
    from ocr.vision.language_packs import OF_LANGUAGE

    profile = call.profile
    script = OF_LANGUAGE.get(call.options.get("language", ""), "")
    if script:
        profile = replace(profile, script=script)
    return replace(
        profile,
        one_line=profile.one_line or call.options.get("quick_mode", False),
        page=call.options.get("pdf_page_number", profile.page),
        mixed_directions=call.options.get(
            "detect_text_direction", not call.options.get("single_orientation_mode", True)
        ),
    )


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _where(error: Exception) -> str:
    """Return kind and place of a fault, never its message: that could quote the document."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__} at {place}"


def _trim() -> None:
    """Give freed memory back to the system: one large page must not stay in the process's size."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def serve(connection: socket.socket) -> None:
    """Answer calls until the other end closes."""
    engine = load_engine(receive(connection))
    send(connection, "ready")
    calls = 0
    while True:
        try:
            call = receive(connection)
        except (EOFError, OSError):
            return
        except Exception as error:  # a reference that cannot be imported here
            send(connection, TAKEN)
            send(connection, Answer(-1, fault=ExtractError.__name__, reason=_where(error)))
            continue
        send(
            connection, TAKEN
        )  # from here on a death is this caller's, before it nothing was begun
        send(connection, run(call, engine))
        calls += 1
        if calls % 8 == 0:
            _trim()


def main() -> int:
    """Serve the inherited socket; an interrupt of the terminal is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as connection, contextlib.suppress(BrokenPipeError):
        serve(connection)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
