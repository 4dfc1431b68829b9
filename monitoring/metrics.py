"""Cloud Eye metrics of namespace SYS.OCR, aggregated from the roll-ups (Cloud Eye API reference).

A raw point is one minute in which the interface was called; its value is the number of calls with
the metric's outcome (0 if all of the minute's calls had the other outcome). `sum`, `max`, `min`,
`average` and `variance` of a longer period are taken over the raw points in it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Sum

from core import clock
from core.registry import Registry
from monitoring.models import CallDay, CallMinute

NAMESPACE = "SYS.OCR"
DIMENSION = "call_of_interface"
UNIT = "Times/min"
SUCCESSFUL = "successful_call_times_of_service"
FAILED = "failed_call_times_of_service"
METRICS = (SUCCESSFUL, FAILED)
FILTERS = ("average", "max", "min", "sum", "variance")
# Period in seconds (1 = raw) → how far back a batch query reaches, in seconds.
SPANS = {
    1: 4 * 3600,
    60: 86400,
    300: 86400,
    1200: 3 * 86400,
    3600: 10 * 86400,
    14400: 30 * 86400,
    86400: 180 * 86400,
}
LISTED_FOR_DAYS = 90
_OK = Q(error_code="")


@dataclass(frozen=True, slots=True)
class Interface:
    """A callable interface: the service code of its call records and its value of DIMENSION."""

    code: str
    name: str


# Apps above register what they serve in `AppConfig.ready()`.
INTERFACES: Registry[Interface] = Registry("interfaces", key=lambda row: row.code)


def interface_named(name: str) -> Interface | None:
    """Return the interface of this name, compared without case, or None."""
    return next((row for row in INTERFACES if row.name.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Metric:
    """One series: a metric name and the value of DIMENSION."""

    name: str
    interface: str

    @property
    def marker(self) -> str:
        """Return the paging marker of the series: namespace, metric and dimension."""
        return f"{NAMESPACE}.{self.name}.{DIMENSION}:{self.interface}"

    def described(self) -> dict[str, Any]:
        """Return the series in the shape of the metric list."""
        return {
            "namespace": NAMESPACE,
            "metric_name": self.name,
            "unit": UNIT,
            "dimensions": [{"name": DIMENSION, "value": self.interface}],
        }


def metrics(account_id: str, region: str, *, now: dt.datetime | None = None) -> list[Metric]:
    """Return the series with points in the last 90 days, sorted by marker."""
    since = (now or clock.now()) - dt.timedelta(days=LISTED_FOR_DAYS)
    codes = (
        CallDay.objects.filter(account_id=account_id, region=region, start__gte=since)
        .order_by()
        .values_list("service", flat=True)
        .distinct()
    )
    found = [
        Metric(name, interface.name)
        for code in codes
        if (interface := INTERFACES.find(code))
        for name in METRICS
    ]
    return sorted(found, key=lambda metric: metric.marker)


def _floor(moment_ms: int, step_s: int) -> int:
    return moment_ms // (step_s * 1000) * step_s * 1000


def raw_points(
    account_id: str, region: str, metric: Metric, *, start: dt.datetime, end: dt.datetime
) -> list[tuple[int, int]]:
    """Return [(unix ms of the minute, calls)] of the minutes in [start, end), oldest first."""
    interface = interface_named(metric.interface)
    if interface is None or metric.name not in METRICS:
        return []
    rows = (
        CallMinute.objects.filter(
            account_id=account_id,
            region=region,
            service=interface.code,
            start__gte=start,
            start__lt=end,
        )
        .order_by("start")
        .values_list("start")
        .annotate(value=Sum("calls", filter=_OK if metric.name == SUCCESSFUL else ~_OK))
    )
    return [(clock.epoch_ms(moment), value or 0) for moment, value in rows]


def aggregate(kind: str, values: list[int]) -> float | int:
    """Return `kind` (one of FILTERS) of at least one value; the variance is the population's."""
    match kind:
        case "sum":
            return sum(values)
        case "max":
            return max(values)
        case "min":
            return min(values)
    mean = sum(values) / len(values)
    if kind == "average":
        return mean
    return sum((value - mean) ** 2 for value in values) / len(values)


def datapoints(
    account_id: str,
    region: str,
    metric: Metric,
    *,
    kind: str,
    period: int,
    from_ms: int,
    to_ms: int,
) -> list[dict[str, Any]]:
    """Return points {<kind>: value, "timestamp": ms of the period's start}, oldest first.

    `kind` is one of FILTERS; `period` is in seconds, 1 = raw minutes. `from_ms` is rounded down to
    the period. Periods without calls have no point.
    """
    step = max(period, 60)
    start = clock.from_epoch_ms(_floor(from_ms, step))
    # A period whose start lies in the range is aggregated whole.
    end = clock.from_epoch_ms(_floor(to_ms - 1, step) + step * 1000)
    groups: dict[int, list[int]] = {}
    for moment, value in raw_points(account_id, region, metric, start=start, end=end):
        groups.setdefault(_floor(moment, step), []).append(value)
    return [
        {kind: aggregate(kind, values), "timestamp": moment} for moment, values in groups.items()
    ]


def batch_from(*, period: int, from_ms: int, to_ms: int, metrics_asked: int) -> int:
    """Return `from_ms` moved so that the range obeys SPANS and 3000 points over all metrics asked."""
    step = max(period, 60) * 1000
    points = max(1, 3000 // max(metrics_asked, 1))
    return max(
        from_ms, to_ms - SPANS[period] * 1000, _floor(to_ms - 1, step // 1000) - (points - 1) * step
    )
