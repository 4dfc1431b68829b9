"""Tokens, temporary keys, agencies and sessions: what ends them, and what they may never widen."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from iam_callers import Caller, call_with_token, principal_of

from core.errors import ApiError
from iam import authn, authz, selectors
from iam.models import Account, User
from iam.services import access_keys, accounts, groups, policies, users

# Tokens ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["password", "disable", "mode", "key", "grant", "account"])
def test_what_ends_tokens_ends_them_at_once(change: str, token_of, demo_account) -> None:
    _, token = token_of("reader")
    assert call_with_token(token).status_code == 200
    owner = principal_of(demo_account, "owner")
    user = selectors.user(owner.account_id, demo_account["users"]["reader"]["id"])
    match change:
        case "password":
            users.user_update(principal=owner, user=user, password="Other-Secret-1")
        case "disable":
            users.user_update(principal=owner, user=user, enabled=False)
        case "mode":
            users.user_update(principal=owner, user=user, access_mode="console")
        case "key":
            access_keys.access_key_delete(principal=owner, key=user.access_keys.first())
        case "grant":
            group = selectors.groups_of_user(owner.account_id, user.id).first()
            groups.member_remove(principal=owner, group=group, user=user)
        case "account":
            Account.objects.update(enabled=False)
    assert call_with_token(token).status_code == 401


def test_an_expired_and_a_forged_token(token_of, settings) -> None:
    _, token = token_of()
    forged = token[:-3] + ("AAA" if not token.endswith("AAA") else "BBB")
    assert call_with_token(forged).json()["error"]["message"] == "The token is invalid."
    settings.TOKEN_LIFETIME_S = -1
    _, old = token_of()
    assert call_with_token(old).json()["error"]["message"] == "Token expired."


def test_console_only_users_get_no_token_and_no_calls(token_of, demo_account, callers) -> None:
    User.objects.filter(name="reader").update(access_mode="console")
    response, _ = token_of("reader")
    assert response.status_code == 403
    assert response.json()["error"]["message"] == (
        "This user only supports console access, not programmatic access."
    )
    assert callers["reader"]("GET", "/v3/projects").status_code == 403


def test_token_scope_errors_of_ocr_paths(token_of, demo_account, rf) -> None:
    def refusal(token: str, project: str) -> tuple[int, str]:
        request = rf.post(f"/v2/{project}/ocr/passport", HTTP_X_AUTH_TOKEN=token)
        with pytest.raises(ApiError) as caught:
            authn.authenticate(request, project_id=project)
        return caught.value.status, caught.value.code

    here, there = demo_account["project_id"], demo_account["other_project_id"]
    assert refusal(token_of()[1], there) == (401, "APIG.0307")
    assert refusal(token_of(scope=None)[1], here) == (403, "ModelArts.0212")
    domain = {"domain": {"id": demo_account["domain_id"]}}
    assert refusal(token_of(scope=domain)[1], here) == (403, "ModelArts.0212")
    assert refusal(token_of()[1], "f" * 32) == (404, "APIG.0101")
    User.objects.filter(name="admin").update(name="demo")
    token = token_of("admin", name="demo")[1]
    assert refusal(token, here) == (403, "ModelArts.4203")


def test_unknown_project_and_methods(token_of) -> None:
    response, _ = token_of(scope={"project": {"name": "no-such-region"}})
    assert (response.status_code, response.json()["error"]["message"]) == (
        401,
        "The userInfo is wrong",
    )
    body = {"auth": {"identity": {"methods": ["hw_context"]}}}
    answer = Client().post("/v3/auth/tokens", body, content_type="application/json")
    assert answer.status_code == 401
    for broken in ("{", "[]", "{}", '{"auth": 1}', '{"auth": {"identity": {"methods": []}}}'):
        answer = Client().post("/v3/auth/tokens", broken, content_type="application/json")
        assert answer.json()["error"]["message"] == "Request body is invalid."


def test_a_frozen_account_gets_no_token(token_of) -> None:
    Account.objects.update(is_frozen=True)
    assert token_of()[0].status_code == 403


def test_temporary_keys_work_until_they_end(token_of, demo_account) -> None:
    _, token = token_of("reader")
    body = {"auth": {"identity": {"methods": ["token"], "token": {"duration_seconds": 900}}}}
    made = Client().post(
        "/v3.0/OS-CREDENTIAL/securitytokens",
        body,
        content_type="application/json",
        headers={"X-Auth-Token": token},
    )
    assert made.status_code == 201, made.content
    key = made.json()["credential"]
    caller = Caller(key["access"], key["secret"])
    security = {"x-security-token": key["securitytoken"]}
    assert caller("GET", "/v3/users", **security).status_code == 200
    assert caller("GET", "/v3/users").status_code == 401
    assert Caller(key["access"], "x" * 40)("GET", "/v3/users", **security).status_code == 401
    User.objects.filter(name="reader").update(token_epoch=99)
    assert caller("GET", "/v3/users", **security).status_code == 401


def test_an_agency_lends_only_what_it_was_granted(callers, demo_account, token_of) -> None:
    other = accounts.account_create(
        name="other", owner_password="Other-Secret-1", owner_name="boss"
    )
    boss = authn.principal_for(selectors.owner(other.id))
    from iam.services import agencies

    agency = agencies.agency_create(principal=boss, name="lend", trust_domain_name="demo")
    policy = selectors.system_policies().get(display_name="IAM ReadOnlyAccess")
    policies.grant_add(principal=boss, policy=policy, subject=agency, scope=policies.ACCOUNT_WIDE)
    body = {
        "auth": {
            "identity": {
                "methods": ["assume_role"],
                "assume_role": {"domain_name": "other", "agency_name": "lend"},
            },
            "scope": {"domain": {"name": "other"}},
        }
    }
    _, token = token_of("admin", scope=None)
    made = Client().post(
        "/v3/auth/tokens", body, content_type="application/json", headers={"X-Auth-Token": token}
    )
    assert made.status_code == 201, made.content
    assert made.json()["token"]["assumed_by"]["user"]["name"] == "admin"
    lent = made.headers["X-Subject-Token"]
    names = {row["name"] for row in call_with_token(lent, "/v3/users").json()["users"]}
    assert names == {"boss"}
    refused = Client().post(
        "/v3/groups", {"group": {"name": "x"}}, content_type="application/json",
        headers={"X-Auth-Token": lent},
    )  # fmt: skip
    assert refused.status_code == 403
    agencies.agency_delete(principal=boss, agency=agency)
    assert call_with_token(lent, "/v3/users").status_code == 401


# Sessions ----------------------------------------------------------------------------------------


def test_a_session_counts_on_api_paths_only_with_the_csrf_token(demo_account) -> None:
    from django.middleware.csrf import get_token  # noqa: F401

    client = Client(enforce_csrf_checks=True)
    user = User.objects.get(name="admin", account__name="demo")
    client.force_login(user, backend="iam.backends.ConsoleBackend")
    assert client.get("/v3/users").status_code == 200
    body = {"group": {"name": "by-session"}}
    assert client.post("/v3/groups", body, content_type="application/json").status_code == 401
    client.cookies["csrftoken"] = "a" * 32
    done = client.post(
        "/v3/groups", body, content_type="application/json", headers={"X-CSRFToken": "a" * 32}
    )
    assert done.status_code == 201, done.content
    user.set_password("Changed-Secret-1")
    user.save()
    assert client.get("/v3/users").status_code == 401


# Temporary keys with a session policy ----------------------------------------------------------------


def _temporary(token: str, policy: Any):
    identity = {"methods": ["token"], "token": {"duration_seconds": 900}, "policy": policy}
    return Client().post(
        "/v3.0/OS-CREDENTIAL/securitytokens",
        {"auth": {"identity": identity}},
        content_type="application/json",
        headers={"X-Auth-Token": token},
    )


def _with(answer: Any):
    key = answer.json()["credential"]
    caller = Caller(key["access"], key["secret"])
    return lambda *call: caller(*call, **{"x-security-token": key["securitytoken"]})


@pytest.mark.parametrize("role", ["admin", "owner"])
def test_a_session_policy_narrows_and_never_widens(role: str, token_of, demo_account) -> None:
    listing = {"Effect": "Allow", "Action": ["iam:users:listUsers", "iam:groups:createGroup"]}
    made = _temporary(token_of(role)[1], {"Version": "1.1", "Statement": [listing]})
    assert made.status_code == 201, made.content
    call = _with(made)
    assert call("GET", "/v3/users").status_code == 200
    assert call("GET", "/v3/groups").status_code == 403
    # Nor may it make a permanent key of its own user, which would outlive the policy.
    body = {"credential": {"user_id": demo_account["users"][role]["id"]}}
    assert call("POST", "/v3.0/OS-CREDENTIAL/credentials", body).status_code == 403
    reader = _with(_temporary(token_of("reader")[1], {"Version": "1.1", "Statement": [listing]}))
    assert reader("GET", "/v3/users").status_code == 200
    assert reader("POST", "/v3/groups", {"group": {"name": "x"}}).status_code == 403


def test_a_deny_in_a_session_policy_wins_and_a_broken_one_is_refused(token_of) -> None:
    _, token = token_of()
    everything = {"Effect": "Allow", "Action": ["*:*:*"]}
    no_users = {"Effect": "Deny", "Action": ["iam:users:*"]}
    call = _with(_temporary(token, {"Version": "1.1", "Statement": [everything, no_users]}))
    assert call("GET", "/v3/groups").status_code == 200
    assert call("GET", "/v3/users").status_code == 403
    for broken in ({"Version": "1.1"}, "text", {"Version": "1.1", "Statement": [everything] * 9}):
        assert _temporary(token, broken).status_code == 400
    long = {"Effect": "Allow", "Action": [f"ocr:passport:get{n:060}" for n in range(40)]}
    assert _temporary(token, {"Version": "1.1", "Statement": [long]}).status_code == 400


def test_lists_of_enterprise_projects_follow_the_session_policy(demo_account) -> None:
    from dataclasses import replace

    policy = '{"Version":"1.1","Statement":[{"Effect":"Deny","Action":["eps:*:*"]}]}'
    owner = replace(principal_of(demo_account, "owner"), session_policy=policy)
    assert authz.enterprise_projects_where(owner, "eps:enterpriseProjects:list") == []
    assert authz.projects_where(owner, "cts:trace:list") == []
