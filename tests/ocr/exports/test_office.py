"""The office programs open what we write, without repair, and it is what was read."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
from docx import Document as WordDocument

from ocr.exports import formats
from ocr.exports.documents import Document

needs_office = pytest.mark.skipif(
    not shutil.which("soffice"), reason="no LibreOffice here (libreoffice-calc, libreoffice-writer)"
)
CARD = {
    "name": "محمد <أحمد> & \"Co\" _x0041_", "number": "=2+3", "valid": True,
    "confidence": {"name": 0.98, "number": 0.91},
    "verification_result": {"valid_number": False},
}  # fmt: skip
TABLE = {
    "words_region_list": [
        {"type": "text", "words_block_list": [{"words": "Above the table"}]},
        {
            "type": "table",
            "words_block_list": [
                {"words": "both", "rows": [0], "columns": [0, 1]},
                {"words": "tall", "rows": [1, 2], "columns": [0]},
                {"words": "=1+1", "rows": [1], "columns": [1]},
                {"words": "two\nlines", "rows": [2], "columns": [1]},
            ],
        },
    ]
}
TEXT = {
    "words_block_list": [
        {"words": "First line of the page", "confidence": 0.99},
        {"words": "الإمارات العربية المتحدة", "confidence": 0.9},
        {"words": "光学字符识别 _x0041_ \x07 end", "confidence": 0.8},
    ]
}


def convert(content: bytes, ending: str, to: str, folder) -> bytes:
    """Open a file in LibreOffice and save it in another format; fails on what needs repair."""
    source = folder / f"made.{ending}"
    source.write_bytes(content)
    home = folder / "profile"
    command = ["soffice", f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", to,
               "--outdir", str(folder / "out"), str(source)]  # fmt: skip
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "HOME": str(folder)},
    )
    made = list((folder / "out").glob("made.*"))
    assert done.returncode == 0, done.stderr
    assert made, done.stdout + done.stderr
    return made[0].read_bytes()


@needs_office
@pytest.mark.slow
def test_libreoffice_opens_the_spreadsheet_and_runs_nothing(tmp_path) -> None:
    made = formats.export("xlsx", [("=cmd|' /C calc'!A0", CARD), ("b", CARD)])
    rows = list(csv.reader(io.StringIO(convert(made, "xlsx", "csv:Text - txt - csv (StarCalc):44,34,76", tmp_path).decode())))  # fmt: skip
    assert rows[0] == [
        "document", "name", "name confidence", "number", "number confidence", "valid",
        "verification_result.valid_number",
    ]  # fmt: skip
    assert rows[1] == [
        "=cmd|' /C calc'!A0", CARD["name"], "0.98", "=2+3", "0.91", "true", "false",
    ]  # fmt: skip
    assert len(rows) == 3


@needs_office
@pytest.mark.slow
def test_libreoffice_opens_tables_with_merged_cells(tmp_path) -> None:
    made = convert(formats.export("xlsx", [("t", TABLE)]), "xlsx", "ods", tmp_path)
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        content = opened.read("content.xml").decode()
    assert 'table:number-columns-spanned="2"' in content
    assert 'table:number-rows-spanned="2"' in content
    assert "table:formula" not in content


@needs_office
@pytest.mark.slow
def test_libreoffice_opens_the_text_document(tmp_path) -> None:
    made = formats.export("docx", [("one", TEXT), ("two", TABLE), ("three", CARD)])
    text = convert(made, "docx", "txt:Text (encoded):UTF8", tmp_path).decode("utf-8-sig")
    for wanted in ("First line of the page", "الإمارات العربية المتحدة", "Above the table", "=1+1"):
        assert wanted in text
    assert text.index("First line") < text.index("Above the table") < text.index("=2+3")


def test_xml_carries_what_stood_on_the_page() -> None:
    book = openpyxl.load_workbook(io.BytesIO(formats.export("xlsx", [("t", TEXT)])))
    assert book["Lines"]["C4"].value == "光学字符识别 _x005F_x0041_  end"  # office programs undo it
    arabic = book["Lines"]["C3"]
    assert arabic.alignment.readingOrder == 2
    assert arabic.quotePrefix
    words = WordDocument(io.BytesIO(formats.export("docx", [("t", TEXT)])))
    assert words.paragraphs[2].text == "光学字符识别 _x0041_  end"


def test_a_long_value_is_cut_where_a_cell_ends_and_names_of_sheets_are_allowed() -> None:
    long = {"words_block_list": [{"words": "x" * 40_000}]}
    book = openpyxl.load_workbook(io.BytesIO(formats.export("xlsx", [("t", long)])))
    assert len(book["Lines"]["C2"].value) == 32_767
    named = [("a/b:c*[d]?" * 5, TABLE), ("A/B:C*[D]?" * 5, TABLE)]
    book = openpyxl.load_workbook(io.BytesIO(formats.export("xlsx", named)))
    assert [len(name) <= 31 for name in book.sheetnames] == [True] * 3
    assert len({name.lower() for name in book.sheetnames}) == 3


def test_a_field_without_any_confidence_has_no_column_for_it() -> None:
    rows = list(csv.reader(io.StringIO(formats.export("csv", [("a", CARD)]).decode("utf-8-sig"))))
    assert "valid confidence" not in rows[0]
    assert rows[1][rows[0].index("number")] == "'=2+3"
    assert rows[1][rows[0].index("verification_result.valid_number")] == "false"


@pytest.mark.parametrize("text", ["＝1+1", "＋1", "＠SUM(A1)", "－2+3", "\n=1"])
def test_full_width_signs_are_not_run_either(text) -> None:
    rows = list(csv.reader(io.StringIO(formats.export("csv", [(text, {"a": text})]).decode("utf-8-sig"), newline="")))  # fmt: skip
    assert rows[1] == ["'" + text, "'" + text]


HOSTILE = {
    "over one another": [
        {"words": "a", "rows": [0, 1], "columns": [0, 1]},
        {"words": "b", "rows": [1, 2], "columns": [1, 2]},
        {"words": "c", "rows": [1], "columns": [0]},
    ],
}


@pytest.mark.parametrize("code", ["xlsx", "docx", "csv", "md", "txt", "json"])
def test_cells_over_one_another_still_make_a_file(code) -> None:
    result = {"words_region_list": [{"type": "table", "words_block_list": HOSTILE["over one another"]}]}  # fmt: skip
    assert formats.export(code, [("t", result)])


@pytest.mark.parametrize("code", ["xlsx", "docx", "csv", "md", "txt"])
@pytest.mark.parametrize("place", [10**9, -1, "x", [1]])
def test_a_cell_far_away_is_refused(code, place) -> None:
    cell = {"words": "a", "rows": [place], "columns": [0]}
    result = {"words_region_list": [{"type": "table", "words_block_list": [cell]}]}
    with pytest.raises(ValueError):
        formats.export(code, [("t", result)])


def test_markdown_of_lists_is_plain_text() -> None:
    result = {"words_block_list": [{"words": t} for t in ("- no list", "1. no list", "# no head")]}
    assert formats.export("md", [("t", result)]).decode().split("\n\n") == [
        "\\- no list", "\\1. no list", "\\# no head\n",
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["xlsx", "docx", "csv", "md", "txt", "json", "pdf"])
def test_a_job_of_many_pages_is_written_in_flat_memory(code) -> None:
    import tracemalloc

    from ocr.exports.documents import PageImage

    block = {"words": "word " * 12, "confidence": 0.9, "location": [[0, 0], [99, 0], [99, 9], [0, 9]]}  # fmt: skip
    result = {"words_block_list": [block] * 30}

    def peak(count: int) -> int:
        documents = lambda: (  # noqa: E731
            Document(f"p{n}", result, lambda quads: PageImage(b"\xff\xd8" + bytes(200_000), 99, 99))
            for n in range(count)
        )
        tracemalloc.start()
        size = sum(len(piece) for piece in formats.stream(code, documents))
        assert size > 100
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(2)
    assert peak(60) < peak(6) + 1_000_000
