"""A demo account and calls in the name of its users."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from iam_callers import Caller

from tests import factories


@pytest.fixture
def demo_account(db: None) -> dict[str, Any]:
    return factories.demo_account()


@pytest.fixture
def callers(demo_account: dict[str, Any]) -> dict[str, Caller]:
    return {
        role: Caller(user["access_key"], user["secret_key"])
        for role, user in demo_account["users"].items()
    }


@pytest.fixture
def owner(callers: dict[str, Caller]) -> Caller:
    return callers["owner"]


@pytest.fixture
def reader(callers: dict[str, Caller]) -> Caller:
    return callers["reader"]


@pytest.fixture
def token_of(demo_account: dict[str, Any]) -> Any:
    """Return a function that gets a token by password and gives (response, token)."""

    def get(role: str = "admin", scope: Any = "project", password: str | None = None, **user: Any):
        entry = demo_account["users"][role]
        if scope == "project":
            scope = {"project": {"id": demo_account["project_id"]}}
        body: dict[str, Any] = {
            "auth": {
                "identity": {
                    "methods": ["password"],
                    "password": {
                        "user": {
                            "name": entry["name"],
                            "password": password or entry["password"],
                            "domain": {"name": demo_account["account"]},
                            **user,
                        }
                    },
                }
            }
        }
        if scope:
            body["auth"]["scope"] = scope
        response = Client().post("/v3/auth/tokens", body, content_type="application/json")
        return response, response.headers.get("X-Subject-Token", "")

    return get
