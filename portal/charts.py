"""Figures to what a chart draws. Pure."""

from __future__ import annotations

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


def lines(
    series: Mapping[str, Any], *, names: Mapping[str, str], split: bool, good: str, bad: str
) -> dict[str, Any]:
    """Return what the time chart needs: unix seconds and one labelled row of numbers a line.

    `series` is {"times": [...], "series": {key: {"successful": [...], "failed": [...]}}}. With
    `split` each key is one line of its calls; without, all keys are summed to `good` and `bad`.
    """
    times = list(series["times"])
    rows: Mapping[str, Mapping[str, Sequence[int]]] = series["series"]
    if split:
        drawn = [
            {
                "label": names.get(key, key) or key,
                "values": [a + b for a, b in zip(row["successful"], row["failed"], strict=True)],
            }
            for key, row in sorted(rows.items(), key=lambda item: -_weight(item[1]))
        ]
    else:
        drawn = [
            {"label": good, "values": _sum(rows, "successful", len(times)), "tone": "good"},
            {"label": bad, "values": _sum(rows, "failed", len(times)), "tone": "bad"},
        ]
    return {"times": times, "lines": drawn}


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


def _weight(row: Mapping[str, Sequence[int]]) -> int:
    return sum(row["successful"]) + sum(row["failed"])


def _sum(rows: Mapping[str, Mapping[str, Sequence[int]]], name: str, size: int) -> list[int]:
    return [sum(row[name][i] for row in rows.values()) for i in range(size)]
