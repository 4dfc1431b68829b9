"""OpenTelemetry: one span per request and step, exported over OTLP; never content.

Off unless OTEL_EXPORTER_OTLP_ENDPOINT is set; the packages are the extra `otel`. Sampling and the
rest follow OpenTelemetry's own environment variables.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core import log_context

_provider: Any = None


def is_installed() -> bool:
    """Return whether the packages are installed."""
    try:
        return importlib.util.find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        return False


def start() -> None:
    """Start the exporter; call it after a fork, because the exporter is a thread, which a fork loses."""
    global _provider
    if not settings.OTEL_ENDPOINT or _provider is not None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    _provider = TracerProvider(resource=Resource.create({"service.name": "ocr-console"}))
    sender = OTLPSpanExporter(endpoint=f"{settings.OTEL_ENDPOINT.rstrip('/')}/v1/traces")
    _provider.add_span_processor(BatchSpanProcessor(sender))
    log_context.trace_with(_provider.get_tracer("ocr_console"))


def stop() -> None:
    """Export what is buffered and stop."""
    global _provider
    if _provider is not None:
        log_context.trace_with(None)
        _provider.shutdown()
        _provider = None


class TracingMiddleware:
    """One span per request, a child of the caller's span if it sent `traceparent`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        from opentelemetry import context as otel
        from opentelemetry.propagate import extract

        token = otel.attach(extract({"traceparent": request.headers.get("traceparent", "")}))
        try:
            with log_context.span(f"{request.method}") as span:
                response = self.get_response(request)
                if span is not None:
                    _describe(span, request, response)
            return response
        finally:
            otel.detach(token)


def _describe(span: Any, request: HttpRequest, response: HttpResponse) -> None:
    """Set route, status, request id and account as attributes: no URL, query, header or body."""
    match = request.resolver_match
    route = f"/{match.route}" if match else ""
    span.update_name(f"{request.method} {route}")
    span.set_attributes(
        {
            "http.request.method": request.method or "",
            "http.route": route,
            "http.response.status_code": response.status_code,
            **{f"ocr.{name}": value for name, value in log_context.known().items()},
        }
    )
