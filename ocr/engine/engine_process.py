"""One engine process, `python -m ocr.engine.engine_process FD`: decodes, recognises and extracts, one call at a time.

It exchanges the messages of `ocr.engine.ipc` over the inherited socket with file descriptor FD, and
ends when the other end closes. It never imports Django. Its own imports are light too: what it needs
of `ocr.vision` is loaded by the dotted paths of `ocr.engine.registry`.
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

from ocr import languages
from ocr.engine import registry
from ocr.engine.ipc import TAKEN, Answer, Call, Setup, receive, send
from ocr.page import SameSides, WrongDocument
from ocr.profiles import EngineError, ExtractError, Profile


def load_engine(setup: Setup) -> Any:
    """Return the engine of the setting, warmed; None for one that recognises nothing."""
    if setup.tessdata:
        os.environ["TESSDATA_PREFIX"] = setup.tessdata
    row = registry.row(setup.engine)
    if not row.recognizes:
        return None
    engine = registry.load(row.factory)(Path(setup.models))
    engine.warm()
    return engine


def run(call: Call, engine: Any) -> Answer:
    """Decode, recognise and extract; a failure is answered by its name, without text of the image."""
    started = time.perf_counter()

    def failed(fault: str, error: Exception, *, reason: str = "", code: str = "") -> Answer:
        reason = reason or str(error)
        return Answer(call.id, fault=fault, reason=reason, code=code, engine_ms=_since(started))

    try:
        open_page = registry.load(registry.OPEN_PAGE)
        page = open_page(call.image, engine=engine, profile=profile_of(call))
        result = call.extract(page, call.options)
        return Answer(call.id, result, engine_ms=_since(started))
    except WrongDocument as error:
        return failed("WrongDocument", error, code=error.code)
    except SameSides as error:
        return failed("SameSides", error)
    except EngineError as error:
        return failed(type(error).__name__, error)
    except Exception as error:  # the process serves other callers: no image's fault may end it
        return failed(ExtractError.__name__, error, reason=_where(error))


def profile_of(call: Call) -> Profile:
    """Return the call's profile, adjusted by those of its options that concern recognition."""
    profile = call.profile
    script = languages.script_of(call.options.get("language", ""))
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
    """Return type and source line of a fault, never its message, which could quote the document."""
    frames = traceback.extract_tb(error.__traceback__)
    position = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__} at {position}"


def _trim() -> None:
    """Return freed memory to the system, so that one large page does not keep the process large.

    The pool sets malloc thresholds under which glibc would keep it (see `process_pool.Worker`).
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def serve(connection: socket.socket) -> None:
    """Load the engine that the first message names, then answer calls until the other end closes."""
    engine = load_engine(receive(connection))
    send(connection, "ready")
    calls = 0
    while True:
        try:
            call = receive(connection)
        except (EOFError, OSError):
            return
        except Exception as error:  # an extract function that cannot be imported here
            send(connection, TAKEN)
            send(connection, Answer(-1, fault=ExtractError.__name__, reason=_where(error)))
            continue
        # If the process dies before this message, nothing was begun and the pool gives the call to
        # another process; if it dies after it, the call has failed.
        send(connection, TAKEN)
        send(connection, run(call, engine))
        calls += 1
        if calls % 8 == 0:
            _trim()


def main() -> int:
    """Serve the inherited socket; SIGINT of the terminal is left to the parent process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as connection, contextlib.suppress(BrokenPipeError):
        serve(connection)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
