"""Check digits against published examples."""

import pytest

from ocr.fields import check_digits


@pytest.mark.parametrize(
    ("text", "digit"), [("L898902C3", 6), ("740812", 2), ("120415", 9), ("<<<<<<<<<", 0)]
)
def test_mrz_digit(text, digit):
    assert check_digits.mrz_digit(text) == digit


def test_mrz_value_refuses_other_signs():
    with pytest.raises(ValueError, match="not an MRZ character"):
        check_digits.mrz_value("é")


@pytest.mark.parametrize(
    ("number", "right"), [("4111111111111111", True), ("4111111111111112", False), ("", False)]
)
def test_luhn(number, right):
    assert check_digits.is_luhn(number) is right


@pytest.mark.parametrize(
    ("number", "right"),
    [("11010519491231002X", True), ("110105194912310021", False), ("12", False)],
)
def test_mainland_id(number, right):
    assert check_digits.is_mainland_id(number) is right


@pytest.mark.parametrize(
    ("number", "right"),
    [("C668668(9)", True), ("A123456(3)", True), ("A123456(4)", False), ("AB987654(3)", True)],
)
def test_hkid(number, right):
    assert check_digits.is_hkid(number) is right


@pytest.mark.parametrize("body", ["110170020345", "001000012345"])  # a citizen's, a foreigner's
def test_thai_id(body):
    right = check_digits.thai_id_digit(body)
    assert [check_digits.is_thai_id(f"{body}{digit}") for digit in range(10)].count(True) == 1
    assert check_digits.is_thai_id(f"{body}{right}")
    assert not check_digits.is_thai_id(body)


def test_emirates_id():
    body = "78419901234567"
    assert check_digits.is_emirates_id(body + str(check_digits.luhn_digit(body)))
    assert not check_digits.is_emirates_id(body + str((check_digits.luhn_digit(body) + 1) % 10))


# One misread superscript or circled figure must not end in an error: `str.isdigit()` is true for them.
NOT_ASCII = ("²", "①", "٣", "๓", "３")


@pytest.mark.parametrize("char", [*NOT_ASCII, "é", "a", " ", ""])
@pytest.mark.parametrize(
    ("check", "number"),
    [
        (check_digits.is_luhn, "4111111111111111"),
        (check_digits.is_mainland_id, "11010519491231002X"),
        (check_digits.is_hkid, "C668668(9)"),
        (check_digits.is_thai_id, "3100600445635"),
        (check_digits.is_emirates_id, "784-1990-1234567-6"),
    ],
)
def test_what_is_no_number_is_wrong_and_no_error(check, number, char):
    assert check(number)
    for position in (index for index, kept in enumerate(number) if kept.isalnum()):
        assert not check(number[:position] + char + number[position + 1 :])


@pytest.mark.parametrize("text", [*NOT_ASCII, "", "1a", "-1", "1 2"])
def test_only_ascii_digits_are_digits(text):
    assert not check_digits.is_digits(text)
    assert check_digits.is_digits("0123456789")
