"""A Django site with the demo account, and signed requests to it."""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import os
from typing import Any


def prepare(*, engine: str) -> dict[str, Any]:
    """Set Django up in this process, migrate, make the demo account; returns its credentials."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["ENGINE"] = engine
    os.environ["DEMO"] = "true"
    import django

    django.setup()
    import logging

    logging.disable(logging.WARNING)
    from django.core.management import call_command

    call_command("up", "--prepare-only", stdout=io.StringIO())
    from config.management.commands.up import write_demo_credentials

    return write_demo_credentials()


def text_image(width: int = 1000, height: int = 630, lines: int = 12) -> bytes:
    """Return a drawn card as JPEG."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=height // (lines * 2))
    for line in range(lines):
        text = f"Line {line + 1}: The quick brown fox {line * 7919 % 100000:05d}"
        draw.text((40, (line + 0.4) * height / lines), text, fill="black", font=font)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


def body_of(image: bytes) -> bytes:
    """Return the JSON body of a call."""
    return json.dumps({"image": base64.b64encode(image).decode()}).encode()


def signed(
    described: dict[str, Any], path: str, body: bytes, *, host: str = "testserver"
) -> dict[str, str]:
    """Return the headers that the official client would send."""
    from iam import signature

    user = described["users"]["admin"]
    date = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {"content-type": "application/json", "host": host, "x-sdk-date": date}
    names = tuple(sorted(headers))
    blank = signature.Authorization(signature.SHA256, user["access_key"], names, "")
    message = signature.Message("POST", path.encode(), "", headers, body)
    canonical = signature.canonical_request(
        message,
        blank,
        query=next(signature.canonical_queries(""), ""),
        payload=signature.payload_hash(message, blank),
    )
    mark = signature.sign(blank, user["secret_key"], date, canonical)
    headers["authorization"] = (
        f"{signature.SHA256} Access={user['access_key']}, SignedHeaders={';'.join(names)}, "
        f"Signature={mark}"
    )
    return headers
