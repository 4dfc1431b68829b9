"""A batch job in a real browser: from dropped files over the price and live progress to the receipt."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ROOT, Live

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
TEXT = ROOT / "ocr" / "samples" / "general-text.png"


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    """A ZIP of two readable pictures and one file that is none."""
    file = tmp_path / "scans.zip"
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("one.png", TEXT.read_bytes())
        made.writestr("two.png", TEXT.read_bytes() + b"x")
        made.writestr("read me.txt", "no picture")
    return file


def make(page: Page, live: Live, upload: Path, **fields: str) -> str:
    """Fill the form, upload, and return the job's address."""
    page.goto(f"{live.url}/console/jobs?service=general-text")
    page.set_input_files("#files", str(upload))
    for name, value in fields.items():
        page.fill(f"[name={name}]", value)
    page.click("#send")
    page.wait_for_url("**/console/jobs?job=*", timeout=60_000)
    return page.url


def test_files_are_dropped_priced_read_downloaded_and_deleted(
    visit: Any, live: Live, upload: Path, tmp_path: Path
) -> None:
    page = visit()
    refused: list[str] = []
    page.on("console", lambda m: refused.append(m.text) if "Security Policy" in m.text else None)
    make(page, live, upload, name="Monday")
    expect(page.locator("h1")).to_have_text("Monday")
    expect(page.locator("section[aria-labelledby=estimate]")).to_contain_text("Pages to read2")
    expect(page.locator("#price")).to_have_text(re.compile(r"[\d.]+ \w{3}"))
    page.get_by_role("button", name="Start").click()
    live_part = page.locator("#live")
    expect(live_part).to_contain_text("Failed", timeout=90_000)
    expect(live_part.locator(".oc-pill").first).to_have_text("Done", timeout=90_000)
    expect(live_part).to_contain_text("3 of 3 pages")
    expect(live_part.locator(".oc-tile-succeeded")).to_have_count(2)
    expect(page.locator("section[aria-labelledby=failed]")).to_contain_text("read me.txt")
    expect(page.locator("section[aria-labelledby=failed]")).to_contain_text("JOB.0101")
    with page.expect_download() as got:
        page.get_by_role("link", name="XLSX").click()
    got.value.save_as(tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "out.xlsx").read_bytes()))
    assert book["Lines"].max_row > 2
    page.get_by_role("button", name="Delete").first.click()
    page.locator("dialog [name=confirm]").fill("Monday")
    page.locator("dialog button[value=delete]").click()
    expect(page.locator("#receipt-json")).to_contain_text('"sha256"')
    expect(page.locator("#receipt-json")).not_to_contain_text("scans.zip")
    page.goto(f"{live.url}/console/jobs")
    expect(page.locator("section[aria-labelledby=jobs] tbody tr").first).to_contain_text("Deleted")
    assert not refused


def test_a_file_that_is_not_taken_says_why(visit: Any, live: Live, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w") as made:
        made.writestr("../out.png", "x")
    page = visit()
    page.goto(f"{live.url}/console/jobs?service=general-text")
    page.click("#send")
    expect(page.locator("#said")).to_have_text("Choose files first.")
    page.set_input_files("#files", [str(bad), str(TEXT)])
    page.click("#send")
    expect(page.locator("#uploads li").first).to_contain_text("JOB.0106", timeout=30_000)
    page.get_by_role("link", name="Open the job").click()
    expect(page.locator("section[aria-labelledby=job-files]")).to_contain_text("general-text.png")
    page.get_by_role("button", name="Cancel the job").click()
    expect(page.locator("#live")).to_contain_text("Cancelled")


def test_who_may_only_read_sees_no_form(visit: Any, live: Live) -> None:
    page = visit("reader")
    page.goto(f"{live.url}/console/jobs")
    expect(page.locator("#main")).to_contain_text("permission required")
    expect(page.locator("#job-new")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "theme"), [("en", "light"), ("zh-hans", "dark"), ("ar", "dark")]
)
def test_the_pages_are_accessible_and_fit_a_narrow_screen(
    language: str, theme: str, visit: Any, live: Live, upload: Path
) -> None:
    page = visit(language=language, theme=theme, width=320, bypass_csp=True)
    job = make(page, live, upload)
    for address in (f"{live.url}/console/jobs", job):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.evaluate(AXE)
        rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa"]}}
        found = page.evaluate("rules => axe.run(document, rules)", rules)
        problems = [
            (row["id"], [node["html"][:120] for node in row["nodes"]])
            for row in found["violations"]
        ]
        assert not problems


def test_a_result_of_the_explorer_is_saved_in_any_format(
    visit: Any, live: Live, tmp_path: Path
) -> None:
    page = visit()
    page.goto(f"{live.url}/console/explorer?service=general-text")
    page.click("#sample")
    page.click("#run")
    expect(page.locator("#facts")).to_contain_text("HTTP 200", timeout=60_000)
    starts = {"xlsx": b"PK", "docx": b"PK", "pdf": b"%PDF", "json": b"[", "csv": b"\xef\xbb\xbf"}
    for code, start in starts.items():
        with page.expect_download() as got:
            page.click(f"[data-export={code}]")
        got.value.save_as(tmp_path / code)
        assert (tmp_path / code).read_bytes().startswith(start)
    expect(page.locator("#said")).to_contain_text("Nothing was stored")
