"""What `deploy/` ships is run here: the units' own commands, a reload under load, nginx in front."""

from __future__ import annotations

import configparser
import contextlib
import http.client
import json
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scaled.test_site import counts, picture
from tools.bench.processes import ROOT, children
from tools.bench.services import free_port, wait_port

pytestmark = pytest.mark.scaled
DEPLOY = ROOT / "deploy"
PYTHON = Path(sys.executable).parent
UNITS = ("web", "worker@", "periodic", "beat", "jobs")


def service_of(unit: str) -> dict[str, str]:
    """Return the [Service] part of a unit."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(DEPLOY / "systemd" / f"ocr-console-{unit}.service")
    return dict(parser["Service"])


def start(site, unit: str) -> None:
    """Start a unit's command as systemd would: its instance, its variables, no shell."""

    def arguments(line: str) -> list[str]:
        """Return what Python is given: programs of the environment are scripts of it."""
        line = line.replace("%i", site.account["region"])
        line = re.sub(r"\$\{(\w+)\}", lambda found: site.environ[found[1]], line)
        program, *rest = shlex.split(line)
        name = Path(program).name
        return rest if name == "python" else [str(PYTHON / name), *rest]

    service = service_of(unit)
    if "ExecStartPre" in service:
        site.manage(*arguments(service["ExecStartPre"])[1:])
    site.start(unit, *arguments(service["ExecStart"]))


@pytest.fixture(scope="module")
def units(bare_site):
    """The site of the units, all of them running; its web node starts without static files."""
    shutil.rmtree(bare_site.folder / "static")
    for unit in UNITS:
        start(bare_site, unit)
    bare_site.until_answered(picture())
    return bare_site


def test_the_units_make_a_site_that_answers_and_bills(units):
    calls, events = counts(units)
    assert [units.call(picture())[0] for _ in range(3)] == [200] * 3
    assert counts(units) == (calls + 3, events + 3)
    assert {name: one.poll() for name, one in units.running.items()} == dict.fromkeys(UNITS)


def test_the_web_node_has_its_static_files(units):
    root = f"http://127.0.0.1:{units.port}"
    with urllib.request.urlopen(f"{root}/login") as answer:
        page = answer.read().decode()
    names = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(names) >= 3
    for name in names:
        with urllib.request.urlopen(root + name) as answer:
            assert answer.status == 200


def test_a_reload_refuses_nobody(units):
    assert service_of("web")["ExecReload"] == "/bin/kill -HUP $MAINPID"
    master = units.running["web"]
    before = set(children(master.pid))
    stopped, statuses = threading.Event(), []

    def call() -> None:
        while not stopped.is_set():
            statuses.append(units.call(picture())[0])

    callers = [threading.Thread(target=call) for _ in range(2)]
    for caller in callers:
        caller.start()
    try:
        time.sleep(1)
        master.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 40
        while before & set(children(master.pid)) and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(1)
    finally:
        stopped.set()
        for caller in callers:
            caller.join()
    assert not before & set(children(master.pid)), "the old processes still serve"
    assert len(statuses) > 10
    assert set(statuses) == {200}


@contextlib.contextmanager
def nginx(folder: Path, upstream: int, **changed: str) -> Iterator[int]:
    """Run the shipped configuration before a port of this machine; yields the port of nginx.

    `changed` are directives with another value than the one shipped.
    """
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed")
    port = free_port()
    text = (DEPLOY / "nginx" / "ocr-console.conf").read_text()
    text = text.replace("server web:8000", f"server 127.0.0.1:{upstream}")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};")
    for directive, value in changed.items():
        text, count = re.subn(rf"\b{directive} [^;]+;", f"{directive} {value};", text)
        assert count, directive
    (folder / "site.conf").write_text(text)
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
        f" http {{ access_log off; {places} include {folder}/site.conf; }}"
    )
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        wait_port(port, seconds=10)
        yield port
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def proxy(units, tmp_path):
    """nginx in front of the units' web node; yields its port."""
    with nginx(tmp_path, units.port) as port:
        yield port


def refusal(answer: http.client.HTTPResponse) -> tuple[int, str]:
    """Return status and code of a refusal, which has the gateway's form."""
    text = json.loads(answer.read())
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Request-Id"] == text["request_id"]
    assert text["error_msg"]
    return answer.status, text["error_code"]


def refused(port: int, body: bytes) -> tuple[int, str]:
    """Send an unsigned call and return its refusal."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/v2/x/ocr/passport", body, {"Content-Type": "application/json"})
    return refusal(connection.getresponse())


def test_signed_calls_pass_nginx_and_leave_no_file(units, proxy, tmp_path):
    image = picture()
    through = type(units)(units.environ, units.folder, port=proxy, account=units.account)
    status, body = through.call(image)
    assert (status, list(body)) == (200, ["result"])
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in kept} <= {"site.conf", "nginx.conf", "pid", "error.log"}
    assert refused(proxy, b"{}") == (401, "APIG.0301")  # the node's own answer comes through


def test_nginx_itself_answers_as_the_gateway_does(units, proxy):
    assert refused(proxy, b"x" * (14 << 20)) == (413, "APIG.0201")
    units.end("web")
    try:
        answer = refused(proxy, b"{}")
    finally:
        start(units, "web")
        units.until_answered(picture())
    assert answer == (502, "APIG.0202")


@pytest.fixture(scope="module")
def silent():
    """A port that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("request_line", "header", "expected"),
    [
        ("NONSENSE", "", (400, "APIG.0106")),
        ("GET / HTTP/9.9", "", (400, "APIG.0106")),
        ("GET /../../etc HTTP/1.1", "", (400, "APIG.0106")),
        (f"GET /{'a' * 40_000} HTTP/1.1", "", (400, "APIG.0106")),
        ("GET / HTTP/1.1", "X-Long: " + "a" * 40_000, (400, "APIG.0106")),
        ("POST / HTTP/1.1", "Content-Length: many", (400, "APIG.0106")),
        ("POST / HTTP/1.1", "Transfer-Encoding: unknown", (400, "APIG.0106")),
        ("TRACE / HTTP/1.1", "", (404, "APIG.0101")),
        ("GET /metrics HTTP/1.1", "", (404, "APIG.0101")),
        ("GET /.refused/timeout HTTP/1.1", "", (404, "APIG.0101")),
        ("GET /readyz HTTP/1.1", "", (504, "APIG.0201")),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else value[1],
)
def test_what_never_reaches_the_web_node_is_refused_alike(
    silent, tmp_path, request_line, header, expected
):
    with (
        nginx(tmp_path, silent, proxy_read_timeout="1s") as port,
        socket.create_connection(("127.0.0.1", port), timeout=10) as connection,
    ):
        lines = [request_line, "Host: x", *([header] if header else []), "Connection: close"]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert refusal(answer) == expected
