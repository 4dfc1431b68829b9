"""Archives and PDFs in, files out, and the end: nothing of a job is left, a receipt says so."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from django.core.management import call_command
from django.db import connections
from django.db.utils import load_backend
from fpdf import FPDF

from billing.models import UsageEvent
from core import clock
from iam.models import Trace
from ocr.jobs import encryption, keys, retention
from ocr.models import Job, JobFile, JobPage
from tests import factories
from tests.ocr.jobs.conftest import PLANTED, picture, work

pytestmark = pytest.mark.django_db


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for number, name in enumerate(names):
            made.writestr(name, picture(number))
    return out.getvalue()


def pdf(pages: int = 3, text: str = PLANTED) -> bytes:
    made = FPDF()
    made.set_font("Helvetica", size=14)
    for number in range(1, pages + 1):
        made.add_page()
        made.multi_cell(0, 10, f"{text} page {number} of a document with a text layer.")
    return bytes(made.output())


def started(person, content: bytes, file: str, **body) -> str:
    made = person.create(**body)
    answer = person.upload(made["id"], content, file)
    assert answer.status_code == 201, answer.content
    assert person.step(made["id"], "start").status_code == 200
    return made["id"]


def fetched(person, job_id: str, code: str) -> bytes:
    answer = person.call("GET", f"/{job_id}/download", format=code)
    assert answer.status_code == 200, answer.content
    assert "attachment" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)


def test_an_archive_is_read_member_by_member(person, engine):
    job_id = started(person, archive("a/1.png", "a/2.png", "b.png"), "scans.zip")
    assert work() == {"succeeded": 3}
    assert [image for image, _ in engine.seen] == [picture(number) for number in range(3)]
    pages = person.call("GET", f"/{job_id}/pages").json()["pages"]
    assert [row["document"] for row in pages] == [
        "scans.zip/a/1.png", "scans.zip/a/2.png", "scans.zip/b.png",
    ]  # fmt: skip


def test_pages_of_a_pdf_by_range_as_pictures(person, engine):
    job_id = started(person, pdf(5), "report.pdf", page_range="1,4-")
    assert person.show(job_id)["counts"]["pages"] == 3
    assert work() == {"succeeded": 3}
    assert all(image.startswith((b"\x89PNG", b"\xff\xd8")) for image, _ in engine.seen)
    pages = person.call("GET", f"/{job_id}/pages").json()["pages"]
    assert [row["number"] for row in pages] == [1, 4, 5]
    assert all(row["has_text"] for row in pages)
    assert UsageEvent.objects.count() == 3


def test_text_that_is_there_is_used_without_a_charge(person, engine):
    made = person.create(text_layer="use")
    person.upload(made["id"], pdf(2), "report.pdf")
    person.upload(made["id"], picture(), "scan.png")
    told = person.call("GET", f"/{made['id']}/estimate").json()
    assert (told["pages"], told["free_pages"]) == (1, 2)
    person.step(made["id"], "start")
    assert work() == {"free": 2, "succeeded": 1}
    shown = person.show(made["id"])
    assert (shown["counts"]["succeeded"], shown["counts"]["free"]) == (3, 2)
    assert UsageEvent.objects.count() == 1
    page = person.call("GET", f"/{made['id']}/pages/0").json()
    assert PLANTED in page["result"]["words_block_list"][0]["words"]
    refused = person.call(
        "POST", "",
        {"service": "passport", "project_id": person.described["project_id"], "text_layer": "use"},
    )  # fmt: skip
    assert refused.json()["error_code"] == "JOB.0001"


def test_a_bad_file_is_refused_and_leaves_nothing(person, settings):
    job_id = person.create()["id"]
    for content, code in (
        (b"PK\x03\x04 broken", "JOB.0102"),
        (b"%PDF-1.4 broken", "JOB.0102"),
        (archive("../../etc/passwd.png"), "JOB.0106"),
    ):
        answer = person.upload(job_id, content, "x")
        assert (answer.status_code, answer.json()["error_code"]) == (400, code)
    assert [path.name for path in (settings.JOBS_DIR / job_id).iterdir()] == ["key"]
    assert not JobFile.objects.exists()


def test_every_format_comes_whole(person):
    job_id = started(person, archive("1.png", "2.png"), "scans.zip")
    work()
    rows = list(csv.reader(io.StringIO(fetched(person, job_id, "csv").decode("utf-8-sig"))))
    assert len(rows) >= 3
    found = json.loads(fetched(person, job_id, "json"))
    assert len(found) == 2 and PLANTED in json.dumps(found)
    for code, magic in (
        ("xlsx", b"PK"),
        ("docx", b"PK"),
        ("md", b""),
        ("txt", b""),
        ("pdf", b"%PDF"),
    ):
        assert fetched(person, job_id, code).startswith(magic), code
    document = pypdfium2.PdfDocument(fetched(person, job_id, "pdf"))
    assert len(document) == 2
    assert person.show(job_id)["state"] == "done"
    assert person.call("GET", f"/{job_id}/download", format="exe").status_code == 400
    assert Trace.objects.filter(trace_name="downloadJob", code="200").count() == 8


def test_zero_hours_end_with_the_first_complete_download(person, monkeypatch):
    # A response that is closed ends its thread's connection: here the one of the test's transaction.
    monkeypatch.setattr(connections["default"], "close_if_unusable_or_obsolete", lambda: None)
    job_id = started(person, archive("1.png", "2.png"), "scans.zip", retention_hours=0)
    work(1)
    fetched(person, job_id, "json")  # complete, but of a job that had not ended
    assert person.show(job_id)["state"] == "running"
    work()
    cut = person.call("GET", f"/{job_id}/download", format="json")
    next(iter(cut.streaming_content))
    cut.close()
    assert person.show(job_id)["state"] == "done"
    fetched(person, job_id, "json")
    shown = person.show(job_id)
    assert (shown["state"], shown["receipt"]["reason"]) == ("deleted", "first download")
    assert person.call("GET", f"/{job_id}/download", format="json").status_code == 409
    assert person.call("GET", f"/{job_id}/pages").status_code == 409


def test_a_deletion_receipt_states_ids_sizes_hashes_and_times(person, settings):
    content = archive("secret-name.png")
    job_id = started(person, content, "secret.zip", name="secret job")
    work()
    file = JobFile.objects.get()
    receipt = person.call("DELETE", f"/{job_id}").json()
    assert receipt["files"] == [
        {"id": file.id, "size": len(content), "sha256": file.sha256,
         "created_at": clock.iso_second(file.created_at)}
    ]  # fmt: skip
    assert receipt["pages"]["succeeded"] == 1
    assert receipt["results_bytes"] > 0
    assert receipt["deleted_at"] and len(receipt["sha256"]) == 64
    assert "secret" not in json.dumps(receipt)
    assert person.call("DELETE", f"/{job_id}").json() == receipt
    assert person.show(job_id)["receipt"] == receipt
    assert not (settings.JOBS_DIR / job_id).exists()
    trace = Trace.objects.get(trace_name="deleteJob")
    assert receipt["sha256"] in trace.response
    assert not JobPage.objects.exists() and not JobFile.objects.exists()


def test_jobs_expire_by_their_time_and_none_lives_longer_than_seven_days(person):
    done = person.job(pages=1, retention_hours=2)
    work()
    paused = person.job(pages=1, retention_hours=168)
    person.step(paused, "pause")
    running = person.job(pages=1, retention_hours=168)
    now = clock.now()
    assert retention.expire(now + dt.timedelta(hours=1, minutes=59)) == 0
    assert retention.expire(now + dt.timedelta(hours=2, minutes=1)) == 1
    assert person.show(done)["state"] == "deleted"
    assert retention.expire(now + dt.timedelta(days=6, hours=23)) == 0
    assert retention.expire(now + dt.timedelta(days=7, minutes=1)) == 2
    assert {person.show(job)["state"] for job in (paused, running)} == {"deleted"}
    assert work() == {}
    assert Trace.objects.filter(trace_name="deleteJob", trace_type="SystemAction").count() == 3


def test_strays_of_cut_uploads_and_deletions_go(person, settings, monkeypatch):
    job_id = person.job(pages=1)
    monkeypatch.setattr(keys, "forget", lambda _: None)  # killed between the row and the files
    person.call("DELETE", f"/{job_id}")
    monkeypatch.undo()
    assert (settings.JOBS_DIR / job_id).exists()
    living = person.create()["id"]
    (settings.JOBS_DIR / living / "half").write_bytes(b"x")
    monkeypatch.setattr(retention, "_STRAY_S", -1.0)
    assert retention.strays() == 1
    assert not (settings.JOBS_DIR / job_id).exists()
    assert [path.name for path in (settings.JOBS_DIR / living).iterdir()] == ["key"]


@pytest.fixture
def on_disk(tmp_path, django_db_blocker, settings):
    """A database of its own in a file, so that its bytes can be searched; SQLite in either mode."""
    path = tmp_path / "data" / "db.sqlite3"
    path.parent.mkdir()
    options = {"init_command": "PRAGMA journal_mode=WAL;"}
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": options, "TEST": {}}
    with django_db_blocker.unblock():
        held = connections["default"]
        backend = load_backend(sqlite["ENGINE"])
        wrapper = backend.DatabaseWrapper({**connections.databases["default"], **sqlite}, "default")
        connections["default"] = wrapper
        try:
            call_command("migrate", verbosity=0)
            yield path
        finally:
            wrapper.close()
            connections["default"] = held


@pytest.mark.django_db(transaction=False)
def test_nothing_of_a_job_is_left_on_the_disk(tmp_path, settings, on_disk, engine):
    """Input, name, result and both halves of the key are searched for in every byte that is kept."""
    from tests.ocr.jobs.conftest import Person

    person = Person(factories.demo_site())
    settings.JOBS_DIR = tmp_path / "data" / "jobs"
    job_id = started(person, pdf(3) + PLANTED.encode(), f"{PLANTED}.pdf", text_layer="use")
    assert sum(work().values()) == 3
    fetched(person, job_id, "json")
    job = Job.objects.get(pk=job_id)
    half, token = (settings.JOBS_DIR / job_id / "key").read_bytes(), job.key.encode()
    sealed = bytes(JobPage.objects.filter(job=job).first().sealed)

    def kept() -> bytes:
        files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
        return b"\n".join(path.read_bytes() for path in files)

    connections["default"].cursor().execute("PRAGMA wal_checkpoint(FULL)")
    before = kept()
    assert PLANTED.encode() not in before  # not even while the job lives
    assert half in before and token in before and sealed[:64] in before
    key = keys.of(job)
    assert retention.expire(clock.now() + dt.timedelta(days=2)) == 1
    after = kept()
    for secret in (PLANTED.encode(), half, token, key, sealed[:64]):
        assert secret not in after
    with pytest.raises(encryption.Unreadable):
        encryption.unseal(encryption.join_key(half[::-1], half), sealed)
    connections["default"].close()
    assert token not in Path(on_disk).read_bytes()
