"""Read an object of the S3-compatible store behind OBS URLs.

Three ways of authorization (user guide, "Preparing Data"): a signature in the URL, a public-read
object, or the account's own key that authorises OCR for the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
from django.conf import settings

from core.errors import ApiError
from iam.principal import Principal
from iam.selectors import obs_authorization
from ocr import errors

MAX_BYTES = 10 * 1024 * 1024
_SIGNED = {"signature", "x-amz-signature", "x-obs-signature"}


@dataclass(frozen=True, slots=True)
class ObsObject:
    """One object of the store; `signed` tells that the URL carries its own signature."""

    bucket: str
    key: str
    signed: bool


def locate(url: str) -> ObsObject | None:
    """Return the object that `url` names if it points at OBS_ENDPOINT, in either style."""
    if not settings.OBS_ENDPOINT:
        return None
    store, parts = urlsplit(settings.OBS_ENDPOINT), urlsplit(url)
    if parts.port != store.port and (parts.port or store.port) not in (80, 443, None):
        return None
    host, base = (parts.hostname or ""), (store.hostname or "")
    path = unquote(parts.path.lstrip("/"))
    if host == base:
        bucket, _, key = path.partition("/")
    elif host.endswith(f".{base}"):
        bucket, key = host[: -len(base) - 1], path
    else:
        return None
    if not bucket or not key:
        raise ApiError(errors.OBS_BAD_URL, reason="bucket or key is missing")
    signed = any(name.lower() in _SIGNED for name in parse_qs(parts.query))
    return ObsObject(bucket, key, signed)


def read(location: ObsObject, url: str, principal: Principal) -> bytes:
    """Return the object's bytes; raises ModelArts.4702 to 4706."""
    answer = _plain(url)
    if answer.status_code == 404:
        raise ApiError(errors.OBS_NO_FILE)
    if answer.status_code == 200:
        return _limited(answer.content)
    if location.signed:
        raise ApiError(errors.OBS_UNREADABLE, reason="the signature is wrong or has expired")
    key = obs_authorization(principal.account_id)
    if key is None:
        raise ApiError(errors.OBS_NO_AGENCY)
    return _with_key(location, *key)


def _plain(url: str) -> httpx.Response:
    try:
        return httpx.get(url, timeout=20, follow_redirects=False)
    except httpx.HTTPError as error:
        raise ApiError(errors.OBS_UNREADABLE, reason=type(error).__name__) from error


def _with_key(location: ObsObject, access_key: str, secret_key: str) -> bytes:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    client = boto3.client(
        "s3",
        endpoint_url=settings.OBS_ENDPOINT,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        region_name="us-east-1",
        config=Config(
            connect_timeout=5,
            read_timeout=20,
            retries={"max_attempts": 1},
            s3={"addressing_style": "path"},
        ),
    )
    try:
        answer = client.get_object(Bucket=location.bucket, Key=location.key)
        if answer["ContentLength"] > MAX_BYTES:
            raise ApiError(errors.OBS_TOO_BIG, reason=f"{answer['ContentLength']} bytes")
        return bytes(answer["Body"].read())
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in {"NoSuchKey", "NoSuchBucket", "404"}:
            raise ApiError(errors.OBS_NO_FILE) from error
        raise ApiError(errors.OBS_UNREADABLE, reason=code or "refused") from error
    except BotoCoreError as error:
        raise ApiError(errors.OBS_UNREADABLE, reason=type(error).__name__) from error


def _limited(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise ApiError(errors.OBS_TOO_BIG, reason=f"{len(data)} bytes")
    return data
