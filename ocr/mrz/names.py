"""Names in a machine-readable zone: fillers misread as letters, surname and given names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr.mrz.candidates import Cell, options
from ocr.mrz.formats import Format

_FILLER_LIKE = frozenset("KCLESXZ<")


def without_noise(format_: Format, line: int, cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells of a line with fillers that were read as letters set right.

    After a name come nothing but fillers, and one filler parts two given names: so a lone K or C
    in the run behind the name is no name. Lines without a name come back as they are.
    """
    spans = [span for span in format_.spans if span.name == "name" and span.line == line]
    result = list(cells)
    for span in spans:
        letters = [options(cell, "name")[0][0] for cell in cells[span.start : span.end]]
        cut = _name_end("".join(letters))
        for index in range(span.start + cut, span.end):
            result[index] = (("<", 0.0 if letters[index - span.start] == "<" else 0.3),)
    return result


def _name_end(text: str) -> int:
    """Return where the name ends and fillers begin."""
    tail = re.search(r"<{3,}", text)
    while tail is not None:
        rest = text[tail.start() :]
        words = [word for word in rest.split("<") if word]
        if all(len(word) <= 2 and set(word) <= _FILLER_LIKE for word in words) or not words:
            return tail.start()
        if all(set(word) <= _FILLER_LIKE for word in words) and len(rest) > 8:
            return tail.start()
        tail = re.compile(r"<{3,}").search(text, tail.end())
    run = re.search(r"(K{3,}|C{3,}|L{3,})<*$", text)
    if run:
        return run.start()
    return len(text.rstrip("<"))


def split(name: str) -> tuple[str, str]:
    """Return surname and given names of a name field, words parted by single spaces."""
    text = name.strip("<")
    surname, _, given = text.partition("<<")
    return _words(surname), _words(given)


def _words(text: str) -> str:
    return " ".join(word for word in text.split("<") if word)
