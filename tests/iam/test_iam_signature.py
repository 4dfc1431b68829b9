"""The published signature: recorded vectors, and nothing but the exact request passes."""

from __future__ import annotations

import base64
import datetime as dt
import json
import random
from pathlib import Path

import pytest

from iam import signature
from iam.signature import Message, parse_authorization, verify

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "signing_vectors.json"


def _load(kind: str) -> list[dict]:
    if not VECTORS.exists():
        return [pytest.param({}, marks=pytest.mark.skip(reason="no recorded vectors here"))]
    rows = json.loads(VECTORS.read_text())[kind]
    return [pytest.param(row, id=row["name"]) for row in rows]


def _message(row: dict) -> Message:
    return Message(
        row["method"],
        row["raw_path"].encode(),
        row["raw_query"],
        row["headers"],
        base64.b64decode(row["body_base64"]),
    )


@pytest.mark.parametrize("row", _load("valid"))
def test_recorded_requests_verify(row: dict) -> None:
    parsed = parse_authorization(row["headers"]["authorization"])
    assert parsed.access == row["ak"]
    assert verify(_message(row), parsed, row["sk"]) is None


@pytest.mark.parametrize("row", _load("invalid"))
def test_recorded_forgeries_do_not(row: dict) -> None:
    parsed = parse_authorization(row["headers"]["authorization"])
    assert verify(_message(row), parsed, row["sk"]) is not None


SECRET = "s" * 40


def _signed(query: str = "a=1&b=two", body: bytes = b'{"image": "AAAA", "n": 1}') -> tuple:
    headers = {
        "content-type": "application/json",
        "host": "ocr.example.test",
        "x-project-id": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "x-sdk-date": "20260115T083000Z",
    }
    parsed = signature.Authorization(signature.SHA256, "A" * 20, tuple(sorted(headers)), "")
    message = Message("POST", b"/v2/0a1b/ocr/passport", query, headers, body)
    canonical = signature.canonical_request(
        message, parsed, query=query, payload=signature.payload_hash(message, parsed)
    )
    mark = signature.sign(parsed, SECRET, headers["x-sdk-date"], canonical)
    return message, signature.Authorization(
        parsed.algorithm, parsed.access, parsed.signed_headers, mark
    )


def _changed(chance: random.Random, text: bytes) -> bytes:
    """Return `text` with one byte changed to another visible one."""
    place = chance.randrange(len(text))
    new = chance.choice([b for b in b"abcdefXYZ0123456789-._" if b != text[place]])
    return text[:place] + bytes([new]) + text[place + 1 :]


def test_five_thousand_one_byte_changes_are_all_refused() -> None:
    chance = random.Random(4)
    message, parsed = _signed()
    assert verify(message, parsed, SECRET) is None
    parts = ["method", "path", "query", "body", "signature", "secret", "signed", *message.headers]
    passed = []
    for number in range(5000):
        part = parts[number % len(parts)]
        fields = {name: getattr(message, name) for name in ("method", "path", "query", "body")}
        headers, mark, secret, signed = (
            dict(message.headers),
            parsed.signature,
            SECRET,
            parsed.signed_headers,
        )
        if part == "method":
            fields["method"] = _changed(chance, b"POST").decode().upper()
            if fields["method"] == "POST":
                continue
        elif part == "query":
            fields["query"] = _changed(chance, message.query.encode()).decode()
        elif part in fields:
            fields[part] = _changed(chance, fields[part])
        elif part == "signature":
            mark = _changed(chance, mark.encode()).decode()
        elif part == "secret":
            secret = _changed(chance, secret.encode()).decode()
        elif part == "signed":
            signed = tuple(_changed(chance, ";".join(signed).encode()).decode().split(";"))
        else:
            headers[part] = _changed(chance, headers[part].encode()).decode()
        other = signature.Authorization(parsed.algorithm, parsed.access, signed, mark)
        if verify(Message(headers=headers, **fields), other, secret) is None:
            passed.append((part, fields, headers))
    assert passed == []


@pytest.mark.parametrize(
    "value",
    [
        "SDK-HMAC-SHA256 Access=A, SignedHeaders=x-sdk-date",
        "SDK-HMAC-MD5 Access=A, SignedHeaders=x-sdk-date, Signature=00",
        "SDK-HMAC-SHA256 Access=A, SignedHeaders=X-Sdk-Date, Signature=" + "0" * 64,
        "SDK-HMAC-SHA256 Access=A, SignedHeaders=x-sdk-date, Signature=" + "A" * 64,
        "",
    ],
)
def test_broken_headers_are_refused(value: str) -> None:
    with pytest.raises(signature.SignatureError):
        parse_authorization(value)


def test_the_date_must_be_signed() -> None:
    message, parsed = _signed()
    bare = signature.Authorization(parsed.algorithm, parsed.access, ("host",), parsed.signature)
    with pytest.raises(signature.SignatureError):
        signature.signed_at(message, bare)
    assert signature.signed_at(message, parsed) == dt.datetime(2026, 1, 15, 8, 30, tzinfo=dt.UTC)


def test_sm3_verifies_where_the_library_has_it() -> None:
    try:
        signature._digest(signature.SM3, b"")
    except ValueError:
        pytest.skip("hashlib has no sm3 here")
    message, parsed = _signed()
    parsed = signature.Authorization(signature.SM3, parsed.access, parsed.signed_headers, "")
    canonical = signature.canonical_request(
        message, parsed, query=message.query, payload=signature.payload_hash(message, parsed)
    )
    mark = signature.sign(parsed, SECRET, message.headers["x-sdk-date"], canonical)
    good = signature.Authorization(signature.SM3, parsed.access, parsed.signed_headers, mark)
    assert verify(message, good, SECRET) is None


def test_first_difference_names_the_line() -> None:
    assert signature.first_difference("a\nb\nc", "a\nX\nc") == (2, "b", "X")
    assert signature.first_difference("a\nb", "a\nb") is None
    assert signature.first_difference("a", "a\n") == (2, "", "")
