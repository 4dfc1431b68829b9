"""Check digits against published examples."""

import pytest

from ocr.parsing import checks


@pytest.mark.parametrize(
    ("text", "digit"), [("L898902C3", 6), ("740812", 2), ("120415", 9), ("<<<<<<<<<", 0)]
)
def test_mrz_digit(text, digit):
    assert checks.mrz_digit(text) == digit


def test_mrz_value_refuses_other_signs():
    with pytest.raises(ValueError, match="not an MRZ character"):
        checks.mrz_value("é")


@pytest.mark.parametrize(
    ("number", "right"), [("4111111111111111", True), ("4111111111111112", False), ("", False)]
)
def test_luhn(number, right):
    assert checks.is_luhn(number) is right


@pytest.mark.parametrize(
    ("number", "right"),
    [("11010519491231002X", True), ("110105194912310021", False), ("12", False)],
)
def test_mainland_id(number, right):
    assert checks.is_mainland_id(number) is right


@pytest.mark.parametrize(
    ("number", "right"),
    [("C668668(9)", True), ("A123456(3)", True), ("A123456(4)", False), ("AB987654(3)", True)],
)
def test_hkid(number, right):
    assert checks.is_hkid(number) is right


@pytest.mark.parametrize("body", ["110170020345", "001000012345"])  # a citizen's, a foreigner's
def test_thai_id(body):
    right = checks.thai_id_digit(body)
    assert [checks.is_thai_id(f"{body}{digit}") for digit in range(10)].count(True) == 1
    assert checks.is_thai_id(f"{body}{right}")
    assert not checks.is_thai_id(body)


def test_emirates_id():
    body = "78419901234567"
    assert checks.is_emirates_id(body + str(checks.luhn_digit(body)))
    assert not checks.is_emirates_id(body + str((checks.luhn_digit(body) + 1) % 10))
