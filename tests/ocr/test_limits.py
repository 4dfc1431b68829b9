"""Limits of an account: per minute and at a time, with the documented errors."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client

from core.errors import ApiError
from iam import throttle
from iam.api import tokens
from iam.principal import Principal
from iam.services import logins
from monitoring import call_records, rollup
from monitoring.models import CallDay, CallRecord
from ocr import concurrency
from ocr.catalog import BY_CODE
from tests import backends
from tests.conftest import ROOT

TEXT = BY_CODE["general-text"]


def test_an_override_beats_the_catalogue_and_is_told_in_the_error(tenant):
    account = tenant.account_id
    assert concurrency.calls_per_minute(account, TEXT) == TEXT.calls_per_minute
    call_command("set_limit", "demo", calls_per_minute=50)
    assert concurrency.calls_per_minute(account, TEXT) == 50
    call_command("set_limit", "demo", service="general-text", calls_per_minute=2)
    assert concurrency.calls_per_minute(account, TEXT) == 2
    path = f"/v2/{tenant.described['project_id']}/ocr/general-text"
    answers = [tenant.call("POST", path, {"image": 1}) for _ in range(3)]
    assert [a.status_code == 429 for a in answers] == [False, False, True]
    assert answers[-1].json()["error_code"] == "APIG.0308"
    assert "limit:2,time:1 minute" in answers[-1].json()["error_msg"]
    assert int(answers[-1]["Retry-After"]) > 0


@pytest.fixture(params=["memory", "redis"])
def storage(request, settings):
    """The storage of limits, an empty one: of this process and of Redis; yields its URL."""
    with contextlib.ExitStack() as stack:
        in_redis = request.param == "redis"
        settings.REDIS_URL = stack.enter_context(backends.emptied_redis()) if in_redis else ""
        throttle._limiter.cache_clear()
        yield settings.REDIS_URL
    throttle._limiter.cache_clear()


def test_calls_at_a_time(tenant, storage):
    concurrency.limit_set(account_id=tenant.account_id, concurrency=2)
    with concurrency.slot(tenant.account_id), concurrency.slot(tenant.account_id):
        with pytest.raises(ApiError, match=r"ModelArts\.4401"), concurrency.slot(tenant.account_id):
            pass
        with concurrency.slot("f" * 32):
            pass
    with concurrency.slot(tenant.account_id):
        pass


@pytest.mark.parametrize("path", ["/v3/auth/tokens", "/login"])
def test_logins_of_one_address_are_limited_whatever_they_say(tenant, storage, path, monkeypatch):
    monkeypatch.setattr(tokens, "LOGINS_PER_ADDRESS", 3)
    monkeypatch.setattr(logins, "CONSOLE_LOGINS_PER_ADDRESS", 3)

    def login(number, address):
        user = {"name": f"nobody-{number}", "password": "x", "domain": {"name": f"a{number}"}}
        request_body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}}
        form = {"account": f"a{number}", "username": f"nobody-{number}", "password": "x"}
        kind = {} if path == "/login" else {"content_type": "application/json"}
        return Client(REMOTE_ADDR=address).post(
            path, form if path == "/login" else request_body, **kind
        )

    answers = [login(number, "10.0.0.1") for number in range(4)]
    assert [answer.status_code == 429 for answer in answers] == [False, False, False, True]
    if path != "/login":
        assert "limit:3,time:1 minute" in answers[-1].json()["error"]["message"]
        assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert login(9, "10.0.0.2").status_code != 429  # another address is not held up


@pytest.mark.parametrize("storage", ["memory"], indirect=True)
def test_hits_share_the_thread_that_forgets_them(tenant, storage, monkeypatch):
    caller = Principal(tenant.account_id, "demo", "u" * 32, "one", "aksk")
    begun, start = [], threading.Timer.start
    monkeypatch.setattr(threading.Timer, "start", lambda made: (begun.append(made), start(made)))
    for _ in range(20):
        throttle.throttle(caller, "hits", 20)
        time.sleep(0.02)
    assert 1 <= len(begun) <= 2  # one as the storage is made, one for the hits
    begun[-1].function()  # nothing has expired yet, so nothing is forgotten
    with pytest.raises(ApiError, match=r"APIG\.0308"):
        throttle.throttle(caller, "hits", 20)


@pytest.mark.parametrize("storage", ["redis"], indirect=True)
def test_processes_share_one_throttle_through_redis(tenant, storage):
    caller = Principal(tenant.account_id, "demo", "u" * 32, "one", "aksk")
    throttle.throttle(caller, "shared", 3)
    code = (
        "from iam import throttle; from iam.principal import Principal;"
        "from core.errors import ApiError\n"
        f"caller = Principal('{tenant.account_id}', 'demo', '{'u' * 32}', 'one', 'aksk')\n"
        "try:\n    [throttle.throttle(caller, 'shared', 3) for _ in range(9)]\n"
        "except ApiError as error:\n    print(error.code, error.headers['Retry-After'])\n"
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", code], cwd=ROOT, check=True,
        env={**os.environ, "REDIS_URL": storage}, capture_output=True, text=True,
    )  # fmt: skip
    word, wait = done.stdout.split()
    assert word == "APIG.0308"
    assert 0 < int(wait) <= 60
    with pytest.raises(ApiError, match=r"APIG\.0308"):
        throttle.throttle(caller, "shared", 3)


def test_refused_calls_are_written_together_and_none_is_lost(tenant, monkeypatch):
    call_command("set_limit", "demo", service="general-text", calls_per_minute=2)
    path = f"/v2/{tenant.described['project_id']}/ocr/general-text"
    writer = call_records.Writer()  # not started: the test writes
    monkeypatch.setattr(call_records, "_writer", writer)
    answers = [tenant.call("POST", path, {"image": 1}).status_code for _ in range(7)]
    assert answers.count(429) == 5
    assert CallRecord.objects.count() == 2
    with monkeypatch.context() as broken:
        broken.setattr(CallRecord.objects, "bulk_create", _fails)
        assert writer.flush() == 0
    assert writer.flush() == 5
    assert writer.flush() == 0
    codes = CallRecord.objects.filter(status=429).values_list("error_code", flat=True)
    assert list(codes) == ["APIG.0308"] * 5
    rollup.roll_up()
    assert sum(CallDay.objects.values_list("calls", flat=True)) == 7


def _fails(rows):
    raise OperationalError("the database is away")


def test_a_refused_call_never_reads_its_picture(tenant, monkeypatch):
    call_command("set_limit", "demo", service="general-text", calls_per_minute=1)
    path = f"/v2/{tenant.described['project_id']}/ocr/general-text"
    tenant.call("POST", path, {"image": 1})
    from ocr.intake import request_body

    monkeypatch.setattr(request_body, "parse", lambda raw: pytest.fail("the body was parsed"))
    assert tenant.call("POST", path, {"image": "A" * 100_000}).status_code == 429
