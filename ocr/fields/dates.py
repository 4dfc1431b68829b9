"""Dates as documents print them: year first, day first, with Chinese marks or named months. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

# Three- and four-letter month names of the languages that ICAO 9303 passports print (English,
# French, German, Spanish, Portuguese, Italian, Dutch), without accents.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "JAN JANV ENE GEN",
            "FEB FEV FEVR",
            "MAR MARS MRT MAER",
            "APR AVR ABR",
            "MAY MAI MAIO MAG MEI",
            "JUN JUIN GIU",
            "JUL JUIL LUG",
            "AUG AOUT AGO",
            "SEP SEPT SET",
            "OCT OKT OUT OTT",
            "NOV",
            "DEC DEZ DIC",
        ),
        start=1,
    )
    for name in names.split()
}
_YEAR_FIRST = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*[.\-/年 ]\s*(\d{1,2})\s*[.\-/月 ]\s*(\d{1,2})(?!\d)"
)
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\s*[.\-/ ]\s*(\d{1,2})\s*[.\-/ ]\s*((?:19|20)\d\d)(?!\d)")
_NAMED = re.compile(
    r"(?<!\d)(\d{1,2})[\s.\-]*([A-Z]{3,4})[A-Z]*[\s./\-]*(?:[A-Z]{3,4}[\s./\-]*)?((?:19|20)?\d\d)(?!\d)"
)
_CHINESE_MONTH = re.compile(r"(?<!\d)(\d{1,2})\s*(\d{1,2})月\s*/?\s*[A-Z]{3}\s*((?:19|20)\d\d)")


def safe(year: int, month: int, day: int) -> date | None:
    """Return the date, or None if the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def find(text: str) -> list[date]:
    """Return the dates with a four-digit year that a text shows, from left to right."""
    upper = text.upper().replace("Ｏ", "0")
    found: list[tuple[int, date | None]] = []
    for match in _YEAR_FIRST.finditer(upper):
        found.append((match.start(), safe(*(int(group) for group in match.groups()))))
    for match in (*_DAY_FIRST.finditer(upper), *_CHINESE_MONTH.finditer(upper)):
        day, month, year = (int(group) for group in match.groups())
        found.append((match.start(), safe(year, month, day)))
    for match in _NAMED.finditer(upper):
        named = _MONTHS.get(match.group(2)) or _MONTHS.get(match.group(2)[:3])
        if named and len(match.group(3)) == 4:
            found.append((match.start(), safe(int(match.group(3)), named, int(match.group(1)))))
    return [day for _, day in sorted(found, key=lambda item: item[0]) if day is not None]


def find_all(texts: Iterable[str]) -> list[date]:
    """Return the dates of all texts, in their order."""
    return [day for text in texts for day in find(text)]
