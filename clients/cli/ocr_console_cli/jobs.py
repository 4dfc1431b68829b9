"""`ocr-console jobs`: submit files as a job, show its state, download its output."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ocr_console_cli.client import Client, Failed
from ocr_console_cli.exits import OK, REFUSED, SOME_FAILED, Stop

_PIECE = 1 << 18
_ENDED = ("done", "failed", "cancelled", "deleted")
_BASE = "/api/v1/jobs"


def _pieces(file: Path, bar: Any) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            bar.update(len(piece))
            yield piece


def submit(
    client: Client, files: list[Path], request: dict[str, Any], *, start: bool, quiet: bool
) -> dict[str, Any]:
    """Make a job of the files and start it; returns the job with its estimate."""
    job = _asked(client, "POST", _BASE, request)
    path = f"{_BASE}/{job['id']}"
    total = sum(file.stat().st_size for file in files)
    with tqdm(total=total, unit="B", unit_scale=True, disable=quiet, file=sys.stderr) as bar:
        for file in files:
            try:
                client.call(
                    "POST", f"{path}/files", query={"name": file.name}, body=None,
                    stream=partial(_pieces, file, bar),
                )  # fmt: skip
            except Failed as failed:
                raise Stop(
                    REFUSED, f"{file}: {failed} (the job {job['id']} is a draft)"
                ) from failed
    estimate = _asked(client, "GET", f"{path}/estimate")
    if start:
        job = _asked(client, "POST", f"{path}/start", {})
    return {**job, "estimate": estimate}


def status(client: Client, job_id: str, *, wait: bool, quiet: bool) -> dict[str, Any]:
    """Return a job; with `wait` when it has ended, its progress shown meanwhile."""
    job = _asked(client, "GET", f"{_BASE}/{job_id}")
    counts = job["counts"]
    if not wait:
        return job
    with tqdm(total=counts["pages"], unit="page", disable=quiet, file=sys.stderr) as bar:
        while True:
            counts = job["counts"]
            bar.total = counts["pages"]
            bar.n = counts["succeeded"] + counts["failed"] + counts["skipped"]
            bar.set_postfix_str(job["state"])
            bar.refresh()
            left = counts["waiting"] + counts["reading"]
            if job["state"] in _ENDED or not left or job["state"] in ("draft", "paused"):
                return job
            time.sleep(1.0)
            job = _asked(client, "GET", f"{_BASE}/{job_id}")


def download(client: Client, job_id: str, kind: str, out: Path) -> None:
    """Write the job's results into `out`; no half file is ever seen."""
    partial_file = out.with_name(out.name + ".part")
    try:
        with partial_file.open("wb") as file:
            client.download(f"{_BASE}/{job_id}/download", {"format": kind}, file.write)
        partial_file.replace(out)
    except Failed as failed:
        raise Stop(REFUSED, str(failed)) from failed
    finally:
        partial_file.unlink(missing_ok=True)


def _asked(client: Client, method: str, path: str, body: Any = None) -> dict[str, Any]:
    raw = b"" if body is None else json.dumps(body).encode()
    try:
        found: dict[str, Any] = client.call(method, path, body=raw).json()
    except Failed as failed:
        raise Stop(REFUSED, str(failed)) from failed
    return found


def exit_code(job: dict[str, Any]) -> int:
    """Return 1 for a job with pages that could not be read."""
    return SOME_FAILED if job["counts"]["failed"] else OK
