"""`ocr-console jobs` against the running server: a ZIP and a PDF become one file; codes of what fails."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import zipfile
from pathlib import Path

import fpdf
import pytest

from tests.cli.test_recognize import TEXT, billed, cli
from tests.ocr.jobs import hostile

pytestmark = [pytest.mark.e2e, pytest.mark.engine]


@pytest.fixture
def uploads(tmp_path: Path) -> list[Path]:
    """A ZIP of a picture and a text file, and a PDF whose pages have text of their own."""
    packed, document = tmp_path / "scans.zip", tmp_path / "report.pdf"
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("page.png", TEXT.read_bytes())
        made.writestr("read me.txt", "no picture")
    pages = fpdf.FPDF(unit="pt")
    for text in ("Annual report of 2026", "Minutes of the meeting"):
        pages.add_page()
        pages.set_font("Helvetica", size=24)
        pages.text(60, 100, text)
    document.write_bytes(bytes(pages.output()))
    return [packed, document]


def test_a_job_is_submitted_watched_and_downloaded(live, uploads, tmp_path):
    before = billed(live)
    done = cli(live, "jobs", "submit", *uploads, "--service", "general-text", "--text-layer", "use",
               "--name", "Mixed", "--wait")  # fmt: skip
    assert done.returncode == 1, done.stderr  # the text file is no picture
    decoder = json.JSONDecoder()
    started, end = decoder.raw_decode(done.stdout)
    ended, _ = decoder.raw_decode(done.stdout[end:].lstrip())
    assert (started["estimate"]["pages"], started["estimate"]["free_pages"]) == (1, 2)
    assert ended["state"] == "done"
    counts = ended["counts"]
    assert (counts["succeeded"], counts["failed"], counts["free"]) == (3, 1, 2)
    assert billed(live) - before == 1
    out = tmp_path / "out.csv"
    got = cli(live, "jobs", "download", ended["id"], "--out", out)
    assert got.returncode == 0, got.stderr
    rows = list(csv.reader(io.StringIO(out.read_text("utf-8-sig"))))
    assert any("JOB.0101" in cell for row in rows for cell in row)
    pdf = tmp_path / "out.pdf"
    assert cli(live, "jobs", "download", ended["id"], "--out", pdf).returncode == 0
    text = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True, text=True).stdout  # fmt: skip
    assert "Annual report of 2026" in text
    assert "Minutes of the meeting" in text
    told = cli(live, "jobs", "status", ended["id"])
    assert told.returncode == 1
    assert json.loads(told.stdout)["name"] == "Mixed"


def test_a_draft_costs_nothing_and_what_is_refused_has_its_code(live, uploads, tmp_path):
    before = billed(live)
    draft = cli(live, "jobs", "submit", uploads[1], "--service", "general-text", "--pages", "2", "--draft")  # fmt: skip
    assert draft.returncode == 0, draft.stderr
    shown = json.loads(draft.stdout)
    assert (shown["state"], shown["estimate"]["pages"]) == ("draft", 1)
    assert billed(live) == before
    nothing = cli(live, "jobs", "download", shown["id"], "--out", tmp_path / "a.csv")
    assert nothing.returncode == 4
    assert "JOB.0003" in nothing.stderr
    assert not (tmp_path / "a.csv").exists()
    assert cli(live, "jobs", "status", "0" * 32).returncode == 4
    bad = tmp_path / "bad.zip"
    bad.write_bytes(hostile.link())
    refused = cli(live, "jobs", "submit", bad, "--service", "general-text")
    assert refused.returncode == 4
    assert "JOB.0106" in refused.stderr
