"""Help: a cause and a cure for every code, a reference of every operation, ids filled in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from ocr import catalog
from portal import error_help, reference


def test_every_code_has_a_cause_and_a_cure_and_no_trouble_is_orphaned() -> None:
    listed = [row.code for row in error_help.TROUBLES]
    assert len(listed) == len(set(listed))
    assert set(listed) <= error_help.codes()
    told = {row.code: row for row in error_help.all_troubles()}
    assert set(told) == error_help.codes()
    assert not [row.code for row in told.values() if not (row.cause and row.cure)]


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
    assert "A side of the picture is shorter or longer" in text
    assert "Scale the picture" in text
    assert "The image size is not supported" in text
    assert "/console/monitoring?code=AIS.0103" in text
    assert admin.get("/console/help/errors/AIS.9999").status_code == 404
    for code in error_help.codes():
        assert admin.get(f"/console/help/errors/{code}").status_code == 200


def test_quick_starts_hold_the_readers_ids(admin: Client, account: dict[str, Any]) -> None:
    text = admin.get("/console/help").content.decode()
    assert f"OCR_PROJECT_ID={account['project_id']}" in text
    assert f"project_id: {account['project_id']}" in text
    assert f"user_domain_name: {account['account']}" in text
