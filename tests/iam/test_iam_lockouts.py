"""Lock-outs: counted once each, told once, alike for unknown names, and for one-time codes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyotp
import pytest
from iam_callers import Caller

from core import clock
from core.errors import ApiError
from iam import authn, errors, selectors
from iam.models import AccessKey, User
from iam.services import access_keys, accounts, lockouts, logins
from monitoring.notifications import delivery, endpoints


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[lockouts.Lockout]:
    heard: list[lockouts.Lockout] = []
    monkeypatch.setattr(
        lockouts.LISTENERS, "_rows", {"test": lockouts.Listener("test", heard.append)}
    )
    return heard


def _guess(name: str, password: str = "wrong", **more: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        logins.console_login(account="demo", name=name, password=password, **more)
    return caught.value


def test_the_failure_that_locks_a_user_is_told_once(demo_account, told) -> None:
    for _ in range(7):
        _guess("admin", address="192.0.2.7")
    assert [(row.kind, row.user_name, row.address) for row in told] == [
        ("user", "admin", "192.0.2.7")
    ]
    user = User.objects.get(name="admin")
    assert told[0].until == user.locked_until and user.failed_logins == 5


def test_the_failure_that_locks_a_key_is_told_once(callers, demo_account, told) -> None:
    wrong = Caller(callers["admin"].access, "x" * 40)
    for _ in range(8):
        wrong("GET", "/v3/users")
    assert [(row.kind, row.subject_id) for row in told] == [("access_key", wrong.access)]
    assert told[0].until == AccessKey.objects.get(pk=wrong.access).locked_until


def test_a_listener_that_fails_keeps_nobody_from_being_refused(
    demo_account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: lockouts.Lockout) -> None:
        raise RuntimeError("no way of telling")

    rows = {"broken": lockouts.Listener("broken", fail)}
    monkeypatch.setattr(lockouts.LISTENERS, "_rows", rows)
    assert [_guess("admin").row for _ in range(6)][-1] is errors.LOCKED


def test_a_lock_out_becomes_one_delivery_per_endpoint(demo_account) -> None:
    account = demo_account["domain_id"]
    endpoints.endpoint_create(account_id=account, kind="email", target="a@example.org")
    endpoints.endpoint_create(
        account_id=account, kind="email", target="b@example.org", events=["lockout."]
    )
    endpoints.endpoint_create(
        account_id=account, kind="email", target="c@example.org", events=["alarm."]
    )
    for _ in range(6):
        _guess("reader", address="192.0.2.9")
    rows = list(delivery.deliveries(account))
    assert sorted(row.endpoint.target for row in rows) == ["a@example.org", "b@example.org"]
    assert {row.kind for row in rows} == {"lockout.user"}
    assert rows[0].payload["user_name"] == "reader" and rows[0].payload["address"] == "192.0.2.9"


def test_an_unknown_name_locks_by_the_rules_of_the_account(demo_account) -> None:
    owner = authn.principal_for(selectors.owner(demo_account["domain_id"]))
    accounts.settings_update(
        family="login_policy", principal=owner, changes={"login_failed_times": 3}
    )
    for name in ("admin", "nobody-of-this-name"):
        rows = [_guess(name).row for _ in range(4)]
        assert rows == [errors.BAD_LOGIN] * 3 + [errors.LOCKED]


def test_wrong_codes_lock_like_wrong_passwords(demo_account) -> None:
    entry = demo_account["users"]["admin"]
    owner = authn.principal_for(selectors.owner(demo_account["domain_id"]))
    user = selectors.user(owner.account_id, entry["id"])
    secret, _uri = logins.totp_begin(user=user)
    code = pyotp.TOTP(secret).now()
    logins.totp_enable(principal=owner, user=user, secret=secret, passcode=code)
    wrong = "000000" if code != "000000" else "111111"
    # A right password without a code asks for it and is no failure.
    assert _guess("admin", entry["password"]).row is errors.PASSCODE
    assert User.objects.get(name="admin").failed_logins == 0
    rows = [_guess("admin", entry["password"], passcode=wrong).row for _ in range(6)]
    assert rows == [errors.PASSCODE] * 5 + [errors.LOCKED]
    assert (
        _guess("admin", entry["password"], passcode=pyotp.TOTP(secret).now()).row is errors.LOCKED
    )


def test_a_token_needs_the_code_where_a_device_is_bound(token_of, demo_account) -> None:
    owner = authn.principal_for(selectors.owner(demo_account["domain_id"]))
    user = selectors.user(owner.account_id, demo_account["users"]["admin"]["id"])
    secret, _uri = logins.totp_begin(user=user)
    totp = pyotp.TOTP(secret)
    logins.totp_enable(principal=owner, user=user, secret=secret, passcode=totp.now())
    refused, _ = token_of()
    assert refused.status_code == 401
    assert refused.json()["error"]["message"] == "A valid one-time code is required."


def test_a_right_signature_does_not_count_once_others_have_locked_the_key(
    callers, demo_account, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = callers["admin"]
    AccessKey.objects.filter(pk=key.access).update(failures=5)
    real = access_keys.key_used

    def late(*, access: str, now: dt.datetime) -> bool:
        access_keys.key_failed(access=access)  # the sixth failure, at the same time
        return real(access=access, now=now)

    monkeypatch.setattr(access_keys, "key_used", late)
    refused = key("GET", "/v3/projects")
    assert refused.status_code == 401
    assert "AK access failed to reach the limit" in refused.json()["error_msg"]
    assert AccessKey.objects.get(pk=key.access).locked_until > clock.now()
