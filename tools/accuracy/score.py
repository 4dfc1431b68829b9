"""Compare recognised fields with the truth: exact fields, character errors, confidences."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CONFIDENT = 0.9


@dataclass
class Tally:
    """Sums over the documents of one set."""

    documents: int = 0
    documents_exact: int = 0
    fields: int = 0
    fields_exact: int = 0
    characters: int = 0
    errors: int = 0
    confident: int = 0
    confident_right: int = 0
    mrz_lines: int = 0
    mrz_lines_exact: int = 0
    seconds: float = 0.0
    teds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(
        self,
        name: str,
        truth: Mapping[str, Any],
        read: Mapping[str, Any] | list[Any] | None,
        *,
        seconds: float,
        accept: Mapping[str, list[Any]] | None = None,
    ) -> None:
        """Count one document; `read` is None where it was refused."""
        self.documents += 1
        self.seconds += seconds
        answer = (read[0] if read else {}) if isinstance(read, list) else read or {}
        sure = answer.get("confidence", {})
        if not isinstance(sure, Mapping):  # one for the whole answer, as plates have it
            sure = dict.fromkeys(truth, sure)
        misses = []
        for key, wanted in truth.items():
            got = answer.get(key, "")
            right = folded(got) in [folded(v) for v in (wanted, *(accept or {}).get(key, []))]
            self.fields += 1
            self.fields_exact += right
            self.characters += max(len(str(wanted)), 1)
            self.errors += (
                0 if right else min(distance(str(wanted), str(got)), len(str(wanted)) or 1)
            )
            if isinstance(sure.get(key), float) and sure[key] >= CONFIDENT and got != "":
                self.confident += 1
                self.confident_right += right
            if not right:
                misses.append(f"{key}: {wanted!r} read as {got!r} ({sure.get(key)})")
        self.documents_exact += not misses
        if misses:
            self.wrong.append(f"{name}: " + ("refused" if read is None else "; ".join(misses)))

    def add_lines(self, truth: tuple[str, ...], read: tuple[str, ...]) -> None:
        """Count machine-readable lines."""
        self.mrz_lines += len(truth)
        self.mrz_lines_exact += sum(a == b for a, b in zip(truth, read, strict=False))


def folded(value: Any) -> Any:
    """Return a text with composed characters, full-width forms folded and spaces collapsed."""
    if not isinstance(value, str):
        return value
    return " ".join(unicodedata.normalize("NFKC", value).split())


def distance(one: str, other: str) -> int:
    """Return the Levenshtein distance."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]
