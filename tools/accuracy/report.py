"""Write docs/accuracy.md: one table, rows replaced service by service."""

from __future__ import annotations

from pathlib import Path

from tools.accuracy.score import Tally

_START, _END = "<!-- rows -->", "<!-- /rows -->"
_HEAD = (
    "| Service | Set | Documents | Documents exact | Fields exact | Character error | MRZ lines exact "
    "| Confidence ≥ 0.9 and right | Table TEDS | Seconds an image |\n|---|---|---|---|---|---|---|---|---|---|"
)
_PREFACE = "# Accuracy\n\n"  # only where the page does not exist yet; its method stands in the page


def share(part: int, whole: int) -> str:
    """Return a percentage with its counts, or a dash."""
    return f"{100 * part / whole:.1f} % ({part}/{whole})" if whole else "–"


def row(code: str, name: str, tally: Tally) -> str:
    """Return one line of the table."""
    cells = (
        code,
        name,
        str(tally.documents),
        share(tally.documents_exact, tally.documents),
        share(tally.fields_exact, tally.fields),
        f"{100 * tally.errors / tally.characters:.2f} %" if tally.characters else "–",
        share(tally.mrz_lines_exact, tally.mrz_lines),
        share(tally.confident_right, tally.confident),
        f"{sum(tally.teds) / len(tally.teds):.4f}" if tally.teds else "–",
        f"{tally.seconds / max(tally.documents, 1):.2f}",
    )
    return "| " + " | ".join(cells) + " |"


def write(path: Path, rows: list[tuple[str, str, Tally]], *, count: int) -> None:
    """Write the rows into the page's table; rows of services that were not measured stay as they are."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    kept = {}
    if _START in old:
        body = old.split(_START)[1].split(_END)[0]
        for line in body.splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if len(cells) == 10 and not cells[0].startswith("-") and cells[0] != "Service":
                kept[cells[0], cells[1]] = line
    for code, name, tally in rows:
        kept[code, name] = row(code, name, tally)
    table = "\n".join([_HEAD, *kept.values()])
    before = old.split(_START)[0] if _START in old else _PREFACE
    after = old.split(_END)[1] if _END in old else f"\n\nDrawn sets: {count} documents each.\n"
    path.write_text(f"{before}{_START}\n{table}\n{_END}{after}", encoding="utf-8")
