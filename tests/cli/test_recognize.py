"""`ocr-console recognise` against the running server: results, throttling, Ctrl-C, exit codes, bills."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from ocr.concurrency import KEPT_S
from tests.conftest import ROOT, Live

pytestmark = [pytest.mark.e2e, pytest.mark.engine]
PASSPORT = ROOT / "ocr" / "samples" / "passport.jpg"
TEXT = ROOT / "ocr" / "samples" / "general-text.png"


def environ(live: Live, **more: str) -> dict[str, str]:
    user = live.credentials["users"]["admin"]
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("HUAWEICLOUD")},
        "PYTHONPATH": str(ROOT / "clients" / "cli"),
        "HUAWEICLOUD_SDK_AK": user["access_key"],
        "HUAWEICLOUD_SDK_SK": user["secret_key"],
        "HUAWEICLOUD_SDK_PROJECT_ID": live.credentials["project_id"],
        "OCR_CONSOLE_ENDPOINT": live.url,
        **more,
    }


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "ocr_console_cli", *map(str, words)]


def cli(live: Live, *words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), cwd=ROOT, env=environ(live, **more), capture_output=True, text=True,
        timeout=240,
    )  # fmt: skip


def billed(live: Live) -> int:
    """Return how many calls were metered so far."""
    return int(live.manage("shell", "-c", "from billing.models import UsageEvent as U; print(U.objects.count())").split()[-1])  # fmt: skip


def variants(folder: Path, count: int, source: Path = TEXT) -> list[Path]:
    """Return files that differ in their bytes and show the same."""
    folder.mkdir()
    files = []
    for number in range(count):
        file = folder / f"page {number:02}{source.suffix}"
        file.write_bytes(source.read_bytes() + bytes([number]))
        files.append(file)
    return files


def test_files_become_rows_of_a_spreadsheet_and_one_that_cannot_be_read_says_why(live, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    out = tmp_path / "result.xlsx"
    before = billed(live)
    done = cli(live, "recognise", PASSPORT, broken, "--service", "passport", "--out", out)
    assert done.returncode == 1, done.stderr
    assert "AIS.0102" in done.stderr
    assert "2/2" in done.stderr  # the progress bar
    sheet = openpyxl.load_workbook(out)["Documents"]
    head = [cell.value for cell in sheet[1]]
    row = dict(zip(head, (cell.value for cell in sheet[2]), strict=True))
    assert row["surname"] == "LINDQVIST"
    assert 0 < row["surname confidence"] <= 1
    assert "AIS.0102" in sheet.cell(3, head.index("error") + 1).value
    assert billed(live) - before == 1
    # Again: the good page is remembered, the broken one is tried again.
    again = cli(live, "recognise", PASSPORT, broken, "--service", "passport", "--out", out, "--overwrite")  # fmt: skip
    assert again.returncode == 1
    assert billed(live) - before == 1


@pytest.mark.parametrize("kind", ["json", "csv", "docx", "md", "txt", "pdf"])
def test_every_format_is_written(kind, live, tmp_path):
    out = tmp_path / f"result.{kind}"
    done = cli(live, "recognise", TEXT, "--service", "general-text", "--out", out, "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert out.stat().st_size > 50
    assert not list(tmp_path.glob("*.state"))
    assert not list(tmp_path.glob("*.part"))
    if kind == "json":
        (row,) = json.loads(out.read_text())
        assert row["result"]["words_block_count"] > 0


def test_the_pages_of_a_pdf_are_calls_of_their_own(live, tmp_path):
    import fpdf

    made = fpdf.FPDF(unit="pt")
    for text in ("Annual report", "Minutes of the meeting"):
        made.add_page()
        made.set_font("Helvetica", size=24)
        made.text(60, 100, text)
    file = tmp_path / "two.pdf"
    file.write_bytes(bytes(made.output()))
    before = billed(live)
    out = tmp_path / "two.csv"
    done = cli(live, "recognise", file, "--service", "general-text", "--out", out)
    assert done.returncode == 0, done.stderr
    rows = list(csv.reader(io.StringIO(out.read_text("utf-8-sig"))))
    assert [row[2] for row in rows[1:]] == ["Annual report", "Minutes of the meeting"]
    assert [row[0] for row in rows[1:]] == [f"{file} p. 1", f"{file} p. 2"]
    assert billed(live) - before == 2


def test_an_interrupted_run_goes_on_and_pays_each_page_once(live, tmp_path):
    files = variants(tmp_path / "in", 10)
    out = tmp_path / "result.json"
    words = ["recognise", files[0].parent, "--service", "general-text", "--out", out, "--parallel", "2"]  # fmt: skip
    before = billed(live)
    running = subprocess.Popen(
        command(*words), cwd=ROOT, env=environ(live), stderr=subprocess.PIPE, text=True
    )
    state = tmp_path / "result.json.state"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (
        not state.exists() or state.read_bytes().count(b"\n") < 2
    ):
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    kept = state.read_bytes().count(b"\n")
    assert running.returncode == 130, said
    assert "run the command again" in said
    assert 2 <= kept < 10
    assert state.stat().st_mode & 0o077 == 0
    assert billed(live) - before == kept  # what was on its way was waited for
    assert not out.exists()
    done = cli(live, *words)
    assert done.returncode == 0, done.stderr
    assert f"continuing with {kept} pages" in done.stderr
    assert billed(live) - before == 10
    assert [row["document"] for row in json.loads(out.read_text())] == [str(file) for file in files]
    assert not state.exists()


def test_too_many_calls_at_once_wait_and_are_all_read(live, tmp_path):
    account = live.credentials["account"]
    files = variants(tmp_path / "in", 6)
    live.manage("set_limit", account, "--concurrency", "1")
    try:
        time.sleep(KEPT_S + 1)  # a server process reads limits anew after that long
        before = billed(live)
        out = tmp_path / "result.json"
        done = cli(live, "recognise", *files, "--service", "general-text", "--out", out, "--parallel", "4")  # fmt: skip
    finally:
        live.manage("set_limit", account, "--concurrency", "0")
    assert done.returncode == 0, done.stderr
    assert "HTTP 429: waiting" in done.stderr
    assert len(json.loads(out.read_text())) == 6
    assert billed(live) - before == 6


def test_a_wrong_key_ends_at_once_with_its_own_code(live, tmp_path):
    files = variants(tmp_path / "in", 5)
    out = tmp_path / "result.json"
    done = cli(live, "recognise", *files, "--service", "general-text", "--out", out, HUAWEICLOUD_SDK_SK="wrong")  # fmt: skip
    assert done.returncode == 3
    assert "APIG.0301" in done.stderr
    assert not out.exists()


def test_no_credentials_and_an_unknown_service_have_their_codes(live, tmp_path):
    out = tmp_path / "a.json"
    none = cli(live, "recognise", TEXT, "--service", "general-text", "--out", out,
               HUAWEICLOUD_SDK_AK="", HOME=str(tmp_path))  # fmt: skip
    assert none.returncode == 3
    assert ".huaweicloud" in none.stderr
    unknown = cli(live, "recognise", TEXT, "--service", "no-such", "--out", out)
    assert unknown.returncode == 4
    assert "APIG.0101" in unknown.stderr
    nobody = cli(live, "recognise", TEXT, "--service", "passport", "--out", out,
                 "--endpoint", "http://127.0.0.1:9", "--attempts", "2")  # fmt: skip
    assert nobody.returncode == 5
    ending = cli(live, "recognise", TEXT, "--service", "passport", "--out", tmp_path / "a.exe")
    assert ending.returncode == 2


def test_the_credentials_file_of_the_sdk_is_read_and_the_project_is_looked_up(live, tmp_path):
    user = live.credentials["users"]["admin"]
    file = tmp_path / ".huaweicloud" / "credentials"
    file.parent.mkdir()
    file.write_text(f"[basic]\nak = {user['access_key']}\nsk = {user['secret_key']}\n")
    out = tmp_path / "a.txt"
    done = cli(live, "recognise", TEXT, "--service", "general-text", "--out", out, "--quiet",
               "--region", live.credentials["region"], HUAWEICLOUD_SDK_AK="", HUAWEICLOUD_SDK_PROJECT_ID="",
               HOME=str(tmp_path))  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert out.read_text().strip()


def test_general_text_reads_the_page_of_a_pdf_that_is_asked_for(live, tmp_path):
    """`pdf_page_number` over HTTP: counted from 1, 1 by default, a whole number, a page that exists."""
    import base64

    import fpdf
    from huaweicloudsdkcore.auth.credentials import BasicCredentials
    from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
    from huaweicloudsdkocr.v1 import (
        GeneralTextRequestBody,
        OcrClient,
        RecognizeGeneralTextRequest,
    )

    made = fpdf.FPDF(unit="pt")
    for text in ("First page", "Second page"):
        made.add_page()
        made.set_font("Helvetica", size=30)
        made.text(60, 100, text)
    image = base64.b64encode(bytes(made.output())).decode()
    user = live.credentials["users"]["admin"]
    keys = BasicCredentials(user["access_key"], user["secret_key"], live.credentials["project_id"])
    ocr = OcrClient.new_builder().with_credentials(keys).with_endpoint(live.url).build()

    def read(**page):
        body = GeneralTextRequestBody(image=image, **page)
        found = ocr.recognize_general_text(RecognizeGeneralTextRequest(body=body)).result
        return [block.words for block in found.words_block_list]

    assert read() == ["First page"]
    assert read(pdf_page_number=1) == ["First page"]
    assert read(pdf_page_number=2) == ["Second page"]
    before = billed(live)
    for wrong in (0, 3, -1, "2", True, 1.5):
        with pytest.raises(ClientRequestException) as refused:
            read(pdf_page_number=wrong)
        assert (refused.value.status_code, refused.value.error_code) == (400, "AIS.0101"), wrong
    assert billed(live) == before


def test_the_api_writes_a_searchable_pdf_and_keeps_nothing(live, tmp_path):
    """`POST /api/v1/exports`: the words come back from the PDF, as the SDK's signer would ask for it."""
    import base64

    from ocr_console_cli.client import Client
    from ocr_console_cli.credentials import Credentials

    user = live.credentials["users"]["admin"]
    key = Credentials(user["access_key"], user["secret_key"], live.credentials["project_id"])
    client = Client(live.url, key)
    image = base64.b64encode(TEXT.read_bytes()).decode()
    path = f"/v2/{key.project_id}/ocr/general-text"
    result = client.call("POST", path, body=json.dumps({"image": image}).encode()).json()["result"]
    document = {"name": "a.png", "result": result, "image": image}
    body = json.dumps({"format": "pdf", "documents": [document]}).encode()
    before = billed(live)
    file = tmp_path / "a.pdf"
    file.write_bytes(client.call("POST", "/api/v1/exports", body=body).content)
    text = subprocess.run(["pdftotext", str(file), "-"], check=True, capture_output=True, text=True).stdout  # fmt: skip
    wanted = {word for block in result["words_block_list"] for word in block["words"].split()}
    assert len(wanted & set(text.split())) >= 0.95 * len(wanted)
    assert billed(live) == before
    nothing = json.dumps({"format": "pdf", "documents": [{"name": "a", "result": result}]}).encode()
    with pytest.raises(Exception, match=r"AIS\.0101.*needs the image"):
        client.call("POST", "/api/v1/exports", body=nothing)
