"""The page of batch jobs: who sees which job, what each form does, what an error says."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from config.management.commands import up
from tests.ocr.jobs.conftest import picture


@pytest.fixture(autouse=True)
def ready(settings: Any, tmp_path: Any, account: dict[str, Any]) -> None:
    """Files of jobs under the test's own folder; all services subscribed."""
    settings.JOBS_DIR = tmp_path / "jobs"
    up.open_services(account_id=account["domain_id"], region=account["region"])


def draft(client: Client, **fields: Any) -> str:
    """Make a job with one picture over the API, as the page's script does."""
    body = {"service": "general-text", **fields}
    made = client.post("/api/v1/jobs", body, content_type="application/json")
    assert made.status_code == 201, made.content
    job = made.json()["id"]
    sent = client.post(
        f"/api/v1/jobs/{job}/files?name=a.png", picture(), content_type="application/octet-stream"
    )
    assert sent.status_code == 201, sent.content
    return job


def test_a_job_goes_from_draft_to_receipt(account: Any, client_of: Any) -> None:
    client = client_of("admin")
    client.get("/console/overview")
    job = draft(client, name="Invoices", project_id=account["project_id"])
    page = f"/console/jobs?job={job}"
    text = client.get(page).content.decode()
    assert "Invoices" in text
    assert "a.png" in text
    assert 'id="price"' in text
    assert "hx-get" not in text.split('id="live"')[1].split(">")[0]
    assert client.post(page, {"do": "pause"}).status_code == 422  # a draft cannot be paused
    assert client.post(page, {"do": "start"}).status_code == 302
    live = client.get(f"{page}&part=live").content.decode()
    assert "every 1500ms" in live
    assert "<html" not in live
    assert client.post(page, {"do": "pause"}).status_code == 302
    assert "Paused" in client.get(page).content.decode()
    assert client.post(page, {"do": "resume"}).status_code == 302
    assert client.post(page, {"do": "cancel"}).status_code == 302
    assert client.post(page, {"do": "delete"}).status_code == 422  # no name was typed
    assert client.post(page, {"do": "delete", "confirm": "Invoices"}).status_code == 302
    gone = client.get(page).content.decode()
    assert "Deletion receipt" in gone
    assert "a.png" not in gone
    assert "Invoices" not in gone
    assert client.post(page, {"do": "start"}).status_code == 422


def test_another_accounts_job_does_not_exist(account: Any, client_of: Any) -> None:
    client = client_of("admin")
    client.get("/console/overview")
    job = draft(client, project_id=account["project_id"])
    assert client.get(f"/console/jobs?job={job}").status_code == 200
    assert client.get(f"/console/jobs?job={'0' * 32}").status_code == 404
    assert client.get(f"/console/jobs?job={'0' * 32}&part=live").status_code == 404
    from iam.services import accounts

    accounts.account_create(name="rival", owner_name="boss", owner_password="Long-enough-1x")
    rival = Client()
    rival.post("/login", {"account": "rival", "username": "boss", "password": "Long-enough-1x"})
    assert rival.get("/console/overview").status_code == 200
    assert rival.get(f"/console/jobs?job={job}").status_code == 404
    assert rival.post(f"/console/jobs?job={job}", {"do": "delete"}).status_code == 404
    assert job not in rival.get("/console/jobs").content.decode()


def test_a_reader_sees_but_changes_nothing(account: Any, client_of: Any) -> None:
    admin, reader = client_of("admin"), client_of("reader")
    admin.get("/console/overview")
    job = draft(admin, name="Seen", project_id=account["project_id"])
    reader.get("/console/overview")
    assert "Seen" in reader.get("/console/jobs").content.decode()
    page = reader.get(f"/console/jobs?job={job}").content.decode()
    assert "ocr:job:update permission required" in page
    assert "ocr:job:delete permission required" in page
    for step in ("start", "cancel", "delete"):
        answer = reader.post(f"/console/jobs?job={job}", {"do": step})
        assert answer.status_code == 422
        assert "ocr:job:" in answer.content.decode()


def test_the_options_of_a_service_come_alone(account: Any, client_of: Any) -> None:
    client = client_of("admin")
    part = client.get("/console/jobs?part=options&service=general-text").content.decode()
    assert 'data-option="language"' in part
    assert "pdf_page_number" not in part  # a job names its pages by their range
    assert 'id="text-layer"' in part
    assert 'id="text-layer"' not in client.get("/console/jobs?part=options&service=passport").content.decode()  # fmt: skip


@pytest.mark.parametrize("code", ["json", "csv", "xlsx", "docx", "md", "txt"])
def test_the_explorers_buttons_get_their_file(code: str, account: Any, client_of: Any) -> None:
    client = client_of("admin")
    page = client.get("/console/explorer?service=general-text").content.decode()
    assert f'data-export="{code}"' in page
    entry = {"name": "a.png", "result": {"words_block_list": [{"words": "Hello"}]}}
    answer = client.post(
        "/api/v1/exports", {"format": code, "documents": [entry]}, content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    assert answer["Content-Disposition"] == f'attachment; filename="result.{code}"'
