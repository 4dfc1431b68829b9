"""JSON responses and error bodies of every API, one error style per family of services.

The official clients look for `error_code` + `error_msg` (or `code` + `message`) and take the
request id from the header only, so every error carries both.
"""

from __future__ import annotations

import logging
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core import errors
from core.errors import ApiError

log = logging.getLogger(__name__)

GATEWAY = (
    "gateway"  # {"error_msg", "error_code", "request_id"}: OCR, CES, CTS, BSS, /api/v1, IAM v3.0
)
IAM = "iam"  # {"error": {"code": 401, "message", "title"}}: IAM v3
EPS = "eps"  # {"error": {"error_code", "error_msg"}}


def api_style(path: str) -> str | None:
    """Return the error style of an API path, or None where `path` is a page (see settings.API_PATHS)."""
    for prefix, style in settings.API_PATHS:
        if path == prefix.rstrip("/") or path.startswith(prefix):
            return str(style)
    return None


def json_response(
    body: Any, *, status: int = 200, headers: dict[str, str] | None = None
) -> HttpResponse:
    """Return `body` as JSON. The content type is exactly what the official clients decode as UTF-8."""
    return HttpResponse(
        orjson.dumps(body), status=status, content_type="application/json", headers=headers
    )


def error_response(error: ApiError, request: HttpRequest, style: str | None = None) -> HttpResponse:
    """Return the documented body of `error` in the style of the called surface."""
    request_id = getattr(request, "request_id", "")
    body: dict[str, Any]
    match style or api_style(request.path) or GATEWAY:
        case "iam":
            title = error.row.title or {
                400: "Bad Request",
                401: "Unauthorized",
                403: "Forbidden",
                404: "Not Found",
                409: "Conflict",
            }.get(error.status, "Error")
            body = {"error": {"code": error.status, "message": error.message, "title": title}}
        case "eps":
            body = {"error": {"error_code": error.code, "error_msg": error.message}}
        case _:
            body = {
                "error_msg": error.message,
                "error_code": error.code,
                "request_id": request_id,
            }
    return json_response(body, status=error.status, headers=error.headers)


def unexpected(exception: Exception, request: HttpRequest) -> ApiError:
    """Log an unforeseen exception with its request id and return what the caller may see of it."""
    log.error(
        "unexpected error",
        exc_info=exception,
        extra={"request_id": getattr(request, "request_id", ""), "path": request.path},
    )
    return ApiError(errors.INTERNAL)
