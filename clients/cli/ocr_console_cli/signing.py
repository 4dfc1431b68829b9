"""Sign requests with an access key (published API-signing guide, SDK-HMAC-SHA256)."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

from ocr_console_cli.credentials import Credentials

_ALGORITHM = "SDK-HMAC-SHA256"
_SAFE = "-_.~"
UNSIGNED = "UNSIGNED-PAYLOAD"


def headers(
    credentials: Credentials, method: str, host: str, path: str, query: Mapping[str, str],
    body: bytes | None, now: dt.datetime,
) -> dict[str, str]:  # fmt: skip
    """Return the headers that sign a request; `body` None stands for one that is sent unsigned."""
    date = now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    signed = {"host": host, "x-sdk-date": date}
    if body is None:
        signed["x-sdk-content-sha256"] = UNSIGNED
    if credentials.security_token:
        signed["x-security-token"] = credentials.security_token
    names = sorted(signed)
    uri = "/".join(quote(part, safe=_SAFE) for part in path.split("/"))
    canonical = "\n".join(
        [
            method.upper(),
            uri if uri.endswith("/") else uri + "/",
            "&".join(
                f"{quote(key, safe=_SAFE)}={quote(query[key], safe=_SAFE)}" for key in sorted(query)
            ),
            "".join(f"{name}:{signed[name]}\n" for name in names),
            ";".join(names),
            UNSIGNED if body is None else hashlib.sha256(body).hexdigest(),
        ]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{_ALGORITHM}\n{date}\n{digest}"
    signature = hmac.new(credentials.secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()
    sent = {name: value for name, value in signed.items() if name != "host"}
    return {
        **sent,
        "authorization": f"{_ALGORITHM} Access={credentials.access_key}, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}",
    }
