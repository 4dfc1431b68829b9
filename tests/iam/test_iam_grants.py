"""Grants and their cost: which scope counts where, from when on, and by how many queries."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from iam_callers import principal_of, signed_headers

from core import clock
from iam import authn, authz, selectors
from iam.models import User
from iam.services import groups, policies, tokens, users

# Grants ------------------------------------------------------------------------------------------


def test_scopes_of_grants(demo_account) -> None:
    owner = principal_of(demo_account, "owner")
    user = users.user_create(principal=owner, name="scoped", password="Secret-123")
    here = selectors.project(owner.account_id, demo_account["project_id"])
    there = selectors.project(owner.account_id, demo_account["other_project_id"])
    cts = selectors.system_policies().get(display_name="CTS ReadOnlyAccess")
    scope = policies.Scope("project", project=here)

    def may(project: Any, action: str = "cts:trace:list") -> bool:
        return authz.may(
            authn.principal_for(selectors.user(owner.account_id, user.id), project=project), action
        )

    assert not may(here)
    policies.grant_add(principal=owner, policy=cts, subject=user, scope=scope)
    assert may(here) and not may(there)
    policies.grant_add(principal=owner, policy=cts, subject=user, scope=policies.ACCOUNT_WIDE)
    assert not may(there)  # a project service takes no effect from an account grant
    policies.grant_add(principal=owner, policy=cts, subject=user, scope=policies.ALL_PROJECTS)
    assert may(there)
    deny = policies.policy_create(
        principal=owner, display_name="no traces", type="XA", description="d",
        document={"Version": "1.1", "Statement": [{"Effect": "Deny", "Action": ["cts:*:*"]}]},
    )  # fmt: skip
    policies.grant_add(principal=owner, policy=deny, subject=user, scope=scope)
    assert may(there) and not may(here)
    decision = authz.why(
        authn.principal_for(selectors.user(owner.account_id, user.id), project=here),
        "cts:trace:list",
    )
    assert decision.source.policy_name == "no traces"


def test_enterprise_project_grants_are_seen_by_one_set_query(demo_account) -> None:
    from iam.services import enterprise_projects

    owner = principal_of(demo_account, "owner")
    user = users.user_create(principal=owner, name="ep-user", password="Secret-123")
    rows = [
        enterprise_projects.enterprise_project_create(principal=owner, name=f"ep{n}")
        for n in range(5)
    ]
    policy = selectors.system_policies().get(display_name="EPS ReadOnlyAccess")
    for row in rows[:2]:
        scope = policies.Scope("enterprise_project", enterprise_project=row)
        policies.grant_add(principal=owner, policy=policy, subject=user, scope=scope)

    def where() -> list[str] | None:
        caller = authn.principal_for(selectors.user(owner.account_id, user.id))
        authz.may(caller, "eps:enterpriseProjects:list")  # compiled once, outside the count
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found = authz.enterprise_projects_where(caller, "eps:enterpriseProjects:list")
        assert len(queries) <= 3
        return found

    assert sorted(where() or []) == sorted(row.public_id for row in rows[:2])
    scope = policies.Scope("enterprise_project", enterprise_project=rows[0])
    policies.grant_remove(principal=owner, policy=policy, subject=user, scope=scope)
    assert where() == [rows[1].public_id]


def test_a_grant_counts_from_the_next_call_on(callers, demo_account) -> None:
    owner, reader = callers["owner"], callers["reader"]
    role = next(
        row["id"] for row in owner("GET", "/v3/roles").json()["roles"]
        if row["display_name"] == "EPS FullAccess"
    )  # fmt: skip
    group = owner("GET", "/v3/groups", query={"name": "readers"}).json()["groups"][0]["id"]
    path = f"/v3/domains/{demo_account['domain_id']}/groups/{group}/roles/{role}"
    create = ("POST", "/v1.0/enterprise-projects")
    assert reader(*create, {"name": "mine"}).status_code == 403
    assert owner("HEAD", path).status_code == 404
    assert owner("PUT", path).status_code == 204
    assert owner("HEAD", path).status_code == 204
    assert reader(*create, {"name": "mine"}).status_code == 201
    assert owner("DELETE", path).status_code == 204
    assert reader(*create, {"name": "mine2"}).status_code == 403


# Places ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("through", ["user", "group"])
def test_projects_of_grants_are_seen_by_one_set_query(through: str, demo_account) -> None:
    from iam.models import ProjectGroupPermission, ProjectUserPermission

    owner = principal_of(demo_account, "owner")
    user = users.user_create(principal=owner, name="placed", password="Secret-123")
    subject: Any = user
    if through == "group":
        subject = groups.group_create(principal=owner, name="placed")
        groups.member_add(principal=owner, group=subject, user=user)
    here = selectors.project(owner.account_id, demo_account["project_id"])
    policy = selectors.system_policies().get(display_name="CTS ReadOnlyAccess")
    scope = policies.Scope("project", project=here)

    def where() -> list[str] | None:
        caller = authn.principal_for(selectors.user(owner.account_id, user.id))
        authz.may(caller, "cts:trace:list")  # compiled once, outside the count
        with CaptureQueriesContext(connection) as queries:
            found = authz.projects_where(caller, "cts:trace:list")
        assert len(queries) <= 3
        return found

    assert where() == []
    policies.grant_add(principal=owner, policy=policy, subject=subject, scope=scope)
    kept = ProjectGroupPermission if through == "group" else ProjectUserPermission
    assert [row.content_object_id for row in kept.objects.all()] == [here.id]
    assert where() == [here.id]
    policies.grant_remove(principal=owner, policy=policy, subject=subject, scope=scope)
    assert where() == [] and not kept.objects.exists()
    policies.grant_add(principal=owner, policy=policy, subject=subject, scope=policies.ALL_PROJECTS)
    assert where() is None


# Cost --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [10, 10_000])
def test_credentials_and_permission_cost_two_queries_however_many_rows_there_are(
    number: int, token_of, demo_account, rf, callers
) -> None:
    from core.models import hex_id
    from iam.models import Attachment, Group, Membership, Policy, RevokedToken

    account = demo_account["domain_id"]
    caller = User.objects.get(name="reader", account_id=account)
    User.objects.bulk_create(User(account_id=account, name=f"u{n}") for n in range(number))
    groups_made = Group.objects.bulk_create(
        Group(account_id=account, name=f"g{n}") for n in range(number)
    )
    Membership.objects.bulk_create(Membership(group=row, user=caller) for row in groups_made)
    policy = Policy.objects.get(display_name="OCR ReadOnlyAccess")
    Attachment.objects.bulk_create(
        Attachment(account_id=account, policy=policy, group=row, scope="all_projects", slot=row.id)
        for row in groups_made
    )
    later = clock.now() + dt.timedelta(days=1)
    RevokedToken.objects.bulk_create(
        RevokedToken(token_id=hex_id(), expires_at=later) for _ in range(number)
    )
    project = demo_account["project_id"]
    path = f"/v2/{project}/ocr/passport"
    _, token = token_of("reader")
    key = callers["reader"]
    headers = signed_headers(key.access, key.secret, "POST", path, "", b"{}")
    by_key = {
        f"HTTP_{name.upper().replace('-', '_')}": value
        for name, value in headers.items()
        if name != "content-type"
    }

    def by_signature():
        return rf.post(path, b"{}", content_type="application/json", **by_key)

    def by_token():
        return rf.post(path, HTTP_X_AUTH_TOKEN=token)

    authn.authenticate(by_signature(), project_id=project)  # notes the use of the key
    for request in (by_token, by_signature):
        with CaptureQueriesContext(connection) as queries:
            principal = authn.authenticate(request(), project_id=project)
        assert principal.project_id == project
        assert len(queries) == 1, [row["sql"] for row in queries]
        authz._attached.cache_clear()  # the first question after a change of any permission
        with CaptureQueriesContext(connection) as queries:
            principal = authn.authenticate(request(), project_id=project)
            assert authz.may(principal, "ocr:passport:getSubscribeUserList")
        assert len(queries) == 2, [row["sql"] for row in queries]
        with CaptureQueriesContext(connection) as queries:
            assert not authz.may(principal, "ocr:passport:subscribe")
        assert len(queries) == 0


def test_token_text_opens_fast(token_of) -> None:
    _, token = token_of()
    start = time.process_time()
    for _ in range(200):
        tokens.unseal(token)
    assert (time.process_time() - start) / 200 < 0.001
