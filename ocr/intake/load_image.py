"""Load the image of a request from Base64 or a URL and check its header."""

from __future__ import annotations

from typing import Any

from iam.principal import Principal
from ocr.intake import image_header, request_body, url_download
from ocr.intake.image_header import ImageLimits


def load(fields: dict[str, Any], limits: ImageLimits, principal: Principal) -> bytes:
    """Return the bytes of the image that `fields` name, checked against `limits`."""
    kind, text = request_body.source(fields)
    data = (
        request_body.decode_base64(text)
        if kind == "image"
        else url_download.download(text, principal)
    )
    image_header.check(data, limits)
    return data
