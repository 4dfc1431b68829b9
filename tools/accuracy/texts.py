"""Accuracy of text: 1 - character error rate of each sample image, regardless of line order.

`python -m tools.accuracy.texts` prints each public sample and the mean of each service.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from tools.accuracy import reading
from tools.accuracy.reading import SAMPLES
from tools.accuracy.score import Tally

CODES = ("general-text", "web-image")
Recognise = Callable[[bytes, str], tuple[list[str], float]]


@dataclass(frozen=True)
class Score:
    """One image: its file, 1 - character error, seconds."""

    file: str
    accuracy: float
    seconds: float


def folded(text: str) -> str:
    """Return the text with widths and case folded, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def accuracy(
    read: Sequence[str],
    truth: Sequence[str],
    *,
    optional: Sequence[str] = (),
    surplus_ok: bool = False,
) -> float:
    """Return 1 - character error against the truth, 0..1; the order of lines does not count.

    Lines are paired off, nearest first; or, where the truth cuts lines elsewhere, the whole texts are
    compared in reading order. The better of the two counts.
    """
    wanted = [folded(line) for line in truth]
    given = [folded(line) for line in read]
    size = sum(len(line) for line in wanted)
    errors = _paired(given, wanted, [folded(line) for line in optional], surplus_ok=surplus_ok)
    whole = Levenshtein.distance("".join(given), "".join(wanted))
    return max(0.0, 1 - min(errors, whole) / max(size, 1))


def _paired(given: list[str], wanted: list[str], optional: list[str], *, surplus_ok: bool) -> int:
    pairs = sorted(
        (Levenshtein.distance(one, other), i, j)
        for i, one in enumerate(given)
        for j, other in enumerate(wanted)
    )
    left, open_, errors = set(range(len(given))), set(range(len(wanted))), 0
    for distance, i, j in pairs:
        if i in left and j in open_ and distance < max(len(given[i]), len(wanted[j])):
            left.discard(i)
            open_.discard(j)
            errors += distance
    errors += sum(len(wanted[j]) for j in open_)
    rest = [given[i] for i in left if given[i] not in optional]
    return errors + (0 if surplus_ok else sum(len(line) for line in rest))


def ours(image: bytes, code: str) -> tuple[list[str], float]:
    """Read one image with the service; return its lines and the seconds it took."""
    got = reading.read(image, code)
    return [block["words"] for block in got.result["words_block_list"]], got.seconds


def samples(code: str, read: Recognise = ours) -> Iterator[Score]:
    """Yield the score of each sample image of a service; none where there are no samples."""
    path = SAMPLES / "truth.json"
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"] if path.exists() else []
    for case in (case for case in cases if case["service"] == code):
        expected = case["expected"]
        lines, seconds = read((SAMPLES / case["file"]).read_bytes(), code)
        score = accuracy(
            lines,
            expected["lines"],
            optional=expected.get("optional_lines", ()),
            surplus_ok=expected.get("surplus_ok", False),
        )
        yield Score(case["file"], score, seconds)


def tally_of(code: str, read: Recognise = ours) -> Tally | None:
    """Return the sums of a service's samples as `make accuracy` reports them."""
    tally = Tally()
    for score in samples(code, read):
        tally.documents += 1
        tally.documents_exact += score.accuracy > 0.9999
        # Each image has the same weight: the mean over images is what is compared.
        tally.characters += 10_000
        tally.errors += round(10_000 * (1 - score.accuracy))
        tally.seconds += score.seconds
        if score.accuracy < 0.9999:
            tally.wrong.append(f"{score.file}: {score.accuracy:.4f}")
    return tally if tally.documents else None


def main() -> None:
    """Measure and print."""
    for code in CODES:
        scores = list(samples(code))
        for score in scores:
            print(f"{score.file}: {score.accuracy:.4f}, {score.seconds:.2f} s")
        if scores:
            print(f"{code}: {sum(one.accuracy for one in scores) / len(scores):.4f}")


if __name__ == "__main__":
    main()
