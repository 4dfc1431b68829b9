"""The letter model decides between readings that the network holds nearly equal, and adds none."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.vision.char_ngrams import START, Grams, beams
from ocr.vision.custom_recogniser import FOLDER, READERS

SIGNS = ["", "a", "b", "c"]


def model(*words: str) -> Grams:
    tables: dict[str, dict[str, int]] = {}
    for word in words:
        text = START * 4 + word
        for place in range(4, len(text)):
            for length in range(5):
                table = tables.setdefault(text[place - length : place], {"": 0})
                table[""] += 1
                table[text[place]] = table.get(text[place], 0) + 1
    return Grams(tables, len(SIGNS))


def odds(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32)


def text(line: list[int]) -> str:
    """Return what a best path of CTC says."""
    return "".join(
        SIGNS[sign]
        for step, sign in enumerate(line)
        if sign and (not step or line[step - 1] != sign)
    )


def test_a_close_call_goes_to_the_letters_that_follow_each_other() -> None:
    seen = odds((0.01, 0.97, 0.01, 0.01), (0.02, 0.0, 0.5, 0.48))
    assert text(beams(seen, SIGNS, model("ab", "ac", "ac", "ac", "ac", "ac"))) == "ac"
    assert text(beams(seen, SIGNS, model("ac", "ab", "ab", "ab", "ab", "ab"))) == "ab"


def test_what_the_network_did_not_see_is_never_read() -> None:
    seen = odds((0.01, 0.97, 0.01, 0.01), (0.02, 0.0, 0.98, 0.0))
    assert text(beams(seen, SIGNS, model(*["ac"] * 50))) == "ab"


def test_a_sure_network_is_believed() -> None:
    seen = odds((0.0, 0.99, 0.005, 0.005), (0.0, 0.0, 0.99, 0.01))
    assert text(beams(seen, SIGNS, model(*["ac"] * 9))) == "ab"


def test_letters_printed_twice_are_read_twice() -> None:
    a, blank = (0.02, 0.96, 0.01, 0.01), (0.97, 0.01, 0.01, 0.01)
    assert text(beams(odds(a, a, blank, a), SIGNS, model("aa", "ab"))) == "aa"
    assert text(beams(odds(a, a, a, blank), SIGNS, model("a", "ab"))) == "a"


def test_only_allowed_signs_are_answered() -> None:
    seen = odds((0.05, 0.5, 0.4, 0.05))
    line = beams(seen, SIGNS, model("a", "b"), allowed=np.array([0, 2]))
    assert text(line) == "b"


@pytest.mark.parametrize("name", ["burmese-card"])
def test_the_models_of_letters_load(name: str) -> None:
    letters = Grams.load((FOLDER / READERS[name]).with_suffix(".grams"))
    assert letters.log("မြန်", "မ") > letters.log("မြန်", "ျ")
