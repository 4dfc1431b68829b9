"""Uploaded files are opened in a process of their own: each trick ends in its documented error, fast."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import time
from pathlib import Path

import psutil
import pytest
from PIL import Image

from ocr import errors
from ocr.extractors import general_text
from ocr.jobs import sandbox_client
from ocr.options import parse
from tests.ocr.jobs import hostile

SECONDS = 2.0
TEXT = parse(general_text.OPTIONS, {})


@pytest.fixture
def put(tmp_path):
    """Return a function that lays bytes down as a file."""

    def write(content: bytes, name: str = "upload") -> Path:
        file = tmp_path / name
        file.write_bytes(content)
        return file

    return write


TRICKS = {
    "bomb by size": (
        lambda: hostile.bomb(12, 200 << 10, claim=200 << 20),
        "JOB.0105",
        "unpacks to",
    ),
    "bomb by ratio": (lambda: hostile.bomb(3, 30 << 20), "JOB.0105", "grows more than"),
    "bomb by overlap": (lambda: hostile.overlapping(1500, 90 << 20), "JOB.0105", "unpacks to"),
    "bomb in one file": (lambda: hostile.bomb(1, 70 << 20), "JOB.0105", "grows more than"),
    "many files": (
        lambda: hostile.archive({f"{n}.png": b"x" for n in range(2001)}),
        "JOB.0105",
        "2001 files",
    ),
    "archive in archive": (
        lambda: hostile.archive({"in.zip": hostile.archive({"a.png": hostile.picture()})}),
        "JOB.0105",
        "within the archive",
    ),
    "lying size": (lambda: hostile.lying(5 << 20), "JOB.0102", "cannot be unpacked"),
    "way out": (lambda: hostile.archive({"../../a.png": b"x"}), "JOB.0106", "a.png"),
    "root": (lambda: hostile.archive({"/etc/a.png": b"x"}), "JOB.0106", "etc"),
    "drive": (lambda: hostile.archive({"C:/a.png": b"x"}), "JOB.0106", "C:"),
    "backslash": (lambda: hostile.archive({"..\\a.png": b"x"}), "JOB.0106", "a.png"),
    "turned name": (lambda: hostile.archive({"gnp\u202e.exe": b"x"}), "JOB.0106", "u202e"),
    "link": (hostile.link, "JOB.0106", "is a link"),
    "locked archive": (hostile.encrypted_archive, "JOB.0103", "a.png is encrypted"),
    "cut archive": (
        lambda: hostile.archive({"a.png": hostile.picture()})[:-40],
        "JOB.0102",
        "directory",
    ),
    "empty archive": (lambda: hostile.archive({}), "JOB.0102", "empty"),
    "ten thousand pages": (lambda: hostile.many_pages(10_000), "JOB.0105", "10000 pages"),
    "locked PDF": (lambda: hostile.document(["x"], password="s3"), "JOB.0103", "password"),
    "broken PDF": (lambda: b"%PDF-1.7\n" + os.urandom(200_000), "JOB.0102", "cannot be opened"),
    "script of the document": (
        lambda: hostile.with_action("JavaScript", where="document"),
        "JOB.0104",
        "script",
    ),
    "script of a page": (
        lambda: hostile.with_action("JavaScript", where="page"),
        "JOB.0104",
        "script",
    ),
    "script of a link": (
        lambda: hostile.with_action("JavaScript", where="link", packed=False),
        "JOB.0104",
        "script",
    ),
    "program": (lambda: hostile.with_action("Launch", where="link"), "JOB.0104", "program"),
    "no known kind": (lambda: b"MZ\x90" + bytes(5000), "JOB.0101", "no image"),
    "nothing": (lambda: b"", "JOB.0101", "no image"),
    "broken TIFF": (lambda: b"II*\x00" + b"\xff" * 400, "JOB.0102", "TIFF"),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_ends_in_its_documented_error_within_two_seconds(trick, put):
    make, code, reason = TRICKS[trick]
    file = put(make())
    sandbox_client.stop()  # from a cold start
    before, started = spent(), time.perf_counter()
    with pytest.raises(sandbox_client.Refused) as refused:
        sandbox_client.inspect(file)
    taken = time.perf_counter() - started
    sandbox_client.stop()
    assert refused.value.code == code
    assert reason in refused.value.reason
    assert refused.value.status == 400
    assert spent() - before < SECONDS / 2
    # On a machine with more work than processors the clock measures the others' work.
    assert taken < SECONDS or os.getloadavg()[0] > 2 * (os.cpu_count() or 1)


def spent() -> float:
    """Return the processor seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_what_never_ends_is_ended(put):
    file = put(hostile.endless_page())
    started = time.perf_counter()
    with pytest.raises(sandbox_client.Refused) as refused:
        sandbox_client.inspect(file)
        sandbox_client.open_page(
            file, sandbox_client.Entry("a", 1, "", "pdf"), 1
        )  # listing may not need to draw it
    assert refused.value.row is errors.FILE_SLOW
    assert time.perf_counter() - started < 20


def test_the_opening_process_gets_no_more_memory(put):
    """A picture that decodes to 2.5 GB is refused, and the next request works."""
    file = put(hostile.huge_tiff(50_000))
    entry = sandbox_client.inspect(file).entries[0]
    assert entry.pages == 2
    with pytest.raises(sandbox_client.Refused) as refused:
        sandbox_client.open_page(file, entry, 2)
    assert refused.value.row is errors.FILE_SLOW
    assert "memory" in refused.value.reason
    assert sandbox_client.open_page(file, entry, 1).width == 600


def test_the_caller_stays_small_and_loads_no_library(put):
    import subprocess
    import sys

    file = put(hostile.archive({"a.pdf": os.urandom(60 << 20), "b.png": hostile.picture()}))
    code = (
        "import resource, sys, pathlib\n"
        "from ocr.jobs import sandbox_client\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"found = sandbox_client.inspect(pathlib.Path({str(file)!r}))\n"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "loaded = {'django', 'pypdfium2', 'pikepdf', 'PIL', 'numpy'} & set(sys.modules)\n"
        "print(len(found.entries), grown, loaded)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, grown, loaded = done.stdout.split(maxsplit=2)
    assert count == "2"
    assert int(grown) < 5_000  # KB
    assert loaded.strip() == "set()"


def test_an_archive_is_listed_with_its_good_and_its_bad_files(put):
    good, note = hostile.picture(), hostile.document(["A text of its own"])
    found = sandbox_client.inspect(
        put(
            hostile.archive(
                {
                    "scans/": b"",
                    "scans/one.png": good,
                    "two.pdf": note,
                    "__MACOSX/._one.png": b"x",
                    ".DS_Store": b"x",
                    "read me.txt": b"hello",
                    "letter.docx": hostile.archive({"word/document.xml": b"<x/>"}),
                    "locked.pdf": hostile.document(["x"], password="p"),
                    "fax.tif": hostile.tiff(3),
                }
            )
        )
    )
    assert found.kind == "zip"
    by_name = {entry.name: entry for entry in found.entries}
    assert list(by_name) == [
        "scans/one.png", "two.pdf", "read me.txt", "letter.docx", "locked.pdf", "fax.tif",
    ]  # fmt: skip
    one = by_name["scans/one.png"]
    assert (one.kind, one.size, one.pages) == ("image", len(good), 1)
    assert one.sha256 == hashlib.sha256(good).hexdigest()
    assert by_name["two.pdf"].pages_with_text == (1,)
    assert by_name["fax.tif"].pages == 3
    refused = {n: e.refusal.code for n, e in by_name.items() if e.refusal}
    assert refused == {
        "read me.txt": "JOB.0101", "letter.docx": "JOB.0101", "locked.pdf": "JOB.0103",
    }  # fmt: skip
    assert found.pages == 1 + 1 + 3


def test_names_of_chinese_archives_are_read(put):
    packed = hostile.archive({"AAAA.png": hostile.picture()})
    raw = "扫描".encode("gb18030")
    assert len(raw) == 4
    found = sandbox_client.inspect(put(packed.replace(b"AAAA", raw)))
    assert found.entries[0].name == "扫描.png"


def test_members_of_an_archive_are_opened_as_they_are(put):
    one, two = hostile.picture("one"), hostile.picture("two", "JPEG")
    file = put(hostile.archive({"a.png": one, "x/b.jpg": two}))
    a, b = sandbox_client.inspect(file).entries
    assert sandbox_client.open_page(file, a, 1).image == one
    assert sandbox_client.open_page(file, b, 1).image == two
    assert sandbox_client.open_page(file, b, 1).media_type == "image/jpeg"


def test_pages_of_a_fax_are_told_apart(put):
    file = put(hostile.tiff(3))
    entry = sandbox_client.inspect(file).entries[0]
    shades = [
        Image.open(io.BytesIO(sandbox_client.open_page(file, entry, n).image)).getpixel((5, 5))
        for n in (1, 2, 3)
    ]
    assert shades == [255, 235, 215]


@pytest.mark.parametrize(("size", "dpi"), [(24, 200), (12, 200), (6, 333), (3, 400)])
def test_small_print_is_drawn_larger(size, dpi, put):
    file = put(hostile.document(["The quick brown fox jumps over the lazy dog"], size=size))
    page = sandbox_client.open_page(file, sandbox_client.inspect(file).entries[0], 1)
    assert page.dpi == pytest.approx(dpi, rel=0.06)
    assert page.width == pytest.approx(595 * page.dpi / 72, abs=3)


@pytest.mark.parametrize(("dpi", "drawn"), [(100, 200), (300, 300), (600, 400)])
def test_a_scan_is_drawn_at_its_own_resolution(dpi, drawn, put):
    file = put(hostile.scan(dpi))
    page = sandbox_client.open_page(file, sandbox_client.inspect(file).entries[0], 1)
    assert page.dpi == pytest.approx(drawn, abs=2)
    assert page.media_type == "image/jpeg"
    assert Image.open(io.BytesIO(page.image)).size == (page.width, page.height)


def test_a_stamp_on_a_scan_is_no_text_layer(put):
    assert (
        sandbox_client.inspect(put(hostile.scan(150, note="Page 1 of 9")))
        .entries[0]
        .pages_with_text
        == ()
    )
    long = "This whole page was read before and its text lies under the picture of it."
    assert sandbox_client.inspect(put(hostile.scan(150, note=long))).entries[0].pages_with_text == (
        1,
    )


def test_a_text_layer_is_taken_in_the_shape_of_general_text(put):
    file = put(hostile.document(["Invoice 4711", ""]))
    entry = sandbox_client.inspect(file).entries[0]
    assert (entry.pages, entry.pages_with_text) == (2, (1,))
    options = parse(general_text.OPTIONS, {"character_mode": True, "return_markdown_result": True})
    page = sandbox_client.open_page(file, entry, 1, text_options=options)
    assert page.image is None
    (block,) = page.text["words_block_list"]
    assert block["words"] == page.text["markdown_result"] == "Invoice 4711"
    assert block["confidence"] == 1.0
    assert "".join(char["char"] for char in block["char_list"]) == "Invoice4711"
    assert sandbox_client.open_page(file, entry, 2, text_options=options).image is not None


def test_the_text_lies_on_the_picture(put):
    long = put(hostile.document(["Hill Hill Hill"], size=40), "long.pdf")
    entry = sandbox_client.inspect(long).entries[0]
    drawn = Image.open(io.BytesIO(sandbox_client.open_page(long, entry, 1).image)).convert("L")
    ink = drawn.point(lambda value: 255 if value < 128 else 0).getbbox()
    (block,) = sandbox_client.open_page(long, entry, 1, text_options=TEXT).text["words_block_list"]
    (left, top), _, (right, bottom), _ = block["location"]
    assert left == pytest.approx(ink[0], abs=12)
    assert right == pytest.approx(ink[2], abs=12)
    assert top <= ink[1] <= ink[3] <= bottom
    assert bottom - top < 2 * (ink[3] - ink[1])


def test_two_columns_are_two_lines(put):
    import fpdf

    made = fpdf.FPDF(format="A4", unit="pt")
    made.add_page()
    made.set_font("Helvetica", size=11)
    made.text(60, 100, "Left column here")
    made.text(360, 100, "Right column there")
    file = put(bytes(made.output()))
    entry = sandbox_client.inspect(file).entries[0]
    blocks = sandbox_client.open_page(file, entry, 1, text_options=TEXT).text["words_block_list"]
    assert [block["words"] for block in blocks] == ["Left column here", "Right column there"]


def test_a_turned_page_is_read_upright(put):
    import pikepdf

    with pikepdf.open(io.BytesIO(hostile.document(["Turned text here"], size=30))) as made:
        made.pages[0].Rotate = 90
        out = io.BytesIO()
        made.save(out)
    file = put(out.getvalue())
    entry = sandbox_client.inspect(file).entries[0]
    page = sandbox_client.open_page(file, entry, 1)
    drawn = Image.open(io.BytesIO(page.image)).convert("L")
    assert drawn.width > drawn.height
    ink = drawn.point(lambda value: 255 if value < 128 else 0).getbbox()
    (block,) = sandbox_client.open_page(file, entry, 1, text_options=TEXT).text["words_block_list"]
    xs, ys = [p[0] for p in block["location"]], [p[1] for p in block["location"]]
    assert min(xs) <= ink[0] and max(xs) >= ink[2] - 3
    assert min(ys) == pytest.approx(ink[1], abs=15)
    assert max(ys) == pytest.approx(ink[3], abs=15)


def test_a_page_that_is_not_there_is_named(put):
    file = put(hostile.document(["a", "b"]))
    entry = sandbox_client.inspect(file).entries[0]
    for number in (0, 3):
        with pytest.raises(sandbox_client.Refused) as refused:
            sandbox_client.open_page(file, entry, number)
        assert refused.value.row is errors.FILE_PAGE


def test_a_killed_process_is_replaced(put):
    file = put(hostile.picture())
    sandbox_client.inspect(file)
    children = [
        child
        for child in psutil.Process().children()
        if "ocr.jobs.sandbox_worker" in " ".join(child.cmdline())
    ]
    assert children
    for child in children:
        child.kill()
        child.wait()
    assert sandbox_client.inspect(file).kind == "image"


def test_any_seekable_stream_will_do(monkeypatch):
    """A source need not be a plain file: one that decrypts as it reads works the same."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    sandbox_client.stop()  # so that the next process finds the class
    source = hostile.Turned(hostile.document(["Sealed words here"])[::-1])
    found = sandbox_client.inspect(source, name="sealed.pdf")
    assert (found.entries[0].name, found.entries[0].pages_with_text) == ("sealed.pdf", (1,))


def test_a_source_that_is_gone_is_no_fault_of_the_file(tmp_path):
    from ocr.jobs import encryption

    with pytest.raises(encryption.Unreadable):
        sandbox_client.inspect(tmp_path / "nothing")


@pytest.mark.parametrize(
    "words", ["مرحبا بالعالم الجديد", "光学字符识别服务文本", "Größe und Übermaß"]
)
def test_a_text_layer_of_any_script_is_taken_in_reading_order(words, put):
    """The searchable PDFs that we write are read back, right-to-left words included."""
    from ocr.exports import searchable_pdf
    from ocr.exports.documents import PageImage
    from ocr.exports.result_model import TextLine

    place = [[100, 100], [700, 100], [700, 160], [100, 160]]
    page = io.BytesIO()
    Image.new("RGB", (800, 1000), "white").save(page, "JPEG")
    lines = [TextLine(words, 0.9, place)] + [
        TextLine("More text that fills the page of this scan", 0.9,
                 [[100, y], [700, y], [700, y + 40], [100, y + 40]])
        for y in (300, 500)
    ]  # fmt: skip
    file = put(b"".join(searchable_pdf.written([(PageImage(page.getvalue(), 800, 1000), lines)])))
    entry = sandbox_client.inspect(file).entries[0]
    found = sandbox_client.open_page(file, entry, 1, text_options=TEXT)
    first = found.text["words_block_list"][0]
    assert first["words"] == words
    scale = found.width / 800
    assert first["location"][0] == [
        pytest.approx(100 * scale, abs=4),
        pytest.approx(100 * scale, abs=8),
    ]
