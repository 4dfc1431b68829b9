"""Write docs/errors.md from the error tables: `python scripts/error_docs.py`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# Errors

Every error is JSON with a code, a sentence and the request id (also in the header `X-Request-Id`). A failed call is never
billed. This page is written from the tables in `*/errors.py`.

| Code | HTTP | Message | What to do |
|---|---|---|---|
"""


def text() -> str:
    """Return the page: one row a code, sorted by code and status."""
    import billing.errors
    import core.errors
    import iam.errors
    import monitoring.errors
    import ocr.errors
    from core.errors import ErrorRow

    found = {
        (row.code, row.status, row.message): row
        for module in (
            core.errors,
            iam.errors,
            billing.errors,
            monitoring.errors,
            ocr.errors,
        )
        for row in vars(module).values()
        if isinstance(row, ErrorRow)
    }
    lines = [
        f"| `{code}` | {status} | {_cell(message)} | {_cell(found[code, status, message].advice)} |"
        for code, status, message in sorted(found)
    ]
    return HEAD + "\n".join(lines) + "\n"


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ").replace("{", "‹").replace("}", "›")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    (ROOT / "docs" / "errors.md").write_text(text())
