"""Limits of an account: per minute and at a time, with the documented errors."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from core.errors import ApiError
from ocr import limits
from ocr.catalog import BY_CODE

TEXT = BY_CODE["general-text"]


def test_an_override_beats_the_catalogue_and_is_told_in_the_error(tenant):
    account = tenant.account_id
    assert limits.calls_per_minute(account, TEXT) == TEXT.calls_per_minute
    call_command("set_limit", "demo", calls_per_minute=50)
    assert limits.calls_per_minute(account, TEXT) == 50
    call_command("set_limit", "demo", service="general-text", calls_per_minute=2)
    assert limits.calls_per_minute(account, TEXT) == 2
    path = f"/v2/{tenant.described['project_id']}/ocr/general-text"
    answers = [tenant.call("POST", path, {"image": 1}) for _ in range(3)]
    assert [a.status_code == 429 for a in answers] == [False, False, True]
    assert answers[-1].json()["error_code"] == "APIG.0308"
    assert "limit:2,time:1 minute" in answers[-1].json()["error_msg"]
    assert int(answers[-1]["Retry-After"]) > 0


@pytest.mark.parametrize("url", ["", "redis://127.0.0.1:6379/9"])
def test_calls_at_a_time(tenant, settings, url):
    if url:
        redis = pytest.importorskip("redis")
        try:
            redis.Redis.from_url(url).ping()
        except redis.RedisError:
            pytest.skip("Redis does not run on this machine")
    settings.REDIS_URL = url
    limits.limit_set(account_id=tenant.account_id, concurrency=2)
    with limits.slot(tenant.account_id), limits.slot(tenant.account_id):
        with pytest.raises(ApiError, match=r"ModelArts\.4401"), limits.slot(tenant.account_id):
            pass
        with limits.slot("f" * 32):
            pass
    with limits.slot(tenant.account_id):
        pass
