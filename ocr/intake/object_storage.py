"""Read an object of the S3-compatible store behind OBS URLs.

Three ways of authorization (OCR user guide, "Preparing Data"): a signature in the URL, a public-read
object, or the account's own access key that authorizes OCR for the store. The store is named by the
operator and may be on a private network, so its addresses are exempt from the guard; therefore only
URLs whose scheme, host and port are the endpoint's count as the store's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

import httpx
from django.conf import settings

from core import outbound_http
from core.errors import ApiError
from core.outbound_http import (
    BodyTooLarge,
    Deadline,
    Limits,
    Response,
    TransferFailed,
    UrlRefused,
)
from iam.principal import Principal
from iam.selectors import obs_authorization
from ocr import errors

MAX_BYTES = 10 * 1024 * 1024
TOTAL_SECONDS = 20.0  # for both requests, without and with the account's key
_REGION = "us-east-1"  # what S3-compatible stores expect that have no regions
_SIGNED = {"signature", "x-amz-signature", "x-obs-signature"}
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class ObsObject:
    """One object of the store; `signed` if the URL carries its own signature."""

    bucket: str
    key: str
    signed: bool


def locate(url: str) -> ObsObject | None:
    """Return the object that `url` names at OBS_ENDPOINT, or None for a URL of another host.

    Both styles count: `endpoint/bucket/key` and `bucket.endpoint/key`. Raises ModelArts.4703 where
    bucket or key is missing.
    """
    if not settings.OBS_ENDPOINT:
        return None
    store = urlsplit(settings.OBS_ENDPOINT)
    try:
        parts = urlsplit(url)
        if _origin(parts) != _origin(store) or "@" in parts.netloc:
            return None
    except ValueError:
        return None
    host, base = (parts.hostname or ""), (store.hostname or "")
    path = unquote(parts.path.lstrip("/"))
    if host == base:
        bucket, _, key = path.partition("/")
    elif host.endswith(f".{base}") and not host.startswith("."):
        bucket, key = host[: -len(base) - 1], path
    else:
        return None
    if not bucket or not key:
        raise ApiError(errors.OBS_BAD_URL, reason="bucket or key is missing")
    signed = any(name.lower() in _SIGNED for name in parse_qs(parts.query))
    return ObsObject(bucket, key, signed)


def _origin(parts: SplitResult) -> tuple[str, int | None]:
    """Return scheme and port; raises ValueError for a port that is no number."""
    return parts.scheme, parts.port or _DEFAULT_PORTS.get(parts.scheme)


def read(location: ObsObject, url: str, principal: Principal) -> bytes:
    """Return the object's bytes, at most MAX_BYTES; raises ModelArts.4702 to 4706.

    The URL is asked as it is first: a public or presigned object needs no key of the account.
    """
    deadline = Deadline(TOTAL_SECONDS)
    try:
        status, data = _get(str(httpx.URL(url)), {}, deadline)
    except httpx.InvalidURL as error:
        raise ApiError(errors.OBS_BAD_URL, reason="the URL is malformed") from error
    if status == 200:
        return data
    if status == 404:
        raise ApiError(errors.OBS_NO_FILE)
    if location.signed:
        raise ApiError(errors.OBS_UNREADABLE, reason="the signature is wrong or has expired")
    key = obs_authorization(principal.account_id)
    if key is None:
        raise ApiError(errors.OBS_NO_AGENCY)
    return _with_key(location, *key, deadline)


def _with_key(location: ObsObject, access_key: str, secret_key: str, deadline: Deadline) -> bytes:
    """Return the object by a GET signed with the account's key (AWS Signature Version 4)."""
    # Imported here: most installations have no object store, and botocore takes 0.2 s to load.
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    path = quote(f"{location.bucket}/{location.key}", safe="/~")
    url = f"{settings.OBS_ENDPOINT.rstrip('/')}/{path}"
    signed = AWSRequest("GET", url)
    S3SigV4Auth(Credentials(access_key, secret_key), "s3", _REGION).add_auth(signed)
    status, data = _get(url, dict(signed.headers.items()), deadline)
    if status == 200:
        return data
    if status == 404:
        raise ApiError(errors.OBS_NO_FILE)
    code = re.search(rb"<Code>(\w+)</Code>", data)
    reason = code[1].decode() if code else f"the store answered {status}"
    raise ApiError(errors.OBS_UNREADABLE, reason=reason)


def _get(url: str, headers: dict[str, str], deadline: Deadline) -> tuple[int, bytes]:
    # No limit per step: a store may take long to find an object, and the operator chose it.
    limits = Limits(total_s=TOTAL_SECONDS, step_s=TOTAL_SECONDS, max_bytes=MAX_BYTES)
    store = urlsplit(settings.OBS_ENDPOINT).hostname or ""
    try:
        with outbound_http.exchange(
            "GET", url, headers=headers, limits=limits, deadline=deadline, trusted_host=store
        ) as response:
            return response.status, _body(response)
    except UrlRefused as error:
        raise ApiError(errors.OBS_BAD_URL, reason=str(error)) from error
    except BodyTooLarge as error:
        raise ApiError(errors.OBS_TOO_BIG, reason=str(error)) from error
    except TransferFailed as error:
        raise ApiError(errors.OBS_UNREADABLE, reason=str(error)) from error


def _body(response: Response) -> bytes:
    """Return the object or the error document; an error's length is no fault of the object."""
    try:
        return response.read()
    except BodyTooLarge:
        if response.status == 200:
            raise
        return b""
