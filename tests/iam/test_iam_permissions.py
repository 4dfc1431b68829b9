"""Every route of identity, EPS and CTS × every kind of caller, and the one trace that each change leaves.

Rows: method, path, body, kind. Kinds: `read` and `write` need a policy, `open` any caller, `own` is for
a user's own things, `public` needs nothing.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from iam_callers import Caller

from iam import authn, selectors
from iam.api import urls
from iam.models import Account, Trace
from iam.services import (
    access_keys,
    accounts,
    agencies,
    enterprise_projects,
    groups,
    policies,
    projects,
    users,
)

DOCUMENT = {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["iam:users:getUser"]}]}
ROLE = {"display_name": "new", "type": "AX", "description": "d", "policy": DOCUMENT}
AGENCY = {"name": "new", "trust_domain_name": "other", "domain_id": "{domain}"}
EP = "/v1.0/enterprise-projects"

ROWS: list[tuple[str, str, Any, str]] = [
    ("GET", "/v3/users", None, "read"),
    ("POST", "/v3/users", {"user": {"name": "new", "password": "Secret-123"}}, "write"),
    ("GET", "/v3/users/{user}", None, "read"),
    ("PATCH", "/v3/users/{user}", {"user": {"description": "x"}}, "write"),
    ("DELETE", "/v3/users/{user}", None, "write"),
    ("GET", "/v3/users/{user}/groups", None, "read"),
    ("GET", "/v3/users/{user}/projects", None, "read"),
    ("POST", "/v3.0/OS-USER/users", {"user": {"name": "new", "domain_id": "{domain}"}}, "write"),
    ("GET", "/v3.0/OS-USER/users/{user}", None, "read"),
    ("PUT", "/v3.0/OS-USER/users/{user}", {"user": {"email": "a@example.com"}}, "write"),
    ("PUT", "/v3.0/OS-USER/users/{user}/info", {"user": {"mobile": "123"}}, "write"),
    ("GET", "/v3/groups", None, "read"),
    ("POST", "/v3/groups", {"group": {"name": "new"}}, "write"),
    ("GET", "/v3/groups/{group}", None, "read"),
    ("PATCH", "/v3/groups/{group}", {"group": {"description": "x"}}, "write"),
    ("DELETE", "/v3/groups/{group}", None, "write"),
    ("GET", "/v3/groups/{group}/users", None, "read"),
    ("HEAD", "/v3/groups/{group}/users/{user}", None, "read"),
    ("PUT", "/v3/groups/{group}/users/{user}", None, "write"),
    ("DELETE", "/v3/groups/{group}/users/{user}", None, "write"),
    ("GET", "/v3/roles", None, "read"),
    ("GET", "/v3/roles/{role}", None, "read"),
    ("GET", "/v3.0/OS-ROLE/roles", None, "read"),
    ("POST", "/v3.0/OS-ROLE/roles", {"role": ROLE}, "write"),
    ("GET", "/v3.0/OS-ROLE/roles/{role}", None, "read"),
    ("PATCH", "/v3.0/OS-ROLE/roles/{role}", {"role": {"description": "x"}}, "write"),
    ("DELETE", "/v3.0/OS-ROLE/roles/{free_role}", None, "write"),
    ("GET", "/v3/domains/{domain}/groups/{group}/roles", None, "read"),
    ("HEAD", "/v3/domains/{domain}/groups/{group}/roles/{role}", None, "read"),
    ("PUT", "/v3/domains/{domain}/groups/{group}/roles/{role}", None, "write"),
    ("DELETE", "/v3/domains/{domain}/groups/{group}/roles/{role}", None, "write"),
    ("GET", "/v3/projects/{project}/groups/{group}/roles", None, "read"),
    ("PUT", "/v3/projects/{project}/groups/{group}/roles/{xa_role}", None, "write"),
    ("GET", "/v3/OS-INHERIT/domains/{domain}/groups/{group}/roles/inherited_to_projects", None, "read"),
    ("PUT", "/v3/OS-INHERIT/domains/{domain}/groups/{group}/roles/{xa_role}/inherited_to_projects", None, "write"),
    ("GET", "/v3.0/OS-PERMISSION/enterprise-projects/{ep}/groups/{group}/roles", None, "read"),
    ("PUT", "/v3.0/OS-PERMISSION/enterprise-projects/{ep}/groups/{group}/roles/{role}", None, "write"),
    ("PUT", "/v3.0/OS-PERMISSION/enterprise-projects/{ep}/users/{user}/roles/{role}", None, "write"),
    ("GET", "/v3.0/OS-PERMISSION/enterprise-projects/{ep}/groups", None, "read"),
    ("GET", "/v3.0/OS-PERMISSION/enterprise-projects/{ep}/users", None, "read"),
    ("GET", "/v3.0/OS-PERMISSION/groups/{group}/enterprise-projects", None, "read"),
    ("GET", "/v3.0/OS-PERMISSION/role-assignments?domain_id={domain}", None, "read"),
    ("PUT", "/v3.0/OS-AGENCY/domains/{domain}/agencies/{agency}/roles/{role}", None, "write"),
    ("GET", "/v3.0/OS-AGENCY/domains/{domain}/agencies/{agency}/roles", None, "read"),
    ("GET", "/v3.0/OS-AGENCY/agencies", None, "read"),
    ("POST", "/v3.0/OS-AGENCY/agencies", {"agency": AGENCY}, "write"),
    ("GET", "/v3.0/OS-AGENCY/agencies/{agency}", None, "read"),
    ("PUT", "/v3.0/OS-AGENCY/agencies/{agency}", {"agency": {"description": "x"}}, "write"),
    ("DELETE", "/v3.0/OS-AGENCY/agencies/{agency}", None, "write"),
    ("GET", "/v3.0/OS-CREDENTIAL/credentials?user_id={user}", None, "read"),
    ("POST", "/v3.0/OS-CREDENTIAL/credentials", {"credential": {"user_id": "{user}"}}, "write"),
    ("GET", "/v3.0/OS-CREDENTIAL/credentials/{access}", None, "read"),
    ("PUT", "/v3.0/OS-CREDENTIAL/credentials/{access}", {"credential": {"status": "inactive"}}, "write"),
    ("DELETE", "/v3.0/OS-CREDENTIAL/credentials/{access}", None, "write"),
    ("GET", "/v3/projects", None, "open"),
    ("POST", "/v3/projects", {"project": {"name": "{region}_new", "parent_id": "{project}"}}, "write"),
    ("GET", "/v3/projects/{project}", None, "open"),
    ("PATCH", "/v3/projects/{sub}", {"project": {"description": "x"}}, "write"),
    ("PUT", "/v3/projects/{sub}", {"project": {"description": "x"}}, "missing"),
    ("DELETE", "/v3/projects/{sub}", None, "write"),
    ("GET", "/v3/auth/projects", None, "open"),
    ("GET", "/v3/auth/domains", None, "open"),
    ("GET", "/v3/auth/catalog", None, "open"),
    ("GET", "/v5/caller-identity", None, "open"),
    ("GET", "/v3/domains", None, "open"),
    ("GET", "/v3/domains/{domain}", None, "open"),
    ("GET", "/v3/regions", None, "open"),
    ("GET", "/v3/services", None, "open"),
    ("GET", "/v3/endpoints", None, "open"),
    ("GET", "/v3.0/OS-QUOTA/domains/{domain}", None, "read"),
    ("GET", "/v3.0/OS-SECURITYPOLICY/domains/{domain}/login-policy", None, "read"),
    ("PUT", "/v3.0/OS-SECURITYPOLICY/domains/{domain}/login-policy", {"login_policy": {"lockout_duration": 20}}, "write"),
    ("PUT", "/v3.0/OS-SECURITYPOLICY/domains/{domain}/password-policy", {"password_policy": {"minimum_password_length": 10}}, "write"),
    ("PUT", "/v3.0/OS-SECURITYPOLICY/domains/{domain}/api-acl-policy", {"api_acl_policy": {"allow_ip_ranges": [{"ip_range": "127.0.0.0-127.0.0.255"}]}}, "write"),
    ("GET", EP, None, "read"),
    ("POST", EP, {"name": "new"}, "write"),
    ("GET", EP + "/{ep}", None, "read"),
    ("PUT", EP + "/{ep}", {"name": "renamed"}, "write"),
    ("POST", EP + "/{ep}/action", {"action": "disable"}, "write"),
    ("DELETE", EP + "/{ep}", None, "write"),
    ("GET", EP + "/quotas", None, "open"),
    ("GET", EP + "/providers", None, "open"),
    ("GET", "/v1/enterprise-projects/configs", None, "open"),
    ("POST", EP + "/{ep}/resources/filter", {"resource_types": []}, "ask"),
    ("GET", "/v3/{project}/traces", None, "read"),
    ("GET", "/v3/{project}/trackers", None, "read"),
    ("POST", "/v3/{project}/tracker", {"tracker_type": "data", "tracker_name": "t1"}, "write"),
    ("PUT", "/v3/{project}/tracker", {"tracker_type": "system", "status": "disabled"}, "write"),
    ("DELETE", "/v3/{project}/trackers?tracker_type=data", None, "write"),
    ("GET", "/v3/{project}/quotas", None, "read"),
    ("GET", "/v3/{project}/operations", None, "read"),
    ("GET", "/v3/{project}/user-resources", None, "read"),
]  # fmt: skip
FULL = ("IAM FullAccess", "EPS FullAccess", "CTS FullAccess")
CALLERS = ("owner", "admin", "full", "reader", "nobody", "other", "anonymous", "frozen")


@pytest.fixture
def world(demo_account: dict[str, Any], callers: dict[str, Caller]) -> dict[str, Any]:
    """One thing of every kind in the demo account, and callers of every kind."""
    account = demo_account["domain_id"]
    owner = authn.principal_for(selectors.owner(account))
    made = dict(callers)
    people = {}
    for name in ("full", "nobody", "target"):
        people[name] = users.user_create(principal=owner, name=name, password="Secret-123")
        key = access_keys.access_key_create(principal=owner, user=people[name])
        made[name] = Caller(key.row.access, key.secret)
    for name in FULL:
        policy = selectors.system_policies().get(display_name=name)
        scope = policies.ALL_PROJECTS if policy.type == "XA" else policies.ACCOUNT_WIDE
        policies.grant_add(principal=owner, policy=policy, subject=people["full"], scope=scope)
    boss = authn.principal_for(
        selectors.owner(
            accounts.account_create(name="other", owner_password="Secret-123", owner_name="boss").id
        )
    )
    key = access_keys.access_key_create(principal=boss, user=selectors.owner(boss.account_id))
    made["other"] = Caller(key.row.access, key.secret)
    made["frozen"] = made["owner"]
    group = groups.group_create(principal=owner, name="things")
    groups.member_add(principal=owner, group=group, user=people["target"])
    role, free, xa = (
        policies.policy_create(
            principal=owner, display_name=name, type=kind, document=DOCUMENT, description="d"
        )
        for name, kind in (("role", "AX"), ("free", "AX"), ("xa", "XA"))
    )
    policies.grant_add(principal=owner, policy=role, subject=group, scope=policies.ACCOUNT_WIDE)
    here = selectors.project(account, demo_account["project_id"])
    sub = projects.project_create(principal=owner, parent=here, name=f"{here.region_id}_sub")
    return {
        "callers": made,
        "ids": {
            "domain": account,
            "project": here.id,
            "region": here.region_id,
            "sub": sub.id,
            "user": people["target"].id,
            "access": made["target"].access,
            "group": group.id,
            "role": role.id,
            "free_role": free.id,
            "xa_role": xa.id,
            "agency": agencies.agency_create(
                principal=owner, name="agency", trust_domain_name="other"
            ).id,
            "ep": enterprise_projects.enterprise_project_create(
                principal=owner, name="ep"
            ).public_id,
        },
    }


def _filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, str):
        return value.format(**ids) if "{" in value else value
    if isinstance(value, dict):
        return {name: _filled(item, ids) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, ids) for item in value]
    return value


def _expected(role: str, kind: str, *, owned: bool) -> set[int]:
    fine = {200, 201, 204}
    if kind == "missing":
        return {404}
    if role == "anonymous":
        return {401}
    if role == "other":
        # Another account's things do not exist; lists and new things are the caller's own.
        return {404} if owned else fine
    if role == "nobody" and kind != "open":
        return {403}
    if role == "reader" and kind == "write":
        return {403}
    return fine


@pytest.mark.parametrize(("method", "path", "body", "kind"), ROWS)
def test_route(method: str, path: str, body: Any, kind: str, world: dict[str, Any]) -> None:
    ids = world["ids"]
    filled, query = _filled(path, ids), {}
    if "?" in filled:
        filled, text = filled.split("?")
        query = dict(part.split("=") for part in text.split("&"))
    wrong = {}
    for role in CALLERS:
        with transaction.atomic():
            if role == "frozen":
                Account.objects.filter(pk=ids["domain"]).update(is_frozen=True)
            before = Trace.objects.count()
            if role == "anonymous":
                answer = Client().generic(method, filled, content_type="application/json")
            else:
                answer = world["callers"][role](method, filled, _filled(body, ids), query)
            traces = list(Trace.objects.order_by("time", "sequence"))[before:]
            transaction.set_rollback(True)
        owned = _filled([path, body], ids) != [path, body]
        expected = _expected(role, kind, owned=owned)
        if answer.status_code not in expected:
            wrong[role] = (answer.status_code, answer.content[:200])
        # A project of another account ends the call before anyone is known to be in it.
        elsewhere = role == "other" and path.startswith(("/v3/{project}/tr",))
        want = 1 if kind == "write" and role != "anonymous" and not elsewhere else 0
        assert len(traces) == want, (role, [(row.trace_name, row.code) for row in traces])
        if want and answer.status_code >= 400:
            assert traces[0].code == str(answer.status_code)
            assert traces[0].trace_rating == "warning"
    assert wrong == {}


def test_every_route_is_in_the_table() -> None:
    """A new route must bring a row: its pattern must match a path of the table, or be named here."""
    elsewhere = (
        "v3", "v3/", "v1.0", "v3/auth/tokens", "securitytokens", "password",
        "role-assignments", "console-acl-policy", "protect-policy", "/resources$",
    )  # fmt: skip
    ids = dict.fromkeys(
        ("domain", "project", "region", "sub", "user", "access", "group", "role", "free_role",
         "xa_role", "agency", "ep"), "a" * 32,
    )  # fmt: skip
    paths = [_filled(row[1], ids).split("?")[0].lstrip("/") for row in ROWS]
    missing = []
    for route in urls.urlpatterns:
        text = str(route.pattern)
        if text.endswith(elsewhere) or any(route.pattern.match(path) for path in paths):
            continue
        missing.append(text)
    # The same view under another prefix or subject is exercised once.
    same_view = ("v3-ext/", "users/<str:subject>/roles", "inherited_to_projects", "OS-AGENCY/projects",
                 "v3/services/", "v3/endpoints/", "v3/regions/", "v1.0/enterprise-projects/configs",
                 "users/<str:subject>/enterprise-projects")  # fmt: skip
    assert [text for text in missing if not any(part in text for part in same_view)] == []
