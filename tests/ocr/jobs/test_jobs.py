"""A job from draft to download: states, outcomes, one bill a page."""

from __future__ import annotations

import hashlib
import json

import pytest

from billing.models import UsageEvent
from iam.models import Trace
from monitoring.models import CallRecord, Delivery, Endpoint
from ocr import profiles
from ocr.models import Job, JobPage
from ocr.page import WrongDocument
from tests.ocr.jobs.conftest import PLANTED, picture, work

pytestmark = pytest.mark.django_db


def test_every_page_is_one_billed_call(person, engine):
    job_id = person.job(pages=3, enterprise_project_id="0")
    assert work() == {"succeeded": 3}
    shown = person.show(job_id)
    assert shown["state"] == "done"
    assert shown["counts"] == {
        "pages": 3, "waiting": 0, "reading": 0, "succeeded": 3, "failed": 0, "skipped": 0, "free": 0,
    }  # fmt: skip
    pages = list(JobPage.objects.all())
    requests = {page.request_id for page in pages}
    assert set(UsageEvent.objects.values_list("request_id", flat=True)) == requests
    records = CallRecord.objects.all()
    assert {(row.request_id, row.status, row.source) for row in records} == {
        (request_id, 200, "batch") for request_id in requests
    }
    assert [page.attempts for page in pages] == [1, 1, 1]
    assert [urgency for _, urgency in engine.seen] == ["batch"] * 3
    assert {image for image, _ in engine.seen} == {picture(number) for number in range(3)}


def test_pages_and_results_are_shown(person, engine):
    engine.answers = [None, WrongDocument("no zone"), profiles.UnreadableImage("broken")]
    job_id = person.job(pages=3)
    work()
    listed = json.loads(person.call("GET", f"/{job_id}/pages").content)
    assert [row["state"] for row in listed["pages"]] == ["succeeded", "failed", "failed"]
    assert [row["document"] for row in listed["pages"]] == ["0.png", "1.png", "2.png"]
    failed = json.loads(person.call("GET", f"/{job_id}/pages", state="failed").content)["pages"]
    assert [row["error"]["error_code"] for row in failed] == ["AIS.0104", "AIS.0102"]
    assert all(row["error"]["advice"] and row["error"]["error_msg"] for row in failed)
    good = json.loads(person.call("GET", f"/{job_id}/pages/0").content)
    assert PLANTED in good["result"]["words_block_list"][0]["words"]
    assert UsageEvent.objects.count() == 1
    assert CallRecord.objects.filter(status=400).count() == 2
    first = json.loads(person.call("GET", f"/{job_id}/pages", limit=2).content)
    rest = json.loads(
        person.call("GET", f"/{job_id}/pages", limit=2, after=first["next_after"]).content
    )
    assert [row["position"] for row in first["pages"] + rest["pages"]] == [0, 1, 2]
    assert rest["next_after"] is None


def test_pause_resume_cancel(person):
    job_id = person.job(pages=4)
    assert work(1) == {"succeeded": 1}
    assert person.step(job_id, "pause").json()["state"] == "paused"
    assert work() == {}
    assert person.step(job_id, "pause").status_code == 409
    assert person.step(job_id, "resume").json()["state"] == "running"
    assert work(1) == {"succeeded": 1}
    ended = person.step(job_id, "cancel").json()
    assert (ended["state"], ended["counts"]["skipped"]) == ("cancelled", 2)
    assert work() == {}
    assert person.step(job_id, "resume").status_code == 409
    assert UsageEvent.objects.count() == 2
    names = list(Trace.objects.filter(resource_id=job_id).values_list("trace_name", flat=True))
    assert sorted(names) == [
        "cancelJob", "createJob", "pauseJob", "pauseJob", "resumeJob", "resumeJob", "startJob",
    ]  # fmt: skip


def test_a_page_in_hand_ends_although_the_job_is_paused(person, engine, monkeypatch):
    job_id = person.job(pages=2)
    plain = engine.recognize

    def pausing(image, **more):
        person.step(job_id, "pause")
        return plain(image, **more)

    engine.recognize = pausing
    assert work() == {"succeeded": 1}
    assert person.show(job_id)["counts"]["waiting"] == 1


def test_retry_reads_the_failed_pages_as_new_calls(person, engine):
    engine.answers = [WrongDocument("no"), None]
    job_id = person.job(pages=2)
    work()
    before = JobPage.objects.get(position=0).request_id
    assert person.step(job_id, "retry").json()["state"] == "running"
    work()
    shown = person.show(job_id)
    assert (shown["state"], shown["counts"]["succeeded"]) == ("done", 2)
    assert JobPage.objects.get(position=0).request_id != before
    assert UsageEvent.objects.count() == 2
    assert CallRecord.objects.count() == 3
    assert person.step(job_id, "retry").status_code == 409


def test_a_job_without_a_good_page_failed(person, engine):
    engine.answers = [WrongDocument("no")] * 2
    assert person.show(person.job(pages=2))["state"] == "running"
    work()
    assert Job.objects.get().state == "failed"
    assert UsageEvent.objects.count() == 0


def test_an_engine_that_dies_costs_one_more_try_and_no_more(person, engine):
    engine.answers = [
        profiles.WorkerCrashed("x"),
        None,
        profiles.WorkerCrashed("x"),
        profiles.EngineTimeout("x"),
    ]
    job_id = person.job(pages=2)
    assert work() == {"again": 2, "succeeded": 1, "failed": 1}
    pages = list(JobPage.objects.order_by("position"))
    assert [(page.state, page.attempts) for page in pages] == [("succeeded", 2), ("failed", 2)]
    assert UsageEvent.objects.count() == 1
    assert sorted(CallRecord.objects.values_list("status", flat=True)) == [200, 504]
    assert person.show(job_id)["state"] == "done"


def test_a_full_engine_is_waited_for_and_is_no_attempt(person, engine):
    engine.answers = [profiles.QueueFull("x")]
    person.job(pages=1)
    assert work() == {"wait": 1}
    page = JobPage.objects.get()
    assert (page.state, page.attempts, page.owner) == ("waiting", 0, "")
    assert work() == {"succeeded": 1}
    assert CallRecord.objects.count() == 1


def test_the_end_is_told_to_webhooks_without_names(person):
    Endpoint.objects.create(
        account_id=person.account_id, kind="email", target="ops@example.com", events=["job."]
    )
    job_id = person.job(pages=1, name="secret project")
    work()
    told = Delivery.objects.get()
    assert told.kind == "job.done"
    assert told.payload["job_id"] == job_id
    assert told.payload["counts"]["succeeded"] == 1
    assert "0.png" not in json.dumps(told.payload) and "secret" not in json.dumps(told.payload)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"service": "no-such"}, "JOB.0001"),
        ({"retention_hours": 169}, "JOB.0001"),
        ({"retention_hours": -1}, "JOB.0001"),
        ({"page_range": "3-1"}, "JOB.0001"),
        ({"text_layer": "maybe"}, "JOB.0001"),
        ({"options": {"detect_direction": "yes"}}, "AIS.0101"),
        ({"options": {"pdf_page_number": 2}}, "JOB.0001"),
        ({"project_id": "0" * 32}, "APIG.0301"),
    ],
)
def test_bad_jobs_are_refused_by_name(person, body, code):
    given = {"service": "general-text", "project_id": person.described["project_id"], **body}
    answer = person.call("POST", "", given)
    assert answer.status_code in (400, 404), answer.content
    if code != "APIG.0301":
        assert answer.json()["error_code"] == code, answer.content
    assert not Job.objects.exists()


def test_uploads_are_checked(person, settings):
    job_id = person.create()["id"]
    content = picture(7)
    right = hashlib.sha256(content).hexdigest()
    assert person.upload(job_id, content, declared=right).status_code == 201
    wrong = person.upload(job_id, content, declared="0" * 64)
    assert (wrong.status_code, wrong.json()["error_code"]) == (400, "JOB.0001")
    assert person.upload(job_id, b"", "a.png").status_code == 400
    assert person.upload(job_id, b"just words", "a.png").json()["error_code"] == "JOB.0101"
    assert person.upload(job_id, content, "x" * 300).status_code == 400
    settings.JOB_MAX_MB = 0
    assert person.upload(job_id, content).status_code == 413
    settings.JOB_MAX_MB, settings.JOB_MAX_PAGES = 10, 1
    assert person.upload(job_id, content).status_code == 413
    folder = settings.JOBS_DIR / job_id
    assert len(list(folder.iterdir())) == 2  # the key's half and the one good file
    files = person.call("GET", f"/{job_id}/files").json()
    assert [(row["sha256"], row["pages"]) for row in files] == [(right, 1)]


def test_a_large_upload_by_session_or_token_is_never_read_as_a_form(person):
    job_id = person.create()["id"]
    answer = person.upload(job_id, b"\xff\xd8\xff" * (5 * 1024 * 1024), "big.jpg")
    assert answer.status_code == 201  # looks like a picture: fails as a page, not as an upload
    person.step(job_id, "start")
    assert work() == {"failed": 1}
    assert JobPage.objects.get().error_code == "AIS.0102"


def test_started_jobs_take_no_files_and_drafts_without_pages_do_not_start(person):
    empty = person.create()["id"]
    assert person.step(empty, "start").status_code == 409
    assert person.upload(person.job(pages=1), picture()).status_code == 409


def test_jobs_are_listed_in_pages(person):
    made = [person.create(name=f"job {number}")["id"] for number in range(5)]
    first = person.call("GET", "", limit=2).json()
    second = person.call("GET", "", limit=2, marker=first["next_marker"]).json()
    third = person.call("GET", "", limit=2, marker=second["next_marker"]).json()
    seen = [row["id"] for page in (first, second, third) for row in page["jobs"]]
    assert seen == made[::-1]
    assert third["next_marker"] is None
    assert person.call("GET", "", state="done").json()["jobs"] == []
    assert person.call("GET", "", state="nonsense").status_code == 400
