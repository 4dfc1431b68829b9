"""State file beside the output: the results so far, so that an interrupted run continues and pays nothing twice.

One line of JSON a page, written through to the disk before the next call of its worker starts. The
file holds results: only its owner can read it, and it is removed once every file is recognised.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any

_PIECE = 1 << 20


def key_of(file: Path, *, service: str, options: dict[str, Any], page: int) -> str:
    """Return what a result is kept under: the content of the file and what was asked of it."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            digest.update(piece)
    asked = json.dumps([service, options, page], sort_keys=True)
    digest.update(hashlib.sha256(asked.encode()).digest())
    return digest.hexdigest()


class State:
    """The results of a run by key; values stay on the disk, only their offsets are in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._places: dict[str, int] = {}
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        self._load()

    def _load(self) -> None:
        """Read what an earlier run left; a line that was cut off does not count."""
        end = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            try:
                row = json.loads(line)
            except ValueError:
                break
            if "key" in row:
                self._places[row["key"]] = end
            end += len(line)
        self._file.truncate(end)

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self._places)

    def put(self, key: str, result: Any) -> None:
        """Keep a result; when this returns it is on the disk."""
        line = json.dumps({"key": key, "result": result}, ensure_ascii=False).encode() + b"\n"
        with self._lock:
            place = self._file.seek(0, os.SEEK_END)
            self._file.write(line)
            self._file.flush()
            os.fsync(self._file.fileno())
            self._places[key] = place

    def get(self, key: str) -> Any:
        """Return a kept result; raises KeyError."""
        with self._lock:
            self._file.seek(self._places[key])
            return json.loads(self._file.readline())["result"]

    def close(self, *, forget: bool) -> None:
        """Let go of the file; `forget` removes it."""
        self._file.close()
        if forget:
            self.path.unlink(missing_ok=True)
