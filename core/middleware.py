"""Give every response its request id, and every error of an API path a JSON body."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse

from core import api, errors, log_context
from core.errors import ApiError
from core.models import timed_id

log = logging.getLogger(__name__)


class ApiEdgeMiddleware:
    """Outermost middleware: gives the request its id and keeps API answers JSON.

    A body over `DATA_UPLOAD_MAX_MEMORY_SIZE` is answered before any view reads it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = timed_id()  # type: ignore[attr-defined]
        log_context.begin(request.request_id, path=request.path)  # type: ignore[attr-defined]
        style = api.api_style(request.path)
        response = self.get_response(request)
        if style and response.status_code >= 400 and not _is_json(response):
            # Django's own HTML pages (no such route, host refused, bad request line).
            row = {404: errors.NOT_FOUND, 405: errors.NOT_FOUND, 413: errors.TOO_LARGE}.get(
                response.status_code, errors.INTERNAL
            )
            if response.status_code == 400:
                row = errors.BAD_REQUEST
            response = api.error_response(ApiError(row), request, style)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer exceptions of API views; pages keep Django's own handling."""
        style = api.api_style(request.path)
        if style is None:
            return None
        if isinstance(exception, ApiError):
            return api.error_response(exception, request, style)
        if isinstance(exception, RequestDataTooBig):
            return api.error_response(ApiError(errors.TOO_LARGE), request, style)
        if isinstance(exception, Http404):
            return api.error_response(ApiError(errors.NOT_FOUND), request, style)
        if isinstance(exception, (SuspiciousOperation, BadRequest)):
            return None
        if isinstance(exception, DataError):
            # PostgreSQL refuses what no column can hold, SQLite takes it: a NUL, a number too large.
            log.warning("a value was refused by the database", exc_info=exception)
            return api.error_response(ApiError(errors.BAD_REQUEST), request, style)
        return api.error_response(api.unexpected(exception, request), request, style)


def _is_json(response: HttpResponse) -> bool:
    return response.get("Content-Type", "").startswith(("application/json", "application/xml"))
