"""`ocr-console recognise`: files in, one output file out."""

from __future__ import annotations

import base64
import concurrent.futures
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ocr_console_cli.client import Client, Failed
from ocr_console_cli.exits import INTERRUPTED, OK, SOME_FAILED, USAGE, Stop
from ocr_console_cli.state import State, key_of

LARGEST = 7 * 1024 * 1024 + 512 * 1024  # bytes whose Base64 text fits into the API's 10 MB
ENDINGS = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".gif", ".webp", ".pcx", ".ico",
           ".psd", ".pdf"}  # fmt: skip
FORMATS = ("json", "csv", "xlsx", "docx", "md", "txt", "pdf")
_PAGED = "general-text"  # the service that takes PDFs, page by page
_NO_SUCH = "AIS.0101"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The arguments of one run."""

    files: list[Path]
    service: str
    options: dict[str, Any]
    out: Path
    kind: str
    parallel: int = 4


@dataclass(slots=True)
class Run:
    """One run; `done` lists the pages in the order of the files, as (title, key, error, file)."""

    wanted: Wanted
    client: Client
    project: str
    state: State
    bar: Any
    stop: threading.Event = field(default_factory=threading.Event)
    fatal: Stop | None = None

    def file(self, file: Path) -> list[tuple[str, str, str, Path]]:
        """Read one file, all pages of a PDF; returns its rows."""
        rows: list[tuple[str, str, str, Path]] = []
        if self.stop.is_set():
            return rows
        try:
            if file.stat().st_size > LARGEST:
                raise Failed(0, "", "larger than a call may be; send it as a job")
            content = file.read_bytes()
        except (OSError, Failed) as problem:
            return [(str(file), "", str(problem), file)]
        pages = content[:1024].lstrip().startswith(b"%PDF-") and self.wanted.service == _PAGED
        number = 1
        while not self.stop.is_set():
            title = f"{file} p. {number}" if pages else str(file)
            key, error, ended = self._page(file, content, number if pages else 0)
            if ended:
                break
            rows.append((title, key, error, file))
            if not pages or error:
                break
            number += 1
        return rows

    def _page(self, file: Path, content: bytes, number: int) -> tuple[str, str, bool]:
        """Return (key, error, whether the PDF has no such page) of one call, made or remembered."""
        asked = dict(self.wanted.options)
        if number:
            asked["pdf_page_number"] = number
        key = key_of(file, service=self.wanted.service, options=asked, page=number)
        if key in self.state:
            return key, "", self.state.get(key) is None
        body = json.dumps({"image": base64.b64encode(content).decode(), **asked}).encode()
        path = f"/v2/{self.project}/ocr/{self.wanted.service}"
        try:
            answer = self.client.call("POST", path, body=body)
        except Failed as failed:
            if number > 1 and failed.code == _NO_SUCH:
                self.state.put(key, None)
                return key, "", True
            return key, str(failed), False
        except Stop as stop:
            self.fatal = self.fatal or stop
            self.stop.set()
            return key, str(stop), False
        self.state.put(key, answer.json()["result"])
        return key, "", False


def gather(paths: list[str]) -> list[Path]:
    """Return the files, folders replaced by the images and PDFs in them; raises Stop for none."""
    found: list[Path] = []
    for name in paths:
        path = Path(name)
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in ENDINGS)
            found += [p for p in inside if p.is_file()]
        elif path.is_file():
            found.append(path)
        else:
            raise Stop(USAGE, f"{name} does not exist")
    if not found:
        raise Stop(USAGE, "no image or PDF was given")
    return list(dict.fromkeys(found))


def run(wanted: Wanted, client: Client, project: str, *, quiet: bool = False) -> int:
    """Recognise all files, write the output, return the exit code.

    Ctrl-C lets running calls finish, because they are billed, and keeps their results; the same
    command then continues from there.
    """
    state = State(wanted.out.with_name(wanted.out.name + ".state"))
    known = len(state)
    bar = tqdm(total=len(wanted.files), unit="file", disable=quiet, file=sys.stderr)
    if known and not quiet:
        bar.write(f"continuing with {known} pages of an earlier run", file=sys.stderr)
    client.say = lambda text: None if quiet else bar.set_postfix_str(text)
    running = Run(wanted, client, project, state, bar, stop=client.stopped)
    before = signal.signal(signal.SIGINT, _interrupt(running.stop, bar))
    try:
        rows = list(_read(running))
    finally:
        signal.signal(signal.SIGINT, before)
        bar.close()
    if running.fatal is not None:
        state.close(forget=False)
        raise running.fatal
    if running.stop.is_set():
        state.close(forget=False)
        raise Stop(INTERRUPTED, f"interrupted; {len(state)} pages are kept, run the command again")
    failed = [(title, error) for title, _, error, _ in rows if error]
    _write(wanted, rows, state)
    state.close(forget=not failed)
    for title, error in failed:
        print(f"{title}: {error}", file=sys.stderr)  # noqa: T201 a command line prints
    return SOME_FAILED if failed else OK


def _interrupt(stop: threading.Event, bar: Any) -> Callable[[int, Any], None]:
    def handle(number: int, frame: Any) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        bar.write(
            "stopping after the running calls; press Ctrl-C again to stop at once", file=sys.stderr
        )
        stop.set()

    return handle


def _read(running: Run) -> Iterator[tuple[str, str, str, Path]]:
    """Yield the rows of all files in their order; as many calls run at once as was asked for."""
    with concurrent.futures.ThreadPoolExecutor(running.wanted.parallel) as pool:
        waiting = [pool.submit(running.file, file) for file in running.wanted.files]
        try:
            for future in waiting:
                yield from future.result()
                running.bar.update()
        except BaseException:
            running.stop.set()
            for future in waiting:
                future.cancel()
            raise


def _write(wanted: Wanted, rows: list[tuple[str, str, str, Path]], state: State) -> None:
    """Write the output to a temporary file and rename it, so that no partial file is ever visible."""
    from ocr_console_cli.output import pieces

    partial = wanted.out.with_name(wanted.out.name + ".part")
    try:
        with partial.open("wb") as file:
            for piece in pieces(wanted.kind, rows, state.get):
                file.write(piece)
        partial.replace(wanted.out)
    except ValueError as error:
        raise Stop(USAGE, f"{wanted.out} was not written: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
