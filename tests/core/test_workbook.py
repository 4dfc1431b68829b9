"""The spreadsheet writer: values keep their kind, texts stay texts, sheets get allowed names."""

import io
from decimal import Decimal

import openpyxl
import pytest

from core.workbook import Formula, Framed, Sheet, column_name, stream, text_width


def written(*sheets):
    return openpyxl.load_workbook(io.BytesIO(b"".join(stream(sheets))))


def test_values_keep_their_kind_and_their_look():
    row = ["=1+1", Framed("two\nlines"), Decimal("1.50"), 7, 0.25, None, Formula("SUM(C1:C1)", Decimal("1.50"))]  # fmt: skip
    sheet = written(Sheet("s", lambda: [row]))["s"]
    text, framed, amount, whole, part, empty, total = sheet[1]
    assert (text.value, text.data_type, text.number_format) == ("=1+1", "s", "@")
    assert text.quotePrefix
    assert framed.value == "two\nlines"
    assert framed.alignment.wrap_text and framed.border.left.style == "thin"
    assert (amount.value, amount.number_format) == (1.5, "#,##0.00####")
    assert (whole.value, part.value, empty.value) == (7, 0.25, None)
    assert (total.value, total.data_type, total.font.b) == ("=SUM(C1:C1)", "f", True)


def test_the_value_of_a_formula_is_there_for_programs_that_do_not_calculate():
    content = b"".join(stream([Sheet("s", lambda: [[Formula("SUM(A2:A3)", Decimal("2E+1"))]])]))
    assert openpyxl.load_workbook(io.BytesIO(content), data_only=True)["s"]["A1"].value == 20


def test_heads_panes_widths_and_merges():
    made = Sheet("s", lambda: [["a", "b"], ["c", "d"]], [4, 99], (1, 1), has_head=True, merges=[(0, 0, 1, 1)])  # fmt: skip
    sheet = written(made)["s"]
    assert sheet["A1"].font.b and not sheet["A2"].font.b
    assert sheet.freeze_panes == "B2"
    assert [sheet.column_dimensions[name].width for name in "AB"] == [6, 60]
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["A1:B2"]


def test_sheet_names_are_allowed_and_differ():
    book = written(*(Sheet(name, list) for name in ("a/b", "A/B", "", "x" * 40, "X" * 40)))
    assert book.sheetnames == ["a_b", "A_B (2)", "Sheet", "x" * 31, "X" * 27 + " (2)"]


@pytest.mark.parametrize(("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])  # fmt: skip
def test_column_names(index, name):
    assert column_name(index) == name


def test_east_asian_characters_take_two_columns():
    assert text_width("数据\nabc") == 4
    assert text_width("") == 0
