"""Exports open in the programs they are for, say what was read, and run nothing."""

from __future__ import annotations

import csv
import io
import subprocess

import openpyxl
import pytest
from docx import Document
from PIL import Image

from ocr.exports import formats, searchable_pdf
from ocr.exports.documents import PageImage
from ocr.exports.result_model import TextLine, parse_result

CARD = {
    "name": "=HYPERLINK(\"http://x\")", "sex": "女", "permanent": True, "number": "-42",
    "confidence": {"name": 0.98, "number": 0.91},
    "verification_result": {"valid_number": True, "valid_date": False},
    "text_location": {"name": [[0, 0], [1, 0], [1, 1], [0, 1]]}, "portrait_image": "AAAA",
}  # fmt: skip
TABLE = {
    "words_region_count": 2,
    "words_region_list": [
        {
            "type": "text",
            "words_block_count": 1,
            "words_block_list": [{"words": "Title | one", "location": []}],
        },
        {
            "type": "table",
            "words_block_count": 3,
            "words_block_list": [
                {"words": "both", "rows": [0], "columns": [0, 1]},
                {"words": "+1", "rows": [1], "columns": [0]},
                {"words": "=1+1", "rows": [1], "columns": [1]},
            ],
        },
    ],
}
TEXT = {
    "direction": -1, "words_block_count": 2,
    "words_block_list": [
        {"words": "Hello world", "confidence": 0.99, "location": [[20, 20], [220, 20], [220, 50], [20, 50]]},
        {"words": "مرحبا بالعالم", "confidence": 0.9, "location": [[20, 80], [220, 80], [220, 110], [20, 110]]},
    ],
}  # fmt: skip


def test_fields_of_a_card() -> None:
    flat = parse_result(CARD)
    assert flat.fields["verification_result.valid_date"] == "false"
    assert flat.fields["permanent"] == "true"
    assert "portrait_image" not in flat.fields
    assert flat.confidence == {"name": 0.98, "number": 0.91}


def test_a_spreadsheet_holds_text_and_no_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(formats.export("xlsx", [("a", CARD), ("b", CARD)])))
    sheet = book["Documents"]
    head = [cell.value for cell in sheet[1]]
    name = sheet.cell(2, head.index("name") + 1)
    assert name.value == CARD["name"]
    assert name.data_type == "s"
    assert sheet.max_row == 3
    assert sheet.cell(2, head.index("name confidence") + 1).value == 0.98


def test_tables_keep_their_merged_cells() -> None:
    book = openpyxl.load_workbook(io.BytesIO(formats.export("xlsx", [("t", TABLE)])))
    sheet = next(book[name] for name in book.sheetnames if name.startswith("Table"))
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["A1:B1"]
    assert sheet["B2"].value == "=1+1"
    assert sheet["B2"].data_type == "s"


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "@SUM(A1)", "-2+3", "\t=1", "\r=1"])
def test_csv_cells_are_not_run(text: str) -> None:
    rows = list(
        csv.reader(
            io.StringIO(formats.export("csv", [(text, {"field": text})]).decode("utf-8-sig"))
        )
    )
    assert rows[1][0] == "'" + text
    assert rows[1][1] == "'" + text


def test_word_opens_and_marks_right_to_left() -> None:
    word = Document(io.BytesIO(formats.export("docx", [("t", TEXT)])))
    texts = [paragraph.text for paragraph in word.paragraphs]
    assert "Hello world" in texts
    arabic = next(p for p in word.paragraphs if "مرحبا" in p.text)
    assert "w:bidi" in arabic._p.xml
    tables = Document(io.BytesIO(formats.export("docx", [("t", TABLE)]))).tables
    assert tables[0].cell(0, 0)._tc is tables[0].cell(0, 1)._tc


def test_text_and_markdown() -> None:
    assert formats.export("txt", [("t", TEXT)]).decode() == "Hello world\nمرحبا بالعالم\n"
    markdown = formats.export("md", [("t", TABLE)]).decode()
    assert "Title \\| one" in markdown
    assert "| both |  |" in markdown


@pytest.mark.parametrize("wrong", [3, "text", {"words_region_list": 3}, {"words_block_list": [3]}])
def test_what_is_no_result_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="not an answer"):
        formats.export("xlsx", [("a", wrong)])


def jpeg(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(buffer, "JPEG")
    return buffer.getvalue()


def pdftotext(pdf: bytes, tmp_path, *options: str) -> str:
    file = tmp_path / "page.pdf"
    file.write_bytes(pdf)
    command = ["pdftotext", *options, str(file), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_pdf_text_layer_says_the_lines_where_they_are(tmp_path) -> None:
    lines = parse_result(TEXT).lines
    pdf = b"".join(searchable_pdf.written([(PageImage(jpeg(400, 200), 400, 200), lines)], dpi=72))
    text = pdftotext(pdf, tmp_path)
    assert "Hello world" in text
    boxes = pdftotext(pdf, tmp_path, "-bbox")
    hello = next(row for row in boxes.splitlines() if ">Hello<" in row)
    place = dict(
        part.split("=") for part in hello.replace('"', "").replace(">", " ").split() if "=" in part
    )
    assert abs(float(place["xMin"]) - 20) < 3
    assert abs(float(place["yMin"]) - 20) < 10
    assert abs(float(place["xMax"]) - (20 + 200 * 5 / 11)) < 4


@pytest.mark.parametrize(
    "words",
    ["中文字符测试", "ภาษาไทย ทดสอบ", "ភាសាខ្មែរ", "မြန်မာစာ", "한국어 시험", "Привет мир", "éàü ß"],
)
def test_every_script_comes_back(words: str, tmp_path) -> None:
    line = TextLine(words, 0.9, [[10, 10], [300, 10], [300, 40], [10, 40]])
    pdf = b"".join(searchable_pdf.written([(PageImage(jpeg(400, 100), 400, 100), [line])]))
    assert pdftotext(pdf, tmp_path).split() == words.split()  # the box is wider than the words


def test_right_to_left_comes_back_in_reading_order(tmp_path) -> None:
    words = "مرحبا بالعالم"
    line = TextLine(words, 0.9, [[10, 10], [300, 10], [300, 40], [10, 40]])
    text = pdftotext(
        b"".join(searchable_pdf.written([(PageImage(jpeg(400, 100), 400, 100), [line])])), tmp_path
    )
    plain = "".join(c for c in text if c.isalpha() or c == " ").strip()
    assert plain == words
