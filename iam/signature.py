"""Request signatures of the cloud's SDKs: canonical request, string to sign, verification. Pure.

Source: the published API-signing guide (SDK-HMAC-SHA256, SDK-HMAC-SM3, V11-HMAC-SHA256).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

SHA256, SM3, V11 = "SDK-HMAC-SHA256", "SDK-HMAC-SM3", "V11-HMAC-SHA256"
MAX_SKEW = dt.timedelta(minutes=15)
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
CONTENT_SHA256 = "x-sdk-content-sha256"

_AUTHORIZATION = re.compile(
    r"(?P<algorithm>SDK-HMAC-SHA256|SDK-HMAC-SM3) Access=(?P<access>[^\s,/]{1,128}), ?"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)
_DERIVED = re.compile(
    r"(?P<algorithm>V11-HMAC-SHA256) Credential=(?P<access>[^\s,/]{1,128})/(?P<info>\d{8}/[^\s,/]+/[^\s,/]+), ?"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)
_DATE = re.compile(r"\d{8}T\d{6}Z")
_SAFE = "-_.~"


class SignatureError(ValueError):
    """The Authorization header or the date is unusable; the text may be shown to the caller."""


@dataclass(frozen=True, slots=True)
class Authorization:
    """The parts of a parsed Authorization header."""

    algorithm: str
    access: str
    signed_headers: tuple[str, ...]
    signature: str
    info: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """The received parts of a request: raw path bytes (percent-encoded or not), raw query, lower-case headers.

    `streamed`: the body is still to come; whoever reads it compares it with the declared hash.
    """

    method: str
    path: bytes
    query: str
    headers: Mapping[str, str]
    body: bytes
    streamed: bool = False


def is_signed(authorization: str) -> bool:
    """Return whether the header's scheme is one of the SDK's signing families."""
    return authorization.startswith(("SDK-", "V11-"))


def parse_authorization(value: str) -> Authorization:
    """Return the parts of `value`; raises SignatureError for unknown algorithms and broken syntax."""
    match = _AUTHORIZATION.fullmatch(value.strip()) or _DERIVED.fullmatch(value.strip())
    if match is None:
        algorithm = value.split(" ", 1)[0]
        if algorithm not in {SHA256, SM3, V11}:
            raise SignatureError(f"unsupported algorithm {algorithm[:40]}")
        raise SignatureError("the Authorization header is malformed")
    parts = match.groupdict()
    return Authorization(
        parts["algorithm"],
        parts["access"],
        tuple(parts["headers"].split(";")),
        parts["signature"],
        parts.get("info", ""),
    )


def canonical_uri(path: bytes) -> str:
    """Return the path decoded, encoded part by part, ending in exactly one added slash."""
    encoded = "/".join(quote(part, safe=_SAFE) for part in unquote_to_bytes(path).split(b"/"))
    return encoded if encoded.endswith("/") else encoded + "/"


def _pairs(query: str) -> list[tuple[bytes, bytes]]:
    pairs = []
    for item in query.split("&"):
        if item:
            name, _, value = item.partition("=")
            pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    return pairs


def canonical_queries(query: str) -> Iterator[str]:
    """Yield the readings of `query` worth trying, most likely first, without repeats.

    The SDK signs the order it sends (integers of one key sorted as numbers); other clients sort the
    decoded pairs or the encoded text.
    """
    pairs = _pairs(query)
    seen = set()
    as_received = [f"{quote(k, safe=_SAFE)}={quote(v, safe=_SAFE)}" for k, v in pairs]
    by_pair = [f"{quote(k, safe=_SAFE)}={quote(v, safe=_SAFE)}" for k, v in sorted(pairs)]
    for order in (as_received, by_pair, sorted(as_received)):
        text = "&".join(order)
        if text not in seen:
            seen.add(text)
            yield text


def _hasher(algorithm: str) -> str:
    return "sm3" if algorithm == SM3 else "sha256"


def _digest(algorithm: str, data: bytes) -> str:
    return hashlib.new(_hasher(algorithm), data).hexdigest()


def payload_hash(message: Message, authorization: Authorization) -> str | None:
    """Return the payload's hash line, or None if the declared hash is not that of the body."""
    if message.streamed:
        return _declared(message, authorization)
    actual = _digest(authorization.algorithm, message.body)
    name = "x-sdk-content-sm3" if authorization.algorithm == SM3 else CONTENT_SHA256
    if not message.body or name not in authorization.signed_headers:
        return actual
    declared = message.headers.get(name, "").strip()
    if declared == UNSIGNED_PAYLOAD or hmac.compare_digest(declared.lower(), actual):
        return declared
    return None


def _declared(message: Message, authorization: Authorization) -> str | None:
    """Return the signed hash of a body that is still to come; None where it is not signed."""
    if CONTENT_SHA256 not in authorization.signed_headers or authorization.algorithm == SM3:
        return None
    return message.headers.get(CONTENT_SHA256, "").strip()


def canonical_request(
    message: Message, authorization: Authorization, *, query: str, payload: str
) -> str:
    """Return the text that both sides hash; `query` is one of `canonical_queries`."""
    lines = [message.method.upper(), canonical_uri(message.path), query]
    lines += [
        f"{name}:{message.headers.get(name, '').strip()}" for name in authorization.signed_headers
    ]
    return "\n".join([*lines, "", ";".join(authorization.signed_headers), payload])


def string_to_sign(authorization: Authorization, date: str, canonical: str) -> str:
    """Return algorithm, date, (derived scope,) and the hash of the canonical request."""
    parts = [authorization.algorithm, date]
    if authorization.algorithm == V11:
        parts.append(authorization.info)
    return "\n".join([*parts, _digest(authorization.algorithm, canonical.encode())])


def _signing_key(authorization: Authorization, secret: str) -> bytes:
    if authorization.algorithm != V11:
        return secret.encode()
    # RFC 5869 with SHA-256 and one block; the hexadecimal text itself is the key.
    extracted = hmac.digest(authorization.access.encode(), secret.encode(), "sha256")
    return hmac.digest(extracted, authorization.info.encode() + b"\x01", "sha256").hex().encode()


def sign(authorization: Authorization, secret: str, date: str, canonical: str) -> str:
    """Return the signature of `canonical` as hexadecimal text."""
    text = string_to_sign(authorization, date, canonical).encode()
    key = _signing_key(authorization, secret)
    return hmac.new(key, text, _hasher(authorization.algorithm)).hexdigest()


def signed_at(message: Message, authorization: Authorization) -> dt.datetime:
    """Return the time of the signature; raises SignatureError if it is missing, unsigned or broken."""
    date = message.headers.get("x-sdk-date", "").strip()
    if "x-sdk-date" not in authorization.signed_headers or not _DATE.fullmatch(date):
        raise SignatureError("X-Sdk-Date is missing, not signed or not YYYYMMDDTHHMMSSZ")
    if authorization.info and not authorization.info.startswith(date[:8]):
        raise SignatureError("the date of the credential differs from X-Sdk-Date")
    try:
        return dt.datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    except ValueError as error:
        raise SignatureError("X-Sdk-Date is not a time") from error


def verify(message: Message, authorization: Authorization, secret: str) -> str | None:
    """Return None if the signature is right, else the server's canonical request.

    An unknown hash (SM3 missing in the platform's library) raises SignatureError.
    """
    try:
        payload = payload_hash(message, authorization)
    except ValueError as error:
        raise SignatureError(f"unsupported algorithm {authorization.algorithm}") from error
    date = message.headers.get("x-sdk-date", "").strip()
    first = ""
    for query in canonical_queries(message.query):
        canonical = canonical_request(
            message, authorization, query=query, payload=payload or "<hash of the body differs>"
        )
        first = first or canonical
        right = sign(authorization, secret, date, canonical)
        if payload is not None and hmac.compare_digest(right, authorization.signature):
            return None
    return first


def first_difference(ours: str, theirs: str) -> tuple[int, str, str] | None:
    """Return (line number from 1, our line, their line) where two canonical requests differ."""
    mine, other = ours.split("\n"), theirs.replace("\r\n", "\n").split("\n")
    for number in range(max(len(mine), len(other))):
        left = mine[number] if number < len(mine) else ""
        right = other[number] if number < len(other) else ""
        if left != right or (number < len(mine)) != (number < len(other)):
            return number + 1, left, right
    return None
