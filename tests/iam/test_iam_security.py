"""Audit, rules of an account and the documented refusals: what must not work does not."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.test import Client
from iam_callers import Caller, principal_of

from core import clock
from core.errors import ApiError
from iam import authn, authz, selectors
from iam.models import User
from iam.services import accounts, audit, logins, users

# Audit -------------------------------------------------------------------------------------------


def test_the_chain_shows_a_changed_and_a_missing_trace(demo_account) -> None:
    from iam.models import Trace

    account = demo_account["domain_id"]
    assert audit.verify_chain(account) is None
    row = Trace.objects.filter(account_id=account).order_by("sequence")[3]
    Trace.objects.filter(pk=row.pk).update(code="999")
    assert audit.verify_chain(account).sequence == row.sequence
    Trace.objects.filter(pk=row.pk).update(code=row.code)
    assert audit.verify_chain(account) is None
    Trace.objects.filter(pk=row.pk).delete()
    assert "missing" in audit.verify_chain(account).reason


def test_secrets_are_masked_in_traces(owner, demo_account) -> None:
    from iam.models import Trace

    owner("POST", "/v3/users", {"user": {"name": "masked", "password": "Visible-Secret-1"}})
    text = json.dumps(list(Trace.objects.values("request", "response", "message")))
    assert "Visible-Secret-1" not in text
    for user in demo_account["users"].values():
        assert user["secret_key"] not in text and user["password"] not in text


# Account rules -----------------------------------------------------------------------------------


def test_nobody_but_the_owner_changes_the_owner(callers, demo_account) -> None:
    owner = demo_account["users"]["owner"]["id"]
    admin = callers["admin"]
    change = admin("PATCH", f"/v3/users/{owner}", {"user": {"password": "Taken-Over-1"}})
    assert change.status_code == 403
    body = {"credential": {"user_id": owner}}
    assert admin("POST", "/v3.0/OS-CREDENTIAL/credentials", body).status_code == 403
    assert admin("DELETE", f"/v3/users/{owner}").status_code == 400
    key = demo_account["users"]["owner"]["access_key"]
    assert admin("DELETE", f"/v3.0/OS-CREDENTIAL/credentials/{key}").status_code == 403
    assert callers["owner"]("GET", "/v3/users").status_code == 200


def test_the_access_list_binds_users_and_spares_the_owner(callers, demo_account) -> None:
    owner, admin = callers["owner"], callers["admin"]
    path = f"/v3.0/OS-SECURITYPOLICY/domains/{demo_account['domain_id']}/api-acl-policy"
    for bad in ("10.0.0.0", "10.0.0.9-10.0.0.1", 5):
        body = {"api_acl_policy": {"allow_ip_ranges": [{"ip_range": bad}]}}
        assert owner("PUT", path, body).status_code == 400
    body = {
        "api_acl_policy": {
            "allow_ip_ranges": [{"ip_range": "10.0.0.0-10.0.0.255", "description": ""}],
            "allow_address_netmasks": [{"address_netmask": "192.168.0.0/16", "description": ""}],
        }
    }
    assert owner("PUT", path, body).status_code == 200
    assert admin("GET", "/v3/users").status_code == 403
    assert owner("GET", "/v3/users").status_code == 200
    body["api_acl_policy"]["allow_address_netmasks"] = [{"address_netmask": "127.0.0.1/32"}]
    assert owner("PUT", path, body).status_code == 200
    assert admin("GET", "/v3/users").status_code == 200


def test_password_rules(demo_account, token_of) -> None:
    owner = principal_of(demo_account, "owner")
    user = selectors.user(owner.account_id, demo_account["users"]["reader"]["id"])

    def refusal(password: str) -> str:
        with pytest.raises(ApiError) as caught:
            users.user_update(principal=owner, user=user, password=password)
        return caught.value.code

    assert {refusal("short1A"), refusal("onlyletters"), refusal("x" * 33 + "1")} == {"1118"}
    accounts.settings_update(
        family="password_policy",
        principal=owner,
        changes={"number_of_recent_passwords_disallowed": 2},
    )
    user = selectors.user(owner.account_id, user.id)
    users.user_update(principal=owner, user=user, password="Second-Secret-2")
    assert refusal(demo_account["users"]["reader"]["password"]) == "1108"
    assert refusal("Second-Secret-2") == "1108"
    accounts.settings_update(
        family="password_policy", principal=owner, changes={"password_validity_period": 30}
    )
    User.objects.filter(pk=user.pk).update(password_changed_at=clock.now() - dt.timedelta(days=31))
    answer, _ = token_of("reader", password="Second-Secret-2")
    assert answer.json()["error"]["message"] == "The password has expired."


def test_a_one_time_code_counts_once(demo_account) -> None:
    import pyotp

    owner = principal_of(demo_account, "owner")
    user = selectors.user(owner.account_id, demo_account["users"]["admin"]["id"])
    secret, uri = logins.totp_begin(user=user)
    assert uri.startswith("otpauth://totp/")
    with pytest.raises(ApiError):
        logins.totp_enable(principal=owner, user=user, secret=secret, passcode="000000")
    code = pyotp.TOTP(secret).now()
    logins.totp_enable(principal=owner, user=user, secret=secret, passcode=code)
    user.refresh_from_db()
    assert secret not in user.totp_secret_encrypted
    assert logins.totp_check(user, code) and not logins.totp_check(user, code)


def test_a_refused_signature_can_be_looked_at_by_its_owner_only(callers, demo_account) -> None:
    from iam.services import signature_failures

    refused = Caller(callers["admin"].access, "x" * 40)("GET", "/v3/users", query={"name": "a b"})
    request_id = refused.headers["X-Request-Id"]
    found = signature_failures.find(principal_of(demo_account, "admin"), request_id)
    assert "name=a%20b" in found.canonical
    theirs = found.canonical.replace("name=a%20b", "name=a+b")
    assert signature_failures.compare(found.canonical, theirs).part == "query"
    with pytest.raises(ApiError):
        signature_failures.find(principal_of(demo_account, "reader"), request_id)


def test_the_address_behind_proxies_cannot_be_claimed(rf, settings) -> None:
    from iam.addresses import client_ip

    request = rf.get("/", HTTP_X_FORWARDED_FOR="1.1.1.1, 2.2.2.2", REMOTE_ADDR="9.9.9.9")
    assert client_ip(request) == "9.9.9.9"
    settings.TRUSTED_PROXIES = 1
    assert client_ip(request) == "2.2.2.2"
    settings.TRUSTED_PROXIES = 2
    assert client_ip(request) == "1.1.1.1"
    settings.TRUSTED_PROXIES = 3
    assert client_ip(request) == "9.9.9.9"


def test_throttle_tells_the_limit_and_when_to_come_back(demo_account) -> None:
    from iam.throttle import throttle

    caller = principal_of(demo_account, "reader")
    for _ in range(3):
        throttle(caller, "test", 3)
    with pytest.raises(ApiError) as caught:
        throttle(caller, "test", 3)
    assert caught.value.status == 429 and caught.value.message.endswith("limit:3,time:1 minute")
    assert 1 <= int(caught.value.headers["Retry-After"]) <= 60
    throttle(principal_of(demo_account, "admin"), "test", 3)  # another user has an own window


def test_a_console_login_needs_the_code_of_the_device(demo_account) -> None:
    import pyotp

    from iam import errors
    from iam.models import Trace

    owner = principal_of(demo_account, "owner")
    entry = demo_account["users"]["admin"]
    user = selectors.user(owner.account_id, entry["id"])
    secret, _uri = logins.totp_begin(user=user)
    totp = pyotp.TOTP(secret)
    logins.totp_enable(principal=owner, user=user, secret=secret, passcode=totp.now())
    names = {"account": "demo", "name": "admin", "password": entry["password"]}
    with pytest.raises(ApiError) as caught:
        logins.console_login(**names)
    assert caught.value.row is errors.PASSCODE
    assert logins.console_login(**names, passcode=totp.now()).pk == user.pk
    assert Trace.objects.order_by("-sequence").first().trace_name == "login"


# What the published API documents ---------------------------------------------------------------------


def test_the_password_status_is_true_until_the_password_is_changed(owner, demo_account) -> None:
    body = {"name": "fresh", "domain_id": demo_account["domain_id"], "password": "Secret-123"}
    made = owner("POST", "/v3.0/OS-USER/users", {"user": body}).json()["user"]
    assert made["pwd_status"] is True
    assert User.objects.get(pk=made["id"]).must_change_password
    body = {**body, "name": "kept", "pwd_status": False}
    made = owner("POST", "/v3.0/OS-USER/users", {"user": body}).json()["user"]
    assert made["pwd_status"] is False
    assert owner("GET", f"/v3/users/{made['id']}").json()["user"]["pwd_status"] is False


@pytest.mark.django_db
def test_the_password_made_for_a_new_owner_is_of_one_use(monkeypatch) -> None:
    monkeypatch.delenv("OWNER_PASSWORD", raising=False)
    call_command("account_create", "made")
    monkeypatch.setenv("OWNER_PASSWORD", "Secret-123")
    call_command("account_create", "given")
    owners = User.objects.filter(is_owner=True, name__in=("made", "given"))
    assert dict(owners.values_list("name", "must_change_password")) == {
        "made": True, "given": False,
    }  # fmt: skip


def test_federation_is_refused_in_documented_words(owner, token_of) -> None:
    base = "/v3/OS-FEDERATION"
    assert owner("GET", f"{base}/identity_providers").json()["identity_providers"] == []
    assert owner("GET", f"{base}/mappings").json()["mappings"] == []
    missing = owner("GET", f"{base}/identity_providers/x")
    assert (missing.status_code, missing.json()["error"]["message"]) == (
        404, "Could not find identity provider: x.",
    )  # fmt: skip
    refused = owner("PUT", f"{base}/identity_providers/x", {"identity_provider": {}})
    assert refused.status_code == 400
    login = Client().post(
        f"{base}/identity_providers/x/protocols/saml/auth", "", content_type="application/json"
    )
    assert (
        login.status_code == 401 and "mapped is not supported" in login.json()["error"]["message"]
    )
    for path in ("/v3.0/OS-AUTH/id-token/tokens", "/v3.0/OS-FEDERATION/tokens"):
        answer = Client().post(path, "{}", content_type="application/json")
        assert answer.status_code == 401 and answer.json()["error_code"] == "IAM.0108"
    for method in ("hw_context", "mapped", "id_token"):
        body = {"auth": {"identity": {"methods": [method]}}}
        answer = Client().post("/v3/auth/tokens", body, content_type="application/json")
        assert answer.status_code == 401


def test_a_code_in_the_token_is_seen_by_conditions(token_of, demo_account, rf) -> None:
    import pyotp

    user = selectors.user(demo_account["domain_id"], demo_account["users"]["admin"]["id"])
    secret, _uri = logins.totp_begin(user=user)
    totp = pyotp.TOTP(secret)
    logins.totp_enable(
        principal=principal_of(demo_account, "admin"), user=user, secret=secret, passcode=totp.now()
    )
    entry = demo_account["users"]["admin"]
    identity = {
        "methods": ["password", "totp"],
        "password": {
            "user": {
                "name": "admin",
                "password": entry["password"],
                "domain": {"name": demo_account["account"]},
            }
        },
        "totp": {"user": {"id": entry["id"], "passcode": totp.now()}},
    }
    body = {"auth": {"identity": identity}}
    made = Client().post("/v3/auth/tokens", body, content_type="application/json")
    assert made.status_code == 201, made.content
    request = rf.get("/v3/users", HTTP_X_AUTH_TOKEN=made.headers["X-Subject-Token"])
    principal = authn.authenticate(request)
    context = authz.context_of(principal, authz.actions.get("iam:users:listUsers"))
    assert context["g:mfapresent"] is True and context["g:mfaage"] < 60
