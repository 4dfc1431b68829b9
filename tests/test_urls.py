"""Every view asks for credentials or is on the public list; every API route answers in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from core.api import api_style

# Routes that answer without credentials, and why.
PUBLIC = {
    "healthz": "supervisors",
    "readyz": "load balancers",
    ".well-known/security.txt": "RFC 9116, read by whoever found a fault",
    "metrics": "Prometheus, on the operator's network",
    "": "redirects to the console, or the version list",
    "login": "the form",
    "preferences": "choice of language and theme before login",
    "v3/": "the same with the slash that some clients add",
    "v3": "version discovery of identity clients",
    "v1.0": "version discovery of the enterprise-project client",
    "v3/auth/tokens": "takes the password in the body",
    "api/v1/openapi.json": "the description of the API",
}
HEX = "0" * 32


def routes(resolver=None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        where = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if not where.startswith("operator/"):  # Django's own admin
                yield from routes(entry, where)
        else:
            yield where, entry


ALL = sorted({where for where, _ in routes()})


def path_of(where: str) -> str:
    """Fill every parameter with a well-formed value."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: "1" if m[0].startswith("<int") else HEX, where)
    path = re.sub(r"\(\?P<\w+>[^)]*\)", HEX, path)
    return "/" + path.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\", "")


@pytest.mark.django_db
@pytest.mark.parametrize("where", ALL)
def test_nothing_answers_without_credentials(where: str) -> None:
    if where in PUBLIC:
        return
    path = path_of(where)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        body = b"" if method == "GET" else b"{}"
        answer = Client().generic(method, path, body, content_type="application/json")
        if api_style(path):
            assert answer.status_code in (401, 404), (method, path, answer.content[:200])
            assert answer["Content-Type"] == "application/json"
            assert len(answer["X-Request-Id"]) == 32
            if answer.content:
                json.loads(answer.content)
        else:
            assert answer.status_code in (302, 401, 403, 404, 405), (method, path)
            if answer.status_code == 302:
                assert answer["Location"].startswith("/login"), (method, path)


def test_no_route_ends_with_a_slash() -> None:
    """A redirect that adds a slash is an empty answer to the official clients."""
    assert not [
        where
        for where in ALL
        if where.endswith("/") and api_style("/" + where) and where not in PUBLIC
    ]
