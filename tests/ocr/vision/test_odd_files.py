"""Odd files through a real engine process: a documented error or a result, and nothing is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr.extractors import general_text
from ocr.options import parse
from ocr.profiles import TEXT, NoSuchPage, UnreadableImage
from tests.ocr.vision import odd_files

pytestmark = pytest.mark.engine
ROOM_MB = 120  # what a process may keep: the second reader, PDFium, a pack or two


def resident_mb(pid: int) -> float:
    """Return the memory a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


@pytest.mark.timeout(240)
def test_three_hundred_odd_files_harm_nobody(pool_of_one):
    options = parse(general_text.OPTIONS, {})

    def read(content):
        try:
            return pool_of_one.recognize(
                content, extract=general_text.extract, options=options, profile=TEXT, timeout=60
            ).result
        except (UnreadableImage, NoSuchPage) as error:
            assert str(error).endswith(".")  # a sentence for the caller
            return None

    cases = list(odd_files.files())
    assert len(cases) >= 300
    normal = odd_files.saved(odd_files.base(), "PNG")
    assert read(normal)["words_block_list"][0]["words"] == "Berth 27 A"
    before = resident_mb(pool_of_one.pids()[0])
    failed, answers = [], {}
    for name, content in cases:
        try:
            answers[name] = read(content)
        except Exception as error:
            failed.append(f"{name}: {type(error).__name__} {error}")
    assert failed == []
    for _ in range(8):
        read(normal)
    assert pool_of_one.stats()["restarts"] == 0
    assert resident_mb(pool_of_one.pids()[0]) < before + ROOM_MB
    words = {
        name: " ".join(
            block["words"] for block in (answers[name] or {}).get("words_block_list", ())
        )
        for name in (
            "white on nothing PNG",
            "CMYK JPEG",
            "1 TIFF",
            "many frames GIF",
            "orientation 1",
        )
    }
    assert words.pop("white on nothing PNG") == "WHITE 27"
    assert set(words.values()) == {"Berth 27 A"}, words
    assert answers["png of 65000 x 65000"] is None
