"""A tenant of the demo account that signs its requests; the fixture is imported by the conftests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from tests import factories
from tests.signing import HOST, headers_for


@dataclass
class Tenant:
    """The demo account seen from one of its users."""

    described: dict[str, Any]
    role: str = "owner"

    @property
    def account_id(self) -> str:
        return self.described["domain_id"]

    @property
    def region(self) -> str:
        return self.described["region"]

    def ces(self, method: str, path: str, body: Any = None, **query: Any) -> HttpResponse:
        """Call the monitoring API of the account's project."""
        return self.call(method, f"/V1.0/{self.described['project_id']}{path}", body, **query)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> HttpResponse:
        raw = json.dumps(body).encode() if body is not None else b""
        pairs = sorted(query.items())
        headers = headers_for(self.described["users"][self.role], method, path, raw, pairs)
        target = path + (f"?{urlencode(pairs, quote_via=quote)}" if pairs else "")
        kind = headers.pop("Content-Type")
        return Client().generic(
            method, target, raw, content_type=kind, headers=headers, HTTP_HOST=HOST,
            CONTENT_TYPE=kind,
        )  # fmt: skip


@pytest.fixture
def tenant(db) -> Tenant:
    """The demo account."""
    return Tenant(factories.demo_account())
