"""The sandbox process: `python -m ocr.jobs.sandbox_worker FD`. Lists files and renders their pages.

Uploaded files are parsed here and nowhere else. The process has little memory, writes no file, and
each step of its work has a limit of processor time whose alarm ends it, even inside native code. It
never imports Django, and exits when it is idle for a while.
"""

from __future__ import annotations

import contextlib
import io
import resource
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from ocr import errors
from ocr.engine.ipc import receive, send
from ocr.exports.result_model import Quad
from ocr.jobs import archive, file_types
from ocr.jobs.encryption import Unreadable
from ocr.jobs.file_model import (
    MIB,
    Entry,
    Inspection,
    Kind,
    Limits,
    PageInput,
    Refusal,
    Refused,
    Source,
)

MEMORY_BYTES = 1024 * MIB  # of address space
STEP_SECONDS = 1.5  # of processor time for one step of a look at a file
PAGE_SECONDS = 10.0  # and for drawing one page
IDLE_SECONDS = 30.0
MAX_REQUESTS = 200  # then a fresh process takes over: no library's leak grows


def step(seconds: float = STEP_SECONDS) -> None:
    """Grant the next step its processor time; SIGPROF, never caught, kills the process when it is used up."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


class DocumentOpener:
    """Answers requests; keeps the last document open, because pages are requested in sequence."""

    def __init__(self) -> None:
        self._key: tuple[Any, int] | None = None
        self._document: Any = None
        self._stream: BinaryIO | None = None

    def inspect(self, source: Source, name: str, limits: Limits) -> Inspection:
        """List a file; see `ocr.jobs.sandbox_client.inspect`."""
        self._close()
        with source.open("rb") as stream:
            head = stream.read(file_types.HEAD_BYTES)
            kind = file_types.kind_of(head)
            if kind == "zip":
                return self._archive(stream, limits)
            if kind == "other":
                raise Refused(errors.FILE_KIND, "it is no image, PDF or ZIP archive")
            stream.seek(0)
            _, size, digest = archive.digest(iter(lambda: stream.read(4 * MIB), b""), step)
            if kind == "image" and size > limits.entry_bytes:
                raise Refused(errors.FILE_TOO_MUCH, f"an image of {size // MIB} MB")
            stream.seek(0)
            pages, with_text = self._look(kind, head, stream, limits)
        return Inspection(kind, (Entry(name, size, digest, kind, pages, with_text),))

    def _archive(self, stream: BinaryIO, limits: Limits) -> Inspection:
        opened, found = archive.members(stream, limits)
        entries = []
        pages = 0
        with opened:
            for index, name, info in found:
                step()
                head, size, digest = archive.digest(archive.chunks(opened, info), step)
                kind = archive.checked_kind(name, head)
                entry = Entry(name, size, digest, kind, 0, (), index)  # type: ignore[arg-type]
                entries.append(self._member(opened, info, entry, head, limits))
                pages += entries[-1].pages
                if pages > limits.pages:
                    raise Refused(errors.FILE_TOO_MUCH, f"more than {limits.pages} pages")
        return Inspection("zip", tuple(entries))

    def _member(self, opened: Any, info: Any, entry: Entry, head: bytes, limits: Limits) -> Entry:
        """Return the entry of a member with its pages, or with the reason of its refusal."""
        try:
            if entry.kind == "other":
                raise Refused(errors.FILE_KIND, "it is no image or PDF")
            if entry.kind == "pdf" or file_types.media_type(head) == "image/tiff":
                content = b"".join(archive.chunks(opened, info))
                pages, with_text = self._look(entry.kind, head, io.BytesIO(content), limits)
            else:
                pages, with_text = 1, ()
        except Refused as refused:
            refusal = Refusal(refused.row.code, refused.reason)
            return Entry(
                entry.name, entry.size, entry.sha256, entry.kind, 0, (), entry.index, refusal
            )
        return Entry(
            entry.name, entry.size, entry.sha256, entry.kind, pages, with_text, entry.index
        )

    @staticmethod
    def _look(
        kind: Kind, head: bytes, stream: BinaryIO, limits: Limits
    ) -> tuple[int, tuple[int, ...]]:
        step()
        if kind == "pdf":
            from ocr.jobs import pdf_documents

            document = pdf_documents.open_document(stream)
            try:
                return pdf_documents.inspect(document, stream, limits, step)
            finally:
                document.close()
        from ocr.jobs import images

        return (
            images.frames(stream, limits) if file_types.media_type(head) == "image/tiff" else 1
        ), ()

    def page(
        self, source: Source, entry: Entry, number: int, text_options: dict[str, Any] | None
    ) -> PageInput:
        """Return one page; see `ocr.jobs.sandbox_client.open_page`."""
        step(PAGE_SECONDS)
        if not 1 <= number <= max(1, entry.pages):
            raise Refused(errors.FILE_PAGE, f"page {number} of {entry.pages}")
        if entry.kind == "pdf":
            from ocr.jobs import pdf_documents

            document = self._opened(source, entry)
            if text_options is not None:
                found = pdf_documents.page_text(document, number, text_options)
                if found is not None:
                    return found
            return pdf_documents.page_image(document, number)
        content = self._content(source, entry)
        if entry.pages > 1:
            from ocr.jobs import images

            return images.frame(content, number)
        return PageInput(content, file_types.media_type(content[: file_types.HEAD_BYTES]))

    def page_image(
        self, source: Source, entry: Entry, number: int, quads: list[Quad]
    ) -> tuple[bytes, int, int, bool, tuple[bytes, ...]]:
        """Return one page as JPEG; see `ocr.jobs.sandbox_client.page_image`."""
        from ocr.jobs import images

        step(PAGE_SECONDS)
        if entry.kind == "pdf":
            from ocr.jobs import pdf_documents

            rendered, _, _ = pdf_documents.rendered(self._opened(source, entry), number)
            return images.encoded(rendered, quads)
        return images.whole(self._content(source, entry), number, quads)

    def _opened(self, source: Source, entry: Entry) -> Any:
        from ocr.jobs import pdf_documents

        key = (source, entry.index)
        if self._document is None or self._key != key:
            self._close()
            with source.open("rb") as probe:
                in_archive = file_types.kind_of(probe.read(file_types.HEAD_BYTES)) == "zip"
            self._stream = (
                io.BytesIO(self._content(source, entry)) if in_archive else source.open("rb")
            )
            self._document = pdf_documents.open_document(self._stream)
            self._key = key
        return self._document

    @staticmethod
    def _content(source: Source, entry: Entry) -> bytes:
        """Return the bytes of one document: the whole source, or a member of the archive."""
        with source.open("rb") as stream:
            head = stream.read(file_types.HEAD_BYTES)
            stream.seek(0)
            if file_types.kind_of(head) != "zip":
                return stream.read()
            opened, found = archive.members(stream, Limits(total_bytes=1 << 62, ratio=1 << 62))
            info = next((info for index, _, info in found if index == entry.index), None)
            if info is None:
                raise Refused(errors.FILE_PAGE, "the archive has no such file")
            with opened:
                return b"".join(archive.chunks(opened, info))

    def _close(self) -> None:
        if self._document is not None:
            self._document.close()
        if self._stream is not None:
            self._stream.close()
        self._key = self._document = self._stream = None


def confine() -> None:
    """Drop what this process does not need: memory, writing files, core dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (900, 900))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)


def answer(work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[str, Any]:
    """Return ("done", result), ("refused", (code, reason)), or ("lost", None) for an unreadable source."""
    try:
        return "done", work(*arguments)
    except Refused as refused:
        return "refused", (refused.row.code, refused.reason)
    except MemoryError:
        return "refused", (errors.FILE_SLOW.code, "it needs too much memory")
    except (OSError, Unreadable):
        return "lost", None
    except Exception as error:  # the libraries raise anything on damaged files
        return "refused", (errors.FILE_BROKEN.code, f"it cannot be read ({type(error).__name__})")
    finally:
        step(0)


def serve(connection: socket.socket) -> None:
    """Answer requests until the peer closes or is silent for too long."""
    opener = DocumentOpener()
    connection.settimeout(IDLE_SECONDS)
    for _ in range(MAX_REQUESTS):
        try:
            name, *arguments = receive(connection)
        except (EOFError, OSError):
            return
        send(connection, "taken")
        step()
        send(connection, answer(getattr(opener, name), tuple(arguments)))


def main() -> int:
    """Serve the inherited socket; Ctrl-C is handled by the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    confine()
    with socket.socket(fileno=int(sys.argv[1])) as connection, contextlib.suppress(BrokenPipeError):
        serve(connection)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
