"""Assign lines of text to table cells: split lines that span several, recognise what was missed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from ocr.layout.columns import Box
from ocr.page import Line, Quad, RecognitionResult
from ocr.tables.cell_grid import CellGrid, Span
from ocr.tables.rectify import StraightPage
from ocr.tables.ruling_lines import RulingLine

Array = np.ndarray[Any, Any]
LEAST_INK = 34  # grey levels between ink and its background
LEAST_SCORE = 0.5  # least score of a result for a cell in which no line was detected


@dataclass(frozen=True, slots=True)
class Piece:
    """A line, or a part of one, and its box on the straightened page."""

    line: Line
    box: Box


class RegionRecognizer(Protocol):
    """Recognises a region of the page again."""

    def read(
        self, region: Quad, *, script: str = "latin", model: str = "small", alphabet: str = ""
    ) -> RecognitionResult:
        """Recognise one region."""


def split_at_gaps(
    page: RegionRecognizer,
    flat: StraightPage,
    pieces: Sequence[Piece],
    vertical: Sequence[RulingLine],
) -> list[Piece]:
    """Split lines at gaps wider than a word space and at vertical ruling lines that cross them."""
    done: list[Piece] = []
    for piece in pieces:
        box = piece.box
        cuts = [
            ruling.at
            for ruling in vertical
            if box.left + 0.2 * box.height < ruling.at < box.right - 0.2 * box.height
            and ruling.covers(box.top, box.bottom) > 0.9
            and ruling.length > 1.5 * box.height
        ]
        cuts += _wide_gaps(flat, box)
        done += _cut(page, flat, piece, cuts)
    return done


def split_at_walls(
    page: RegionRecognizer, flat: StraightPage, pieces: Sequence[Piece], grid: CellGrid
) -> list[Piece]:
    """Split lines that span several cells at the walls between them."""
    cells = [grid.box(span) for span in grid.spans()]
    done: list[Piece] = []
    for piece in pieces:
        box = piece.box
        slack = 0.6 * box.height
        cuts = [
            cell.left
            for cell in cells
            if cell.top <= box.y <= cell.bottom and box.left + slack < cell.left < box.right - slack
        ]
        done += _cut(page, flat, piece, cuts)
    return done


def ink_gaps(flat: StraightPage, box: Box) -> list[tuple[float, float]]:
    """Return the stretches (left, right) inside a box without ink that are wider than a stroke."""
    ink = _ink(flat.gray, box)
    columns = np.flatnonzero(ink.any(axis=0))
    wide = np.flatnonzero(np.diff(columns) > max(3.0, 0.2 * box.height))
    return [(box.left + columns[k] + 1.0, box.left + float(columns[k + 1])) for k in wide]


def tightened(flat: StraightPage, box: Box) -> Box:
    """Return the box narrowed to its ink at the left and right; unchanged without ink."""
    columns = np.flatnonzero(_ink(flat.gray, box).any(axis=0))
    if len(columns) < 2:
        return box
    return replace(box, left=box.left + float(columns[0]), right=box.left + float(columns[-1]) + 1)


def _wide_gaps(flat: StraightPage, box: Box) -> list[float]:
    """Return the middles of stretches without ink inside a box that are wider than a word space."""
    if box.width < 4 * box.height:
        return []
    return [(a + b) / 2 for a, b in ink_gaps(flat, box) if b - a > box.height]


def _cut(
    page: RegionRecognizer, flat: StraightPage, piece: Piece, cuts: Sequence[float]
) -> list[Piece]:
    if not cuts:
        return [piece]
    box = piece.box
    edges = [box.left, *sorted(cuts), box.right]
    done = []
    for left, right in itertools.pairwise(edges):
        part = _trimmed(flat, Box(left, box.top, right, box.bottom, box.line))
        if part is None:
            continue
        read = _read(page, flat, part)
        if read is not None:
            done.append(read)
    return done or [piece]


def _trimmed(flat: StraightPage, box: Box) -> Box | None:
    """Return the box narrowed to its ink with some padding, or None without ink."""
    ink = _ink(flat.gray, box)
    columns = np.flatnonzero(ink.any(axis=0))
    if len(columns) == 0:
        return None
    pad = 0.2 * box.height
    left = max(box.left, box.left + columns[0] - pad)
    right = min(box.right, box.left + columns[-1] + pad)
    return Box(left, box.top, right, box.bottom, box.line) if right - left > 2 else None


def _ink(gray: Array, box: Box) -> Array:
    """Return the ink of a box as an H x W boolean array, without a margin where ruling lines may be."""
    top, bottom, left, right = (
        max(0, round(v)) for v in (box.top, box.bottom, box.left, box.right)
    )
    inner = gray[top:bottom, left:right].astype(np.int16)
    if inner.size == 0:
        return np.zeros((1, 1), bool)
    ink = np.abs(inner - np.median(inner)) > LEAST_INK
    margin = max(1, round(0.12 * box.height))
    ink[:margin], ink[-margin:] = False, False
    return np.asarray(ink)


def _read(page: RegionRecognizer, flat: StraightPage, box: Box) -> Piece | None:
    corners = [
        (box.left, box.top),
        (box.right, box.top),
        (box.right, box.bottom),
        (box.left, box.bottom),
    ]
    a, b, c, d = ((float(x), float(y)) for x, y in flat.to_page(corners))
    result = page.read((a, b, c, d))
    if not result.text.strip():
        return None
    return Piece(Line(result.text.strip(), result.score, (a, b, c, d), result.chars), box)


def fill_empty(
    page: RegionRecognizer, flat: StraightPage, grid: CellGrid, held: dict[Span, list[Piece]]
) -> None:
    """Recognise cells with ink but no line: text detection misses single digits and dashes."""
    for span, pieces in held.items():
        if pieces:
            continue
        region = _inked(flat, grid.box(span))
        if region is None:
            continue
        read = _read(page, flat, region)
        if read is not None and read.line.score >= LEAST_SCORE:
            pieces.append(read)


def _inked(flat: StraightPage, cell: Box) -> Box | None:
    """Return the box of the single line of ink in a cell, or None without ink or if it is not text."""
    inset = max(2.0, 0.12 * flat.text_height)
    inner = Box(cell.left + inset, cell.top + inset, cell.right - inset, cell.bottom - inset)
    ink = _ink(flat.gray, inner)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if len(rows) == 0 or ink.sum() < 0.01 * flat.text_height**2:
        return None
    high, wide = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    if high > 1.6 * flat.text_height or wide < 0.1 * flat.text_height:
        return None
    middle = inner.top + (rows[0] + rows[-1]) / 2
    half, pad = 0.5 * flat.text_height, 0.35 * flat.text_height
    top, bottom = max(cell.top + 1, middle - half), min(cell.bottom - 1, middle + half)
    left, right = inner.left + columns[0] - pad, inner.left + columns[-1] + pad
    return Box(max(cell.left + 1, left), top, min(cell.right - 1, right), bottom)
