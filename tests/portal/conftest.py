"""A demo account in the test database, and a browser-less client for each of its people."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from billed import person
from django.core.management import call_command
from django.test import Client

from billing import selectors
from billing.services import top_ups
from iam import throttle
from tests import factories


@pytest.fixture(autouse=True)
def fresh_throttle() -> None:
    """Count the sign-ins of each test by themselves."""
    throttle._limiter.cache_clear()


@pytest.fixture
def account(db: None) -> dict[str, Any]:
    """The demo account's description: ids, users, passwords."""
    described = factories.demo_account(url="")
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


@pytest.fixture
def funded(account: dict[str, Any]) -> dict[str, Any]:
    """The demo account with 1,000 on its balance and nothing bought."""
    before = selectors.account(account["domain_id"]).balance
    top_ups.top_up(
        principal=person(account),
        account_id=account["domain_id"],
        amount=Decimal(1000) - before,
        reference="test",
    )
    return account
