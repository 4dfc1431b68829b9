"""The hot path is counted: statements of one recognition call besides the engine."""

from __future__ import annotations

import base64
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from monitoring.models import CallRecord
from tests.signing import send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def recorded_engine(settings, monkeypatch, tmp_path) -> None:
    """Pages are recorded ones: an empty page here."""
    from ocr.engine import transport

    transport.stop()
    settings.ENGINE = "recorded"
    settings.RECORDED_PAGES_DIR = tmp_path
    yield
    transport.stop()


def picture() -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def counted(demo: dict, *, body: dict, project: str = "", slug: str = "general-text"):
    path = f"/v2/{project or demo['project_id']}/ocr/{slug}"
    user = demo["users"]["admin"]
    send(user, "POST", path, body)  # caches warm, last use of the key written
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = send(user, "POST", path, body)
    statements = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    return answer, statements


def test_a_successful_call_costs_at_most_eight_statements(demo: dict) -> None:
    answer, statements = counted(demo, body={"image": picture()})
    assert answer.status_code == 200, answer.content
    print(f"statements per call: {len(statements) + 2}")  # `make bench` reads it
    # BEGIN and COMMIT of the real transaction are savepoints inside the test's own.
    assert len(statements) + 2 <= 8, "\n".join(statements)
    assert CallRecord.objects.filter(status=200).count() == 2


def test_a_refused_call_costs_less(demo: dict) -> None:
    answer, statements = counted(demo, body={"image": picture()}, project=demo["other_project_id"])
    assert (answer.status_code, json.loads(answer.content)["error_code"]) == (403, "ModelArts.4204")
    assert len(statements) <= 5, "\n".join(statements)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "AIS.0101"),
        ({"image": "x", "url": "y"}, "AIS.0101"),
        ({"image": "data:image/png;base64,AAAA"}, "AIS.0102"),
        ({"image": base64.b64encode(b"no picture").decode()}, "AIS.0102"),
        ({"image": "AAAA", "detect_direction": "yes"}, "AIS.0101"),
        ({"url": "http://127.0.0.1/x.png"}, "ModelArts.4601"),
        ({"url": "ftp://example.com/x.png"}, "ModelArts.4601"),
    ],
)
def test_bad_input_gets_its_code_and_is_recorded_unbilled(
    demo: dict, body: dict, code: str
) -> None:
    path = f"/v2/{demo['project_id']}/ocr/general-text"
    answer = send(demo["users"]["admin"], "POST", path, body)
    content = json.loads(answer.content)
    assert content["error_code"] == code
    assert content["request_id"] == answer["X-Request-Id"]
    record = CallRecord.objects.get()
    assert (record.status, record.error_code) == (answer.status_code, code)


def test_an_empty_page_is_no_passport(demo: dict) -> None:
    path = f"/v2/{demo['project_id']}/ocr/passport"
    answer = send(demo["users"]["admin"], "POST", path, {"image": picture()})
    assert json.loads(answer.content)["error_code"] == "AIS.0104"
