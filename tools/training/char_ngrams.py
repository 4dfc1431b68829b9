"""Count character n-grams of a kind's texts: `python -m tools.training.char_ngrams burmese_lines --out FILE`."""

from __future__ import annotations

import argparse
import importlib
import json
import unicodedata
import zlib
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from ocr.vision.char_ngrams import START

LONGEST = 4
# A context seen less often than this is left to shorter ones: a few cases prove nothing.
LEAST = (0, 1, 3, 10, 25)


def main() -> None:
    """Count the characters that follow contexts of up to four characters in the texts of a kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", help="module of tools/training/ with `text(random)`")
    parser.add_argument("--lines", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    kind = importlib.import_module(f"training.{options.kind}")
    random = np.random.default_rng(options.seed)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for _ in range(options.lines):
        text = START * LONGEST + unicodedata.normalize("NFC", kind.text(random))
        for place in range(LONGEST, len(text)):
            for length in range(LONGEST + 1):
                counts[text[place - length : place]][text[place]] += 1
    tables = {}
    for run, table in counts.items():
        total = sum(table.values())
        if total >= LEAST[len(run)]:
            tables[run] = {"": total, **table}
    data = json.dumps({"signs": len(kind.ALPHABET) + 1, "tables": tables}, ensure_ascii=False)
    options.out.write_bytes(zlib.compress(data.encode(), 9))
    print(len(tables), "runs,", options.out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
