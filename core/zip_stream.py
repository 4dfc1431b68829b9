"""ZIP package written as a stream of bytes: each part is handed on as it is compressed. Pure."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

_PIECE_BYTES = 64 * 1024  # a piece smaller than this is not worth a network packet of its own


class _Sink:
    """Output of `zipfile` that cannot be rewound, so that it writes sizes behind the data."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size_bytes = 0

    def write(self, data: bytes) -> int:
        """Keep what `zipfile` writes until it is taken."""
        self._parts.append(bytes(data))
        self._size_bytes += len(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: there is no buffer below."""

    def take(self, *, least: int = _PIECE_BYTES) -> Iterator[bytes]:
        """Yield what was written as one piece if it has at least `least` bytes."""
        if self._size_bytes and self._size_bytes >= least:
            yield b"".join(self._parts)
            self._parts.clear()
            self._size_bytes = 0


class ZipStream:
    """A deflated ZIP archive of named parts, each written piece by piece."""

    def __init__(self) -> None:
        self._sink = _Sink()
        target: Any = self._sink
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self._now = datetime.now(UTC).timetuple()[:6]

    def part(self, name: str, pieces: Iterator[str] | str | bytes) -> Iterator[bytes]:
        """Write one part (text as UTF-8) and yield the archive's bytes as they come."""
        info = zipfile.ZipInfo(name, self._now)
        info.compress_type = zipfile.ZIP_DEFLATED
        whole = [pieces] if isinstance(pieces, str | bytes) else pieces
        with self._zip.open(info, "w") as member:
            for piece in whole:
                member.write(piece if isinstance(piece, bytes) else piece.encode())
                yield from self._sink.take()
        yield from self._sink.take()

    def end(self) -> Iterator[bytes]:
        """Write the central directory and yield the rest of the archive."""
        self._zip.close()
        yield from self._sink.take(least=0)
