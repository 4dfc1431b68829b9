"""Write docs/settings.md and .env.example from the table of settings: `python scripts/setting_docs.py`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# Settings

Every setting is an environment variable; `.env.example` lists them all. Nothing else configures the server. The table
is written from `config/env.py` by `python scripts/setting_docs.py`.

| Name | Default | What |
|---|---|---|
"""
FOOT = """
## Embedded and scaled mode
Without `CELERY_BROKER_URL` one web process serves everything: SQLite, a pool of engine processes, a ticker thread for
periodic jobs. With `DATABASE_URL`, `REDIS_URL` and `CELERY_BROKER_URL` the same code runs on many machines.
`manage.py check` refuses unsafe mixtures and names the variable to set.
"""


def text() -> str:
    """Return the page."""
    from config import env

    rows = "".join(
        f"| `{var.name}` | {f'`{var.default}`' if var.default else 'empty'} | {var.help.replace('|', chr(92) + '|')} |\n"
        for var in env.VARS
    )
    return HEAD + rows + FOOT


def example() -> str:
    """Return `.env.example`: every setting with its default, its help above it."""
    from config import env

    head = "# Every setting of OCR Console with its default; docs/settings.md explains them.\n"
    return head + "".join(f"# {var.help}\n{var.name}={var.default}\n" for var in env.VARS)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    (ROOT / "docs" / "settings.md").write_text(text())
    (ROOT / ".env.example").write_text(example())
