"""A demo account in the test database, and a browser-less client for each of its people."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from iam.services import demo


@pytest.fixture(autouse=True)
def plain_static(settings: Any) -> None:
    """Static addresses without a manifest: nothing is collected in these tests."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def account(db: None) -> dict[str, Any]:
    """The demo account's description: ids, users, passwords."""
    described = demo.demo_account_ensure()
    call_command("sync_catalog", verbosity=0)
    return described


@pytest.fixture
def client_of(account: dict[str, Any]) -> Any:
    """Return a function: a client signed in as `owner`, `admin` or `reader`."""

    def sign_in(who: str) -> Client:
        client = Client()
        user = account["users"][who]
        answer = client.post(
            "/login",
            {"account": account["account"], "username": user["name"], "password": user["password"]},
        )
        assert answer.status_code == 302
        return client

    return sign_in
