"""What is not there, and what went wrong, is told by a page of the house; API paths tell it in JSON."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal.pages.overview import OverviewView

IN_THE_FRAME = (
    "/console/nonsense",
    "/console/iam/users/",
    "/console/packages/details",
    "/console/packages/details?package=999999999",
    "/console/iam/users/detail?user=nobody",
    "/console/enterprise-projects/details?project=nothing",
    "/console/billing/trace?line=999999999",
    "/console/help/api/nothing",
    "/console/help/errors/nothing",
)


@pytest.mark.parametrize("address", IN_THE_FRAME)
def test_what_is_not_there_is_told_in_the_frame(client_of: Any, address: str) -> None:
    answer = client_of("admin").get(address)
    assert answer.status_code == 404
    text = answer.content.decode()
    assert 'id="oc-nav"' in text
    assert "Back to the overview" in text
    assert "<title> ·" not in text


def test_a_stranger_learns_nothing_about_addresses(db: None) -> None:
    answer = Client().get("/console/nonsense")
    assert (answer.status_code, answer["Location"]) == (302, "/login?next=%2Fconsole%2Fnonsense")
    assert Client().get("/console/")["Location"] == "/login"


@pytest.mark.parametrize(("language", "title"), [("en", "Page not found"), ("ar", "")])
def test_any_other_address_has_a_page(db: None, language: str, title: str) -> None:
    client = Client()
    client.cookies["django_language"] = language
    client.cookies["oc_theme"] = "dark"
    answer = client.get("/nonsense")
    assert answer.status_code == 404
    text = answer.content.decode()
    assert f'lang="{language}"' in text
    assert 'data-theme="dark"' in text
    assert title in text
    assert 'action="/preferences"' in text


@pytest.mark.parametrize("address", ["/v3/nothing", "/api/v1/nothing", "/v2/x/ocr/nothing"])
def test_an_api_path_answers_in_json(db: None, address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("application/json")


def test_a_fault_of_ours_has_a_page_that_asks_the_database_nothing(
    client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("admin")

    def broken(self: Any, **kwargs: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(OverviewView, "context", broken)
    client.raise_request_exception = False
    answer = client.get("/console/overview")
    assert answer.status_code == 500
    text = answer.content.decode()
    assert "Something went wrong" in text
    assert "secret detail" not in text
    assert "console.css" in text


def test_an_expired_form_says_what_to_do(account: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/login", {"account": "demo", "username": "admin", "password": "x"})
    assert answer.status_code == 403
    assert "The form has expired" in answer.content.decode()
