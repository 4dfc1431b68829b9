"""One picture from the body: Base64 or URL, header checked."""

from __future__ import annotations

from typing import Any

from iam.principal import Principal
from ocr.intake import body, fetch, header
from ocr.intake.header import ImageLimits


def load(fields: dict[str, Any], limits: ImageLimits, principal: Principal) -> bytes:
    """Return the bytes of the picture that `fields` name, checked against `limits`."""
    kind, text = body.source(fields)
    data = body.decode_base64(text) if kind == "image" else fetch.download(text, principal)
    header.check(data, limits)
    return data
