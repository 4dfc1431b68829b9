"""`/metrics` for Prometheus: calls, latency, engine. No label names a tenant, which bounds their number.

With several web processes set PROMETHEUS_MULTIPROC_DIR (prometheus_client's own variable) so that
one scrape sees all of them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator

from django.http import HttpRequest, HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily, Metric

CALLS = Counter(
    "ocr_calls_total", "Recognition calls by service and HTTP status.", ["service", "status"]
)
LATENCY = Histogram(
    "ocr_call_seconds",
    "Duration of recognition calls, from the first byte to the answer.",
    ["service"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 12, 30, 60),
)
REQUESTS = Counter(
    "ocr_http_requests_total", "Requests by surface and HTTP status class.", ["surface", "status"]
)
_STATS = {
    "processes": "Engine processes alive.",
    "busy": "Engine processes at work.",
    "starting": "Engine processes starting.",
    "waiting": "Calls waiting for an engine process.",
    "restarts": "Engine processes replaced since the start.",
}


class EngineCollector:
    """The engine's statistics, read at each scrape."""

    def describe(self) -> list[Metric]:
        """Return nothing: registration must not query the engine."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield one gauge per figure."""
        from ocr.engine import transport

        try:
            stats = transport.stats()
        except Exception:  # a lost Redis must not hide the other figures
            stats = {}
        for name, text in _STATS.items():
            if name in stats:
                yield GaugeMetricFamily(f"ocr_engine_{name}", text, value=stats[name])


class MetricsMiddleware:
    """Count every request by its surface, and recognition calls by service."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        surface, service = classify(request)
        REQUESTS.labels(surface, f"{response.status_code // 100}xx").inc()
        if service:
            CALLS.labels(service, str(response.status_code)).inc()
            LATENCY.labels(service).observe(time.perf_counter() - started)
        return response


def classify(request: HttpRequest) -> tuple[str, str]:
    """Return the surface and, for a routed recognition call, the service's code."""
    first = request.path.split("/", 2)[1]
    surface = first if first in {"v2", "v3", "v3.0", "v5", "V1.0", "v1.0", "v1", "api"} else "page"
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    if name.startswith("ocr-"):
        return "ocr", name.removeprefix("ocr-")
    return surface, ""


def view(request: HttpRequest) -> HttpResponse:
    """Return the metrics in the Prometheus text format."""
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
        registry.register(EngineCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _known(collectors: Iterable[object]) -> bool:
    return any(isinstance(one, EngineCollector) for one in collectors)


if not os.environ.get("PROMETHEUS_MULTIPROC_DIR") and not _known(
    getattr(REGISTRY, "_collector_to_names", {})
):
    REGISTRY.register(EngineCollector())
