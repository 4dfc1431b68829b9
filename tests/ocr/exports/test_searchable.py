"""The searchable PDF has the recognised text in order, and its words lie on the printed words."""

from __future__ import annotations

import io
import itertools
import math
import re
import shutil
import statistics
import subprocess
import unicodedata
from dataclasses import replace
from difflib import SequenceMatcher
from functools import partial
from html import unescape

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from ocr.exports import formats, glyph_widths, searchable_pdf, word_gaps
from ocr.exports.documents import Document, PageImage
from ocr.exports.result_model import TextLine, parse_result
from tools.synthetic.fonts import font, missing

needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext here")
TEXTS = {
    "latin": ("serif", [
        "The quick brown fox jumps over the lazy dog while WAMMW illiterate lilies tilt.",
        "Invoice no. 4711 of 14 March 2024: total 1,234.50 EUR, payable within 30 days.",
        "Größe, façade, naïve, Łódź, Čeština and Ελληνικά stand beside Кириллица here.",
        "I, me; it (is) [was] “said” — so: 50% @ 3.2 mm = £7 & more / less.",
    ]),
    "chinese": ("zh", [
        "光学字符识别服务可以把图片中的文字转换成可编辑的文本内容。",
        "发票号码：12345678 开票日期：2024年3月14日 金额：￥1,234.50",
        "中华人民共和国居民身份证 姓名 张三 性别 男 民族 汉",
    ]),
    "arabic": ("arabic", [
        "تحول خدمة التعرف الضوئي على الحروف النص الموجود في الصور إلى نص",
        "رقم الفاتورة 4711 بتاريخ 14 مارس 2024 المبلغ 1234 درهم",
        "الإمارات العربية المتحدة بطاقة الهوية الاسم محمد أحمد",
    ]),
    "thai": ("thai", [
        "บริการรู้จำอักขระด้วยแสงแปลงข้อความในภาพ เป็นข้อความที่แก้ไขได้",
        "ใบแจ้งหนี้เลขที่ 4711 วันที่ 14 มีนาคม 2567 จำนวนเงิน 1,234.50 บาท",
        "บัตรประจำตัวประชาชน ชื่อตัวและชื่อสกุล นาย สมชาย ใจดี",
    ]),
    "khmer": ("khmer-text", [
        "សេវាកម្មសម្គាល់តួអក្សរ បម្លែងអត្ថបទក្នុងរូបភាព ទៅជាអត្ថបទ",
        "អត្តសញ្ញាណប័ណ្ណសញ្ជាតិខ្មែរ គោត្តនាមនិងនាម ថ្ងៃខែឆ្នាំកំណើត",
    ]),
    "burmese": ("padauk", [
        "ပုံများထဲမှ စာသားများကို တည်းဖြတ်နိုင်သော စာသားအဖြစ် ပြောင်းပေးသည်",
        "နိုင်ငံသားစိစစ်ရေးကတ်ပြား အမည် မွေးသက္ကရာဇ် ၁၂ ၃ ၁၉၉၀",
    ]),
}  # fmt: skip
SIZE = 44


def drawn(role: str, rows: list[str]):
    """Return (image, lines as a recogniser would return them, words with their true boxes)."""
    face = font(role, SIZE)
    space = face.getlength(" ")
    image = Image.new("RGB", (2000, 200 + 130 * len(rows)), "white")
    pen = ImageDraw.Draw(image)
    lines, truth = [], []
    for number, row in enumerate(rows):
        words, top = row.split(), 100 + 130 * number
        turned = unicodedata.bidirectional(next(c for c in row if c.isalpha())) in ("R", "AL")
        x, boxes = (1900.0 if turned else 100.0), []
        for word in words:
            long = face.getlength(word)
            left = x - long if turned else x
            pen.text((left, top), word, font=face, fill="black")
            boxes.append(face.getbbox(word))
            boxes[-1] = tuple(v + d for v, d in zip(boxes[-1], (left, top, left, top), strict=True))
            x = left - space if turned else left + long + space
        truth += list(zip(words, boxes, strict=True))
        around = [f(box[i] for box in boxes) for i, f in enumerate((min, min, max, max))]
        left, top, right, bottom = (round(value) for value in around)
        lines.append(
            TextLine(row, 0.9, [[left, top], [right, top], [right, bottom], [left, bottom]])
        )
    out = io.BytesIO()
    image.save(out, "JPEG")
    return PageImage(out.getvalue(), *image.size), lines, truth


def pdftotext(pdf: bytes, folder, *options: str) -> str:
    file = folder / "made.pdf"
    file.write_bytes(pdf)
    command = ["pdftotext", *options, str(file), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def counted(text: str) -> str:
    """Return the characters that count: no spaces, no marks of direction."""
    return "".join(
        c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc")
    )


def kept(wanted: str, found: str) -> float:
    """Return the share of the wanted characters that are found, in their order."""
    blocks = SequenceMatcher(None, wanted, found, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(wanted)


def boxes(pdf: bytes, folder, dpi: int) -> list[tuple[str, tuple[float, ...]]]:
    pattern = (
        r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>'
    )
    rows = re.findall(pattern, pdftotext(pdf, folder, "-bbox"))
    return [
        (counted(unescape(row[4])), tuple(float(value) * dpi / 72 for value in row[:4]))
        for row in rows
    ]


@needs_poppler
@pytest.mark.parametrize("script", TEXTS)
def test_the_words_come_back_in_order_and_lie_on_the_picture(script, tmp_path, capsys) -> None:
    role, rows = TEXTS[script]
    if missing(role):
        pytest.skip(f"no font for {script} on this machine")
    image, lines, truth = drawn(role, rows)
    blocks = [{"words": line.text, "location": line.location} for line in lines]
    document = Document("a", {"words_block_list": blocks}, partial(seen, image))
    pdf = b"".join(formats.stream("pdf", lambda: [document]))
    share = kept(counted("".join(rows)), counted(pdftotext(pdf, tmp_path)))
    found = boxes(pdf, tmp_path, searchable_pdf.DPI)
    offsets = []  # -bbox shows right-to-left words as they stand, from the left
    for word, box in truth:
        same = [other for text, other in found if text in (counted(word), counted(word)[::-1])]
        if same:
            offsets.append(min(apart(box, other) for other in same))
    height = statistics.median(box[3] - box[1] for box in (outline(line) for line in lines))
    offset = statistics.median(offsets)
    with capsys.disabled():
        print(f"\n{script}: {share:.4f} in order, {len(offsets)}/{len(truth)} words, "
              f"median offset {offset / height:.3f} of the line height")  # fmt: skip
    assert share >= 0.99
    assert kept(counted("".join(rows)), counted(by_pdfium(pdf))) >= 0.99
    assert len(offsets) >= 0.95 * len(truth)
    assert offset < height / 3


def seen(image: PageImage, quads) -> PageImage:
    """Return the image with the column profiles of its lines, as the process that decodes images does."""
    with Image.open(io.BytesIO(image.jpeg)) as opened:
        return replace(image, profiles=word_gaps.column_profiles(opened, quads))


def by_pdfium(pdf: bytes) -> str:
    """Return the text as PDF viewers of browsers return it."""
    with pypdfium2.PdfDocument(pdf) as document:
        return document[0].get_textpage().get_text_range()


def outline(line: TextLine) -> tuple[float, ...]:
    (left, top), _, (right, bottom), _ = line.location
    return left, top, right, bottom


def apart(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return the distance between the middles of two boxes."""
    return math.dist(
        ((one[0] + one[2]) / 2, (one[1] + one[3]) / 2),
        ((other[0] + other[2]) / 2, (other[1] + other[3]) / 2),
    )


def blank(quads=(), *, width: int = 600, height: int = 200) -> PageImage:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, "JPEG")
    return PageImage(out.getvalue(), width, height)


@needs_poppler
def test_characters_beyond_sixteen_bits_come_back(tmp_path) -> None:
    words = "𠮷野家 𡃁仔 𓂀 😀"
    line = TextLine(words, 0.9, [[10, 10], [500, 10], [500, 60], [10, 60]])
    page = blank()
    pdf = b"".join(searchable_pdf.written([(page, [line])]))
    assert pdftotext(pdf, tmp_path).split() == words.split()


@needs_poppler
def test_turned_lines_and_cells_of_several_lines_come_back(tmp_path) -> None:
    page = blank(height=600)
    upward = TextLine("Upward text", 0.9, [[50, 500], [50, 100], [90, 100], [90, 500]])
    cell = TextLine("first row\nsecond row", 0.9, [[200, 100], [500, 100], [500, 200], [200, 200]])
    pdf = b"".join(searchable_pdf.written([(page, [upward, cell])]))
    found = pdftotext(pdf, tmp_path)
    assert "Upward text" in found
    assert "first row" in found
    places = dict(boxes(pdf, tmp_path, searchable_pdf.DPI))
    assert places["first"][1] < 120
    assert 140 < places["second"][1] < 170


@needs_poppler
def test_characters_with_places_put_each_word_where_it_is(tmp_path) -> None:
    def at(char: str, x: int) -> dict:
        place = [[x, 20], [x + 10, 20], [x + 10, 50], [x, 50]]
        return {"char": char, "char_location": place, "char_confidence": 1.0}

    block = {
        "words": "ab cd", "confidence": 0.9, "location": [[20, 20], [520, 20], [520, 50], [20, 50]],
        "char_list": [at("a", 20), at("b", 32), at("c", 490), at("d", 505)],
    }  # fmt: skip
    result = {"words_block_count": 1, "words_block_list": [block]}
    pdf = b"".join(formats.stream("pdf", lambda: [Document("a", result, blank)]))
    places = dict(boxes(pdf, tmp_path, searchable_pdf.DPI))
    assert places["ab"][0] == pytest.approx(20, abs=2)
    assert places["ab"][2] == pytest.approx(42, abs=8)
    assert places["cd"][0] == pytest.approx(490, abs=2)


def test_without_profiles_the_widths_of_the_letters_divide_the_line() -> None:
    spread = {
        word: (start, end) for word, start, end in glyph_widths.word_spans("lilil WWWWW lilil")
    }
    assert spread["WWWWW"][1] - spread["WWWWW"][0] > 0.6
    assert spread["lilil"][1] == pytest.approx(1.0)


@pytest.mark.parametrize("background", ["white", "black", "#e8d8c0"])
def test_the_gaps_of_a_line_are_found_on_any_background(background) -> None:
    image = Image.new("RGB", (1000, 100), background)
    pen = ImageDraw.Draw(image)
    for left, right in ((100, 200), (230, 500), (506, 600), (640, 900)):  # 506: a gap inside a word
        pen.rectangle((left, 40, right - 1, 60), fill="gray")
    (profile,) = word_gaps.column_profiles(image, [[[100, 20], [900, 20], [900, 80], [100, 80]]])
    assert word_gaps.text_extent(profile) == pytest.approx((0, 1), abs=0.01)
    found = word_gaps.gaps_near(profile, [0.15, 0.65])
    assert found == [
        pytest.approx((0.125, 0.1625), abs=0.004),
        pytest.approx((0.625, 0.675), abs=0.004),
    ]
    assert word_gaps.gaps_near(profile, [0.4, 0.65]) == []  # not where the text expects a gap
    assert word_gaps.column_profiles(image, [[], [[5, 5], [5, 5], [5, 5], [5, 5]]]) == (b"", b"")


def test_numbers_and_foreign_words_stand_where_they_are_read() -> None:
    ordered = sorted(glyph_widths.word_spans("بطاقة 12 Visa Gold رقم"), key=lambda word: word[1])
    assert [word for word, _, _ in ordered] == ["رقم", "Visa", "Gold", "12", "بطاقة"]
    ordered = sorted(glyph_widths.word_spans("see محمد أحمد here"), key=lambda word: word[1])
    assert [word for word, _, _ in ordered] == ["see", "أحمد", "محمد", "here"]


def test_a_pdf_is_written_page_by_page() -> None:
    """What was asked for is one page ahead of what was handed out, at any number of pages."""
    asked = itertools.count()
    seen = []

    def image(quads) -> PageImage:
        seen.append(next(asked))
        return blank()

    result = {"words_block_count": 0, "words_block_list": []}
    pieces = formats.stream("pdf", lambda: (Document("a", result, image) for _ in range(5)))
    next(pieces)
    assert seen == []
    next(pieces)
    assert seen == [0]
    rest = b"".join(pieces)
    assert seen == [0, 1, 2, 3, 4]
    assert rest.endswith(b"%%EOF\n")


def test_the_file_is_whole() -> None:
    import pikepdf

    page = blank()
    pdf = b"".join(searchable_pdf.written([(page, [])] * 3))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 3
        assert not opened.check_pdf_syntax()
        assert parse_result({"words_block_list": []}).lines == ()
