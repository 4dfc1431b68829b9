"""Start a server for a measurement, and prepare signed requests that the client repeats at no cost."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from tools.bench.processes import ROOT, children, cpu_seconds
from tools.bench.services import free_port


@dataclass(frozen=True)
class Portal:
    """A running portal: address, demo credentials, process id of its master, its environment."""

    host: str
    credentials: dict[str, Any]
    pid: int
    environ: Mapping[str, str]

    def signed(self, slug: str, image: bytes) -> tuple[str, bytes, dict[str, str]]:
        """Return path, body and headers of one signed call; it may be sent for 15 minutes."""
        user = self.credentials["users"]["admin"]
        path = f"/v2/{self.credentials['project_id']}/ocr/{slug}"
        body = json.dumps({"image": base64.b64encode(image).decode()})
        request = SdkRequest(
            method="POST", schema="http", host=self.host, resource_path=path, query_params=[],
            header_params={"Content-Type": "application/json;charset=UTF-8"}, body=body,
        )  # fmt: skip
        keys = BasicCredentials(user["access_key"], user["secret_key"])
        return path, body.encode(), dict(Signer(keys).sign(request).header_params)

    def manage(self, *arguments: str) -> None:
        """Run a management command on its data."""
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=self.environ, check=True, stdout=subprocess.DEVNULL)

    def cpu_seconds(self) -> float:
        """Return the CPU time of the web worker (not of the engine processes)."""
        return sum(cpu_seconds(children(self.pid)).values())

    def memory_mb(self) -> dict[str, list[float]]:
        """Return the resident memory of the web worker and of each engine process, in MiB."""
        found: dict[str, list[float]] = {"web": [], "engine": []}
        for pid in children(self.pid):
            found["web"].append(_resident(pid))
            found["engine"] += [_resident(engine) for engine in children(pid)]
        return found


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


@contextlib.contextmanager
def portal(*, wsgi: str = "", folder: str = "", **environ: str) -> Iterator[Portal]:
    """Start a portal with an empty database; the weights of this checkout are used.

    `wsgi` names another application to serve on the same settings, `folder` a data folder to keep.
    """
    port = free_port()
    with contextlib.ExitStack() as stack:
        data = Path(folder or stack.enter_context(tempfile.TemporaryDirectory()))
        models = os.environ.get("MODELS_DIR") or ROOT / "var" / "models"
        settings = {
            **os.environ, "DATA_DIR": str(data), "PORT": str(port), "MODELS_DIR": str(Path(models).resolve()), **environ,
        }  # fmt: skip
        log = (data / "server.log").open("wb")
        command = [sys.executable, "manage.py", "up"]
        if wsgi:
            subprocess.run([*command, "--prepare-only"], cwd=ROOT, env=settings, check=True)
            command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", wsgi]
        process = subprocess.Popen(
            command, cwd=ROOT, env=settings, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait(f"127.0.0.1:{port}", process)
            credentials = json.loads((data / "demo-credentials.json").read_text())
            yield Portal(f"127.0.0.1:{port}", credentials, process.pid, settings)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _wait(host: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection(host, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.2)
    raise RuntimeError("the portal did not start")


def post(
    connection: http.client.HTTPConnection, call: tuple[str, bytes, dict[str, str]]
) -> tuple[int, bytes]:
    """Send one prepared call over a kept connection."""
    path, body, headers = call
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def connect(host: str) -> http.client.HTTPConnection:
    """Return a connection without Nagle's delay."""
    connection = http.client.HTTPConnection(urlsplit(f"http://{host}").netloc, timeout=120)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection
