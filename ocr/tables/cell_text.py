"""Fit lines of text to the cells of a table: cut lines that run over several, read what was missed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ocr.layout.columns import Box
from ocr.page import Line, Quad, RecognitionResult
from ocr.tables.cell_grid import CellGrid, Span
from ocr.tables.rectify import Straight
from ocr.tables.ruling_lines import RulingLine
from ocr.vision.geometry import Array

LEAST_INK = 34  # grey levels between ink and the ground around it
LEAST_SCORE = 0.5  # a reading of a place in which no line was found must be at least this sure


@dataclass(frozen=True, slots=True)
class Piece:
    """A line, or a part of one, and its box on the straightened page."""

    line: Line
    box: Box


class Reader(Protocol):
    """Reads a region of the page again."""

    def read(
        self, region: Quad, *, script: str = "latin", model: str = "small", alphabet: str = ""
    ) -> RecognitionResult:
        """Read one region."""


def cut_at_white(
    page: Reader, flat: Straight, pieces: Sequence[Piece], upright: Sequence[RulingLine]
) -> list[Piece]:
    """Cut lines at white wider than a word space and at upright rules that cross them."""
    done: list[Piece] = []
    for piece in pieces:
        box = piece.box
        cuts = [
            rule.at
            for rule in upright
            if box.left + 0.2 * box.height < rule.at < box.right - 0.2 * box.height
            and rule.covers(box.top, box.bottom) > 0.9
            and rule.length > 1.5 * box.height
        ]
        cuts += _white(flat, box)
        done += _cut(page, flat, piece, cuts)
    return done


def cut_at_walls(
    page: Reader, flat: Straight, pieces: Sequence[Piece], grid: CellGrid
) -> list[Piece]:
    """Cut lines that stand in several cells at the walls between them."""
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


def ink_gaps(flat: Straight, box: Box) -> list[tuple[float, float]]:
    """Return the stretches (left, right) inside a box that hold no ink, if wider than a stroke."""
    ink = _ink(flat.gray, box)
    columns = np.flatnonzero(ink.any(axis=0))
    wide = np.flatnonzero(np.diff(columns) > max(3.0, 0.2 * box.height))
    return [(box.left + columns[k] + 1.0, box.left + float(columns[k + 1])) for k in wide]


def tightened(flat: Straight, box: Box) -> Box:
    """Return the box drawn in to its ink at the left and right; as it is where no ink shows."""
    columns = np.flatnonzero(_ink(flat.gray, box).any(axis=0))
    if len(columns) < 2:
        return box
    return replace(box, left=box.left + float(columns[0]), right=box.left + float(columns[-1]) + 1)


def _white(flat: Straight, box: Box) -> list[float]:
    """Return the middles of stretches inside a box without ink, wider than a word space may be."""
    if box.width < 4 * box.height:
        return []
    return [(a + b) / 2 for a, b in ink_gaps(flat, box) if b - a > box.height]


def _cut(page: Reader, flat: Straight, piece: Piece, cuts: Sequence[float]) -> list[Piece]:
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


def _trimmed(flat: Straight, box: Box) -> Box | None:
    """Return the box drawn in to its ink across, or None without ink."""
    ink = _ink(flat.gray, box)
    columns = np.flatnonzero(ink.any(axis=0))
    if len(columns) == 0:
        return None
    pad = 0.2 * box.height
    left = max(box.left, box.left + columns[0] - pad)
    right = min(box.right, box.left + columns[-1] + pad)
    return Box(left, box.top, right, box.bottom, box.line) if right - left > 2 else None


def _ink(gray: Array, box: Box) -> Array:
    """Return where a box holds ink, a margin for rules at its sides left blank."""
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


def _read(page: Reader, flat: Straight, box: Box) -> Piece | None:
    corners = [
        (box.left, box.top),
        (box.right, box.top),
        (box.right, box.bottom),
        (box.left, box.bottom),
    ]
    a, b, c, d = ((float(x), float(y)) for x, y in flat.to_page(corners))
    reading = page.read((a, b, c, d))
    if not reading.text.strip():
        return None
    return Piece(Line(reading.text.strip(), reading.score, (a, b, c, d), reading.chars), box)


def fill_empty(page: Reader, flat: Straight, grid: CellGrid, held: dict[Span, list[Piece]]) -> None:
    """Read the cells that hold ink but no line: single digits and dashes are easily overlooked."""
    for span, pieces in held.items():
        if pieces:
            continue
        region = _inked(flat, grid.box(span))
        if region is None:
            continue
        read = _read(page, flat, region)
        if read is not None and read.line.score >= LEAST_SCORE:
            pieces.append(read)


def _inked(flat: Straight, cell: Box) -> Box | None:
    """Return where one line of ink stands in a cell, or None if there is none or it is not text."""
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
