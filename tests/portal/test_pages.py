"""Every page answers whom it should, names the permission that is missing, and asks little."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.navigation import PAGES
from tests.console_pages import address

MAX_QUERIES = 12
NEED_AN_ADDRESS = {
    "subscribers", "explorer/sample", "packages/details", "billing/operator",
    "enterprise-projects/details",
}  # fmt: skip
PLAIN = [page for page in PAGES if page.slug not in NEED_AN_ADDRESS]


@pytest.mark.parametrize("page", PLAIN, ids=lambda page: page.slug)
def test_a_page_sends_a_stranger_to_sign_in(page: Any, db: None) -> None:
    answer = Client().get(address(page))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login?next=")


@pytest.mark.parametrize("page", PLAIN, ids=lambda page: page.slug)
def test_a_page_opens_for_the_administrator(page: Any, client_of: Any) -> None:
    client = client_of("admin")
    client.get("/console/overview")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(address(page))
    assert answer.status_code == 200
    assert len(asked) <= MAX_QUERIES, [row["sql"][:120] for row in asked]
    text = answer.content.decode()
    assert "<h1>" in text
    assert not re.search(r"<script(?![^>]*(src=|application/json))", text), "inline script"
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text), "inline style or handler"
    own = text.replace("http://127.0.0.1", "").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(src|href)=\"https?://", own), "external address"


@pytest.mark.parametrize("page", [p for p in PLAIN if p.action], ids=lambda page: page.slug)
def test_a_page_names_the_missing_permission(page: Any, account: Any, client_of: Any) -> None:
    owner = client_of("owner")
    answer = owner.post(
        "/console/iam/users/create",
        {
            "do": "create",
            "name": "newcomer",
            "password": "Long-enough-1x",
            "access_mode": "default",
        },
    )
    assert answer.status_code == 302
    client = Client()
    client.post(
        "/login",
        {"account": account["account"], "username": "newcomer", "password": "Long-enough-1x"},
    )
    answer = client.get(address(page))
    assert answer.status_code == 403
    assert page.action in answer.content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans", "ar"])
@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_language_and_theme_are_drawn_by_the_server(
    language: str, theme: str, client_of: Any
) -> None:
    client = client_of("admin")
    client.post("/preferences", {"language": language, "theme": theme, "next": "/console/iam"})
    text = client.get("/console/overview").content.decode()
    assert f'lang="{language}"' in text
    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in text
    assert f'data-theme="{theme}"' in text
    assert ("tabler.rtl.min.css" in text) == (language == "ar")


def test_a_wrong_password_keeps_the_names_and_says_why(account: Any) -> None:
    client = Client()
    answer = client.post(
        "/login", {"account": account["account"], "username": "admin", "password": "wrong"}
    )
    text = answer.content.decode()
    assert answer.status_code == 401
    assert "is wrong" in text
    assert 'value="admin"' in text
    assert "wrong</" not in text.split("password")[-1]


def test_too_many_wrong_passwords_lock_the_user(account: Any) -> None:
    client = Client()
    form = {"account": account["account"], "username": "admin", "password": "wrong"}
    for _ in range(6):
        answer = client.post("/login", form)
    assert "locked" in answer.content.decode()
    answer = client.post("/login", {**form, "password": account["users"]["admin"]["password"]})
    assert answer.status_code == 401


def test_signing_in_goes_on_to_this_host_only(account: Any) -> None:
    user = account["users"]["admin"]
    form = {
        "account": account["account"], "username": user["name"], "password": user["password"],
    }  # fmt: skip
    assert (
        Client().post("/login", {**form, "next": "/console/audit"})["Location"] == "/console/audit"
    )
    away = Client().post("/login", {**form, "next": "https://example.org/"})
    assert away["Location"] == "/console/overview"


def test_sign_out_needs_a_form(client_of: Any) -> None:
    client = client_of("admin")
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 302
    assert client.get("/console/overview").status_code == 302


def test_forms_refuse_a_missing_csrf_token(account: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/login", {"account": "demo", "username": "admin", "password": "x"})
    assert answer.status_code == 403
