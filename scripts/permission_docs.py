"""Write docs/permissions.md from the actions and the views: `python scripts/permission_docs.py`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# Permissions

Every action that a policy can allow or deny, and the operations of the API that ask for it. Operations that no action guards
are open to every authenticated caller of the account; recognition itself needs a subscription, not an action. `<service>` is
the service's name in actions, such as `generalText`; “–” stands for actions that only the console, or nothing yet, asks for.
This page is written from the actions that the applications register and from the views, which name the action where it is
enforced.

Scope: *global* actions count where a policy is granted for the account, *project* actions where it is granted for all region
projects or for the project; both count where it is granted for the enterprise project of what is touched.

| Action | Allows | Scope | Access | Operations |
|---|---|---|---|---|
"""


def text() -> str:
    """Return the page: one row an action, those of all services as one, sorted by name."""
    from iam import actions, operations
    from ocr.actions import ROWS, VERBS

    every = operations.operations()
    of_services = {row.name for row in ROWS}
    rows = [
        (row, row.name, row.description) for row in actions.rows() if row.name not in of_services
    ]
    for verb, description, _access in VERBS:
        row = next(row for row in ROWS if row.name.endswith(f":{verb}"))
        rows.append((row, f"ocr:<service>:{verb}", description.format(title="the service")))
    lines = []
    for row, name, description in sorted(rows, key=lambda one: one[1].lower()):
        found = "<br>".join(f"`{one}`" for one in every if one.asks(row.name)) or "–"
        lines.append(f"| `{name}` | {description} | {row.scope} | {row.access} | {found} |")
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

    import django

    django.setup()
    (ROOT / "docs" / "permissions.md").write_text(text())
