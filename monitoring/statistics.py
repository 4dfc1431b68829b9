"""Statistics of calls for dashboards: totals, series, splits and latency percentiles from the roll-ups.

Only the newest failed calls and single calls are read from the records, each by an index.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import orjson
from django.db.models import Q, QuerySet, Sum, TextField
from django.db.models.functions import Cast

from monitoring.models import (
    LATENCY_EDGES_MS,
    AccountDay,
    AccountHour,
    AccountSlot,
    CallDay,
    CallHour,
    CallMinute,
    CallRecord,
    RollUp,
)

PERCENTS = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Span:
    """A range of time [start, end) with the step that its chart uses, in seconds."""

    start: dt.datetime
    end: dt.datetime
    step_s: int

    def model(self, *, per_user: bool) -> type[RollUp]:
        """Return the coarsest roll-up that serves the step.

        `per_user` asks for one with a row per user and enterprise project; the others hold whole
        accounts, in far fewer rows.
        """
        if self.step_s >= 86400 and self.start.hour == 0 and self.start.minute == 0:
            return CallDay if per_user else AccountDay
        if self.step_s >= 3600 and self.start.minute == 0:
            return CallHour if per_user else AccountHour
        fives = self.step_s % 300 == 0 and self.start.minute % 5 == 0
        return AccountSlot if fives and not per_user else CallMinute


def span(*, start: dt.datetime, end: dt.datetime) -> Span:
    """Return the range rounded down to a step that gives at most about 200 points.

    Ranges above two weeks use days: a month's dashboard reads a few hundred rows.
    """
    seconds = max((end - start).total_seconds(), 60)
    steps = (60, 300, 900, 3600, 14400, 86400)
    step = next((s for s in steps if seconds / s <= 200), 86400)
    if seconds > 14 * 86400:
        step = 86400
    floor = start.timestamp() // step * step
    return Span(dt.datetime.fromtimestamp(floor, dt.UTC), end, step)


def coarse(over: Span) -> Span:
    """Return a range of more than six hours in steps of an hour or more: minutes per user are many rows."""
    if over.step_s >= 3600 or (over.end - over.start).total_seconds() <= 6 * 3600:
        return over
    return Span(over.start.replace(minute=0), over.end, 3600)


def earlier(over: Span) -> Span:
    """Return the preceding range of the same length, to the nearest step: the same roll-up serves it."""
    step = dt.timedelta(seconds=over.step_s)
    steps = max(1, round((over.end - over.start) / step))
    return Span(over.start - steps * step, over.start, over.step_s)


# Columns that are empty in the roll-ups of whole accounts.
_PER_USER = ("user_id", "user_id__in", "enterprise_project_id", "enterprise_project_id__in")


def _rows(account_id: str, over: Span, filters: dict[str, Any], by: str = "") -> QuerySet[Any]:
    """Return the account's rows in `over`; filters with None or "" are ignored."""
    given = {name: value for name, value in filters.items() if value}
    per_user = by in _PER_USER or any(name in _PER_USER for name in given)
    return over.model(per_user=per_user)._default_manager.filter(
        account_id=account_id, start__gte=over.start, start__lt=over.end, **given
    )


_OK = Q(error_code="")


def totals(account_id: str, over: Span, **filters: Any) -> dict[str, Any]:
    """Return {"calls", "successful", "failed"} of the range. One query, without histograms."""
    sums = _rows(account_id, over, filters).aggregate(
        good=Sum("calls", filter=_OK), bad=Sum("calls", filter=~_OK)
    )
    good, bad = sums["good"] or 0, sums["bad"] or 0
    return {"calls": good + bad, "successful": good, "failed": bad}


def figures(account_id: str, over: Span, **filters: Any) -> dict[str, Any]:
    """Return everything that a dashboard shows of the range, in three queries.

    `totals` (calls, successful, failed, mean and percentiles in ms), `times` (unix s), lists by step
    `successful`, `failed`, `p50`, `p95`, `p99` (ms, None without calls), `services` (code →
    [successful, failed]) and `codes` (error code → calls).
    """
    rows = _rows(account_id, over, filters)
    first, count = _steps(over)
    good, bad = [0] * count, [0] * count
    histograms = [[0] * (len(LATENCY_EDGES_MS) + 1) for _ in range(count)]
    services: dict[str, list[int]] = {}
    codes: dict[str, int] = {}
    latency = 0
    successful = rows.filter(_OK).values_list(
        "start", "service", "calls", "latency_sum_ms", Cast("histogram", TextField())
    )
    for start, service, calls, latency_sum, histogram in successful.iterator(chunk_size=5000):
        index = (int(start.timestamp()) - first) // over.step_s
        good[index] += calls
        services.setdefault(service, [0, 0])[0] += calls
        latency += latency_sum
        counts = histograms[index]
        for bucket, number in enumerate(orjson.loads(histogram)):
            if number:
                counts[bucket] += number
    failed = rows.exclude(_OK)
    for start, calls in failed.values_list("start").annotate(Sum("calls")):
        bad[(int(start.timestamp()) - first) // over.step_s] += calls
    for service, code, calls in failed.values_list("service", "error_code").annotate(Sum("calls")):
        services.setdefault(service, [0, 0])[1] += calls
        codes[code] = codes.get(code, 0) + calls
    whole = [sum(column) for column in zip(*histograms, strict=True)]
    return {
        "totals": {
            "calls": sum(good) + sum(bad),
            "successful": sum(good),
            "failed": sum(bad),
            "mean_ms": round(latency / sum(good)) if sum(good) else None,
            **{f"p{p}_ms": percentile(whole, p) for p in PERCENTS},
        },
        "times": [first + i * over.step_s for i in range(count)],
        "successful": good,
        "failed": bad,
        **{f"p{p}": [percentile(row, p) for row in histograms] for p in PERCENTS},
        "services": services,
        "codes": codes,
    }


def _steps(over: Span) -> tuple[int, int]:
    """Return the first step's unix seconds and the number of steps."""
    first = int(over.start.timestamp())
    return first, max(1, -(-int(over.end.timestamp() - first) // over.step_s))


def percentile(histogram: list[int], percent: int) -> int | None:
    """Return the latency (ms) below which `percent` of the calls lie, or None without calls.

    Linear interpolation within the bucket; the open last one counts as wide as its lower edge.
    """
    total = sum(histogram)
    if not total:
        return None
    rank, seen = total * percent / 100, 0
    edges = (0, *LATENCY_EDGES_MS)
    for index, count in enumerate(histogram):
        if count and seen + count >= rank:
            low = edges[index]
            high = edges[index + 1] if index + 1 < len(edges) else edges[-1] * 2
            return round(low + (high - low) * (rank - seen) / count)
        seen += count
    return edges[-1]


def series(account_id: str, over: Span, *, by: str = "", **filters: Any) -> dict[str, Any]:
    """Return {"times": [unix s], "series": {label: {"successful": [...], "failed": [...]}}}.

    `by` is a dimension ("service", "region", "user_id", "enterprise_project_id") or "" for one line
    labelled "all".
    """
    names = ["start", *([by] if by else [])]
    rows = (
        _rows(account_id, over, filters, by)
        .values(*names)
        .annotate(good=Sum("calls", filter=_OK), bad=Sum("calls", filter=~_OK))
    )
    first, count = _steps(over)
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
    """Return {"key", "successful", "failed"} per value of `by` (also "error_code"), most calls first."""
    rows = (
        _rows(account_id, over, filters, by)
        .values(by)
        .annotate(good=Sum("calls", filter=_OK), bad=Sum("calls", filter=~_OK), total=Sum("calls"))
        .order_by("-total")
    )
    return [
        {"key": row[by], "successful": row["good"] or 0, "failed": row["bad"] or 0} for row in rows
    ]


def failed_calls(account_id: str, over: Span, **filters: Any) -> QuerySet[CallRecord]:
    """Return the records of the failed calls in the range, including those not rolled up yet."""
    given = {name: value for name, value in filters.items() if value}
    return CallRecord.objects.filter(
        account_id=account_id,
        status__gte=400,
        occurred_at__gte=over.start,
        occurred_at__lt=over.end,
        **given,
    )


def call_detail(account_id: str, request_id: str) -> dict[str, Any] | None:
    """Return the record of one call of the account, or None."""
    rows = CallRecord.objects.filter(account_id=account_id, request_id=request_id)
    found: Any = rows.values().first()
    return found


def call_counts(account_id: str) -> dict[str, int]:
    """Return {"successful", "failed"}: the account's calls of all time, from the daily roll-up."""
    sums = AccountDay.objects.filter(account_id=account_id).aggregate(
        successful=Sum("calls", filter=_OK), failed=Sum("calls", filter=~_OK)
    )
    return {name: value or 0 for name, value in sums.items()}
