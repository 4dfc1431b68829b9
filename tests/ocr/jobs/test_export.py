"""A job's file: all pages, in order, failed ones named, with the pictures of any kind of input."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from docx import Document as WordDocument
from PIL import Image, ImageDraw

from ocr.jobs import export, sandbox_client
from ocr.jobs.export import ReadPage
from tests.ocr.jobs import hostile


def result(words: str, box=(60, 60, 400, 120)) -> dict:
    left, top, right, bottom = box
    place = [[left, top], [right, top], [right, bottom], [left, bottom]]
    block = {"words": words, "confidence": 0.9, "location": place}
    return {"words_block_count": 1, "words_block_list": [block]}


@pytest.fixture
def job(tmp_path):
    """A function that gives the pages of a PDF, a TIFF, a turned JPEG and one failure."""
    turned = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = Image.new("RGB", (400, 600), "white")
    ImageDraw.Draw(picture).rectangle((0, 0, 40, 40), fill="red")
    picture.save(turned, "JPEG", exif=exif)
    packed = hostile.archive({"a.pdf": hostile.document(["one", "two"]), "b.tif": hostile.tiff(2),
                              "c.jpg": turned.getvalue(), "d.png": hostile.picture()})  # fmt: skip
    file = tmp_path / "upload.zip"
    file.write_bytes(packed)
    entries = sandbox_client.inspect(file).entries

    def pages():
        for entry in entries:
            for number in range(1, entry.pages + 1):
                title = f"{entry.name} {number}"
                error = "AIS.0105: unreadable" if entry.name == "d.png" else ""
                yield ReadPage(title, result(title), file, entry, number, error)

    return pages


def made(code: str, job) -> bytes:
    return b"".join(export.stream(code, job))


TITLES = ["a.pdf 1", "a.pdf 2", "b.tif 1", "b.tif 2", "c.jpg 1"]


def test_each_format_holds_every_page_in_order(job) -> None:
    rows = json.loads(made("json", job))
    assert [row["document"] for row in rows] == [*TITLES, "d.png 1"]
    assert rows[-1] == {"document": "d.png 1", "error": "AIS.0105: unreadable"}
    assert made("txt", job).decode().split("\f")[:5] == [f"{title}\n" for title in TITLES]
    assert [line for line in made("md", job).decode().splitlines() if line.startswith("# ")] == [
        f"# {title}" for title in [*TITLES, "d.png 1"]
    ]
    words = [p.text for p in WordDocument(io.BytesIO(made("docx", job))).paragraphs]
    assert [words.count(title) for title in TITLES] == [2] * 5  # heading and line
    book = openpyxl.load_workbook(io.BytesIO(made("xlsx", job)))
    assert [row[0].value for row in book["Documents"].iter_rows(min_row=2)] == [*TITLES, "d.png 1"]
    assert [row[2].value for row in book["Lines"].iter_rows(min_row=2)] == TITLES
    table = list(csv.reader(io.StringIO(made("csv", job).decode("utf-8-sig"))))
    assert table[-1] == ["d.png 1", "AIS.0105: unreadable"]


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext here")
def test_the_searchable_pdf_has_every_picture_and_text(job, tmp_path: Path) -> None:
    file = tmp_path / "made.pdf"
    file.write_bytes(made("pdf", job))
    text = subprocess.run(["pdftotext", str(file), "-"], check=True, capture_output=True, text=True).stdout  # fmt: skip
    assert [page.strip() for page in text.split("\f")[:6]] == [*TITLES, ""]
    import pypdfium2

    with pypdfium2.PdfDocument(file) as document:
        assert len(document) == 6
        page = document[4].render(scale=200 / 72).to_pil()
        assert page.size == (600, 400)  # turned as its EXIF says
        assert page.getpixel((585, 8))[0] > 200 > 100 > page.getpixel((585, 8))[1]
        assert document[2].render(scale=1).to_pil().convert("L").getpixel((5, 5)) == 255
        assert document[3].render(scale=1).to_pil().convert("L").getpixel((5, 5)) < 240


def test_a_jpeg_goes_in_as_it_is(tmp_path: Path) -> None:
    content = hostile.picture(kind="JPEG")
    file = tmp_path / "a.jpg"
    file.write_bytes(content)
    entry = sandbox_client.inspect(file).entries[0]
    found = sandbox_client.page_image(file, entry, 1)
    assert found.jpeg == content
    assert content in b"".join(export.stream("pdf", lambda: [ReadPage("a", result("x"), file, entry, 1)]))  # fmt: skip


def test_a_page_of_a_pdf_has_the_size_that_it_was_read_at(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(hostile.document(["small print here"], size=6))
    entry = sandbox_client.inspect(file).entries[0]
    read, shown = (
        sandbox_client.open_page(file, entry, 1),
        sandbox_client.page_image(file, entry, 1),
    )
    assert (shown.width, shown.height) == (read.width, read.height)
