"""Text that leaves the product is never run by a spreadsheet and never breaks an XML file."""

import pytest

from core.export_safety import formula_safe, xml_text


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd", "@SUM(A1)", "-2+3", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－2+3", "＠A"],
)
def test_what_begins_like_a_formula_is_marked_as_text(text):
    assert formula_safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12.5", "+8", "-.5", "1e-3", "", "abc", "a=1"])
def test_plain_numbers_and_other_texts_stay(text):
    assert formula_safe(text) == text


@pytest.mark.parametrize("text", ["-inf", "-1_0", "-٤٢", "-²", "+1+1", "-1\n"])
def test_only_ascii_numbers_keep_their_sign(text):
    assert formula_safe(text) == f"'{text}"


def test_numbers_are_marked_too_where_texts_are_no_numbers():
    assert formula_safe("-1", keep_numbers=False) == "'-1"


def test_what_xml_forbids_is_dropped():
    assert xml_text("a\x00b\x0bc\ud800\ufffe\td\n") == "abc\td\n"
