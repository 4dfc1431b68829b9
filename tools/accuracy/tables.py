"""Accuracy of tables: mean TEDS on drawn pages and on public samples, seconds per page.

`python -m tools.accuracy.tables [--count N] [--first SEED]`; report seeds begin at 770000, development at 0.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

import cv2

from ocr.tables.model import join_lines
from tools.accuracy import reading
from tools.accuracy.reading import SAMPLES
from tools.accuracy.score import Tally
from tools.accuracy.teds import Node, page_teds, tree
from tools.synthetic.tables import draw

CODE = "general-table"
REPORT = 770_000  # first seed of the report set; development begins at 0


def found(result: dict[str, Any]) -> list[Node]:
    """Return the tables of an answer as trees."""
    trees = []
    for region in result["words_region_list"]:
        if region["type"] != "table":
            continue
        blocks = region["words_block_list"]
        rows = 1 + max(block["rows"][-1] for block in blocks)
        columns = 1 + max(block["columns"][-1] for block in blocks)
        cells: list[list[str | None]] = [[None] * columns for _ in range(rows)]
        for block in blocks:
            cells[block["rows"][0]][block["columns"][0]] = block["words"]
        ends = [(b["rows"][0], b["columns"][0], b["rows"][-1], b["columns"][-1]) for b in blocks]
        trees.append(tree(cells, ends))
    return trees


def drawn(*, count: int, first: int, degraded: bool) -> tuple[float, float, float]:
    """Return mean TEDS, share of pages without a fault, seconds a page."""
    scores, started = [], time.perf_counter()
    for seed in range(first, first + count):
        page = draw(seed, degraded=degraded)
        image = cv2.imencode(".png", page.image)[1].tobytes()
        truth = [
            tree(
                [
                    [None if c is None else join_lines(c.split("\n")) for c in row]
                    for row in g.cells
                ],
                g.merged,
            )
            for g in page.tables
        ]
        scores.append(page_teds(found(reading.read(image, CODE).result), truth))
    seconds = (time.perf_counter() - started) / count
    return sum(scores) / count, sum(score > 0.9999 for score in scores) / count, seconds


def samples() -> Iterable[tuple[str, float]]:
    """Yield each sample table with its TEDS against the nearest right form."""
    path = SAMPLES / "truth.json"
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"] if path.exists() else []
    for case in (case for case in cases if case["service"] == CODE):
        got = found(reading.read((SAMPLES / case["file"]).read_bytes(), CODE).result)
        tables = case["expected"]["tables"]
        forms = [tables, *[[other] for other in tables[0].get("accept", ())]]
        trees = [[tree(table["cells"], table["merged"]) for table in form] for form in forms]
        yield case["file"], max(page_teds(got, form) for form in trees)


def tallies(*, count: int, first: int) -> Iterator[tuple[str, Tally]]:
    """Yield the sums of the drawn sets and of the samples as `make accuracy` reports them."""
    for style in ("clean", "degraded"):
        mean, whole, seconds = drawn(count=count, first=first, degraded=style == "degraded")
        exact = round(whole * count)
        yield style, Tally(count, exact, seconds=seconds * count, teds=[mean])
    started = time.perf_counter()
    scores = [score for _, score in samples()]
    if scores:
        exact = sum(score > 0.9999 for score in scores)
        took = time.perf_counter() - started
        yield "real samples", Tally(len(scores), exact, seconds=took, teds=scores)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--first", type=int, default=REPORT)
    options = parser.parse_args()
    for degraded in (False, True):
        mean, whole, seconds = drawn(count=options.count, first=options.first, degraded=degraded)
        style = "degraded" if degraded else "clean"
        print(
            f"drawn {style}: TEDS {mean:.4f}, pages without a fault {whole:.2f}, {seconds:.2f} s a page"
        )
    scores = list(samples())
    for name, score in scores:
        print(f"{name}: {score:.4f}")
    if scores:
        print(f"samples: TEDS {sum(score for _, score in scores) / len(scores):.4f}")


if __name__ == "__main__":
    main()
