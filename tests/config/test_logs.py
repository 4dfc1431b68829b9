"""Every log line names request and account; lines and spans never hold what a call carries."""

from __future__ import annotations

import base64
import json
import logging
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from config import logs
from core import jobs, log_context
from tests.conftest import start_server, stop_server
from tools.bench.test_site import signed, text_image

PLANTED = "Zebulon-7731-Quill"


def line_of(record: logging.LogRecord) -> dict:
    return json.loads(logs.formatter("json").format(record))


def record(message: str = "told", **more) -> logging.LogRecord:
    return logging.getLogger("any").makeRecord("any", 30, "f", 1, message, (), None, extra=more)


def test_a_line_inside_a_request_names_it_and_one_outside_names_none():
    log_context.begin("r" * 32)
    assert line_of(record())["account_id"] == ""
    log_context.caller("a" * 32)
    line = line_of(record(delivery=3))
    assert (line["request_id"], line["account_id"], line["delivery"]) == ("r" * 32, "a" * 32, 3)
    log_context.begin("s" * 32)
    assert line_of(record())["account_id"] == ""
    found = []
    thread = threading.Thread(target=lambda: found.append(line_of(record())))
    thread.start()
    thread.join()
    assert (found[0]["request_id"], found[0]["account_id"]) == ("", "")


def test_a_job_has_an_id_of_its_own(db, caplog, monkeypatch):
    seen = []
    monkeypatch.setattr(
        jobs.PERIODIC, "get", lambda name: jobs.PeriodicJob(name, 1, lambda: seen.append(line_of(record())))
    )  # fmt: skip
    assert jobs.run_job("roll_up")
    assert seen[0]["job"] == "roll_up"
    assert len(seen[0]["request_id"]) == 32


class Collector(BaseHTTPRequestHandler):
    """Keep what is posted."""

    bodies: list[bytes]

    def do_POST(self):
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def collector():
    Collector.bodies = []
    server = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", Collector.bodies
    server.shutdown()


def ask(live, path: str, body: bytes, **headers: str) -> tuple[int, str]:
    """Return status and request id of a signed call."""
    host = live.url.removeprefix("http://")
    request = urllib.request.Request(
        live.url + path, body, {**signed(live.credentials, path, body, host=host), **headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers["X-Request-Id"]
    except urllib.error.HTTPError as error:
        return error.code, error.headers["X-Request-Id"]


@pytest.mark.e2e
def test_planted_words_reach_neither_log_nor_trace(tmp_path, collector):
    url, bodies = collector
    live = start_server(
        tmp_path / "site", ENGINE="recorded", OTEL_EXPORTER_OTLP_ENDPOINT=url, OTEL_BSP_SCHEDULE_DELAY="200"
    )  # fmt: skip
    try:
        path = f"/v2/{live.credentials['project_id']}/ocr/general-text"
        image = base64.b64encode(text_image(200, 120, 2)).decode()
        parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        good = ask(live, path, json.dumps({"image": image}).encode(), traceparent=parent)
        planted = [
            ask(live, path, json.dumps({"image": PLANTED}).encode()),
            ask(live, path, json.dumps({"url": f"http://127.0.0.1:9/{PLANTED}"}).encode()),
            ask(live, path, json.dumps({"image": image, "language": PLANTED}).encode()),
            ask(live, path, f'{{"image": "{PLANTED}'.encode(), **{"X-Auth-Token": PLANTED}),
            ask(live, "/v3/users", json.dumps({"user": {"name": PLANTED, "password": PLANTED}}).encode()),
        ]  # fmt: skip
        assert good[0] == 200
        assert all(status >= 400 for status, _ in planted[:4])
    finally:
        stop_server(live.process)
    for file in (tmp_path / "site").rglob("*.log"):
        assert PLANTED not in file.read_text()
        assert image[:60] not in file.read_text()
    spans = [
        span
        for body in bodies
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert not [body for body in bodies if PLANTED.encode() in body]
    assert not [body for body in bodies if image[:60].encode() in body]
    values = {
        tuple(sorted((each.key, each.value.string_value) for each in span.attributes if each.key.startswith("ocr.")))
        for span in spans
    }  # fmt: skip
    mine = (("ocr.account_id", live.credentials["domain_id"]), ("ocr.request_id", good[1]))
    assert mine in values
    assert {"intake", "engine", "record"} <= {span.name for span in spans}
    whole = next(s for s in spans if s.trace_id.hex() == parent[3:35] and s.name.startswith("POST"))
    assert whole.name == "POST /v2/<str:project_id>/ocr/general-text"


def test_a_traceback_shows_no_values():
    def read(image: str) -> None:
        text = image * 2
        raise RuntimeError(f"broken after {len(text)} letters")

    try:
        read(PLANTED)
    except RuntimeError:
        logger = logging.getLogger("any")
        failed = logger.makeRecord("any", 40, "f", 1, "failed", (), __import__("sys").exc_info())
    text = logs.formatter("json").format(failed)
    assert "broken after" in text
    assert "test_logs.py" in text
    assert PLANTED not in text
