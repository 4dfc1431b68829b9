"""Plain text and Markdown exports, in reading order. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ocr.exports.documents import Documents, models
from ocr.exports.result_model import Cell, ResultModel, TextLine

# Characters that CommonMark and its table extension read as markup, and list items at a line's start.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_LIST = re.compile(r"^(\s*)([-+]|\d{1,9}[.)])(\s|$)")


def to_txt(documents: Documents) -> Iterator[bytes]:
    """Yield the lines, or `name: value` of each field; documents are separated by a form feed."""
    for index, (_, one) in enumerate(models(documents)):
        yield (("\f" if index else "") + _plain(one)).encode("utf-8", "replace")


def _plain(one: ResultModel) -> str:
    rows = [f"{name}: {value}" for name, value in one.fields.items()]
    for block in one.blocks:
        if isinstance(block, TextLine):
            rows.append(block.text)
        else:
            rows += ["\t".join(cell.replace("\n", " ") for cell in row) for row in grid(block)]
    return "\n".join(rows) + "\n"


def to_markdown(documents: Documents) -> Iterator[bytes]:
    """Yield headings, paragraphs and pipe tables; text that looks like markup is escaped."""
    several = sum(1 for _ in zip(documents(), range(2), strict=False)) > 1
    for index, (title, one) in enumerate(models(documents)):
        parts = [f"# {escape(title)}"] if several else []
        if one.fields:
            rows = [[name, value] for name, value in one.fields.items()]
            parts.append(_pipe([["Field", "Value"], *rows]))
        for block in one.blocks:
            parts.append(escape(block.text) if isinstance(block, TextLine) else _pipe(grid(block)))
        yield (("\n" if index else "") + "\n\n".join(parts) + "\n").encode("utf-8", "replace")


def escape(text: str) -> str:
    """Return `text` without anything that Markdown would take for markup."""
    return _LIST.sub(r"\1\\\2\3", _MARKUP.sub(r"\\\1", text).replace("\n", " "))


def _pipe(rows: list[list[str]]) -> str:
    if not rows:
        return ""
    lines = ["| " + " | ".join(escape(cell) for cell in row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(lines)


def grid(cells: Sequence[Cell]) -> list[list[str]]:
    """Return a table as rows of equal length; the text of a merged cell stands in its first position."""
    height = max((cell.rows[1] for cell in cells), default=-1) + 1
    width = max((cell.columns[1] for cell in cells), default=-1) + 1
    rows = [[""] * width for _ in range(height)]
    for cell in cells:
        rows[cell.rows[0]][cell.columns[0]] = cell.text
    return rows
