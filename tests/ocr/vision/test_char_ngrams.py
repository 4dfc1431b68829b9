"""The n-gram model decides between close candidates of the network, and adds none."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.vision.char_ngrams import START, CharNgrams, beam_search
from ocr.vision.custom_recogniser import FOLDER

ALPHABET = ["", "a", "b", "c"]


def model(*words: str) -> CharNgrams:
    tables: dict[str, dict[str, int]] = {}
    for word in words:
        text = START * 4 + word
        for position in range(4, len(text)):
            for length in range(5):
                table = tables.setdefault(text[position - length : position], {"": 0})
                table[""] += 1
                table[text[position]] = table.get(text[position], 0) + 1
    return CharNgrams(tables, len(ALPHABET))


def probabilities(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32)


def text(line: list[int]) -> str:
    """Return what a best path of CTC says."""
    return "".join(
        ALPHABET[index]
        for step, index in enumerate(line)
        if index and (not step or line[step - 1] != index)
    )


def test_a_close_call_goes_to_the_letters_that_follow_each_other() -> None:
    seen = probabilities((0.01, 0.97, 0.01, 0.01), (0.02, 0.0, 0.5, 0.48))
    assert text(beam_search(seen, ALPHABET, model("ab", "ac", "ac", "ac", "ac", "ac"))) == "ac"
    assert text(beam_search(seen, ALPHABET, model("ac", "ab", "ab", "ab", "ab", "ab"))) == "ab"


def test_what_the_network_did_not_see_is_never_read() -> None:
    seen = probabilities((0.01, 0.97, 0.01, 0.01), (0.02, 0.0, 0.98, 0.0))
    assert text(beam_search(seen, ALPHABET, model(*["ac"] * 50))) == "ab"


def test_a_sure_network_is_believed() -> None:
    seen = probabilities((0.0, 0.99, 0.005, 0.005), (0.0, 0.0, 0.99, 0.01))
    assert text(beam_search(seen, ALPHABET, model(*["ac"] * 9))) == "ab"


def test_letters_printed_twice_are_read_twice() -> None:
    a, blank = (0.02, 0.96, 0.01, 0.01), (0.97, 0.01, 0.01, 0.01)
    assert text(beam_search(probabilities(a, a, blank, a), ALPHABET, model("aa", "ab"))) == "aa"
    assert text(beam_search(probabilities(a, a, a, blank), ALPHABET, model("a", "ab"))) == "a"


def test_only_allowed_characters_are_answered() -> None:
    seen = probabilities((0.05, 0.5, 0.4, 0.05))
    line = beam_search(seen, ALPHABET, model("a", "b"), allowed=np.array([0, 2]))
    assert text(line) == "b"


@pytest.mark.parametrize("name", ["burmese-card"])
def test_the_models_of_letters_load(name: str) -> None:
    letters = CharNgrams.load(FOLDER / f"{name}.grams")
    assert letters.log_probability("မြန်", "မ") > letters.log_probability("မြန်", "ျ")
