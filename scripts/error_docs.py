"""Write docs/errors.md from the error rows of all apps: `python scripts/error_docs.py`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# Errors

Every error is JSON with a code, a sentence and the request id (also in the header `X-Request-Id`). A failed call is never
billed. This page is written from the rows in `*/errors.py` by `python scripts/error_docs.py`; the console shows the same
under Help, Error codes, in the language of the user.

| Code | HTTP | Message | Cause | What to do |
|---|---|---|---|---|
"""


def text() -> str:
    """Return the page: one line for each row, sorted by code, status and message."""
    from core.error_tables import error_rows

    rows = sorted(error_rows(), key=lambda row: (row.code, row.status, row.message))
    lines = [
        f"| `{row.code}` | {row.status} | {_cell(row.message)} | {_cell(row.cause)} | {_cell(row.remedy)} |"
        for row in rows
    ]
    return HEAD + "\n".join(lines) + "\n"


def _cell(words: str) -> str:
    for old, new in (
        ("|", "\\|"),
        ("\n", " "),
        ("{", "‹"),
        ("}", "›"),
        ("<", "&lt;"),
        (">", "&gt;"),
    ):
        words = words.replace(old, new)
    return words


def main() -> None:
    """Write the page."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    (ROOT / "docs" / "errors.md").write_text(text())


if __name__ == "__main__":
    main()
