"""Every operation of the identity contract by the official client, bodies as its documents show them."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkiam.v3 import IamClient
from huaweicloudsdkiam.v3 import model as m
from huaweicloudsdkiam.v3.iam_credentials import IamCredentials

pytestmark = pytest.mark.e2e
HEX = re.compile(r"[0-9a-f]{32}")


class Iam:
    """`iam.show_user(user_id=…)` sends ShowUserRequest(user_id=…) with one user's key or a token."""

    def __init__(self, live: Any, role: str = "owner", token: str = "") -> None:
        user, domain = live.credentials["users"][role], live.credentials["domain_id"]
        keys = GlobalCredentials(user["access_key"], user["secret_key"], domain)
        found = IamCredentials(token) if token else keys
        self.client = (
            IamClient.new_builder().with_credentials(found).with_endpoint(live.url).build()
        )

    def __getattr__(self, name: str) -> Any:
        words = "".join(part.title() for part in name.split("_"))
        request = getattr(m, f"{words}Request")
        return lambda **fields: getattr(self.client, name)(request(**fields))

    def refused(self, name: str, **fields: Any) -> tuple[int, Any]:
        """Return status and code of an operation that must fail."""
        with pytest.raises(ClientRequestException) as caught:
            getattr(self, name)(**fields)
        assert caught.value.request_id
        return caught.value.status_code, caught.value.error_code


@pytest.fixture
def iam(live: Any) -> Iam:
    return Iam(live)


@pytest.fixture
def domain(live: Any) -> str:
    return live.credentials["domain_id"]


def fresh(word: str) -> str:
    return f"{word}-{uuid.uuid4().hex[:8]}"


def make_user(iam: Iam, domain: str, **more: Any) -> Any:
    user = {"name": fresh("op"), "domain_id": domain, "password": "Secret-123", **more}
    return iam.create_user(body={"user": user}).user


def make_group(iam: Iam) -> Any:
    return iam.keystone_create_group(body={"group": {"name": fresh("crew")}}).group


def make_role(iam: Iam, kind: str, action: str) -> Any:
    policy = {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": [action]}]}
    role = {"display_name": fresh("r"), "type": kind, "description": "d", "policy": policy}
    return iam.create_cloud_service_custom_policy(body={"role": role}).role


def test_users(iam, domain, live) -> None:
    made = iam.keystone_create_user(
        body={"user": {"name": fresh("ks"), "domain_id": domain, "password": "Secret-123"}}
    ).user
    assert HEX.fullmatch(made.id) and made.enabled is True and made.links._self.endswith(made.id)
    shown = iam.keystone_show_user(user_id=made.id).user
    assert (shown.name, shown.domain_id, shown.pwd_status) == (made.name, domain, True)
    listed = iam.keystone_list_users(domain_id=domain, name=made.name, enabled=True)
    assert [row.id for row in listed.users] == [made.id] and listed.links._self
    assert iam.keystone_list_users(name=made.name, enabled=False).users == []
    changed = iam.keystone_update_user_by_admin(
        user_id=made.id, body={"user": {"description": "new", "pwd_status": False}}
    ).user
    assert (changed.description, changed.pwd_status) == ("new", False)
    full = iam.update_user(
        user_id=made.id,
        body={"user": {"email": "a@example.com", "areacode": "0086", "phone": "123456789",
                       "access_mode": "default", "xuser_id": "x1", "xuser_type": "TenantIdp"}},
    ).user  # fmt: skip
    assert (full.email, full.areacode, full.phone) == ("a@example.com", "0086", "123456789")
    seen = iam.show_user(user_id=made.id).user
    assert (seen.xuser_id, seen.access_mode, seen.is_domain_owner) == ("x1", "default", False)
    assert seen.create_time and seen.update_time
    iam.update_user_information(
        user_id=made.id, body={"user": {"email": "b@example.com", "mobile": "0086-5551234"}}
    )
    assert iam.show_user(user_id=made.id).user.email == "b@example.com"
    assert [p.name for p in iam.keystone_list_projects_for_user(user_id=made.id).projects][:1]
    assert iam.keystone_list_groups_for_user(user_id=made.id).groups == []
    assert iam.refused("keystone_create_user", body={"user": {"name": made.name}}) == (409, 409)
    iam.keystone_delete_user(user_id=made.id)
    assert iam.refused("keystone_show_user", user_id=made.id) == (404, 404)


def test_tokens_and_the_own_password(iam, domain, live) -> None:
    user = make_user(iam, domain, pwd_status=False)
    account, region = live.credentials["account"], live.credentials["region"]

    def login(password: str, **scope: Any) -> Any:
        person = {"name": user.name, "password": password, "domain": {"name": account}}
        identity = {"methods": ["password"], "password": {"user": person}}
        return iam.keystone_create_user_token_by_password(
            body={"auth": {"identity": identity, **({"scope": scope} if scope else {})}}
        )

    scoped = login("Secret-123", project={"name": region})
    assert scoped.token.project.id == live.credentials["project_id"]
    assert {row.type for row in scoped.token.catalog} >= {"iam", "identity"}
    assert scoped.token.user.password_expires_at == ""
    token = scoped.x_subject_token
    assert login("Secret-123", domain={"name": account}).token.domain.id == domain
    mine = Iam(live, token=token)
    checked = mine.keystone_validate_token(x_subject_token=token)
    assert (checked.token.user.id, checked.x_subject_token) == (user.id, token)
    assert mine.refused("keystone_validate_token", x_subject_token="nothing")[0] == 404
    assert [row.id for row in mine.keystone_list_auth_domains().domains] == [domain]
    assert region in {row.name for row in mine.keystone_list_auth_projects().projects}
    assert mine.keystone_show_catalog().catalog
    key = mine.create_temporary_access_key_by_token(
        body={"auth": {"identity": {"methods": ["token"], "token": {"duration_seconds": 900}}}}
    ).credential
    lent = BasicCredentials(key.access, key.secret, live.credentials["project_id"])
    lent = lent.with_security_token(key.securitytoken)
    theirs = IamClient.new_builder().with_credentials(lent).with_endpoint(live.url).build()
    assert theirs.show_user(m.ShowUserRequest(user_id=user.id)).user.name == user.name
    mine.keystone_update_user_password(
        user_id=user.id,
        body={"user": {"password": "Other-Secret-1", "original_password": "Secret-123"}},
    )
    assert mine.refused("keystone_show_catalog") == (401, 401)  # the token died with the password
    with pytest.raises(ClientRequestException):
        theirs.show_user(m.ShowUserRequest(user_id=user.id))
    assert login("Other-Secret-1").token.user.name == user.name
    iam.keystone_delete_user(user_id=user.id)


def test_groups_and_members(iam, domain) -> None:
    group, user = make_group(iam), make_user(iam, domain)
    both = {"group_id": group.id, "user_id": user.id}
    assert iam.refused("keystone_check_user_in_group", **both)[0] == 404
    iam.keystone_add_user_to_group(**both)
    iam.keystone_check_user_in_group(**both)
    members = iam.keystone_list_users_for_group_by_admin(group_id=group.id).users
    assert [row.id for row in members] == [user.id]
    assert [g.id for g in iam.keystone_list_groups_for_user(user_id=user.id).groups] == [group.id]
    shown = iam.keystone_update_group(
        group_id=group.id, body={"group": {"name": group.name + "x", "description": "d"}}
    ).group
    assert iam.keystone_show_group(group_id=group.id).group.name == shown.name == group.name + "x"
    assert [g.id for g in iam.keystone_list_groups(name=shown.name).groups] == [group.id]
    iam.keystone_remove_user_from_group(**both)
    iam.keystone_delete_group(group_id=group.id)
    iam.keystone_delete_user(user_id=user.id)
    assert iam.refused("keystone_show_group", group_id=group.id) == (404, 404)


def test_policies(iam, domain) -> None:
    system = iam.keystone_list_permissions(
        display_name="OCR ReadOnlyAccess", permission_type="policy"
    )
    (row,) = system.roles
    assert (system.total_number, row.catalog, row.type, row.domain_id) == (1, "OCR", "XA", None)
    assert row.policy.version == "1.1" and row.created_time.isdigit()
    assert iam.keystone_show_permission(role_id=row.id).role.name == row.name
    page = iam.keystone_list_permissions(page=2, per_page=3)
    assert len(page.roles) == 3 < page.total_number
    role = make_role(iam, "AX", "iam:users:listUsers")
    assert role.name.startswith("custom_") and role.catalog == "CUSTOMED"
    changed = iam.update_cloud_service_custom_policy(
        role_id=role.id,
        body={"role": {"display_name": role.display_name, "type": "AX", "description": "new",
                       "policy": {"Version": "1.1", "Statement": [
                           {"Effect": "Deny", "Action": ["iam:users:listUsers"],
                            "Condition": {"StringEquals": {"g:UserName": ["eve"]}}}]}}},
    ).role  # fmt: skip
    assert changed.description == "new" and changed.policy.statement[0].effect == "Deny"
    shown = iam.show_custom_policy(role_id=role.id).role
    assert shown.references == 0 and shown.updated_time.isdigit()
    assert role.id in {one.id for one in iam.list_custom_policies(page=1, per_page=300).roles}
    agency = iam.create_agency_custom_policy(
        body={"role": {"display_name": fresh("ag"), "type": "AX", "description": "d",
                       "policy": {"Version": "1.1", "Statement": [
                           {"Effect": "Allow", "Action": ["iam:agencies:assume"],
                            "Resource": {"uri": ["/iam/agencies/0770"]}}]}}}
    ).role  # fmt: skip
    iam.update_agency_custom_policy(
        role_id=agency.id,
        body={"role": {"display_name": agency.display_name, "type": "AX", "description": "e",
                       "policy": {"Version": "1.1", "Statement": [
                           {"Effect": "Allow", "Action": ["iam:agencies:assume"]}]}}},
    )  # fmt: skip
    for one in (role, agency):
        iam.delete_custom_policy(role_id=one.id)
    assert iam.refused("show_custom_policy", role_id=role.id)[0] == 404
    broken = {"display_name": "x", "type": "AX", "description": "d",
              "policy": {"Version": "1.1", "Statement": []}}  # fmt: skip
    assert iam.refused("create_cloud_service_custom_policy", body={"role": broken})[0] == 400


GRANTS = (
    # place in the request, policy type, grant, check, list, revoke
    ("domain_id", "AX", "keystone_associate_group_with_domain_permission",
     "keystone_check_domain_permission_for_group", "keystone_list_domain_permissions_for_group",
     "keystone_remove_domain_permission_from_group"),
    ("project_id", "XA", "keystone_associate_group_with_project_permission",
     "keystone_check_project_permission_for_group", "keystone_list_project_permissions_for_group",
     "keystone_remove_project_permission_from_group"),
    ("domain_id", "XA", "update_domain_group_inherit_role", "keystone_checkrole_for_group",
     "keystone_list_all_project_permissions_for_group", "delete_domain_group_inherited_role"),
    ("enterprise_project_id", "XA", "associate_role_to_group_on_enterprise_project", "",
     "list_roles_for_group_on_enterprise_project", "revoke_role_from_group_on_enterprise_project"),
)  # fmt: skip


@pytest.mark.parametrize(("place", "kind", "grant", "check", "listed", "revoke"), GRANTS)
def test_grants_of_groups(iam, domain, live, place, kind, grant, check, listed, revoke) -> None:
    group, role = make_group(iam), make_role(iam, kind, "ocr:*:get*" if kind == "XA" else "iam:*:*")
    places = {"domain_id": domain, "project_id": live.credentials["project_id"],
              "enterprise_project_id": "0"}  # fmt: skip
    where = {place: places[place], "group_id": group.id}
    if check:
        assert iam.refused(check, **where, role_id=role.id)[0] == 404
    getattr(iam, grant)(**where, role_id=role.id)
    if check:
        getattr(iam, check)(**where, role_id=role.id)
    assert [row.id for row in getattr(iam, listed)(**where).roles] == [role.id]
    found = iam.show_domain_role_assignments(domain_id=domain, subject_group_id=group.id)
    (row,) = found.role_assignments
    assert (row.group.id, row.role.id) == (group.id, role.id)
    assert row.is_inherited is ("inherit" in grant)
    if place == "enterprise_project_id":
        assert group.id in {
            one.id for one in iam.list_groups_for_enterprise_project(**{place: "0"}).groups
        }
        of_group = iam.list_enterprise_projects_for_group(group_id=group.id).enterprise_projects
        assert [one.project_id for one in of_group] == ["0"]
    getattr(iam, revoke)(**where, role_id=role.id)
    assert getattr(iam, listed)(**where).roles == []
    iam.delete_custom_policy(role_id=role.id)
    iam.keystone_delete_group(group_id=group.id)


def test_grants_of_users_on_enterprise_projects(iam, domain) -> None:
    user, role = make_user(iam, domain), make_role(iam, "XA", "ocr:*:get*")
    where = {"enterprise_project_id": "0", "user_id": user.id}
    iam.associate_role_to_user_on_enterprise_project(**where, role_id=role.id)
    assert [row.id for row in iam.list_roles_for_user_on_enterprise_project(**where).roles] == [
        role.id
    ]
    users = iam.list_users_for_enterprise_project(enterprise_project_id="0").users
    (row,) = [row for row in users if row.id == user.id]
    assert row.policy_num == 1 and row.lastest_policy_time > 1_700_000_000_000
    places = iam.list_enterprise_projects_for_user(user_id=user.id).enterprise_projects
    assert [row.project_id for row in places] == ["0"]
    iam.revoke_role_from_user_on_enterprise_project(**where, role_id=role.id)
    iam.delete_custom_policy(role_id=role.id)
    iam.keystone_delete_user(user_id=user.id)


def test_agencies(iam, domain, live) -> None:
    body = {"name": fresh("lend"), "domain_id": domain, "trust_domain_name": "op_svc_ocr",
            "description": "d", "duration": "ONEDAY"}  # fmt: skip
    made = iam.create_agency(body={"agency": body}).agency
    assert iam.show_agency(agency_id=made.id).agency.duration == "ONEDAY"
    assert [a.id for a in iam.list_agencies(domain_id=domain, name=made.name).agencies] == [made.id]
    changed = {"trust_domain_name": "op_svc_ocr", "duration": "FOREVER"}
    assert iam.update_agency(agency_id=made.id, body={"agency": changed}).agency.expire_time == ""
    role, project = make_role(iam, "XA", "ocr:*:get*"), live.credentials["project_id"]
    whole = make_role(iam, "AX", "iam:*:get*")
    for where, word, granted in (
        ({"domain_id": domain}, "domain", whole),
        ({"project_id": project}, "project", role),
        ({"domain_id": domain}, "all_projects", role),
    ):
        one = {**where, "agency_id": made.id}
        getattr(iam, f"associate_agency_with_{word}_permission")(**one, role_id=granted.id)
        getattr(iam, f"check_{word}_permission_for_agency")(**one, role_id=granted.id)
        rows = getattr(iam, f"list_{word}_permissions_for_agency")(**one).roles
        assert [row.id for row in rows] == [granted.id]
        getattr(iam, f"remove_{word}_permission_from_agency")(**one, role_id=granted.id)
    assignment = {"agency_id": made.id, "enterprise_project_id": "0", "role_id": role.id}
    for step in (
        "associate_role_to_agency_on_enterprise_project",
        "revoke_role_from_agency_on_enterprise_project",
    ):
        getattr(iam, step)(body={"role_assignments": [assignment]})
    iam.delete_agency(agency_id=made.id)
    for one in (role, whole):
        iam.delete_custom_policy(role_id=one.id)
    assert iam.refused("show_agency", agency_id=made.id)[0] == 404


def test_projects_regions_and_the_catalogue(iam, domain, live) -> None:
    parent, region = live.credentials["project_id"], live.credentials["region"]
    name = f"{region}_{uuid.uuid4().hex[:8]}"
    made = iam.keystone_create_project(
        body={"project": {"name": name, "parent_id": parent, "description": "d"}}
    ).project
    assert (made.parent_id, made.is_domain, made.domain_id) == (parent, False, domain)
    changed = iam.keystone_update_project(
        project_id=made.id, body={"project": {"description": "new"}}
    ).project
    assert changed.description == "new"
    assert iam.keystone_show_project(project_id=made.id).project.name == name
    assert iam.show_project_details_and_status(project_id=made.id).project.status == "normal"
    children = iam.keystone_list_projects(parent_id=parent, enabled=True, page=1, per_page=100)
    assert made.id in {row.id for row in children.projects}
    assert [row.id for row in iam.keystone_list_projects(name=region).projects] == [parent]
    assert iam.keystone_show_region(region_id=region).region.id == region
    service = iam.keystone_list_services(type="identity").services[0]
    assert iam.keystone_show_service(service_id=service.id).service.name == service.name
    endpoint = iam.keystone_list_endpoints(service_id=service.id, interface="public").endpoints[0]
    assert iam.keystone_show_endpoint(endpoint_id=endpoint.id).endpoint.url == endpoint.url
    assert iam.keystone_list_versions().versions.values[0].id == "v3.6"


FAMILIES = (
    ("login", {"lockout_duration": 20}),
    ("password", {"minimum_password_length": 9}),
    ("protect", {"operation_protection": True}),
    ("console_acl", {"allow_ip_ranges": [{"ip_range": "0.0.0.0-255.255.255.255"}]}),
    ("api_acl", {"allow_ip_ranges": [{"ip_range": "0.0.0.0-255.255.255.255"}]}),
)


@pytest.mark.parametrize(("family", "change"), FAMILIES, ids=lambda value: str(value)[:12])
def test_security_settings(iam, domain, family, change) -> None:
    key = f"{family}_policy"
    show = getattr(iam, f"show_domain_{key}")
    before = show(domain_id=domain).to_dict()[key]
    update = getattr(iam, f"update_domain_{key}")
    update(domain_id=domain, body={key: change})
    after = show(domain_id=domain).to_dict()[key]
    name, value = next(iter(change.items()))
    assert after[name] == value or after[name][0]["ip_range"] == value[0]["ip_range"]
    if not family.endswith("acl"):
        update(domain_id=domain, body={key: {name: before[name]}})
    assert iam.refused(f"update_domain_{key}", domain_id=domain, body={key: {"odd": 1}}) == (
        400, "IAM.0007",
    )  # fmt: skip


def test_access_keys(iam, domain) -> None:
    user = make_user(iam, domain)
    key = iam.create_permanent_access_key(
        body={"credential": {"user_id": user.id, "description": "one"}}
    ).credential
    assert re.fullmatch("[A-Z0-9]{20}", key.access) and re.fullmatch("[A-Za-z0-9]{40}", key.secret)
    shown = iam.show_permanent_access_key(access_key=key.access).credential
    assert (shown.status, shown.description) == ("active", "one")
    assert shown.last_use_time and not hasattr(shown, "secret")
    changed = iam.update_permanent_access_key(
        access_key=key.access, body={"credential": {"status": "inactive", "description": "two"}}
    ).credential
    assert (changed.status, changed.description) == ("inactive", "two")
    listed = iam.list_permanent_access_keys(user_id=user.id).credentials
    assert [row.access for row in listed] == [key.access]
    iam.delete_permanent_access_key(access_key=key.access)
    assert iam.refused("show_permanent_access_key", access_key=key.access)[0] == 404
    iam.keystone_delete_user(user_id=user.id)
