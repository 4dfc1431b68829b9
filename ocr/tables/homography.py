"""The projective map (homography) of four points onto four others. Pure."""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[float, float]


def through(sources: Sequence[Point], targets: Sequence[Point]) -> list[list[float]]:
    """Return the 3 x 3 matrix, last element 1, that maps four points onto four others.

    Raises ValueError if three of the source points lie on a line.
    """
    equations = []
    for (x, y), (u, v) in zip(sources, targets, strict=True):
        equations.append([x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u])
        equations.append([0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v])
    a, b, c, d, e, f, g, h = _solved(equations)
    return [[a, b, c], [d, e, f], [g, h, 1.0]]


def apply(matrix: Sequence[Sequence[float]], point: Point) -> Point:
    """Return a point mapped by a 3 x 3 matrix."""
    x, y = point
    u, v, w = (row[0] * x + row[1] * y + row[2] for row in matrix)
    return u / w, v / w


def _solved(rows: list[list[float]]) -> list[float]:
    """Return the solution of linear equations given as rows of coefficients and right side."""
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda i: abs(rows[i][column]))
        if abs(rows[pivot][column]) < 1e-9:
            raise ValueError("the points do not fix a projective map")
        rows[column], rows[pivot] = rows[pivot], rows[column]
        head = rows[column]
        for i in range(size):
            if i != column:
                factor = rows[i][column] / head[column]
                rows[i] = [one - factor * other for one, other in zip(rows[i], head, strict=True)]
    return [rows[i][size] / rows[i][i] for i in range(size)]
