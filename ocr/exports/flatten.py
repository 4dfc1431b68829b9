"""One view of every service's result: fields, text lines and tables. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# Parts of a result that are no field of the document.
_NOT_FIELDS = {
    "confidence", "text_location", "portrait_image", "portrait_location", "adjusted_image", "excel",
    "words_block_list", "words_region_list", "score_info", "extra_info", "rectification_matrix",
    "plate_location", "markdown_result", "direction", "words_block_count",
}  # fmt: skip

Quad = list[list[int]]


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text with its place (four points of the picture, or empty)."""

    text: str
    confidence: float | None
    location: Quad


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; `rows` and `columns` are the 0-based ranges that it covers."""

    text: str
    rows: tuple[int, int]
    columns: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Flat:
    """A result as people read it: named fields, lines in reading order, tables."""

    fields: dict[str, str]
    confidence: dict[str, float]
    lines: tuple[TextLine, ...] = ()
    tables: tuple[tuple[Cell, ...], ...] = ()
    blocks: tuple[Any, ...] = field(default=())  # TextLine or a table, in reading order


def flatten(result: Any) -> Flat:
    """Return the fields, lines and tables of any service's `result`."""
    if isinstance(result, list):
        return _flat_list(result)
    if "words_region_list" in result:
        return _flat_regions(result["words_region_list"])
    fields: dict[str, str] = {}
    confidence: dict[str, float] = {}
    _collect(result, "", fields, confidence)
    lines = tuple(_line(block) for block in result.get("words_block_list", ()))
    return Flat(fields, confidence, lines, (), lines)


def _flat_list(items: list[dict[str, Any]]) -> Flat:
    """Number the members of a list result, such as several plates."""
    fields: dict[str, str] = {}
    confidence: dict[str, float] = {}
    for index, item in enumerate(items, 1):
        prefix = f"{index}." if len(items) > 1 else ""
        for name, value in item.items():
            if name not in _NOT_FIELDS:
                fields[prefix + name] = _text(value)
                if isinstance(item.get("confidence"), int | float):
                    confidence[prefix + name] = float(item["confidence"])
    return Flat(fields, confidence)


def _flat_regions(regions: list[dict[str, Any]]) -> Flat:
    lines: list[TextLine] = []
    tables: list[tuple[Cell, ...]] = []
    blocks: list[Any] = []
    for region in regions:
        if region.get("type") == "table":
            cells = tuple(_cells(region["words_block_list"]))
            tables.append(cells)
            blocks.append(cells)
            lines += [_line(block) for block in region["words_block_list"]]
        else:
            found = [_line(block) for block in region["words_block_list"]]
            lines += found
            blocks += found
    return Flat({}, {}, tuple(lines), tuple(tables), tuple(blocks))


def _cells(blocks: list[dict[str, Any]]) -> Iterator[Cell]:
    for block in blocks:
        rows, columns = block.get("rows") or [0], block.get("columns") or [0]
        yield Cell(
            str(block.get("words", "")), (min(rows), max(rows)), (min(columns), max(columns))
        )


def _line(block: dict[str, Any]) -> TextLine:
    sure = block.get("confidence")
    return TextLine(
        str(block.get("words", "")),
        float(sure) if isinstance(sure, int | float) else None,
        block.get("location") or block.get("cell_location") or [],
    )


def _collect(
    part: dict[str, Any], prefix: str, fields: dict[str, str], confidence: dict[str, float]
) -> None:
    """Add the fields of `part`; nested objects (front, back, endorsements) get a dotted name."""
    sure = part.get("confidence") if isinstance(part.get("confidence"), dict) else {}
    for name, value in part.items():
        if name in _NOT_FIELDS:
            continue
        if isinstance(value, dict):
            _collect(value, f"{prefix}{name}.", fields, confidence)
        elif not isinstance(value, list):
            fields[prefix + name] = _text(value)
            if isinstance((sure or {}).get(name), int | float):
                confidence[prefix + name] = float((sure or {})[name])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
