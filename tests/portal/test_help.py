"""Help: a cause and a cure for every code, a reference of every operation, ids filled in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from core.error_tables import error_rows, rows_by_code
from core.errors import CALL
from ocr import catalog
from portal import error_help, reference
from portal.templatetags.console_menu import remedy


def test_every_code_stands_in_one_section_of_the_help() -> None:
    listed = [row.code for group in error_help.help_by_family() for row in group["rows"]]
    assert sorted(listed) == sorted({row.code for row in error_rows()})


def test_an_operation_answers_with_every_error_of_a_call() -> None:
    document = json.loads(Client().get("/api/v1/openapi.json").content)
    answers = document["paths"]["/v2/{project_id}/ocr/passport"]["post"]["responses"]
    told = {
        (int(status), code)
        for status, answer in answers.items()
        if status >= "400"
        for code in answer["description"].split(", ")
    }
    assert told == {(row.status, row.code) for row in error_rows() if row.family is CALL}
    assert {
        (413, "APIG.0201"),
        (504, "APIG.0201"),
        (401, "APIG.0301"),
        (403, "ModelArts.4204"),
    } <= told


def test_rows_of_one_code_are_shown_together_without_repeating(admin: Client) -> None:
    text = admin.get("/console/help/errors/APIG.0201").content.decode()
    assert "The body is over 12 MB." in text  # 413
    assert "Recognition took longer than the limit." in text  # 504
    text = admin.get("/console/help/errors/APIG.0301").content.decode()
    remedy = "Get a new token with POST /v3/auth/tokens, scoped to the project of the call."
    assert text.count(remedy) == 1  # of two rows
    message = "Incorrect IAM authentication information: ‹reason›"
    assert text.count(message) == 1  # of two rows


def test_the_help_speaks_the_users_language() -> None:
    help_of_code = error_help.help_of("ModelArts.4105")
    assert help_of_code is not None
    assert help_of_code.causes == ["The body is no valid JSON."]
    with override("zh-hans"):
        assert help_of_code.causes == ["请求体不是有效的 JSON。"]
        assert remedy("ModelArts.4105") == help_of_code.remedies[0]
        assert "IAM" not in error_help.help_by_family()[0]["title"]


def test_the_document_describes_recognition_and_management() -> None:
    document = json.loads(Client().get("/api/v1/openapi.json").content)
    for service in catalog.SERVICES:
        operation = document["paths"][f"/v2/{{project_id}}/ocr/{service.code}"]["post"]
        body = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]
        assert set(body) == {"image", "url", *(o.name for o in service.extractor.OPTIONS)}
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert tuple(answer["properties"]["result"]["properties"]) == service.extractor.FIELDS
    assert "/api/v1/orders" in document["paths"]
    ids = [row["operationId"] for path in document["paths"].values() for row in path.values()]
    assert len(ids) == len(set(ids))


@pytest.fixture
def admin(client_of: Any) -> Client:
    found: Client = client_of("admin")
    return found


def test_every_operation_has_a_page(admin: Client) -> None:
    listed = admin.get("/console/help/api").content.decode()
    for row in reference.operations().values():
        answer = admin.get(f"/console/help/api/{row.id}")
        if row.tag == "operator":
            assert answer.status_code == 404  # operators only
            assert row.id not in listed
            continue
        assert answer.status_code == 200
        assert f"/console/help/api/{row.id}" in listed
        if row.example:
            json.loads(row.example)
    assert admin.get("/console/help/api/nothing").status_code == 404


def test_a_code_page_tells_cause_cure_and_messages(admin: Client) -> None:
    text = admin.get("/console/help/errors/AIS.0103").content.decode()
    assert "A side of the image is shorter or longer" in text
    assert "Scale the image" in text
    assert "The image size is not supported" in text
    assert "/console/monitoring?code=AIS.0103" in text
    assert admin.get("/console/help/errors/AIS.9999").status_code == 404
    for code in rows_by_code():
        assert admin.get(f"/console/help/errors/{code}").status_code == 200


def test_quick_starts_hold_the_readers_ids(admin: Client, account: dict[str, Any]) -> None:
    text = admin.get("/console/help").content.decode()
    assert f"OCR_PROJECT_ID={account['project_id']}" in text
    assert f"project_id: {account['project_id']}" in text
    assert f"user_domain_name: {account['account']}" in text
