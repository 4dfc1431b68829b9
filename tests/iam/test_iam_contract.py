"""Lines of the identity contract that one call shows: filters, error bodies, headers, counted guesses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from core import clock
from iam import authn, selectors
from iam.models import User
from iam.services import accounts, groups, policies, users
from iam.services.policies import ACCOUNT_WIDE, ALL_PROJECTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(demo_account: dict[str, Any]) -> Any:
    """The owner as a principal."""
    return authn.principal_for(selectors.owner(demo_account["domain_id"]))


def test_users_are_listed_by_when_their_password_ends(owner, boss, demo_account) -> None:
    accounts.settings_update(
        principal=boss, family="password_policy", changes={"password_validity_period": 30}
    )
    set_at = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
    User.objects.filter(name="reader").update(password_changed_at=set_at)  # ends on January 31st
    User.objects.filter(name="admin").update(password_changed_at=clock.now())
    User.objects.filter(name="owner").update(password_changed_at=None)

    def names(text: str) -> set[str]:
        answer = owner("GET", "/v3/users", query={"password_expires_at": text})
        assert answer.status_code == 200, answer.content
        return {row["name"] for row in answer.json()["users"]} & {"owner", "admin", "reader"}

    day = "2026-01-31T12:00:00Z"
    assert names(f"lt:{day}") == set()
    assert names(f"lte:{day}") == names(f"eq:{day}") == {"reader"}
    assert names(f"gt:{day}") == names(f"neq:{day}") == {"admin"}
    assert names(f"gte:{day}") == {"reader", "admin"}
    for text in (day, f"about:{day}", "lt:2026-01-31"):
        refused = owner("GET", "/v3/users", query={"password_expires_at": text})
        assert refused.status_code == 400


def test_a_name_that_is_taken_is_told_in_the_words_of_each_family(owner, demo_account) -> None:
    keystone = owner("POST", "/v3/users", {"user": {"name": "reader"}})
    assert (keystone.status_code, keystone.json()["error"]["code"]) == (409, 409)
    assert keystone.json()["error"]["message"].startswith("Conflict occurred")
    domain = demo_account["domain_id"]
    cloud = owner("POST", "/v3.0/OS-USER/users", {"user": {"name": "reader", "domain_id": domain}})
    assert (cloud.status_code, cloud.json()["error_code"]) == (400, "1109")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"domain_id": None}, "1100"),
        ({"name": "1st"}, "1101"),
        ({"email": "nobody"}, "1102"),
        ({"phone": "abc"}, "1104"),
        ({"description": "x" * 256}, "1117"),
        ({"password": "short"}, "1118"),
        ({"access_mode": "sometimes"}, "IAM.0007"),
    ],
)
def test_a_field_that_breaks_a_rule_has_its_code(owner, demo_account, fields, code) -> None:
    user = {"name": "new", "domain_id": demo_account["domain_id"], **fields}
    answer = owner("POST", "/v3.0/OS-USER/users", {"user": user})
    assert (answer.status_code, answer.json()["error_code"]) == (400, code)
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]


def test_the_owner_is_not_deleted(owner, demo_account) -> None:
    user = demo_account["users"]["owner"]["id"]
    answer = owner("DELETE", f"/v3/users/{user}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 400)


def test_answers_carry_the_trace_id_that_the_client_shows(owner) -> None:
    for path in ("/v3/projects", "/v3.0/OS-ROLE/roles", "/v3/users/nobody"):
        answer = owner("GET", path)
        assert answer.headers["X-IAM-Trace-Id"] == answer.headers["X-Request-Id"]


def test_a_users_assignments_show_those_of_the_groups_unless_told_not_to(
    owner, boss, demo_account
) -> None:
    user = users.user_create(principal=boss, name="eve")
    group = groups.group_create(principal=boss, name="crew")
    groups.member_add(principal=boss, group=group, user=user)
    reads = selectors.system_policies().get(display_name="OCR ReadOnlyAccess")
    looks = selectors.system_policies().get(display_name="IAM ReadOnlyAccess")
    policies.grant_add(principal=boss, policy=reads, subject=group, scope=ALL_PROJECTS)
    policies.grant_add(principal=boss, policy=looks, subject=user, scope=ACCOUNT_WIDE)
    policies.grant_add(principal=boss, policy=looks, subject=group, scope=ACCOUNT_WIDE)
    domain = demo_account["domain_id"]

    def found(**query: str) -> list[tuple[str, str, bool]]:
        path = "/v3.0/OS-PERMISSION/role-assignments"
        answer = owner("GET", path, query={"domain_id": domain, "per_page": "50", **query}).json()
        assert answer["total_num"] == len(answer["role_assignments"])
        who = {group.id: "group", user.id: "user"}
        return sorted(
            (who[subject], row["role"]["id"], row["is_inherited"])
            for row in answer["role_assignments"]
            for kind in ("user", "group")
            if (subject := row.get(kind, {}).get("id")) in who
        )

    of_group = [("group", looks.id, False), ("group", reads.id, True)]
    of_user = [("user", looks.id, False)]
    everything = sorted(of_group + of_user)
    assert found(**{"subject.user_id": user.id}) == everything
    assert found(**{"subject.user_id": user.id, "include_group": "false"}) == of_user
    assert found(subject="user") == everything
    assert found(subject="user", include_group="false") == of_user
    assert found(subject="group") == sorted(of_group)
    # Of a domain's grants one kind is shown at a time.
    assert found(scope="domain") == sorted([of_group[0], *of_user])
    assert found(scope="domain", is_inherited="true") == [of_group[1]]


def test_guesses_of_the_own_password_count_and_lock(token_of, demo_account) -> None:
    reader = demo_account["users"]["reader"]
    _, token = token_of("reader")

    def change(original: str) -> str:
        body = {"user": {"password": "Other-Secret-1", "original_password": original}}
        answer = Client().post(
            f"/v3/users/{reader['id']}/password", body, content_type="application/json",
            headers={"X-Auth-Token": token},
        )  # fmt: skip
        return "" if answer.status_code == 204 else answer.json()["error"]["message"]

    assert {change(f"guess-{n}") for n in range(5)} == {"The username or password is wrong."}
    assert change(reader["password"]) == "The account is locked."
    assert token_of("reader")[0].json()["error"]["message"] == "The account is locked."


# Tokens --------------------------------------------------------------------------------------------


def by_token(method: str, token: str, subject: str | None, query: str = "") -> Any:
    headers = {"X-Auth-Token": token}
    if subject is not None:
        headers["X-Subject-Token"] = subject
    return Client().generic(method, f"/v3/auth/tokens{query}", headers=headers)


def test_a_token_is_checked_and_ended_by_the_documented_statuses(token_of) -> None:
    _, token = token_of("admin")
    _, subject = token_of("reader")
    head = by_token("HEAD", token, subject)
    assert (head.status_code, head.content, head.headers["X-Subject-Token"]) == (200, b"", subject)
    assert by_token("GET", token, subject).json()["token"]["user"]["name"] == "reader"
    assert by_token("DELETE", subject, token).status_code == 403  # not without a permission
    for method in ("GET", "HEAD", "DELETE"):
        assert by_token(method, token, "unknown").status_code == 404
        assert by_token(method, "unknown", subject).status_code == 401
        assert by_token(method, token, None).status_code == 400
    assert by_token("DELETE", token, subject).status_code == 204
    assert by_token("HEAD", subject, subject).status_code == 401
    assert by_token("HEAD", token, subject).status_code == 404


def test_a_token_is_asked_for_by_names_or_ids_with_and_without_a_catalogue(demo_account) -> None:
    reader, domain = demo_account["users"]["reader"], demo_account["domain_id"]
    project = demo_account["project_id"]

    def ask(user: dict[str, Any], scope: Any, query: str = "") -> Any:
        identity = {"methods": ["password"], "password": {"user": user}}
        body = {"auth": {"identity": identity, "scope": scope}}
        return Client().post(f"/v3/auth/tokens{query}", body, content_type="application/json")

    word, name = {"password": reader["password"]}, reader["name"]
    people: list[dict[str, Any]] = [
        {"id": reader["id"], **word}, {"name": name, "domain": {"id": domain}, **word},
        {"name": name, "domain": {"name": demo_account["account"]}, **word},
    ]  # fmt: skip
    scopes: list[dict[str, Any]] = [
        {"project": {"id": project}}, {"project": {"name": demo_account["region"]}},
        {"project": {"name": demo_account["region"], "domain": {"id": domain}}},
    ]  # fmt: skip
    for user, scope in zip(people, scopes, strict=True):
        answer = ask(user, scope)
        assert answer.status_code == 201, answer.content
        token = answer.json()["token"]
        assert (token["user"]["id"], token["project"]["id"]) == (reader["id"], project)
        assert len(answer.headers["X-Subject-Token"]) < 1024
        issued, ends = (
            dt.datetime.strptime(token[key], "%Y-%m-%dT%H:%M:%S.%fZ")
            for key in ("issued_at", "expires_at")
        )
        assert ends - issued == dt.timedelta(days=1)
    assert "catalog" not in ask(people[0], scopes[0], "?nocatalog=true").json()["token"]
    assert ask(people[0], {"domain": {"id": domain}}).json()["token"]["domain"]["id"] == domain
    assert not {"project", "domain"} & ask(people[0], "unscoped").json()["token"].keys()
    for scope in ({"project": {"name": "nowhere"}}, {"domain": {"name": "another"}}):
        refused = ask(people[0], scope)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, 401)
        assert refused.json()["error"]["message"] == "The userInfo is wrong"


@pytest.mark.parametrize(
    ("seconds", "status"), [(899, 400), (900, 201), (86400, 201), (86401, 400), ("x", 400)]
)
def test_temporary_keys_live_as_long_as_the_contract_lets_them(token_of, seconds, status) -> None:
    _, token = token_of("reader")
    identity = {"methods": ["token"], "token": {"duration_seconds": seconds}}
    answer = Client().post(
        "/v3.0/OS-CREDENTIAL/securitytokens", {"auth": {"identity": identity}},
        content_type="application/json", headers={"X-Auth-Token": token},
    )  # fmt: skip
    assert answer.status_code == status, answer.content
    if status == 201:
        key = answer.json()["credential"]
        ends = dt.datetime.strptime(key["expires_at"], "%Y-%m-%dT%H:%M:%S.%fZ")
        left = ends.replace(tzinfo=dt.UTC) - clock.now()
        assert abs(left.total_seconds() - seconds) < 30
    else:
        assert answer.json()["error_code"] == "IAM.0007"
