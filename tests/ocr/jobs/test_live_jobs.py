"""A real server with the real engine: killed, it reads and bills every page exactly once."""

from __future__ import annotations

import contextlib
import io
import os
import random
import signal
import sqlite3
import subprocess
import threading
import time
import zipfile
from pathlib import Path

import httpx
import psycopg
import pytest
from PIL import Image, ImageDraw, ImageFont

from config import banner
from tests.conftest import Live, start_server, stop_server

pytestmark = [pytest.mark.engine, pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]
# The long run: JOB_PAGES=500 JOB_KILL_EVERY_S=15 pytest tests/ocr/jobs/test_live_jobs.py -k killed
PAGES = int(os.environ.get("JOB_PAGES", "40"))
SITE = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")  # a server's own in scaled mode
KILL_EVERY_S = float(os.environ.get("JOB_KILL_EVERY_S", "4"))


def page(number: int) -> bytes:
    """Return a page that takes a moment to read, so that there is time for kills."""
    image = Image.new("RGB", (1000, 630), "white")
    font = ImageFont.load_default(size=26)
    for line in range(6):
        text = (
            f"Page number {number:04d}, line {line:02d}: {line * 7919 % 100000:05d} of the register"
        )
        ImageDraw.Draw(image).text((40, 40 + line * 90), text, "black", font=font)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def archive(pages: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number in range(pages):
            made.writestr(f"{number:04d}.png", page(number))
    return out.getvalue()


def document(pages: int) -> bytes:
    out = io.BytesIO()
    first, *rest = (Image.open(io.BytesIO(page(number))) for number in range(pages))
    first.save(out, "PDF", save_all=True, append_images=rest)
    return out.getvalue()


def client(live: Live, role: str = "admin") -> httpx.Client:
    """Return a client with a project token of the demo account."""
    body = banner.token_request(live.credentials, role)
    answer = httpx.post(f"{live.url}/v3/auth/tokens", json=body, timeout=60)
    token = answer.headers["X-Subject-Token"]
    return httpx.Client(base_url=f"{live.url}/api/v1", headers={"X-Auth-Token": token}, timeout=120)


def begin(caller: httpx.Client, content: bytes, name: str, **body: object) -> str:
    made = caller.post("/jobs", json={"service": "general-text", **body})
    assert made.status_code == 201, made.text
    job_id: str = made.json()["id"]
    sent = caller.post(f"/jobs/{job_id}/files", params={"name": name}, content=content)
    assert sent.status_code == 201, sent.text
    assert caller.post(f"/jobs/{job_id}/start").status_code == 200
    return job_id


def until_ended(caller: httpx.Client, job_id: str, limit: float = 300) -> dict:
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        shown = caller.get(f"/jobs/{job_id}").json()
        if shown["state"] in ("done", "failed"):
            return shown
        time.sleep(0.5)
    raise AssertionError(f"the job did not end: {shown}")


def family(live: Live) -> list[int]:
    """Return every process of a server, in whatever mode it runs: they share its folder."""
    mark = f"DATA_DIR={live.data_dir}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def engines(live: Live) -> list[int]:
    """Return the engine processes of a server."""
    found = []
    for pid in family(live):
        with contextlib.suppress(OSError):
            if b"ocr.engine.engine_process" in Path(f"/proc/{pid}/cmdline").read_bytes().split(
                b"\0"
            ):
                found.append(pid)
    return found


def kill(live: Live) -> None:
    """End every process of a server at once."""
    for pid in family(live):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    live.process.wait()


def restarted_after(live: Live) -> Live:
    """Start a server again on what it had: folder, database, broker."""
    kept = {name: live.environ[name] for name in SITE if name in live.environ}
    return start_server(live.data_dir, **{"ENGINE_PROCESSES": "2", **kept})


def rows(live: Live, query: str) -> list:
    """Return what a server's database answers."""
    if url := live.environ.get("DATABASE_URL"):
        with psycopg.connect(url) as server:
            return server.execute(query).fetchall()
    with sqlite3.connect(live.data_dir / "db.sqlite3") as database:
        return database.execute(query).fetchall()


@pytest.fixture
def server(tmp_path):
    """A server of its own, on whose data others may be started."""
    started = [start_server(tmp_path / "data", ENGINE_PROCESSES="2")]
    yield started
    for one in started:
        stop_server(one.process)


@pytest.mark.parametrize(("make", "name"), [(archive, "scans.zip"), (document, "book.pdf")])
def test_killed_engines_and_a_killed_server_lose_nothing_and_bill_nothing_twice(
    server, make, name
) -> None:
    live = server[0]
    caller = client(live)
    job_id = begin(caller, make(PAGES), name)
    chance = random.Random(3)
    kills, restarted, due = 0, False, 0.0  # the first kill comes at once
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        try:
            shown = caller.get(f"/jobs/{job_id}").json()
        except httpx.HTTPError:
            continue
        if shown["state"] in ("done", "failed"):
            break
        if time.monotonic() >= due and (alive := engines(live)):
            os.kill(chance.choice(alive), signal.SIGKILL)
            kills += 1
            due = time.monotonic() + KILL_EVERY_S
        if not restarted and shown["counts"]["succeeded"] >= PAGES // 3:
            kill(live)
            live = restarted_after(live)
            server.append(live)
            caller, restarted = client(live), True
        time.sleep(0.05)
    assert restarted and kills >= 1, (restarted, kills, shown)
    assert shown["state"] == "done"
    counts = shown["counts"]
    assert counts["succeeded"] + counts["failed"] == counts["pages"] == PAGES
    pages = rows(live, "SELECT request_id, state, attempts FROM ocr_jobpage")
    assert len(pages) == PAGES
    assert max(attempts for *_, attempts in pages) <= 2
    good = {request for request, state, _ in pages if state == "succeeded"}
    billed = [row[0] for row in rows(live, "SELECT request_id FROM billing_usageevent")]
    assert sorted(billed) == sorted(good)
    recorded = rows(live, "SELECT request_id, status FROM monitoring_callrecord")
    assert len(recorded) == len({request for request, _ in recorded}) == PAGES
    assert {request for request, status in recorded if status == 200} == good
    print(f"kills {kills}, failed {counts['failed']}, again {sum(a > 1 for *_, a in pages)}")


def memory_mb(live: Live) -> float:
    """Return the resident memory of a server's processes, engines aside."""
    total = 0
    for pid in set(family(live)) - set(engines(live)):
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{pid}/status").read_text()
            total += int(status.split("VmRSS:")[1].split()[0]) if "VmRSS:" in status else 0
    return total / 1024


def test_a_large_upload_stays_out_of_memory_and_leaves_no_plain_byte(server, tmp_path) -> None:
    live = server[0]
    caller = client(live)
    piece = (b"PLANTED-WORD-OF-A-LARGE-FILE " * 2260)[:65536]
    made = caller.post("/jobs", json={"service": "general-text"}).json()["id"]
    idle = memory_mb(live)
    top = [idle]

    def pieces():
        yield b"\xff\xd8\xff"
        for number in range(300 * 16):  # 300 MB
            if number % 160 == 0:
                top.append(memory_mb(live))
            yield piece

    sent = caller.post(
        f"/jobs/{made}/files", params={"name": "big.jpg"}, content=pieces(), timeout=600
    )
    assert sent.status_code == 201, sent.text
    assert sent.json()["size"] == 3 + 300 * 16 * 65536
    assert max(top) - idle < 150, top
    print(f"web {idle:.0f} MB idle, {max(top):.0f} MB at most")
    command = ["grep", "-rl", "PLANTED-WORD", str(live.data_dir)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def test_an_export_of_many_pages_stays_out_of_memory(server) -> None:
    live = server[0]
    caller = client(live)
    job_id = begin(caller, archive(PAGES), "scans.zip", retention_hours=1)
    assert until_ended(caller, job_id, limit=800)["counts"]["succeeded"] == PAGES
    idle = memory_mb(live)
    found = {}
    for form in ("json", "csv", "xlsx", "docx", "md", "txt", "pdf"):
        top, size, done = [idle], 0, threading.Event()

        def watch(top=top, done=done) -> None:
            while not done.wait(0.2):
                top.append(memory_mb(live))

        watcher = threading.Thread(target=watch)
        watcher.start()
        with caller.stream("GET", f"/jobs/{job_id}/download", params={"format": form}) as answer:
            assert answer.status_code == 200, form
            for piece in answer.iter_bytes():
                size += len(piece)
        done.set()
        watcher.join()
        found[form] = (size, round(max(top) - idle))
    print(f"{PAGES} pages: bytes and MB above idle {found}")
    assert all(size > PAGES * 10 for size, _ in found.values())
    assert all(more < 150 for _, more in found.values())
