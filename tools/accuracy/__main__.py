"""`make accuracy`: measure the accuracy of each service and write docs/accuracy.md.

`python -m tools.accuracy [--count N] [--purpose development] [--no-write] [-v] [code ...]`
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.accuracy import reading, report, tables, texts
from tools.accuracy.reading import SAMPLES
from tools.accuracy.score import Tally
from tools.synthetic import sets
from tools.synthetic.photo import STYLES

ROOT = Path(__file__).resolve().parents[2]
# Names that the public samples use for a service and its fields, where they differ.
SERVICE_OF = {"bank-card": "bankcard"}
FIELD_OF = {
    "bankcard": {
        "card_number": "",  # without spaces; the service keeps them, as they are printed
        "card_number_printed": "card_number",
        "brand": "type",
        "holder_name": "card_holder",
    }
}


def drawn(code: str, style: str, *, count: int, purpose: str) -> Tally:
    """Measure one service on one drawn set."""
    tally = Tally()
    pairs = sets.documents(code, count=count, style=style, purpose=purpose)
    for index, (document, image) in enumerate(pairs):
        got = reading.read(image, code, document.options)
        tally.add(f"{code} {style} {index}", document.fields, got.result, seconds=got.seconds)
        if document.mrz:
            tally.add_lines(document.mrz, got.mrz)
    return tally


def real(code: str) -> Tally | None:
    """Measure one service on the real samples beside the repository, if there are any."""
    table = SAMPLES / "truth.json"
    if not table.exists():
        return None
    tally = Tally()
    for case in json.loads(table.read_text(encoding="utf-8"))["cases"]:
        fields = case["expected"].get("fields")
        if SERVICE_OF.get(case["service"], case["service"]) != code or fields is None:
            continue
        known = {*reading.module_of(code).FIELDS}
        names = FIELD_OF.get(code, {})
        truth = {names.get(key, key): value for key, value in fields.items()}
        truth = {key: value for key, value in truth.items() if key in known}
        got = reading.read((SAMPLES / case["file"]).read_bytes(), code)
        accept = case["expected"].get("accept")
        tally.add(case["file"], truth, got.result, seconds=got.seconds, accept=accept)
        tally.add_lines(tuple(case["expected"].get("machine_code_lines", ())), got.mrz)
    return tally if tally.documents else None


def measured(
    code: str, *, count: int, purpose: str, styles: Sequence[str]
) -> Iterator[tuple[str, Tally]]:
    """Yield each set of a service with what was measured on it."""
    if code == tables.CODE:
        first = tables.REPORT if purpose == "report" else 0
        yield from tables.tallies(count=count, first=first)
        return
    if code in texts.CODES:
        found = texts.tally_of(code)
    else:
        for style in styles:
            yield style, drawn(code, style, count=count, purpose=purpose)
        found = real(code)
    if found is not None:
        yield "real samples", found


def main() -> int:
    """Measure the services named, or all, and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("codes", nargs="*", default=[])
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--purpose", choices=tuple(sets.SEEDS), default="report")
    parser.add_argument("--style", choices=tuple(STYLES), action="append")
    parser.add_argument("--no-write", action="store_true")
    parser.add_argument("-v", "--verbose", action="store_true")
    chosen = parser.parse_args()
    rows: list[tuple[str, str, Tally]] = []
    for code in chosen.codes or sets.codes():
        styles = chosen.style or tuple(STYLES)
        for name, tally in measured(
            code, count=chosen.count, purpose=chosen.purpose, styles=styles
        ):
            rows.append((code, name, tally))
            print(report.row(code, name, tally), flush=True)
            if chosen.verbose:
                print(*(f"    {line}" for line in tally.wrong), sep="\n", flush=True)
        if (
            not chosen.no_write
        ):  # after each service, so that a run cut short leaves what it measured
            report.write(ROOT / "docs" / "accuracy.md", rows, count=chosen.count)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
