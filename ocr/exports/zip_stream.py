"""Write a ZIP package as a stream of bytes: what was written is handed on and forgotten. Pure."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

_LEAST = 64 * 1024


class Sink:
    """A file that cannot be rewound: `zipfile` then writes sizes behind the data."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._held = 0

    def write(self, data: bytes) -> int:
        """Keep what `zipfile` writes until it is taken."""
        self._parts.append(bytes(data))
        self._held += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is buffered below."""

    def take(self, *, least: int = _LEAST) -> Iterator[bytes]:
        """Yield what was written, once it is worth a network packet."""
        if self._held and self._held >= least:
            yield b"".join(self._parts)
            self._parts.clear()
            self._held = 0


class Package:
    """A ZIP of XML parts, each written piece by piece."""

    def __init__(self) -> None:
        self.sink = Sink()
        target: Any = self.sink
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self._now = datetime.now(UTC).timetuple()[:6]

    def part(self, name: str, pieces: Iterator[str] | str | bytes) -> Iterator[bytes]:
        """Write one part; yields the package's bytes as they come."""
        info = zipfile.ZipInfo(name, self._now)
        info.compress_type = zipfile.ZIP_DEFLATED
        whole = [pieces] if isinstance(pieces, str | bytes) else pieces
        with self._zip.open(info, "w") as member:
            for piece in whole:
                member.write(piece if isinstance(piece, bytes) else piece.encode())
                yield from self.sink.take()
        yield from self.sink.take()

    def end(self) -> Iterator[bytes]:
        """Write the directory."""
        self._zip.close()
        yield from self.sink.take(least=0)
