"""Name field of an MRZ: fillers recognised as letters, surname and given names. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr.mrz.candidates import Candidates, allowed_candidates
from ocr.mrz.formats import MrzFormat

_FILLER_LIKE = frozenset("KCLESXZ<")  # what recognisers return for fillers in OCR-B


def restore_fillers(
    format_: MrzFormat, line: int, positions: Sequence[Candidates]
) -> list[Candidates]:
    """Return the positions of a line with the fillers behind the name restored.

    Only fillers follow a name, and one filler separates two given names (ICAO 9303-3, 4.6): a lone K
    or C in the run behind the name is a filler. Lines without a name are returned as they are.
    """
    spans = [span for span in format_.spans if span.name == "name" and span.line == line]
    result = list(positions)
    for span in spans:
        letters = [
            allowed_candidates(position, "name")[0][0]
            for position in positions[span.start : span.end]
        ]
        cut = _name_length("".join(letters))
        for index in range(span.start + cut, span.end):
            result[index] = (("<", 0.0 if letters[index - span.start] == "<" else 0.3),)
    return result


def _name_length(text: str) -> int:
    """Return the number of characters before the trailing fillers."""
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
    """Return surname and given names of a name field, words separated by single spaces."""
    text = name.strip("<")
    surname, _, given = text.partition("<<")
    return _words(surname), _words(given)


def _words(text: str) -> str:
    return " ".join(word for word in text.split("<") if word)
