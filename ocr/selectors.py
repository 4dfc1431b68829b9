"""Monitoring figures, read from the roll-ups: never a scan of the records."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Sum

from ocr.models import (
    LATENCY_EDGES_MS,
    CallDay,
    CallHour,
    CallMinute,
    CallRecord,
    RollUp,
)


@dataclass(frozen=True, slots=True)
class Span:
    """A range of time [start, end) with the step that its chart uses, in seconds."""

    start: dt.datetime
    end: dt.datetime
    step_s: int

    @property
    def model(self) -> type[RollUp]:
        """Return the coarsest roll-up that still serves `step_s`."""
        if self.step_s >= 86400 and self.start.hour == 0 and self.start.minute == 0:
            return CallDay
        return CallHour if self.step_s >= 3600 else CallMinute


def span(*, start: dt.datetime, end: dt.datetime) -> Span:
    """Return the range rounded down to a step that gives at most about 200 points.

    Ranges above two weeks are told by days: a month's dashboard reads a few hundred rows.
    """
    seconds = max((end - start).total_seconds(), 60)
    steps = (60, 300, 900, 3600, 14400, 86400)
    step = next((s for s in steps if seconds / s <= 200), 86400)
    if seconds > 14 * 86400:
        step = 86400
    floor = start.timestamp() // step * step
    return Span(dt.datetime.fromtimestamp(floor, dt.UTC), end, step)


def _rows(account_id: str, over: Span, filters: dict[str, Any]) -> QuerySet[Any]:
    """Return the account's rows in `over`; filters with None or "" are ignored."""
    given = {name: value for name, value in filters.items() if value}
    return over.model._default_manager.filter(
        account_id=account_id, start__gte=over.start, start__lt=over.end, **given
    )


_OK = Q(error_code="")


def totals(account_id: str, over: Span, **filters: Any) -> dict[str, Any]:
    """Return calls, successful, failed, mean and percentiles (ms) of the range."""
    rows = _rows(account_id, over, filters).values_list(
        "error_code", "calls", "latency_sum_ms", "histogram"
    )
    good = bad = latency = 0
    histogram = [0] * (len(LATENCY_EDGES_MS) + 1)
    for error_code, calls, latency_sum, counts in rows.iterator():
        if error_code:
            bad += calls
            continue
        good += calls
        latency += latency_sum
        histogram = [a + b for a, b in zip(histogram, counts, strict=True)]
    return {
        "calls": good + bad,
        "successful": good,
        "failed": bad,
        "mean_ms": round(latency / good) if good else None,
        **{f"p{p}_ms": percentile(histogram, p) for p in (50, 95, 99)},
    }


def percentile(histogram: list[int], percent: int) -> int | None:
    """Return the latency (ms) below which `percent` of the calls lie, interpolated in its bucket."""
    total = sum(histogram)
    if not total:
        return None
    wanted, seen = total * percent / 100, 0
    edges = (0, *LATENCY_EDGES_MS)
    for index, count in enumerate(histogram):
        if count and seen + count >= wanted:
            low = edges[index]
            high = edges[index + 1] if index + 1 < len(edges) else edges[-1] * 2
            return round(low + (high - low) * (wanted - seen) / count)
        seen += count
    return edges[-1]


def series(account_id: str, over: Span, *, by: str = "", **filters: Any) -> dict[str, Any]:
    """Return {"times": [unix s], "series": {label: {"successful": [...], "failed": [...]}}}.

    `by` is a dimension ("service", "region", "user_id", "enterprise_project_id") or "" for one sum.
    """
    names = ["start", *([by] if by else [])]
    rows = (
        _rows(account_id, over, filters)
        .values(*names)
        .annotate(good=Sum("calls", filter=_OK), bad=Sum("calls", filter=~_OK))
    )
    first = int(over.start.timestamp())
    count = max(1, -(-int(over.end.timestamp() - first) // over.step_s))
    lines: dict[str, dict[str, list[int]]] = {}
    for row in rows:
        line = lines.setdefault(
            row[by] if by else "all", {"successful": [0] * count, "failed": [0] * count}
        )
        index = (int(row["start"].timestamp()) - first) // over.step_s
        line["successful"][index] += row["good"] or 0
        line["failed"][index] += row["bad"] or 0
    return {"times": [first + i * over.step_s for i in range(count)], "series": lines}


def breakdown(account_id: str, over: Span, *, by: str, **filters: Any) -> list[dict[str, Any]]:
    """Return one row a value of `by` (also "error_code"): key, successful, failed; busiest first."""
    rows = (
        _rows(account_id, over, filters)
        .values(by)
        .annotate(good=Sum("calls", filter=_OK), bad=Sum("calls", filter=~_OK), total=Sum("calls"))
        .order_by("-total")
    )
    return [
        {"key": row[by], "successful": row["good"] or 0, "failed": row["bad"] or 0} for row in rows
    ]


def failed_calls(
    account_id: str,
    *,
    error_code: str = "",
    before_id: int | None = None,
    limit: int = 20,
    **filters: Any,
) -> list[dict[str, Any]]:
    """Return the newest failed calls, paged by `before_id`."""
    rows = CallRecord.objects.filter(account_id=account_id, status__gte=400)
    given = {name: value for name, value in filters.items() if value}
    if error_code:
        given["error_code"] = error_code
    if before_id is not None:
        given["id__lt"] = before_id
    found: list[Any] = list(
        rows.filter(**given)
        .order_by("-id")
        .values(
            "id",
            "request_id",
            "occurred_at",
            "service",
            "region",
            "user_id",
            "status",
            "error_code",
            "latency_ms",
            "source",
        )[:limit]
    )
    return found


def call_detail(account_id: str, request_id: str) -> dict[str, Any] | None:
    """Return the record of one call of the account, or None."""
    rows = CallRecord.objects.filter(account_id=account_id, request_id=request_id)
    found: Any = rows.values().first()
    return found


def call_counts(account_id: str) -> dict[str, int]:
    """Return the account's successful and failed calls of all time, by the daily roll-up."""
    sums = CallDay.objects.filter(account_id=account_id).aggregate(
        successful=Sum("calls", filter=_OK), failed=Sum("calls", filter=~_OK)
    )
    return {name: value or 0 for name, value in sums.items()}
