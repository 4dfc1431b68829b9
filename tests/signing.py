"""Sign requests of Django's test client with the official client's own signer."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpResponse
from django.test import Client
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

HOST = "testserver"


def headers_for(
    user: dict[str, str], method: str, path: str, body: bytes, query: list[tuple[str, Any]]
) -> dict[str, str]:
    """Return the signed headers of one request."""
    request = SdkRequest(
        method=method, schema="http", host=HOST, resource_path=path, query_params=query,
        header_params={"Content-Type": "application/json;charset=UTF-8"}, body=body.decode(),
    )  # fmt: skip
    signed = Signer(BasicCredentials(user["access_key"], user["secret_key"])).sign(request)
    return dict(signed.header_params)


def send(
    user: dict[str, str], method: str, path: str, body: Any = None, /, **query: Any
) -> HttpResponse:
    """Send a signed request through the whole Django stack."""
    raw = json.dumps(body).encode() if body is not None else b""
    pairs = sorted(query.items())
    headers = headers_for(user, method, path, raw, pairs)
    target = path + (f"?{urlencode(pairs, quote_via=quote)}" if pairs else "")
    kind = headers.pop("Content-Type")
    return Client().generic(
        # A request without a body gets its content type, which is signed, only so.
        method, target, raw, content_type=kind, headers=headers, HTTP_HOST=HOST, CONTENT_TYPE=kind,
    )  # fmt: skip
