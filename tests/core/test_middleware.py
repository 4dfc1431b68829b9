"""What the database refuses is the caller's fault, told in the style of the surface that was called."""

from __future__ import annotations

import json

import pytest
from django.db import DataError
from django.http import HttpResponse
from django.test import RequestFactory

from core.middleware import ApiEdgeMiddleware


@pytest.mark.parametrize(
    ("path", "code"), [("/api/v1/jobs", "APIG.0106"), ("/v3/users?name=a%00b", 400)]
)
def test_a_text_with_a_nul_is_a_bad_request(path: str, code: str | int) -> None:
    edge = ApiEdgeMiddleware(lambda request: HttpResponse())
    error = DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    answer = edge.process_exception(RequestFactory().get(path), error)
    assert answer is not None and answer.status_code == 400
    body = json.loads(answer.content)
    assert code in (body.get("error_code"), body.get("error", {}).get("code"))


def test_a_fault_of_ours_stays_one() -> None:
    edge = ApiEdgeMiddleware(lambda request: HttpResponse())
    answer = edge.process_exception(RequestFactory().get("/api/v1/jobs"), ValueError("ours"))
    assert answer is not None and answer.status_code == 500
