"""Gather the change fragments of `changelog.d/` into CHANGELOG.md: `python scripts/release_notes.py VERSION`."""

from __future__ import annotations

import datetime as dt
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AREAS = ("recognition", "jobs", "identity", "billing", "console", "operations", "development")
_TITLE = "# Changelog\n"


def fragments(folder: Path) -> dict[str, list[Path]]:
    """Return the fragment files by area, in name order; raises ValueError for an unknown area."""
    found: dict[str, list[Path]] = defaultdict(list)
    for file in sorted(folder.glob("*.md")):
        if file.name == "README.md":
            continue
        area = file.name.split(".", 1)[0]
        if area not in AREAS:
            raise ValueError(f"{file.name}: the area must be one of {', '.join(AREAS)}")
        found[area].append(file)
    return found


def released(changelog: str, version: str, day: dt.date, found: dict[str, list[Path]]) -> str:
    """Return the changelog with a section for `version` on top; raises ValueError if it is there."""
    if f"\n## {version} " in changelog:
        raise ValueError(f"CHANGELOG.md has a section for {version} already")
    lines = [f"## {version} ({day.isoformat()})", ""]
    for area in AREAS:
        if area in found:
            lines += [f"### {area.capitalize()}", ""]
            lines += [f"- {' '.join(file.read_text().split())}" for file in found[area]]
            lines.append("")
    head, rest = changelog.split(_TITLE, 1)
    return head + _TITLE + "\n" + "\n".join(lines) + rest


def main() -> int:
    """Write CHANGELOG.md and remove the fragments; exit status 2 with a sentence when refused."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python scripts/release_notes.py VERSION\n")
        return 2
    log = ROOT / "CHANGELOG.md"
    try:
        found = fragments(ROOT / "changelog.d")
        text = released(log.read_text(), sys.argv[1], dt.datetime.now(dt.UTC).date(), found)
    except ValueError as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    log.write_text(text)
    for files in found.values():
        for file in files:
            file.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
