"""Plain text and Markdown, in reading order. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr.exports.flatten import Cell, Flat, TextLine

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|])")


def to_txt(documents: Sequence[tuple[str, Flat]]) -> bytes:
    """Return the lines, or `name: value` of each field; documents are parted by a form feed."""
    return "\f".join(_plain(flat) for _, flat in documents).encode()


def _plain(flat: Flat) -> str:
    rows = [f"{name}: {value}" for name, value in flat.fields.items()]
    for block in flat.blocks:
        if isinstance(block, TextLine):
            rows.append(block.text)
        else:
            rows += ["\t".join(row) for row in grid(block)]
    return "\n".join(rows) + "\n"


def to_markdown(documents: Sequence[tuple[str, Flat]]) -> bytes:
    """Return headings, paragraphs and pipe tables; text that looks like markup is escaped."""
    parts: list[str] = []
    for title, flat in documents:
        if len(documents) > 1:
            parts.append(f"# {escape(title)}")
        if flat.fields:
            rows = [[name, value] for name, value in flat.fields.items()]
            parts.append(_pipe([["Field", "Value"], *rows]))
        for block in flat.blocks:
            parts.append(escape(block.text) if isinstance(block, TextLine) else _pipe(grid(block)))
    return ("\n\n".join(parts) + "\n").encode()


def escape(text: str) -> str:
    """Return `text` without anything that Markdown would take for markup."""
    return _MARKUP.sub(r"\\\1", text).replace("\n", " ")


def _pipe(rows: list[list[str]]) -> str:
    if not rows:
        return ""
    lines = ["| " + " | ".join(escape(cell) for cell in row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(lines)


def grid(cells: Sequence[Cell]) -> list[list[str]]:
    """Return a table as rows of equal length; a merged cell stands in its first place."""
    height = max((cell.rows[1] for cell in cells), default=-1) + 1
    width = max((cell.columns[1] for cell in cells), default=-1) + 1
    rows = [[""] * width for _ in range(height)]
    for cell in cells:
        rows[cell.rows[0]][cell.columns[0]] = cell.text
    return rows
