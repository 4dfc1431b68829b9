"""The help about error codes, in the user's language, derived from the rows of all apps.

Nothing about a code is written here: its causes, remedies, family and field are columns of the
`ErrorRow`s in `<app>/errors.py`, which `core.error_tables` collects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from core.error_tables import distinct, rows_by_code
from core.errors import FAMILIES, ErrorFamily, ErrorRow


@dataclass(frozen=True, slots=True)
class ErrorHelp:
    """One code with all rows that share it; texts are translated when they are read."""

    code: str
    rows: tuple[ErrorRow, ...]

    @property
    def family(self) -> ErrorFamily | None:
        """Return the section of the help: that of the code's first row."""
        return self.rows[0].family

    @property
    def field(self) -> str:
        """Return the field of a recognition request that is to blame, "" where none is."""
        return next((row.field for row in self.rows if row.field), "")

    @property
    def causes(self) -> list[str]:
        """Return the causes, each once."""
        return distinct([_translated(row.cause) for row in self.rows])

    @property
    def remedies(self) -> list[str]:
        """Return the remedies, each once."""
        return distinct([_translated(row.remedy) for row in self.rows])

    @property
    def messages(self) -> list[dict[str, object]]:
        """Return what a caller gets, each once: HTTP status and message, its gaps in angle marks."""
        found = dict.fromkeys((row.status, row.message) for row in self.rows)
        return [
            {"status": status, "message": message.replace("{", "‹").replace("}", "›")}
            for status, message in found
        ]


def help_of(code: str) -> ErrorHelp | None:
    """Return the help of a code; None for a code that no table has."""
    rows = rows_by_code().get(code)
    return ErrorHelp(code, rows) if rows else None


def help_by_family() -> list[dict[str, Any]]:
    """Return the sections of the help in their order: title and codes."""
    found = [ErrorHelp(code, rows) for code, rows in rows_by_code().items()]
    return [
        {"title": gettext(family.title), "rows": [row for row in found if row.family == family]}
        for family in FAMILIES
    ]


def remedy(row: ErrorRow) -> str:
    """Return what to do about one row: its own remedy, not those of other rows of its code."""
    return _translated(row.remedy)


def _translated(text: str) -> str:
    # The empty msgid is the header of the catalogue.
    return gettext(text) if text else ""
