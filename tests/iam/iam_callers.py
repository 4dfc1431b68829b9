"""Signed calls of the API through Django's test client."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpResponse
from django.test import Client

from iam import authn, selectors, signature


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


def call_with_token(token: str, path: str = "/v3/auth/projects", **more: Any) -> Any:
    """Return the answer to a GET with a token."""
    return Client().get(path, headers={"X-Auth-Token": token, **more})


def principal_of(demo: dict[str, Any], role: str) -> Any:
    """Return the principal of a user of the demo account in its first project."""
    user = selectors.user(demo["domain_id"], demo["users"][role]["id"])
    project = selectors.project(demo["domain_id"], demo["project_id"])
    return authn.principal_for(user, project=project)
