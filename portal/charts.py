"""Convert statistics to the data that the charts draw: lines, bars, stacked bars. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

SPARK_WIDTH, SPARK_HEIGHT = 96.0, 28.0


def spark(values: Sequence[int]) -> dict[str, Any]:
    """Return points of a small line chart in a box of 96 by 28, and its total."""
    top = max([*values, 1])
    step = SPARK_WIDTH / max(len(values) - 1, 1)
    points = [
        (round(i * step, 1), round(SPARK_HEIGHT - 2 - v / top * (SPARK_HEIGHT - 4), 1))
        for i, v in enumerate(values)
    ]
    line = " ".join(f"{x:g},{y:g}" for x, y in points)
    area = f"0,{SPARK_HEIGHT:g} {line} {SPARK_WIDTH:g},{SPARK_HEIGHT:g}" if points else ""
    return {"line": line, "area": area, "total": sum(values)}


def outcome(figures: Mapping[str, Any], *, good: str, bad: str) -> dict[str, Any]:
    """Return what the time chart needs for successful and failed calls: unix seconds, labelled rows."""
    return {
        "times": figures["times"],
        "lines": [
            {"label": good, "values": figures["successful"], "tone": "good"},
            {"label": bad, "values": figures["failed"], "tone": "bad"},
        ],
    }


def compared(
    figures: Mapping[str, Any], earlier: Mapping[str, Any] | None, *, now: str, before: str
) -> dict[str, Any]:
    """Return all calls of a range and, dashed on the same time axis, those of the range before it."""
    times = figures["times"]
    then = _calls(earlier) if earlier else []
    padded = (then + [0] * len(times))[: len(times)]
    return {
        "times": times,
        "lines": [
            {"label": now, "values": _calls(figures)},
            {"label": before, "values": padded, "dash": True},
        ],
    }


def split(series: Mapping[str, Any], *, names: Mapping[str, str], most: int) -> dict[str, Any]:
    """Return one line of calls a key of `series`, the `most` busiest, in that order."""
    rows: Mapping[str, Mapping[str, Sequence[int]]] = series["series"]
    ordered = sorted(rows.items(), key=lambda item: -sum(_calls(item[1])))
    return {
        "times": series["times"],
        "lines": [
            {"label": names.get(key, key) or key, "values": _calls(row)}
            for key, row in ordered[:most]
        ],
    }


def latency(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lines of the latency chart in milliseconds; None where no call succeeded."""
    return {
        "times": figures["times"],
        "lines": [
            {"label": label, "values": figures[key]}
            for key, label in (("p50", "50 %"), ("p95", "95 %"), ("p99", "99 %"))
        ],
    }


def steps(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the steps that had calls as rows of a table, newest first."""
    names = ("successful", "failed", "p50", "p95", "p99")
    rows = zip(figures["times"], *(figures[name] for name in names), strict=True)
    found = [
        {"time": dt.datetime.fromtimestamp(time, dt.UTC), **dict(zip(names, row, strict=True))}
        for time, *row in rows
    ]
    return [row for row in reversed(found) if row["successful"] or row["failed"]]


def bars(rows: Sequence[tuple[str, float]]) -> list[dict[str, Any]]:
    """Return columns for a bar chart in a box of 100 by 100: x, width, y, height, label, value."""
    top = max([value for _, value in rows] + [0.0]) or 1.0
    width = 100 / max(len(rows), 1)
    return [
        {
            "x": f"{i * width + width * 0.15:.2f}",
            "width": f"{width * 0.7:.2f}",
            "middle": f"{i * width + width / 2:.2f}",
            "y": f"{80 - 78 * value / top:.2f}",
            "height": f"{78 * value / top:.2f}",
            "label": label,
            "value": value,
        }
        for i, (label, value) in enumerate(rows)
    ]


def stacked(columns: Sequence[tuple[str, Mapping[str, float]]], *, most: int = 6) -> dict[str, Any]:
    """Return columns of a stacked bar chart in a box of 100 by 100, and its legend.

    The `most` largest names get a color of their own, 1 and up; all others share 0. Negative
    values, refunds, are left out of the drawing.
    """
    totals: dict[str, float] = {}
    for _, values in columns:
        for name, value in values.items():
            totals[name] = totals.get(name, 0.0) + max(value, 0.0)
    ranked = sorted((name for name in totals if totals[name] > 0), key=lambda n: (-totals[n], n))
    color = {name: index + 1 for index, name in enumerate(ranked[:most])}
    sums = [sum(max(value, 0.0) for value in values.values()) for _, values in columns]
    top = max([*sums, 0.0]) or 1.0
    width = 100 / max(len(columns), 1)
    drawn = []
    for i, (label, values) in enumerate(columns):
        bottom = 100.0
        for name in ranked:
            height = 96 * max(values.get(name, 0.0), 0.0) / top
            bottom -= height
            if height:
                drawn.append(
                    {
                        "x": f"{i * width + width * 0.15:.2f}",
                        "width": f"{width * 0.7:.2f}",
                        "y": f"{bottom:.2f}",
                        "height": f"{height:.2f}",
                        "color": color.get(name, 0),
                        "label": label,
                        "name": name,
                        "value": values[name],
                    }
                )
    legend = [{"name": name, "color": color[name]} for name in ranked[:most]]
    return {
        "parts": drawn,
        "labels": [
            {"label": label, "value": sum_} for (label, _), sum_ in zip(columns, sums, strict=True)
        ],
        "legend": legend,
        "others": len(ranked) > most,
    }


def _calls(row: Mapping[str, Sequence[int]]) -> list[int]:
    return [a + b for a, b in zip(row["successful"], row["failed"], strict=True)]
