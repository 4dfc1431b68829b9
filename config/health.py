"""Liveness and readiness for supervisors and load balancers."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from core.api import json_response


def alive(request: HttpRequest) -> HttpResponse:
    """Return 200 while the process serves requests."""
    return json_response({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:
    """Return 200 when the database answers and the engine is warm, else 503 with what is missing."""
    missing: list[str] = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        missing.append("database")
    if not settings.SCALED:
        from ocr.engine import registry, transport

        figures = transport.stats()
        recognizes = registry.row(settings.ENGINE).recognizes
        if figures["starting"] or (recognizes and not figures["processes"]):
            missing.append("engine")
    response = json_response(
        {"status": "waiting" if missing else "ok", "missing": missing},
        status=503 if missing else 200,
    )
    # Waiting is an answer here, not an error of the server: no log line each time.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
