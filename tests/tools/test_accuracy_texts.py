"""The measure of texts: order and widths do not count, missing and surplus text does."""

import pytest

from tools.accuracy.texts import accuracy


@pytest.mark.parametrize(
    ("read", "truth", "wanted"),
    [
        (["b b", "Ａ："], ["a:", "bb"], 1.0),
        (["aaaa"], ["aaaa", "bbbb"], 0.5),
        (["aaaa", "xx"], ["aaaa"], 0.5),
        (["date : 1"], ["date", ":", "1"], 1.0),
        ([], ["aaaa"], 0.0),
        (["xxxxxxxxxxxx"], ["aaaa"], 0.0),
    ],
)
def test_accuracy(read, truth, wanted):
    assert accuracy(read, truth) == pytest.approx(wanted)


def test_what_may_be_read_besides_costs_nothing():
    assert accuracy(["aaaa", "xx"], ["aaaa"], optional=["XX"]) == 1.0
    assert accuracy(["aaaa", "yy"], ["aaaa"], surplus_ok=True) == 1.0
