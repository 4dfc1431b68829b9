"""What `deploy/` ships is run here: the units' own commands, a reload under load, nginx in front."""

from __future__ import annotations

import configparser
import http.client
import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from bench.processes import ROOT
from bench.services import free_port, wait_port
from tests.scaled.test_site import counts, picture

pytestmark = pytest.mark.scaled
DEPLOY = ROOT / "deploy"
PYTHON = Path(sys.executable).parent
UNITS = ("web", "worker@", "periodic", "beat", "batch")


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
    before = children(master.pid)
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
        while children(master.pid) & before and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(1)
    finally:
        stopped.set()
        for caller in callers:
            caller.join()
    assert not children(master.pid) & before, "the old processes still serve"
    assert len(statuses) > 10
    assert set(statuses) == {200}


def children(pid: int) -> set[str]:
    """Return the processes that a process started."""
    return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


@pytest.fixture
def proxy(units, tmp_path):
    """The shipped nginx configuration in front of the units' web node; yields its port."""
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed")
    port = free_port()
    text = (DEPLOY / "nginx" / "ocr-console.conf").read_text()
    text = text.replace("server web:8000", f"server 127.0.0.1:{units.port}")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};")
    (tmp_path / "site.conf").write_text(text)
    places = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}"
        f" http {{ access_log off; {places} include {tmp_path}/site.conf; }}"
    )
    process = subprocess.Popen(["nginx", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")])
    try:
        wait_port(port, seconds=10)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def refused(port: int, body: bytes) -> tuple[int, str]:
    """Send an unsigned call; returns status and code of a refusal in the gateway's form."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/v2/x/ocr/passport", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = json.loads(answer.read())
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Request-Id"] == text["request_id"]
    return answer.status, text["error_code"]


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
