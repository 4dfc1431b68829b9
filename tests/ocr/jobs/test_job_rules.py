"""What stops a job, who may see it, how turns are shared, and that dead runners lose nothing."""

from __future__ import annotations

import datetime as dt
from collections import deque
from decimal import Decimal

import pytest

from billing.models import BudgetHold, BudgetPeriod, Package, UsageEvent
from billing.services import budgets, subscriptions
from core import clock
from core.errors import ApiError
from iam import authn
from iam.models import Agency, Trace, User
from iam.services import agencies
from monitoring.models import CallRecord
from ocr import concurrency
from ocr.jobs import leases, page_processing, page_results
from ocr.models import Job, JobPage
from tests import factories
from tests.ocr.jobs.conftest import Person, picture, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger(person) -> Person:
    """The owner of another account."""
    return Person(factories.demo_account(name="other"), "owner")


# Who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""), ("DELETE", ""), ("GET", "/files"), ("GET", "/estimate"), ("GET", "/pages"),
        ("GET", "/pages/0"), ("POST", "/start"), ("POST", "/pause"), ("POST", "/resume"),
        ("POST", "/cancel"), ("POST", "/retry"), ("GET", "/download"),
    ],
)  # fmt: skip
def test_another_accounts_job_does_not_exist(person, stranger, method, path):
    job_id = person.job(pages=1)
    for place in (job_id, "0" * 32):
        answer = stranger.call(method, f"/{place}{path}", {} if method == "POST" else None)
        assert (answer.status_code, answer.json()["error_code"]) == (404, "JOB.0002")
    assert stranger.upload(job_id, b"x").status_code == 404
    assert stranger.call("GET", "").json()["jobs"] == []
    assert stranger.call("GET", "", marker=job_id).status_code == 404
    assert person.show(job_id)["state"] == "running"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 200), ("GET", "/files", 200), ("GET", "/estimate", 200), ("GET", "/pages", 200),
        ("GET", "/pages/0", 403), ("GET", "/download", 403), ("POST", "/pause", 403),
        ("POST", "/cancel", 403), ("POST", "/retry", 403), ("DELETE", "", 403),
    ],
)  # fmt: skip
def test_a_reader_sees_jobs_and_no_results(person, method, path, status):
    job_id = person.job(pages=1)
    reader = person.as_("reader")
    answer = reader.call(method, f"/{job_id}{path}", {} if method == "POST" else None)
    assert answer.status_code == status, answer.content
    if status == 403:
        assert "ocr:job:" in answer.json()["error_msg"]


def test_a_reader_makes_no_job(person):
    body = {"service": "general-text", "project_id": person.described["project_id"]}
    answer = person.as_("reader").call("POST", "", body)
    assert (answer.status_code, "ocr:job:create" in answer.content.decode()) == (403, True)


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": clock.now() - dt.timedelta(seconds=1)},
        {"trust_domain_name": "somebody-else"},
        None,
    ],
    ids=["expired", "trusts another", "deleted"],
)
def test_a_job_of_an_agency_ends_with_its_trust(person, stranger, change):
    owner = authn.principal_for(User.objects.get(account_id=person.account_id, is_owner=True))
    agency = agencies.agency_create(principal=owner, name="lend", trust_domain_name="other")
    person.job(pages=1)
    Job.objects.update(agency_id=agency.id, user_id=agency.id, user_name="other/lend")
    caller = page_processing.job_principal.fresh(Job.objects.get())
    assert (caller.account_id, caller.user_name) == (person.account_id, "other/lend")
    if change is None:
        agencies.agency_delete(principal=owner, agency=agency)
    else:
        Agency.objects.filter(pk=agency.id).update(**change)
    with pytest.raises(ApiError) as refused:
        page_processing.job_principal.fresh(Job.objects.get())
    assert refused.value.code == "JOB.0006"


# What stops it ----------------------------------------------------------------------------------


def test_an_ended_subscription_pauses_the_job_instead_of_failing_its_pages(person):
    job_id = person.job(pages=3)
    assert work(1) == {"succeeded": 1}
    principal = page_processing.job_principal.of(Job.objects.get())
    subscriptions.unsubscribe(
        principal=principal, product_code="general-text", region=principal.region, everyone=True
    )
    assert work() == {"paused": 1}
    shown = person.show(job_id)
    assert (shown["state"], shown["reason"]["error_code"]) == ("paused", "ModelArts.4204")
    assert shown["reason"]["advice"]
    assert (shown["counts"]["waiting"], shown["counts"]["failed"]) == (2, 0)
    assert set(JobPage.objects.filter(state="waiting").values_list("attempts", flat=True)) == {0}
    subscriptions.subscribe(
        principal=principal, product_code="general-text", region=principal.region, everyone=True
    )
    person.step(job_id, "resume")
    assert work() == {"succeeded": 2}


def test_a_hard_budget_is_told_before_and_met_exactly(person):
    budgets.create(
        account_id=person.account_id, name="five", scope="account", unit="calls",
        limit=Decimal(2), hard_stop=True,
    )  # fmt: skip
    made = person.create()
    for _ in range(3):
        person.upload(made["id"], picture())
    told = person.call("GET", f"/{made['id']}/estimate").json()
    assert told["budgets"] == [{"name": "five", "unit": "calls", "left": "2.000", "calls_left": 2}]
    assert told["blocker"]["error_code"] == "ModelArts.4106"
    refused = person.step(made["id"], "start")
    assert (refused.status_code, refused.json()["error_code"]) == (403, "ModelArts.4106")
    assert person.step(made["id"], "start", {"partial": True}).status_code == 200
    assert work() == {"succeeded": 2, "paused": 1}
    assert person.show(made["id"])["reason"]["error_msg"].endswith("five is reached.")
    assert UsageEvent.objects.count() == 2
    assert BudgetPeriod.objects.get().admitted == 2


def test_a_killed_page_keeps_its_one_unit_of_a_hard_budget(person, engine):
    budgets.create(
        account_id=person.account_id, name="one", scope="account", unit="calls",
        limit=Decimal(1), hard_stop=True,
    )  # fmt: skip
    person.job(pages=1)

    def dying(image, **more):
        raise SystemExit

    page = leases.claim(owner="a" * 32, served={})
    plain, engine.recognize = engine.recognize, dying
    admitted = page_processing.perform.__globals__["access"].Admission
    keep, admitted.release = (
        admitted.release,
        lambda self: None,
    )  # a killed process releases nothing
    try:
        with pytest.raises(SystemExit):
            page_processing.read(page)
    finally:
        admitted.release, engine.recognize = keep, plain
    assert BudgetHold.objects.count() == 1
    JobPage.objects.update(lease_until=clock.now() - dt.timedelta(seconds=1))
    page_results.sweep()
    assert work() == {"succeeded": 1}
    assert (BudgetPeriod.objects.get().admitted, UsageEvent.objects.count()) == (1, 1)


def test_a_person_who_may_not_call_any_more_stops_the_job(person):
    job_id = person.job(pages=2)
    User.objects.filter(name="admin").update(enabled=False)
    assert work() == {"paused": 1}
    told = person.as_("owner").show(job_id)
    assert (told["state"], told["reason"]["error_code"]) == ("paused", "JOB.0006")


def test_a_throttle_is_waited_for_and_is_not_that_of_calls(person):
    concurrency.limit_set(account_id=person.account_id, calls_per_minute=2)
    person.job(pages=3)
    assert work() == {"succeeded": 2, "wait": 1}
    page = JobPage.objects.get(state="waiting")
    assert page.attempts == 0
    assert CallRecord.objects.filter(status=429).count() == 0
    path = f"/v2/{person.described['project_id']}/ocr/general-text"
    from tests.signing import send

    assert send(person.described["users"]["admin"], "POST", path, {}).status_code == 400


def test_an_estimate_says_who_pays(person):
    made = person.create()
    person.upload(made["id"], picture())
    told = person.call("GET", f"/{made['id']}/estimate").json()
    assert (
        told["pages"],
        told["package_pages"] + told["allowance_pages"] + told["charged_pages"],
    ) == (1, 1)
    assert told["blocker"] is None
    assert told["currency"] == "USD"
    (package,) = told["packages"]
    assert (package["calls"], told["package_pages"]) == (1, 1)
    assert Package.objects.get(pk=package["id"]).product_id == "general-text"
    Package.objects.update(enterprise_project_id="another")
    told = person.call("GET", f"/{made['id']}/estimate").json()
    assert (told["packages"], told["package_pages"]) == ([], 0)


# Turns and leases -------------------------------------------------------------------------------


def _row(account_id: str, pages: int, name: str) -> Job:
    job = Job.objects.create(
        account_id=account_id, project_id="p", region="r", user_id="u", user_name=name,
        method="system", service="general-text", state=Job.RUNNING, started_at=clock.now(),
        expires_at=clock.now() + dt.timedelta(days=1),
    )  # fmt: skip
    file = job.files.create(
        position=0, kind="image", size=1, sha256="", pages=pages, sealed_key=b"", sealed_listing=b""
    )
    JobPage.objects.bulk_create(
        JobPage(job=job, file=file, position=number, entry=0) for number in range(pages)
    )
    return job


def _turns(slots: int, until: Job) -> int:
    """Return after how many page times the last page of `until` ends, with so many readers."""
    in_hand: deque[JobPage] = deque()
    served: dict[str, int] = {}
    turn = rounds = 0
    while True:
        while len(in_hand) < slots:
            page = leases.claim(owner="r" * 32, served=served)
            if page is None:
                break
            turn += 1
            served[page.job.account_id] = served[page.job_id] = turn
            in_hand.append(page)
        done = in_hand.popleft()
        JobPage.objects.filter(pk=done.pk).update(state=JobPage.SUCCEEDED)
        rounds += 1
        if not JobPage.objects.filter(job=until, state__in=("waiting", "reading")).exists():
            return rounds


@pytest.mark.parametrize("slots", [1, 2, 4])
def test_a_small_job_beside_a_large_one_takes_at_most_three_times_as_long(slots):
    alone = _turns(slots, _row("s" * 32, 10, "alone"))
    Job.objects.all().delete()
    _row("b" * 32, 300, "big")
    small = _row("s" * 32, 10, "small")
    assert _turns(slots, small) <= 3 * alone


def test_two_jobs_of_one_account_share_too():
    _row("b" * 32, 300, "big")
    small = _row("b" * 32, 10, "small")
    assert _turns(2, small) <= 30


def test_two_runners_never_hold_the_same_page():
    _row("b" * 32, 3, "job")
    held = [leases.claim(owner=owner * 32, served={}) for owner in "abcd"]
    assert len({page.pk for page in held if page}) == 3
    assert held[3] is None


def test_the_lease_of_a_dead_runner_passes_on_once_then_the_page_fails(person, engine):
    job_id = person.job(pages=1)
    first = leases.claim(owner="a" * 32, served={})
    assert leases.lost() == []
    JobPage.objects.update(lease_until=clock.now() - dt.timedelta(seconds=1))
    page_results.sweep()
    second = leases.claim(owner="b" * 32, served={})
    assert (second.pk, second.attempts) == (first.pk, 2)
    # The first one was only slow: what it read counts for nothing.
    assert page_processing.read(first).outcome == "lost"
    assert (UsageEvent.objects.count(), CallRecord.objects.count()) == (0, 0)
    JobPage.objects.update(lease_until=clock.now() - dt.timedelta(seconds=1))
    page_results.sweep()
    page = JobPage.objects.get()
    assert (page.state, page.error_code, page.attempts) == ("failed", "JOB.0005", 2)
    assert person.show(job_id)["state"] == "failed"
    assert list(CallRecord.objects.values_list("status", "error_code")) == [(500, "JOB.0005")]
    assert page_processing.read(second).outcome == "lost"
    assert UsageEvent.objects.count() == 0


def test_the_page_that_was_finished_is_not_read_again_by_its_old_owner(person):
    person.job(pages=1)
    page = leases.claim(owner="a" * 32, served={})
    assert page_processing.read(page).outcome == "succeeded"
    assert page_processing.read(page).outcome == "lost"
    assert (UsageEvent.objects.count(), CallRecord.objects.count()) == (1, 1)


def test_every_step_leaves_one_trace_also_when_it_is_refused(person):
    job_id = person.job(pages=1)
    person.step(job_id, "resume")
    person.as_("reader").step(job_id, "cancel")
    rows = Trace.objects.filter(resource_type="job").order_by("sequence")
    assert [(row.trace_name, row.code) for row in rows] == [
        ("createJob", "200"), ("startJob", "200"), ("resumeJob", "409"), ("cancelJob", "403"),
    ]  # fmt: skip
