"""The body of a recognition call: JSON, exactly one source, Base64."""

from __future__ import annotations

import base64

import pytest

from core.errors import ApiError
from ocr.intake import request_body


def code(function, *arguments) -> str:
    with pytest.raises(ApiError) as caught:
        function(*arguments)
    return caught.value.code


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "APIG.0106"),
        (b"[]", "APIG.0106"),
        (b"3", "APIG.0106"),
        (b"{", "ModelArts.4105"),
        (b"\xff{}", "ModelArts.4105"),
    ],
)
def test_a_body_that_is_no_object(raw: bytes, expected: str) -> None:
    assert code(request_body.parse, raw) == expected


@pytest.mark.parametrize(
    "fields",
    [{}, {"image": ""}, {"image": "a", "url": "b"}, {"image": 3}, {"url": ["x"]}, {"image": None}],
)
def test_not_exactly_one_source(fields: dict) -> None:
    assert code(request_body.source, fields) == "AIS.0101"


def test_base64_with_line_breaks() -> None:
    data = bytes(range(200))
    assert request_body.decode_base64(base64.encodebytes(data).decode()) == data


@pytest.mark.parametrize(
    "text", ["data:image/png;base64,AAAA", "a", "????", "Pässe", "=", "QQ==QQ"]
)
def test_what_is_no_base64(text: str) -> None:
    assert code(request_body.decode_base64, text) == "AIS.0102"


def test_too_long() -> None:
    assert code(request_body.decode_base64, "A" * (10 * 1024 * 1024 + 4)) == "ModelArts.4104"
