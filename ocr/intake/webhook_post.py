"""Send a small body to a URL that a tenant chose, by the same rules that downloads keep to."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

import httpcore
import httpx

from ocr.intake.url_download import _checked, _Pinned, resolve

_SECONDS = 5.0


class PostFailed(OSError):
    """The body could not be handed over; the text says why, never what was sent."""


def post(url: str, body: bytes, *, headers: Mapping[str, str]) -> int:
    """POST `body` and return the HTTP status; redirects are not followed.

    Raises ApiError ModelArts.4601/4603 for addresses that are not allowed or do not resolve, and
    PostFailed for trouble on the way.
    """
    parts = _checked(url)
    target = httpx.URL(parts.geturl())
    pool = httpcore.ConnectionPool(
        ssl_context=ssl.create_default_context(), network_backend=_Pinned(resolve(parts)), retries=0
    )
    fields = {"Host": target.netloc.decode(), "User-Agent": "ocr-console", "Connection": "close"}
    request = httpcore.Request(
        "POST",
        httpcore.URL(
            scheme=target.raw_scheme,
            host=target.raw_host,
            port=target.port,
            target=target.raw_path,
        ),
        headers=[
            (name.encode(), value.encode())
            for name, value in {
                **fields,
                **headers,
                "Content-Length": str(len(body)),
            }.items()
        ],
        content=body,
        extensions={
            "timeout": {"connect": _SECONDS, "read": _SECONDS, "write": _SECONDS, "pool": 1.0}
        },
    )
    try:
        with pool:
            response = pool.handle_request(request)
            response.close()
            return response.status
    except (
        httpcore.NetworkError,
        httpcore.TimeoutException,
        httpcore.ProtocolError,
        OSError,
    ) as error:
        raise PostFailed(type(error).__name__) from error
