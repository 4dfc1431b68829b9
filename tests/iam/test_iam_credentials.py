"""Access keys and passwords: lock-outs that racing cannot pass, and times that tell nothing."""

from __future__ import annotations

import datetime as dt
import json
import random
import statistics
import threading
import time

import pytest
from django.db import connections
from django.test import Client
from iam_callers import Caller, signed_headers

from core import clock
from core.errors import ApiError
from iam.models import AccessKey, User
from iam.services import access_keys, logins
from tests import factories

# Access keys -------------------------------------------------------------------------------------


def test_wrong_secret_is_told_with_request_id_and_the_key_locks_after_six(
    callers, demo_account
) -> None:
    right = callers["owner"]
    wrong = Caller(right.access, "x" * 40)
    for _ in range(6):
        refused = wrong("GET", "/v3.0/OS-CREDENTIAL/credentials")
        assert refused.status_code == 401
        assert "verify aksk signature fail" in refused.json()["error_msg"]
        assert refused.json()["request_id"] == refused.headers["X-Request-Id"]
    locked = right("GET", "/v3.0/OS-CREDENTIAL/credentials")
    assert locked.status_code == 401
    assert "AK access failed to reach the limit,forbidden." in locked.json()["error_msg"]
    AccessKey.objects.filter(pk=right.access).update(locked_until=clock.now())
    assert right("GET", "/v3.0/OS-CREDENTIAL/credentials").status_code == 200
    assert AccessKey.objects.get(pk=right.access).failures == 0


def test_five_failures_do_not_lock_and_a_success_ends_the_row(callers) -> None:
    right = callers["owner"]
    wrong = Caller(right.access, "x" * 40)
    for _ in range(2):
        for _ in range(5):
            wrong("GET", "/v3/auth/domains")
        assert right("GET", "/v3/auth/domains").status_code == 200


def test_clock_unknown_key_and_inactive_key(callers, demo_account) -> None:
    key = callers["owner"]
    old = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=16)
    headers = signed_headers(key.access, key.secret, "GET", "/v3/projects", now=old)
    assert "signature expired" in Client().get("/v3/projects", headers=headers).json()["error_msg"]
    unknown = Caller("Z" * 20, key.secret)("GET", "/v3/projects")
    assert f"ak:{'Z' * 20},err:ak not exist" in unknown.json()["error_msg"]
    AccessKey.objects.filter(pk=key.access).update(status="inactive")
    assert key("GET", "/v3/projects").status_code == 401


def test_anonymous_is_refused_in_the_words_of_each_family(db: None) -> None:
    shown = Client().get("/v3/projects").json()["error"]
    assert shown["code"] == 401 and shown["title"] == "Unauthorized"
    assert Client().get("/v1.0/enterprise-projects").json()["error"]["error_code"] == "EPS.0003"
    traces = Client().get("/v3/" + "a" * 32 + "/traces").json()
    assert traces["error_code"] == "APIGW.0301" and traces["request_id"]


# Passwords ---------------------------------------------------------------------------------------


def test_five_wrong_passwords_lock_the_account_for_fifteen_minutes(token_of, demo_account) -> None:
    for _ in range(5):
        response, _ = token_of(password="wrong-1A")
        assert response.json()["error"]["message"] == "The username or password is wrong."
    response, _ = token_of()
    assert response.status_code == 401
    assert response.json()["error"]["message"] == "The account is locked."
    user = User.objects.get(pk=demo_account["users"]["admin"]["id"])
    assert 14 * 60 < (user.locked_until - clock.now()).total_seconds() <= 15 * 60
    assert token_of("owner")[0].status_code == 201  # nobody else is locked out
    User.objects.filter(pk=user.pk).update(locked_until=clock.now())
    assert token_of()[0].status_code == 201


def test_an_unknown_name_locks_alike(token_of, settings) -> None:
    words = [
        token_of(name="nobody-here", password="wrong")[0].json()["error"]["message"]
        for _ in range(6)
    ]
    assert words == ["The username or password is wrong."] * 5 + ["The account is locked."]


def test_a_right_guess_after_the_lock_in_a_race_does_not_count(demo_account) -> None:
    entry = demo_account["users"]["admin"]
    stale = logins.find_user(account="demo", name="admin")
    for _ in range(5):
        with pytest.raises(ApiError):
            logins.password_check(logins.find_user(account="demo", name="admin"), "no", claimed="x")
    # `stale` was read before the failures, as by a request running at the same time.
    with pytest.raises(ApiError) as caught:
        logins.password_check(stale, entry["password"], claimed="x")
    assert caught.value.message == "The account is locked."


@pytest.mark.django_db(transaction=True)
def test_failures_counted_from_many_threads_are_not_lost() -> None:
    described = factories.demo_account()
    access = described["users"]["owner"]["access_key"]

    def fail() -> None:
        access_keys.key_failed(access=access)
        connections.close_all()

    threads = [threading.Thread(target=fail) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row = AccessKey.objects.get(pk=access)
    assert row.failures == 12 and row.locked_until is not None


@pytest.mark.slow
@pytest.mark.real_cost
@pytest.mark.timeout(900)
def test_the_time_of_a_login_tells_nothing_about_who_exists(demo_account) -> None:
    """Sign-flip permutation test on pairs of whole requests, known and unknown name in turns."""

    def once(name: str, number: int) -> float:
        user = {"name": name, "password": f"wrong-{number}", "domain": {"name": "demo"}}
        body = json.dumps(
            {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}}
        )
        client = Client()
        start = time.thread_time()  # what the server works; the machine's other work is noise
        answer = client.post("/v3/auth/tokens", body, content_type="application/json")
        taken = time.thread_time() - start
        assert answer.json()["error"]["message"] == "The username or password is wrong."
        User.objects.update(failed_logins=0, locked_until=None, first_failed_login_at=None)
        return taken

    once("admin", -1), once("unknown-first", -1)  # warm: SQL compiled, dummy hash made
    pairs: list[tuple[float, float]] = []
    chance = random.Random(1)
    for number in range(120):
        names = ["admin", f"nobody-{number}"]
        order = names if number % 2 else names[::-1]
        taken = {name: once(name, number) for name in order}
        pairs.append((taken[names[0]], taken[names[1]]))
        if (number + 1) % 24:
            continue
        usual = statistics.median(known for known, _ in pairs)
        differences = [known - unknown for known, unknown in pairs]
        seen = abs(statistics.median(differences))
        flipped = sorted(
            abs(statistics.median(value * chance.choice((1, -1)) for value in differences))
            for _ in range(2000)
        )
        noise = flipped[1950]
        if noise < 0.05 * usual:  # a busy machine needs more pairs to see as sharply
            break
    likely = sum(value >= seen for value in flipped) / len(flipped)
    print(
        f"{len(pairs)} pairs, median {1000 * usual:.2f} ms, difference {1000 * seen:.3f} ms,"
        f" noise {1000 * noise:.3f} ms, p = {likely:.3f}"
    )
    assert likely > 0.001 or seen < 0.01 * usual
    assert seen < max(0.05 * usual, noise)
