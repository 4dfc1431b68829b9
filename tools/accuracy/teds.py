"""TEDS: how alike two tables are, 1 = equal; tree edit distance over table, rows and cells.

The measure of Zhong et al., "Image-based table recognition: data, model, and evaluation" (2020):
`1 - distance / max(nodes)`, where renaming a cell costs 1 if its spans differ and otherwise the
normalised Levenshtein distance of the two texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

Cells = Sequence[Sequence["str | None"]]
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the tree: a table, a row or a cell with its spans and text."""

    tag: str
    text: str = ""
    rows: int = 1
    columns: int = 1
    children: tuple[Node, ...] = field(default=())


def tree(cells: Cells, merged: Sequence[Sequence[int]] = ()) -> Node:
    """Return the tree of a grid; `None` is covered by a merge, `merged` is (row, column, row, column)."""
    spans = {(m[0], m[1]): (m[2] - m[0] + 1, m[3] - m[1] + 1) for m in merged}
    rows = []
    for i, row in enumerate(cells):
        found = []
        for j, text in enumerate(row):
            if text is None:
                continue
            tall, wide = spans.get((i, j), (1, 1))
            found.append(Node("td", _SPACES.sub(" ", text).strip(), tall, wide))
        rows.append(Node("tr", children=tuple(found)))
    return Node("table", children=tuple(rows))


def teds(found: Node, truth: Node, *, structure_only: bool = False) -> float:
    """Return the similarity of two tables in 0..1."""
    one, other = _Flat(found), _Flat(truth)
    distance = _distance(one, other, structure_only=structure_only)
    return max(0.0, 1 - distance / max(len(one.nodes), len(other.nodes)))


def page_teds(found: Sequence[Node], truth: Sequence[Node]) -> float:
    """Return the mean over the tables of a page, in order; a missing or surplus table counts 0."""
    if not truth:
        return 1.0 if not found else 0.0
    pairs = zip(found, truth, strict=False)
    return sum(teds(a, b) for a, b in pairs) / max(len(found), len(truth))


class _Flat:
    """Post-order nodes, leftmost leaves and key roots, as Zhang and Shasha (1989) need them."""

    def __init__(self, root: Node) -> None:
        self.nodes: list[Node] = []
        self.leftmost: list[int] = []
        self._walk(root)
        last = {leaf: index for index, leaf in enumerate(self.leftmost)}
        self.keyroots = sorted(last.values())

    def _walk(self, node: Node) -> int:
        first = -1
        for child in node.children:
            leaf = self._walk(child)
            first = leaf if first < 0 else first
        self.nodes.append(node)
        first = len(self.nodes) - 1 if first < 0 else first
        self.leftmost.append(first)
        return first


def _rename(one: Node, other: Node, *, structure_only: bool) -> float:
    if (one.tag, one.rows, one.columns) != (other.tag, other.rows, other.columns):
        return 1.0
    if structure_only or one.tag != "td" or one.text == other.text:
        return 0.0
    return levenshtein(one.text, other.text) / max(len(one.text), len(other.text))


def levenshtein(one: str, other: str) -> int:
    """Return the number of insertions, deletions and replacements between two texts."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, right in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (left != right))
    return row[-1]


def _distance(one: _Flat, other: _Flat, *, structure_only: bool) -> float:
    done = [[0.0] * len(other.nodes) for _ in one.nodes]
    for i in one.keyroots:
        for j in other.keyroots:
            _forest(one, other, i, j, done, structure_only=structure_only)
    return done[-1][-1]


def _forest(
    one: _Flat, other: _Flat, i: int, j: int, done: list[list[float]], *, structure_only: bool
) -> None:
    top, left = one.leftmost[i], other.leftmost[j]
    high, wide = i - top + 2, j - left + 2
    cost = [[0.0] * wide for _ in range(high)]
    for a in range(1, high):
        cost[a][0] = a
    cost[0] = [float(b) for b in range(wide)]
    for a in range(1, high):
        x = top + a - 1
        for b in range(1, wide):
            y = left + b - 1
            edit = min(cost[a - 1][b] + 1, cost[a][b - 1] + 1)
            if one.leftmost[x] == top and other.leftmost[y] == left:
                swap = _rename(one.nodes[x], other.nodes[y], structure_only=structure_only)
                cost[a][b] = done[x][y] = min(edit, cost[a - 1][b - 1] + swap)
            else:
                sub = cost[one.leftmost[x] - top][other.leftmost[y] - left] + done[x][y]
                cost[a][b] = min(edit, sub)
