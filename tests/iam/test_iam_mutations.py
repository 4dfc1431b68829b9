"""5,000 signed requests with one byte changed, as raw bytes through the whole door: none gets in."""

from __future__ import annotations

import io
import random
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from django.core.handlers.wsgi import WSGIRequest
from iam_callers import signed_headers

from core.errors import ApiError
from iam import authn, signature
from iam.services import access_keys, signature_failures

BODY = '{"image": "AAAA", "name": "\u0439", "n": 1}'.encode()
QUERY = "limit=9&limit=10&name=a%20b%2Fc&empty="


def raw_request(access: str, secret: str, project: str) -> bytes:
    """Return a signed request as it goes over the wire; every header of it is signed."""
    path = f"/v2/{project}/ocr/general-text"
    more = {"x-project-id": project, "enterprise-project-id": "0", "user-agent": "sdk 3.1"}
    headers = signed_headers(access, secret, "POST", path, QUERY, BODY, more=more)
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"POST {path}?{QUERY} HTTP/1.1", *lines, "", ""]).encode() + BODY


def parsed(raw: bytes) -> dict[str, Any] | None:
    """Return the WSGI environment of raw bytes as a server makes it; None where one answers 400."""
    head, separator, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if not separator or len(words) != 3 or not words[2].startswith("HTTP/"):
        return None
    path, _, query = words[1].partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": words[0], "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body),
        "SERVER_NAME": "testserver", "SERVER_PORT": "80", "wsgi.url_scheme": "http",
        "REMOTE_ADDR": "127.0.0.1", "body": body,
    }  # fmt: skip
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.replace("-", "").isalnum():
            return None
        name = name.upper().replace("-", "_")
        environ[name if name == "CONTENT_TYPE" else f"HTTP_{name}"] = value.strip()
    return environ


def meaning(environ: dict[str, Any]) -> tuple[Any, ...]:
    """Return what a request says: two spellings of one request (`%2f`, `%2F`) say the same."""
    headers = {key: value for key, value in environ.items() if key.startswith(("HTTP_", "CONTENT"))}
    return (
        environ["REQUEST_METHOD"].upper(), environ["PATH_INFO"],
        signature._pairs(environ["QUERY_STRING"]), headers, environ["body"],
    )  # fmt: skip


def test_no_request_with_one_byte_changed_gets_in(
    demo_account: dict[str, Any], callers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The lock-out would refuse them all from the seventh on; here each one is looked at.
    monkeypatch.setattr(access_keys, "signature_refused", lambda **_: None)
    monkeypatch.setattr(signature_failures, "remember", lambda **_: None)
    key, project = callers["admin"], demo_account["project_id"]
    raw, chance = raw_request(key.access, key.secret, project), random.Random(7)

    def refusal(environ: dict[str, Any]) -> int:
        try:
            authn.authenticate(WSGIRequest(environ), project_id=project)
        except ApiError as error:
            return error.status
        return 200

    right = parsed(raw)
    assert right is not None and refusal(right) == 200
    statuses: dict[int, int] = {}
    same = 0
    for number in range(5000):
        place = number % len(raw) if number < len(raw) else chance.randrange(len(raw))
        byte = chance.choice([value for value in range(256) if value != raw[place]])
        environ = parsed(raw[:place] + bytes([byte]) + raw[place + 1 :])
        if environ is None:
            statuses[400] = statuses.get(400, 0) + 1
        elif meaning(environ) == meaning(parsed(raw)):  # type: ignore[arg-type]
            same += 1
        else:
            status = refusal(environ)
            assert status in {401, 404}, (place, byte, raw[max(0, place - 20) : place + 20])
            statuses[status] = statuses.get(status, 0) + 1
    assert statuses[401] > 4000 and same < 100, (statuses, same)
