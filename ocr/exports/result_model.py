"""Common model of every service's result: named fields, text lines and tables. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# Members of the API's results that are no field of the document: locations, images, measures, lines.
_NOT_FIELDS = {
    "confidence", "text_location", "portrait_image", "portrait_location", "adjusted_image", "excel",
    "words_block_list", "words_region_list", "score_info", "extra_info", "rectification_matrix",
    "plate_location", "markdown_result", "direction", "words_block_count",
}  # fmt: skip

Quad = list[list[int]]
_MAX_POSITIONS = (
    200_000  # row and column positions of one table: a forged range must not fill memory
)


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text with its location: four points in pixels of the image, or empty.

    `chars` are its characters with their locations, where the result has them.
    """

    text: str
    confidence: float | None
    location: Quad
    chars: tuple[tuple[str, Quad], ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; `rows` and `columns` are the 0-based ranges that it covers."""

    text: str
    rows: tuple[int, int]
    columns: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ResultModel:
    """One result: fields by dotted name, lines in reading order, tables as cells.

    `blocks` are lines and tables in reading order.
    """

    fields: dict[str, str]
    confidence: dict[str, float]
    lines: tuple[TextLine, ...] = ()
    tables: tuple[tuple[Cell, ...], ...] = ()
    blocks: tuple[Any, ...] = field(default=())  # TextLine or a table, in reading order


def parse_result(result: Any) -> ResultModel:
    """Return the fields, lines and tables of any service's `result`.

    Raises ValueError for a table that is too large, and AttributeError, KeyError, TypeError or
    IndexError for what is no result (`Document.model` turns them into one ValueError).
    """
    if isinstance(result, list):
        return _parse_list(result)
    if "words_region_list" in result:
        return _parse_regions(result["words_region_list"])
    fields: dict[str, str] = {}
    confidence: dict[str, float] = {}
    _collect(result, "", fields, confidence)
    lines = tuple(_line(block) for block in result.get("words_block_list", ()))
    return ResultModel(fields, confidence, lines, (), lines)


def _parse_list(items: list[dict[str, Any]]) -> ResultModel:
    """Return the fields of a list result, numbered where there are several, e.g. licence plates."""
    fields: dict[str, str] = {}
    confidence: dict[str, float] = {}
    for index, item in enumerate(items, 1):
        prefix = f"{index}." if len(items) > 1 else ""
        for name, value in item.items():
            if name not in _NOT_FIELDS:
                fields[prefix + name] = _text(value)
                if isinstance(item.get("confidence"), int | float):
                    confidence[prefix + name] = float(item["confidence"])
    return ResultModel(fields, confidence)


def _parse_regions(regions: list[dict[str, Any]]) -> ResultModel:
    lines: list[TextLine] = []
    tables: list[tuple[Cell, ...]] = []
    blocks: list[Any] = []
    for region in regions:
        if region.get("type") == "table":
            cells = tuple(_cells(region["words_block_list"]))
            tables.append(cells)
            blocks.append(cells)
            lines += _cell_lines(region["words_block_list"])
        else:
            found = [_line(block) for block in region["words_block_list"]]
            lines += found
            blocks += found
    return ResultModel({}, {}, tuple(lines), tuple(tables), tuple(blocks))


def _cells(blocks: list[dict[str, Any]]) -> Iterator[Cell]:
    """Yield a table's cells without overlap: a range that is partly taken shrinks to its first position."""
    taken: set[tuple[int, int]] = set()
    for block in blocks:
        rows, columns = _range(block.get("rows")), _range(block.get("columns"))
        if len(taken) + (rows[1] - rows[0] + 1) * (columns[1] - columns[0] + 1) > _MAX_POSITIONS:
            raise ValueError("the table has too many cells")
        if max(rows[1] * (columns[1] + 1), columns[1]) > _MAX_POSITIONS:
            raise ValueError("the table is too large")
        positions = _positions(rows, columns)
        if positions & taken:
            rows, columns = (rows[0], rows[0]), (columns[0], columns[0])
            positions = _positions(rows, columns) - taken
        if positions:
            taken |= positions
            yield Cell(str(block.get("words", "")), rows, columns)


def _range(numbers: Any) -> tuple[int, int]:
    found = [int(number) for number in numbers or [0]]
    if min(found) < 0 or max(found) > _MAX_POSITIONS:
        raise ValueError("a cell lies outside of its table")
    return min(found), max(found)


def _positions(rows: tuple[int, int], columns: tuple[int, int]) -> set[tuple[int, int]]:
    return {
        (row, column)
        for row in range(rows[0], rows[1] + 1)
        for column in range(columns[0], columns[1] + 1)
    }


def _line(block: dict[str, Any]) -> TextLine:
    confidence = block.get("confidence")
    return TextLine(
        str(block.get("words", "")),
        float(confidence) if isinstance(confidence, int | float) else None,
        block.get("location") or block.get("cell_location") or [],
        tuple(
            (str(char.get("char", "")), char.get("char_location") or [])
            for char in block.get("char_list") or ()
        ),
    )


def _cell_lines(blocks: list[dict[str, Any]]) -> Iterator[TextLine]:
    """Yield the lines of a table's cells: those that the result lists, else the whole cell."""
    for block in blocks:
        yield from map(_line, block.get("words_list") or [block])


def _collect(
    part: dict[str, Any], prefix: str, fields: dict[str, str], confidence: dict[str, float]
) -> None:
    """Add the fields of `part`; nested objects (front, back, endorsements) get a dotted name."""
    confidences = part.get("confidence") if isinstance(part.get("confidence"), dict) else {}
    for name, value in part.items():
        if name in _NOT_FIELDS:
            continue
        if isinstance(value, dict):
            _collect(value, f"{prefix}{name}.", fields, confidence)
        elif not isinstance(value, list):
            fields[prefix + name] = _text(value)
            if isinstance((confidences or {}).get(name), int | float):
                confidence[prefix + name] = float((confidences or {})[name])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
