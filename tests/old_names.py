"""Names of rooms, files and identifiers that are gone, so that no text leads a reader to them.

A path stands without its ending where the module is meant as well: it is found in `a/b.py`, in
`a.b` and in `from a import b`.
"""

from __future__ import annotations

import re

# Old modules, by the room that they were in.
MODULES = {
    "ocr/parsing": "fence unfenced unruled rules grid rows columns votes repair card_answer checks spacing "
    "mrz_cells mrz_rows mrz_page mrz_solve",
    "ocr/engine": "table_rules table_straight table_texts own scripts packs grams upright card measures live_page "
    "reader long_lines tiles contrast fonts ctc dbnet decode dispatch queue pool messages base worker",
    "ocr/exports": "flatten ink advance zipped picture sheets word",
    "ocr/batch": "bell keeping callers claims outcomes reading opener unpack opening kinds vault times ranges files "
    "documents pictures runner",
    "ocr/models": "batch",
    "ocr/intake": "body load header fetch post obs",
    "ocr": "fold rollup swap partitions selectors cloud_eye calls limits notify alarms",
    "iam": "received",
    "iam/services": "rules versions",
    "billing/services": "folding assignment",
    "portal": "troubles typed choices own_keys snippets tables",
    "portal/pages": "device people unit_trace operator",
    "core": "prepared context",
    "bench": "abreast crowds filled apart fair faults checks rows site start bare over_broker peers",
    "tools/bench": "batch",
    "training": "strokes grams words plates",
}
# Whole rooms.
ROOMS = "ocr.parsing ocr.batch tests.drawing tests.batch"
IDENTIFIERS = ("EngineFull", "EngineDied", "KEPT_FREE_S", "PATIENCE")


def patterns() -> list[re.Pattern[str]]:
    """Return what must not be found in a text."""
    found = [re.compile(rf"\b{name}\b") for name in IDENTIFIERS]
    for room in ROOMS.split():
        parts = room.split(".")
        found.append(re.compile(r"(?<![\w/.-])" + r"[./]".join(map(re.escape, parts)) + r"\b"))
    for room, names in MODULES.items():
        parts = room.split("/")
        path = r"[./]".join(map(re.escape, parts))
        either = "|".join(names.split())
        found.append(re.compile(rf"(?<![\w/.-]){path}[./](?:{either})(?:\.py\b|(?![\w/-]))"))
        found.append(re.compile(rf"^\s*from {'[.]'.join(parts)} import .*\b(?:{either})\b", re.M))
    return found
