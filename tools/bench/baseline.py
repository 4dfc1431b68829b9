"""A call without identity, policy, quota and metering: the baseline of `tools.bench.api.gateway`.

The same server and settings with two views: one that only answers, and one that does with the body
what a recognition call does (JSON, Base64, header check, recorded page, envelope), for anybody, and
records nothing.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.wsgi import application
from core.api import json_response
from ocr.catalog import BY_CODE
from ocr.engine import transport
from ocr.intake import image_header, request_body
from ocr.options import parse

__all__ = ["application"]
settings.ROOT_URLCONF = __name__


def answer(request: HttpRequest) -> HttpResponse:
    """Answer, with the body read from the socket as every server must."""
    return HttpResponse(
        b"{}", content_type="application/json", headers={"Length": len(request.body)}
    )


def read(request: HttpRequest) -> HttpResponse:
    """Do the call's own work and nothing for its caller."""
    service = BY_CODE["general-text"]
    fields = request_body.parse(request.body)
    options = parse(service.extractor.OPTIONS, fields)
    image = request_body.decode_base64(fields["image"])
    image_header.check(image, service.limits)
    outcome = transport.recognize(image, extract=service.extractor.extract, options=options)
    return json_response({"result": outcome.result})


def alive(request: HttpRequest) -> HttpResponse:
    """Answer that the server runs."""
    return HttpResponse(b"ready")


urlpatterns = [
    path("v2/bare/answer", answer),
    path("v2/bare/read", read),
    path("readyz", alive),
]
