"""Open uploaded files in the sandbox process, with limits of time and memory.

The caller never parses a file: it asks and gets a listing, one page, or a documented refusal. At most
one page is in its memory. Imports no image or PDF library and no Django.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import rows_of
from ocr import errors
from ocr.engine.ipc import receive, send
from ocr.exports.documents import PageImage
from ocr.exports.result_model import Quad
from ocr.jobs.encryption import Unreadable
from ocr.jobs.file_model import Entry, Inspection, Limits, PageInput, Refused, Source

__all__ = [
    "Entry",
    "Inspection",
    "Limits",
    "PageInput",
    "Refused",
    "Source",
    "inspect",
    "open_page",
]

ROOT = Path(__file__).resolve().parents[2]
PAGE_TIMEOUT_S = 30.0
_ROWS = {row.code: row for row in rows_of(errors)}
_MOST_IDLE = 4


class _SandboxProcess:
    """One sandbox process and our end of its socket."""

    def __init__(self) -> None:
        self.connection, theirs = socket.socketpair()
        environment = {
            name: value
            for name, value in os.environ.items()
            if name in ("PATH", "LANG", "LC_ALL", "HOME", "VIRTUAL_ENV", "PYTHONPATH")
        }
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ocr.jobs.sandbox_worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=ROOT,
                env={**environment, "MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def answer(self, timeout: float) -> tuple[str, Any]:
        """Return the process's answer; raises EOFError if it ended, TimeoutError if it is too slow."""
        self.connection.settimeout(timeout)
        answer: tuple[str, Any] = receive(self.connection)
        return answer

    def hand_over(self, request: tuple[Any, ...], timeout: float) -> bool:
        """Send a request to the process; False when it had ended before."""
        try:
            self.connection.settimeout(timeout)
            send(self.connection, request)
            receive(self.connection)
        except TimeoutError:
            raise
        except (EOFError, OSError):
            return False
        return True

    def end(self) -> int:
        """Terminate the process; returns its exit status, negative for a signal."""
        self.connection.close()
        try:
            return self.process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return -signal.SIGKILL


_lock = threading.Lock()
_idle: list[_SandboxProcess] = []


def inspect(source: Source, limits: Limits | None = None, *, name: str = "") -> Inspection:
    """Return the file's type and contents: members, sizes, SHA-256, pages, text layers.

    Raises Refused with the documented row (wrong type, damaged, encrypted, scripts, too much, unsafe
    names, too slow or large to open) and Unreadable when the source itself cannot be read. A member of
    an archive that cannot be read becomes an entry with its own refusal, so that one bad file does not
    affect the others.
    """
    limits = limits or Limits()
    title = name or getattr(source, "name", "") or "file"
    found: Inspection = _ask(("inspect", source, title, limits), limits.seconds)
    return found


def open_page(
    source: Source, entry: Entry, number: int, *, text_options: Mapping[str, Any] | None = None
) -> PageInput:
    """Return page `number` (from 1) of an entry: an image as uploaded, or a page rendered for recognition.

    With `text_options` (the checked options of general-text) a PDF page that has a text layer is
    answered with that text; a page without one is rendered. Raises Refused.
    """
    options = None if text_options is None else dict(text_options)
    found: PageInput = _ask(("page", source, entry, number, options), PAGE_TIMEOUT_S)
    return found


def page_image(source: Source, entry: Entry, number: int, quads: Sequence[Quad] = ()) -> PageImage:
    """Return page `number` of an entry as JPEG, at the size that its result's locations refer to.

    `quads` are the boxes of its lines: the answer includes where they hold ink. Raises Refused.
    """
    return PageImage(*_ask(("page_image", source, entry, number, list(quads)), PAGE_TIMEOUT_S))


def _ask(request: tuple[Any, ...], timeout: float) -> Any:
    opener = _taken(request, timeout)
    try:
        verdict, detail = opener.answer(timeout)
    except TimeoutError:
        opener.end()
        raise Refused(errors.FILE_SLOW, "it takes too long") from None
    except (EOFError, OSError):
        slow = opener.end() in (-signal.SIGPROF, -signal.SIGXCPU)
        reason = "it takes too long" if slow else "it needs too much memory, or is damaged"
        raise Refused(errors.FILE_SLOW, reason) from None
    except BaseException:
        opener.end()  # an interrupted caller leaves an answer nobody may read
        raise
    _give(opener)
    if verdict == "lost":
        raise Unreadable("the file is gone, or its key does not open it")
    if verdict == "refused":
        code, reason = detail
        raise Refused(_ROWS[code], reason)
    return detail


def _taken(request: tuple[Any, ...], timeout: float) -> _SandboxProcess:
    """Return a process that has taken the request: an idle one or, if those had ended, a new one."""
    while True:
        with _lock:
            opener, fresh = (_idle.pop(), False) if _idle else (_SandboxProcess(), True)
        try:
            if opener.hand_over(request, timeout):
                return opener
        except BaseException:
            opener.end()
            raise
        status = opener.end()
        if fresh:
            raise RuntimeError(f"the opening process does not start (status {status})")


def _give(opener: _SandboxProcess) -> None:
    with _lock:
        if len(_idle) < _MOST_IDLE:
            _idle.append(opener)
            return
    opener.end()


def _forget() -> None:
    """After a fork, drop the parent's processes."""
    global _lock
    _lock = threading.Lock()
    _idle.clear()


def stop() -> None:
    """Terminate the idle sandbox processes."""
    with _lock:
        openers = list(_idle)
        _idle.clear()
    for opener in openers:
        opener.end()


atexit.register(stop)
os.register_at_fork(after_in_child=_forget)
