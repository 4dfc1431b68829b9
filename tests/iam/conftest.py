"""A demo account, and signed calls of it through Django's test client."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from iam import signature
from iam.services import demo


def signed_headers(
    access: str,
    secret: str,
    method: str,
    path: str,
    query: str = "",
    body: bytes = b"",
    now: dt.datetime | None = None,
    more: dict[str, str] | None = None,
) -> dict[str, str]:
    """Return the headers that the SDK would send."""
    date = (now or dt.datetime.now(dt.UTC)).strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": "testserver", "x-sdk-date": date, **(more or {})}
    if body:
        headers["content-type"] = "application/json"
    names = tuple(sorted(headers))
    blank = signature.Authorization(signature.SHA256, access, names, "")
    message = signature.Message(method, path.encode(), query, headers, body)
    canonical = signature.canonical_request(
        message,
        blank,
        query=next(signature.canonical_queries(query), ""),
        payload=signature.payload_hash(message, blank),
    )
    mark = signature.sign(blank, secret, date, canonical)
    headers["authorization"] = (
        f"{signature.SHA256} Access={access}, SignedHeaders={';'.join(names)}, Signature={mark}"
    )
    return headers


@dataclass
class Caller:
    """Calls the API with one user's key; nothing is mocked between here and the view."""

    access: str
    secret: str

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: dict[str, Any] | None = None,
        **more: str,
    ) -> HttpResponse:
        data = json.dumps(body).encode() if body is not None else b""
        text = urlencode(sorted((query or {}).items()), quote_via=quote)
        headers = signed_headers(
            self.access, self.secret, method, path, text, data, more=more or None
        )
        return Client().generic(
            method,
            path + (f"?{text}" if text else ""),
            data,
            content_type=headers.pop("content-type", "application/json"),
            headers=headers,
        )


@pytest.fixture
def demo_account(db: None) -> dict[str, Any]:
    return demo.demo_account_ensure(base_url="http://testserver")


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
