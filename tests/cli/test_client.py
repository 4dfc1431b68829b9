"""What the command line does without a server of ours: signatures, pauses, state, credentials."""

from __future__ import annotations

import datetime as dt
import http.server
import itertools
import json
import os
import subprocess
import sys
import threading
import tomllib

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.auth.provider import EnvCredentialProvider, ProfileCredentialProvider
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from ocr_console_cli import credentials, main, recognize, signing
from ocr_console_cli.client import Client, Failed
from ocr_console_cli.credentials import Credentials
from ocr_console_cli.exits import CREDENTIALS, REFUSED, UNREACHABLE, Stop
from ocr_console_cli.state import State, key_of
from tests.conftest import ROOT
from tools.bench.services import free_port

KEY = Credentials("AK0", "SK0", "p1")


@pytest.mark.parametrize("query", [{}, {"name": "a b/ü.pdf", "after": "~1"}])
def test_the_signature_is_that_of_the_official_sdk(query) -> None:
    now = dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC)
    ours = signing.headers(KEY, "POST", "host:8000", "/api/v1/jobs/j/files", query, b"{}", now)
    request = SdkRequest(
        method="POST", schema="http", host="host:8000", resource_path="/api/v1/jobs/j/files",
        query_params=list(query.items()), header_params={"X-Sdk-Date": "20261121T080000Z"}, body="{}",
    )  # fmt: skip
    theirs = Signer(BasicCredentials("AK0", "SK0")).sign(request).header_params["Authorization"]
    assert ours["authorization"].rsplit("=", 1)[1] == theirs.rsplit("=", 1)[1]


class Scripted(http.server.BaseHTTPRequestHandler):
    """Answers with what the test laid ready, and remembers when it was asked."""

    script: list
    asked: list

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append(dt.datetime.now())
        status, headers = self.script.pop(0)
        body = json.dumps({"result": {"a": "b"}, "error_code": "X.1", "error_msg": "no"}).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments) -> None:
        """Say nothing."""


@pytest.fixture
def server():
    """A function that starts a server with scripted answers; returns its client and the times."""
    running = []

    def start(*script, attempts: int = 4):
        handler = type("Handler", (Scripted,), {"script": list(script), "asked": []})
        made = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), handler)
        threading.Thread(target=made.serve_forever, daemon=True).start()
        running.append(made)
        return Client(f"http://127.0.0.1:{made.server_port}", KEY, attempts=attempts), handler.asked

    yield start
    for made in running:
        made.shutdown()


@pytest.mark.parametrize("status", [429, 503, 502, 504])
def test_a_busy_server_is_asked_again_when_it_says_so(status, server) -> None:
    client, asked = server((status, {"Retry-After": "1"}), (200, {}))
    assert client.call("POST", "/x").json()["result"] == {"a": "b"}
    assert len(asked) == 2
    assert 1.0 <= (asked[1] - asked[0]).total_seconds() < 3


def test_without_a_hint_the_pauses_grow(server) -> None:
    client, asked = server((429, {}), (429, {}), (429, {}), (200, {}))
    client.call("POST", "/x")
    first, second, third = ((b - a).total_seconds() for a, b in itertools.pairwise(asked))
    assert 0.3 < first < second < third


def test_tries_end_and_a_refusal_is_not_tried_again(server) -> None:
    client, asked = server(*[(429, {"Retry-After": "0"})] * 3, attempts=3)
    with pytest.raises(Failed, match=r"X\.1: no"):
        client.call("POST", "/x")
    assert len(asked) == 3
    for status, code in ((401, CREDENTIALS), (403, REFUSED), (404, REFUSED)):
        client, asked = server((status, {}))
        with pytest.raises(Stop) as stop:
            client.call("POST", "/x")
        assert (stop.value.code, len(asked)) == (code, 1)
    client, asked = server((500, {}))
    with pytest.raises(Failed):
        client.call("POST", "/x")
    assert len(asked) == 1


def test_a_call_that_was_sent_and_not_answered_is_not_sent_again() -> None:
    stopped = threading.Event()

    class Slow(Scripted):
        script, asked = [(200, {})], []

        def do_POST(self) -> None:
            self.asked.append(1)
            stopped.wait(2)

    made = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Slow)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    client = Client(f"http://127.0.0.1:{made.server_port}", KEY, timeout_s=0.3)
    with pytest.raises(Failed, match="may have been billed"):
        client.call("POST", "/x")
    stopped.set()
    made.shutdown()
    assert Slow.asked == [1]


def test_nobody_there_is_its_own_exit_code() -> None:
    client = Client(f"http://127.0.0.1:{free_port()}", KEY, attempts=1)
    with pytest.raises(Stop) as stop:
        client.call("POST", "/x")
    assert stop.value.code == UNREACHABLE


def test_credentials_are_those_that_the_sdk_would_find(tmp_path, monkeypatch) -> None:
    env = {"HUAWEICLOUD_SDK_AK": "A", "HUAWEICLOUD_SDK_SK": "S", "HUAWEICLOUD_SDK_PROJECT_ID": "P",
           "HUAWEICLOUD_SDK_SECURITY_TOKEN": "T"}  # fmt: skip
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    theirs = EnvCredentialProvider.get_basic_credential_env_provider().get_credentials()
    ours = credentials.find()
    assert (ours.access_key, ours.secret_key) == (theirs.ak, theirs.sk) == ("A", "S")
    assert (ours.project_id, ours.security_token) == (theirs.project_id, theirs.security_token)
    file = tmp_path / "mine"
    file.write_text("[basic]\nak = B\nsk = R\nproject_id = Q\nsecurity_token = U\n")
    for name in env:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", str(file))
    theirs = ProfileCredentialProvider.get_basic_credential_profile_provider().get_credentials()
    assert credentials.find() == Credentials(
        theirs.ak, theirs.sk, theirs.project_id, theirs.security_token
    )
    file.write_text("[other]\n")
    with pytest.raises(Stop) as stop:
        credentials.find()
    assert stop.value.code == CREDENTIALS


def test_a_state_file_that_was_cut_off_gives_what_is_whole(tmp_path) -> None:
    path = tmp_path / "a.state"
    state = State(path)
    state.put("one", {"words": "é"})
    state.put("two", [1, 2])
    state.close(forget=False)
    path.write_bytes(path.read_bytes()[:-5])
    again = State(path)
    assert "one" in again
    assert "two" not in again
    again.put("three", None)
    assert (again.get("one"), again.get("three")) == ({"words": "é"}, None)
    again.close(forget=True)
    assert not path.exists()


def test_what_is_kept_belongs_to_the_content_and_to_what_was_asked(tmp_path) -> None:
    one, two = tmp_path / "1.png", tmp_path / "2.png"
    one.write_bytes(b"a")
    two.write_bytes(b"a")
    asked = {"service": "passport", "options": {}, "page": 0}
    assert key_of(one, **asked) == key_of(two, **asked)
    two.write_bytes(b"b")
    keys = {
        key_of(one, **asked), key_of(two, **asked), key_of(one, **{**asked, "page": 2}),
        key_of(one, **{**asked, "service": "id-card"}), key_of(one, **{**asked, "options": {"a": 1}}),
    }  # fmt: skip
    assert len(keys) == 5


def test_options_are_json_or_plain_text() -> None:
    assert main.options(["a=true", "b=3", 'c=["x"]', "d=front", "e="]) == {
        "a": True, "b": 3, "c": ["x"], "d": "front", "e": "",
    }  # fmt: skip
    with pytest.raises(Stop):
        main.options(["side"])


def test_folders_are_walked_and_nothing_is_read_twice(tmp_path) -> None:
    inside = tmp_path / "in" / "deep"
    inside.mkdir(parents=True)
    for name in ("a.PNG", "b.txt", "c.pdf"):
        (inside / name).write_bytes(b"x")
    found = recognize.gather([str(tmp_path / "in"), str(inside / "a.PNG")])
    assert [path.name for path in found] == ["a.PNG", "c.pdf"]
    with pytest.raises(Stop):
        recognize.gather([str(tmp_path / "none")])


def test_pip_installs_the_command() -> None:
    project = tomllib.loads((ROOT / "clients" / "cli" / "pyproject.toml").read_text())
    module, function = project["project"]["scripts"]["ocr-console"].split(":")
    assert getattr(__import__(module, fromlist=[function]), function) is main.main
    assert "ocr_console_cli" in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def test_the_command_loads_nothing_of_the_server() -> None:
    code = (
        "import sys, ocr_console_cli.main, ocr_console_cli.output, ocr.exports.searchable_pdf\n"
        "print({'django', 'numpy', 'cv2', 'onnxruntime', 'pikepdf'} & set(sys.modules))"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "clients" / "cli")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "set()"


def test_the_version_names_each_installed_distribution(monkeypatch, capsys) -> None:
    installed = {"ocr-console-client": "0.2.0"}

    def version(name: str) -> str:
        if name not in installed:
            raise main.metadata.PackageNotFoundError(name)
        return installed[name]

    monkeypatch.setattr(main.metadata, "version", version)
    with pytest.raises(SystemExit, match="0"):
        main.main(["--version"])
    installed["ocr-console"] = "0.2.1"
    with pytest.raises(SystemExit, match="0"):
        main.main(["--version"])
    first, second = capsys.readouterr().out.splitlines()
    assert first == "ocr-console-client 0.2.0"
    assert second == "ocr-console 0.2.1, ocr-console-client 0.2.0"
