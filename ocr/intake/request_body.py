"""Parse the JSON body of a recognition call and find its one image source."""

from __future__ import annotations

import binascii
from typing import Any

import orjson
import pybase64

from core.errors import ApiError
from ocr import errors

BASE64_LIMIT = 10 * 1024 * 1024


def parse(body: bytes) -> dict[str, Any]:
    """Return the JSON object of `body`; raises ModelArts.4105 or APIG.0106."""
    if not body:
        raise ApiError(errors.MISSING, reason="the request body is empty")
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ApiError(errors.BAD_JSON) from error
    if not isinstance(fields, dict):
        raise ApiError(errors.MISSING, reason="the request body is not a JSON object")
    return fields


def source(fields: dict[str, Any]) -> tuple[str, str]:
    """Return ("image" or "url", its text). Exactly one must be there, else AIS.0101."""
    given = [name for name in ("image", "url") if fields.get(name) not in (None, "")]
    if len(given) != 1:
        reason = "image and url are both missing" if not given else "send image or url, not both"
        raise ApiError(errors.PARAMETER, reason=reason)
    value = fields[given[0]]
    if not isinstance(value, str):
        raise ApiError(errors.PARAMETER, reason=f"{given[0]} must be a string")
    return given[0], value


def decode_base64(text: str) -> bytes:
    """Return the bytes of Base64 `text` (line breaks allowed).

    Raises ModelArts.4104 above 10 MB of text and AIS.0102 for anything that is not Base64,
    a `data:` prefix included.
    """
    if len(text) > BASE64_LIMIT:
        raise ApiError(errors.BODY_TOO_LONG, reason="image exceeds 10 MB of Base64 text")
    if text[:5].lower() == "data:":
        raise ApiError(errors.FORMAT, reason="remove the data: prefix")
    try:
        raw = text.encode("ascii")
        if b"\n" in raw or b"\r" in raw or b" " in raw:
            raw = b"".join(raw.split())
        data = pybase64.b64decode(raw, validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ApiError(errors.FORMAT, reason="image is not Base64") from error
    if not data:
        raise ApiError(errors.FORMAT, reason="image is empty")
    return data
