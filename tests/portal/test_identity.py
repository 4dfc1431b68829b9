"""Identity's pages: sessions that end, passwords that must change, devices, wizards, debuggers."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from typing import Any
from urllib.parse import unquote

import pyotp
import pytest
from django.test import Client

from core import clock
from iam import authn, selectors
from iam.models import User
from iam.services import accounts, logins, policies, sessions, users
from tests.signing import send


def owner_of(account: dict[str, Any]) -> Any:
    return authn.principal_for(selectors.owner(account["domain_id"]))


def user_of(account: dict[str, Any], who: str) -> Any:
    return selectors.user(account["domain_id"], account["users"][who]["id"])


def login(account: dict[str, Any], name: str, password: str, **more: str) -> tuple[Client, Any]:
    client = Client()
    values = {"account": account["account"], "username": name, "password": password, **more}
    return client, client.post("/login", values)


# Sessions ----------------------------------------------------------------------------------------


def test_a_session_ends_after_the_time_that_the_account_allows(
    account: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.settings_update(
        family="login_policy", principal=owner_of(account), changes={"session_timeout": 20}
    )
    client, start = client_of("admin"), clock.now()

    def at(minutes: int) -> Any:
        monkeypatch.setattr(clock, "now", lambda: start + dt.timedelta(minutes=minutes))
        return client.get("/console/credentials")

    assert at(19).status_code == 200
    assert at(38).status_code == 200  # counts from the last click
    kept = client.cookies["ocr_console_session"].value
    gone = at(59)
    assert gone.status_code == 302 and gone["Location"].startswith("/login?next=")
    client.cookies["ocr_console_session"] = kept
    assert client.get("/v3/users").status_code == 401


def test_an_api_call_of_a_session_ends_with_it(
    account: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, start = client_of("admin"), clock.now()
    assert client.get("/v3/users").status_code == 200
    monkeypatch.setattr(clock, "now", lambda: start + dt.timedelta(minutes=61))
    assert client.get("/v3/users").status_code == 401


def test_the_session_row_itself_expires_with_the_rule(account: Any, client_of: Any) -> None:
    accounts.settings_update(
        family="login_policy", principal=owner_of(account), changes={"session_timeout": 30}
    )
    left = client_of("admin").session.get_expiry_age()
    assert 29 * 60 <= left <= 30 * 60


# Passwords that must change ----------------------------------------------------------------------


def test_a_password_set_by_others_is_changed_before_anything_else(account: Any) -> None:
    users.password_reset(
        principal=owner_of(account), user=user_of(account, "reader"), password="Handed-over-1",
        one_time=True,
    )  # fmt: skip
    client, _ = login(account, "reader", "Handed-over-1")
    page = client.get("/console/monitoring")
    assert page["Location"] == "/password?next=%2Fconsole%2Fmonitoring"
    assert client.get("/v3/users").status_code == 403
    form = {"original": "Handed-over-1", "password": "My-own-word-2", "again": "other"}
    assert client.post("/password", form).status_code == 422
    form |= {"again": "My-own-word-2", "next": "/console/monitoring"}
    assert client.post("/password", form | {"original": "wrong"}).status_code == 401
    done = client.post("/password", form)
    assert (done.status_code, done["Location"]) == (302, "/console/monitoring")
    assert client.get("/console/monitoring").status_code == 200  # the session goes on
    assert client.get("/password")["Location"] == "/console/overview"
    assert login(account, "reader", "Handed-over-1")[1].status_code == 401


def test_an_expired_password_is_changed_first(account: Any, client_of: Any) -> None:
    accounts.settings_update(
        family="password_policy",
        principal=owner_of(account),
        changes={"password_validity_period": 30},
    )
    client = client_of("reader")
    assert client.get("/console/credentials").status_code == 200
    User.objects.filter(name="reader").update(
        password_changed_at=clock.now() - dt.timedelta(days=31)
    )
    assert client.get("/console/credentials")["Location"].startswith("/password")
    assert "outlived" in client.get("/password").content.decode()


# The second factor -------------------------------------------------------------------------------


def test_a_device_is_bound_by_its_code_and_asked_for_from_then_on(
    account: Any, client_of: Any
) -> None:
    client, path = client_of("admin"), "/console/credentials/device"
    client.post(path, {"do": "begin"})
    answer = client.get(path)
    text = answer.content.decode()
    assert answer["Cache-Control"] == "no-store" and "data:image/svg+xml" in text
    secret = re.search(r'id="device-secret"[^>]*>([A-Z2-7 ]+)<', text)[1].replace(" ", "")  # type: ignore[index]
    stored = json.dumps(dict(client.session.items()))
    assert secret not in stored
    totp = pyotp.TOTP(secret)
    wrong = "000000" if totp.now() != "000000" else "111111"
    assert client.post(path, {"do": "bind", "passcode": wrong}).status_code == 422
    assert not user_of(account, "admin").totp_secret_encrypted
    assert client.post(path, {"do": "bind", "passcode": totp.now()}).status_code == 302
    assert secret not in client.get(path).content.decode()
    password = account["users"]["admin"]["password"]
    _, asked = login(account, "admin", password)
    assert asked.status_code == 401 and 'name="passcode"' in asked.content.decode()
    signed_in, done = login(account, "admin", password, passcode=totp.now())
    assert done.status_code == 302
    assert signed_in.session["mfa_at"] and "mfa_at" not in client_of("reader").session


def test_a_device_is_forgotten_by_its_code_or_by_an_administrator(
    account: Any, client_of: Any
) -> None:
    user = user_of(account, "reader")
    secret, _uri = logins.totp_begin(user=user)
    totp = pyotp.TOTP(secret)
    client = client_of("reader")
    logins.totp_enable(principal=owner_of(account), user=user, secret=secret, passcode=totp.now())
    path = "/console/credentials/device"
    wrong = "000000" if totp.now() != "000000" else "111111"
    assert client.post(path, {"do": "forget", "passcode": wrong}).status_code == 422
    assert user_of(account, "reader").totp_secret_encrypted
    client_of("admin").post(f"/console/iam/users/detail?user={user.id}", {"do": "device"})
    assert not user_of(account, "reader").totp_secret_encrypted


# Users -------------------------------------------------------------------------------------------


def cells(text: str) -> list[list[str]]:
    link = re.search(r'href="data:text/csv;charset=utf-8,([^"]*)"', text)
    return list(csv.reader(io.StringIO(unquote(link[1]))))  # type: ignore[index]


def test_the_wizard_shows_password_and_key_once_and_they_work(account: Any, client_of: Any) -> None:
    client = client_of("admin")
    group = selectors.groups(account["domain_id"]).get(name="readers")
    answer = client.post(
        "/console/iam/users/create",
        {
            "do": "create", "name": "anna", "access_mode": "default", "password_kind": "generate",
            "one_time": "on", "key": "on", "group": [group.id],
        },
    )  # fmt: skip
    text = answer.content.decode()
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    names, values = cells(text)
    row = dict(zip(names, values, strict=True))
    assert row["User Name"] == "anna" and row["Account Name"] == account["account"]
    assert row["Password"] in text and row["Secret Access Key"] in text
    user = User.objects.get(name="anna")
    later = client.get(f"/console/iam/users/detail?user={user.id}").content.decode()
    assert row["Password"] not in later and row["Secret Access Key"] not in later
    key = {"access_key": row["Access Key Id"], "secret_key": row["Secret Access Key"]}
    assert send(key, "GET", "/v3/users").status_code == 200
    signed_in, _ = login(account, "anna", row["Password"])
    assert signed_in.get("/console/overview")["Location"].startswith("/password")


def test_the_wizard_is_all_or_nothing(account: Any, client_of: Any) -> None:
    client = client_of("admin")
    form = {"do": "create", "name": "half", "password_kind": "generate", "group": ["f" * 32]}
    assert client.post("/console/iam/users/create", form).status_code == 404
    form = {"do": "create", "name": "half", "access_mode": "console", "key": "on"}
    assert client.post("/console/iam/users/create", form).status_code == 422
    assert not User.objects.filter(name="half").exists()


def test_a_user_page_unlocks_resets_and_joins(account: Any, client_of: Any) -> None:
    client, user = client_of("owner"), user_of(account, "reader")
    path = f"/console/iam/users/detail?user={user.id}"
    for _ in range(5):
        login(account, "reader", "wrong")
    assert "Locked" in client.get(path).content.decode()
    client.post(path, {"do": "unlock"})
    assert login(account, "reader", account["users"]["reader"]["password"])[1].status_code == 302
    answer = client.post(path, {"do": "password", "password_kind": "generate", "one_time": "on"})
    password = re.search(r'id="made-password">([^<]+)<', answer.content.decode())[1]  # type: ignore[index]
    assert login(account, "reader", password.replace("&amp;", "&"))[1].status_code == 302
    group = selectors.groups(account["domain_id"]).get(name="admin")
    client.post(path, {"do": "join", "group": [group.id]})
    assert group in selectors.groups_of_user(account["domain_id"], user.id)
    client.post(path, {"do": "leave", "group": group.id})
    assert group not in selectors.groups_of_user(account["domain_id"], user.id)
    client.post(path, {"do": "save", "email": "r@example.org", "access_mode": "programmatic"})
    assert user_of(account, "reader").access_mode == "programmatic"
    made = client.post(path, {"do": "key_create", "description": "two"})
    assert cells(made.content.decode())[1][0] == "reader"
    key = selectors.access_keys(account["domain_id"], user.id).get(description="two")
    client.post(path, {"do": "key_switch", "access": key.access})
    assert selectors.access_key(account["domain_id"], key.access).status == "inactive"
    owners = account["users"]["owner"]["access_key"]
    assert client.post(path, {"do": "key_delete", "access": owners}).status_code == 404


def test_nobody_else_touches_the_owner(account: Any, client_of: Any) -> None:
    path = f"/console/iam/users/detail?user={account['users']['owner']['id']}"
    client = client_of("admin")
    for form in (
        {"do": "password", "password_kind": "generate"},
        {"do": "key_create"},
        {"do": "device"},
        {"do": "save", "email": "x@example.org"},
    ):
        assert client.post(path, form).status_code == 422
    assert "Set password" not in client.get(path).content.decode()


def test_all_resources_means_the_scopes_in_which_a_policy_counts(
    account: Any, client_of: Any
) -> None:
    client = client_of("owner")
    client.post("/console/iam/groups", {"do": "create", "name": "wide"})
    group = selectors.groups(account["domain_id"]).get(name="wide")
    chosen = {
        row.display_name: row.id
        for row in selectors.system_policies()
        if row.display_name in {"OCR FullAccess", "IAM FullAccess", "Tenant Administrator"}
    }
    client.post(
        "/console/iam/groups",
        {"do": "grant", "group": group.id, "policy": chosen.values(), "scope": "all_resources"},
    )
    found = {
        (row.policy.display_name, row.scope)
        for row in selectors.attachments(account["domain_id"], group=group)
    }
    assert found == {
        ("OCR FullAccess", "all_projects"),
        ("IAM FullAccess", "account"),
        ("Tenant Administrator", "account"),
        ("Tenant Administrator", "all_projects"),
    }


# Settings ----------------------------------------------------------------------------------------


def test_settings_are_saved_checked_and_count(account: Any, client_of: Any) -> None:
    client, path = client_of("owner"), "/console/iam/settings"
    page = client.get(path).content.decode()
    fields = dict(re.findall(r'name="(\w+)" value="(\d*)"', page))
    form = {"do": "save", "family": "login_policy", **fields, "session_timeout": "25"}
    assert client.post(path, form).status_code == 302
    assert selectors.account(account["domain_id"]).settings["login_policy"] == {
        "session_timeout": 25
    }
    refused = client.post(path, form | {"lockout_duration": "3"})
    assert refused.status_code == 422
    assert 'name="lockout_duration" value="3"' in refused.content.decode()
    client.post(path, {"do": "protect", "manage_email": "on"})
    reader = client_of("reader")
    kept = reader.post("/console/credentials", {"do": "create"})
    assert kept.status_code == 422
    assert "iam:credentials:createCredential" in kept.content.decode()
    client.post(
        path, {"do": "addresses", "family": "console_acl_policy", "addresses": "192.0.2.0/24"}
    )
    password = account["users"]["reader"]["password"]
    assert login(account, "reader", password)[1].status_code == 403
    assert "192.0.2.0/24" in client.get(path).content.decode()
    client.post(path, {"do": "addresses", "family": "console_acl_policy", "addresses": ""})
    assert login(account, "reader", password)[1].status_code == 302


def test_a_reader_sees_the_settings_and_which_permission_is_missing(client_of: Any) -> None:
    client = client_of("reader")
    text = client.get("/console/iam/settings").content.decode()
    assert "iam:securitypolicies:updateLoginPolicy" in text and 'value="protect"' not in text
    form = {"do": "addresses", "family": "api_acl_policy", "addresses": "192.0.2.1"}
    refused = client.post("/console/iam/settings", form)
    assert refused.status_code == 422
    assert "iam:securitypolicies:updateApiAclPolicy" in refused.content.decode()


# Policies and the simulator ----------------------------------------------------------------------


def test_a_document_is_checked_as_it_is_typed(client_of: Any) -> None:
    client = client_of("owner")

    def check(document: str) -> str:
        form = {"do": "check", "document": document}
        answer = client.post("/console/iam/policies?new=1", form)
        assert answer.status_code == 200 and "<html" not in answer.content.decode()
        return answer.content.decode()

    assert "breaks a rule" in check("{")
    assert "Action must be a non-empty list" in check(
        '{"Version": "1.1", "Statement": [{"Effect": "Allow"}]}'
    )
    statement = {"Effect": "Allow", "Action": ["ocr:*:get*"]}
    text = check(json.dumps({"Version": "1.1", "Statement": [statement]}))
    assert "The document is valid" in text and "ocr:passport:getSubscribeUserList" in text
    assert "iam:users" not in text


def test_the_list_says_what_each_policy_allows(client_of: Any) -> None:
    text = client_of("reader").get("/console/iam/policies").content.decode()
    row = text[text.index("OCR ReadOnlyAccess") :][:3000]
    assert "ocr:*:get*" in row and "ocr:passport:getSubscribeUserList" in row


def test_the_simulator_names_the_statement_and_why_others_do_not_count(
    account: Any, client_of: Any
) -> None:
    owner, reader = owner_of(account), user_of(account, "reader")
    here = selectors.project(account["domain_id"], account["project_id"])
    document = {
        "Version": "1.1",
        "Statement": [
            {
                "Effect": "Deny",
                "Action": ["ocr:*:*"],
                "Condition": {"NotIpAddress": {"g:SourceIp": ["10.0.0.0/8"]}},
            }
        ],
    }
    deny = policies.policy_create(
        principal=owner, display_name="only inside", type="XA", document=document
    )
    policies.grant_add(
        principal=owner, policy=deny, subject=reader, scope=policies.Scope("project", project=here)
    )
    client = client_of("owner")

    def ask(**query: str) -> str:
        query = {
            "user": reader.id, "action": "ocr:passport:getSubscribeUserList",
            "place": account["project_id"], **query,
        }  # fmt: skip
        return client.get("/console/iam/simulator", query).content.decode()

    outside = ask(address="192.0.2.1")
    assert (
        "reader may not do" in outside and "Statement 1 of the policy only inside denies" in outside
    )
    inside = ask(address="10.1.2.3")
    assert "reader may do" in inside and "OCR ReadOnlyAccess allows it" in inside
    assert "NotIpAddress" in inside and "does not hold" in inside
    assert "There is no such action" in ask(action="ocr:passport:fly")
    assert "granted for another place" in ask(place=account["other_project_id"])


def test_only_who_may_see_grants_asks_about_others(account: Any, client_of: Any) -> None:
    owner = owner_of(account)
    document = {
        "Version": "1.1",
        "Statement": [{"Effect": "Allow", "Action": ["iam:users:listUsers"]}],
    }
    policy = policies.policy_create(
        principal=owner, display_name="names", type="AX", document=document
    )
    user = users.user_create(principal=owner, name="looker", password="Secret-123")
    policies.grant_add(principal=owner, policy=policy, subject=user, scope=policies.ACCOUNT_WIDE)
    client, _ = login(account, "looker", "Secret-123")
    query = {"action": "iam:users:listUsers"}
    assert client.get("/console/iam/simulator", {**query, "user": user.id}).status_code == 200
    reader = account["users"]["reader"]["id"]
    refused = client.get("/console/iam/simulator", {**query, "user": reader})
    assert refused.status_code == 403 and "iam:grants:listGrants" in refused.content.decode()


def test_a_refusal_names_the_region_where_it_is_allowed(account: Any) -> None:
    owner = owner_of(account)
    user = users.user_create(principal=owner, name="elsewhere", password="Secret-123")
    policy = selectors.system_policies().get(display_name="CTS ReadOnlyAccess")
    there = selectors.project(account["domain_id"], account["other_project_id"])
    policies.grant_add(
        principal=owner, policy=policy, subject=user,
        scope=policies.Scope("project", project=there),
    )  # fmt: skip
    client, _ = login(account, "elsewhere", "Secret-123")
    answer = client.get("/console/audit")
    text = answer.content.decode()
    assert answer.status_code == 403 and "cts:trace:list" in text
    assert f"?region={account['other_region']}" in text and "another region" in text


# Signatures --------------------------------------------------------------------------------------


def refused(account: dict[str, Any], who: str = "admin") -> str:
    key = {**account["users"][who], "secret_key": "x" * 40}
    answer = send(key, "GET", "/v3/users", name="anna")
    assert answer.status_code == 401
    return answer.headers["X-Request-Id"]


def test_the_debugger_shows_the_first_difference_and_no_secret(
    account: Any, client_of: Any
) -> None:
    request_id, client = refused(account), client_of("admin")
    path = "/console/credentials/signatures"
    assert request_id in client.get(path).content.decode()
    seen = client.get(path, {"request_id": request_id}).content.decode()
    assert "name=anna" in seen and "/v3/users/" in seen
    canonical = re.search(r'data-copy="(GET[^"]*)"', seen)[1]  # type: ignore[index]
    theirs = canonical.replace("name=anna", "name=Anna").replace("\n", "|")
    for form in ({"request_id": request_id}, {"request_id": ""}):
        text = client.post(path, {"do": "compare", "canonical": theirs, **form}).content.decode()
        assert "The first difference is in line 3." in text and "<mark>Anna</mark>" in text
    same = client.post(path, {"do": "compare", "canonical": canonical}).content.decode()
    assert "Both canonical requests are the same" in same
    for secret in (account["users"]["admin"]["secret_key"], "x" * 40):
        assert secret not in seen + same


def test_nobody_debugs_the_signatures_of_others(account: Any, client_of: Any) -> None:
    request_id = refused(account)
    path = "/console/credentials/signatures"
    text = client_of("reader").get(path, {"request_id": request_id}).content.decode()
    assert "No refused signature of yours" in text and "/v3/users/" not in text
    assert "/v3/users/" in client_of("owner").get(path, {"request_id": request_id}).content.decode()
    User.objects.filter(name="reader").update(is_operator=True)
    assert (
        "/v3/users/" in client_of("reader").get(path, {"request_id": request_id}).content.decode()
    )


def test_a_click_is_written_once_a_minute(account: Any, client_of: Any) -> None:
    client = client_of("admin")
    client.get("/console/credentials")
    session = client.session
    now = clock.now()
    session["seen"] = int(now.timestamp()) - 30
    assert sessions.session_keep(session, {}, now) and session["seen"] == int(now.timestamp()) - 30
    session["seen"] = int(now.timestamp()) - 61
    assert sessions.session_keep(session, {}, now) and session["seen"] == int(now.timestamp())
