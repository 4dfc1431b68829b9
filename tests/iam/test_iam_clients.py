"""The official, unmodified clients against the running server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkcts.v3 import (
    CtsClient,
    ListOperationsRequest,
    ListQuotasRequest,
    ListTracesRequest,
    ListTrackersRequest,
    ListUserResourcesRequest,
)
from huaweicloudsdkeps.v1 import (
    CreateEnterpriseProjectRequest,
    DisableAction,
    DisableEnterpriseProjectRequest,
    EnterpriseProject,
    EpsClient,
    ListEnterpriseProjectRequest,
    ShowEnterpriseProjectQuotaRequest,
    ShowEnterpriseProjectRequest,
    UpdateEnterpriseProjectRequest,
)
from huaweicloudsdkiam.v3 import IamClient
from huaweicloudsdkiam.v3 import model as m
from huaweicloudsdkiam.v3.iam_credentials import IamCredentials
from keystoneauth1 import session
from keystoneauth1.exceptions import Unauthorized
from keystoneauth1.identity import v3

pytestmark = pytest.mark.e2e


def _user(live: Any, role: str) -> dict[str, str]:
    return live.credentials["users"][role]


def _iam(live: Any, role: str = "owner") -> IamClient:
    user = _user(live, role)
    credentials = GlobalCredentials(
        user["access_key"], user["secret_key"], live.credentials["domain_id"]
    )
    return IamClient.new_builder().with_credentials(credentials).with_endpoint(live.url).build()


def _password(live: Any, role: str = "admin", **more: Any) -> v3.Password:
    user = _user(live, role)
    return v3.Password(
        auth_url=f"{live.url}/v3",
        username=user["name"],
        password=user["password"],
        user_domain_name=live.credentials["account"],
        **more,
    )


# keystoneauth1 -----------------------------------------------------------------------------------


def test_keystoneauth_gets_a_project_token_and_finds_the_services(live: Any) -> None:
    auth = _password(
        live,
        project_name=live.credentials["region"],
        project_domain_name=live.credentials["account"],
    )
    keystone = session.Session(auth=auth)
    assert len(keystone.get_token()) <= 1024
    assert keystone.get_project_id() == live.credentials["project_id"]
    assert keystone.get_endpoint(service_type="identity", interface="public") == f"{live.url}/v3"
    assert keystone.get_endpoint(service_type="ocr", interface="public").endswith(
        f"/v2/{live.credentials['project_id']}"
    )
    rows = keystone.get("/users", endpoint_filter={"service_type": "identity"}).json()["users"]
    assert {"admin", "reader"} <= {row["name"] for row in rows}


def test_keystoneauth_rescopes_by_token_and_to_the_domain(live: Any) -> None:
    first = session.Session(auth=_password(live, domain_name=live.credentials["account"]))
    token = first.get_token()
    assert first.auth.get_access(first).domain_id == live.credentials["domain_id"]
    second = v3.Token(
        auth_url=f"{live.url}/v3", token=token, project_id=live.credentials["other_project_id"]
    )
    access = second.get_access(session.Session())
    assert access.project_id == live.credentials["other_project_id"]
    assert access.expires == first.auth.get_access(first).expires


def test_a_revoked_token_is_dead_at_once(live: Any) -> None:
    keystone = session.Session(auth=_password(live, domain_name=live.credentials["account"]))
    token = keystone.get_token()
    headers = {"X-Auth-Token": token, "X-Subject-Token": token}
    url = f"{live.url}/v3/auth/tokens"
    plain = session.Session()
    assert plain.get(url, headers=headers).json()["token"]["user"]["name"] == "admin"
    assert plain.head(url, headers=headers).status_code == 200
    assert plain.delete(url, headers=headers).status_code == 204
    with pytest.raises(Unauthorized):
        plain.get(url, headers=headers)


def test_a_wrong_password_is_told_in_the_documented_words(live: Any) -> None:
    wrong = _password(live)
    wrong.auth_methods[0].password = "wrong"
    with pytest.raises(Unauthorized) as caught:
        wrong.get_access(session.Session())
    assert "The username or password is wrong." in str(caught.value)
    _password(live).get_access(session.Session())  # ends the row of failures


# openstackclient ---------------------------------------------------------------------------------


def _openstack(live: Any, *commands: str) -> list[Any]:
    """Run commands in one process of the client, which takes seconds to start; returns what they answered.

    The command line reads them from its input, as it does at a terminal. A command that fails says so on
    the error output and ends nothing.
    """
    user = _user(live, "admin")
    environ = {
        **os.environ,
        "OS_AUTH_URL": f"{live.url}/v3",
        "OS_USERNAME": user["name"],
        "OS_PASSWORD": user["password"],
        "OS_USER_DOMAIN_NAME": live.credentials["account"],
        "OS_PROJECT_DOMAIN_NAME": live.credentials["account"],
        "OS_PROJECT_NAME": live.credentials["region"],
        "OS_IDENTITY_API_VERSION": "3",
    }
    tool = Path(sys.executable).parent / "openstack"
    done = subprocess.run(
        [str(tool)], env=environ, input="\n".join(commands) + "\n",
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert not done.stderr, (
        f"{commands}: {done.stderr[-800:]}"
    )  # the status is 1 at the end of the input
    answers, rest = [], done.stdout
    while found := re.search(r"^[\[{]", rest, re.MULTILINE):
        answer, end = json.JSONDecoder().raw_decode(rest[found.start() :])
        answers.append(answer)
        rest = rest[found.start() + end :]
    return answers


def test_openstack_shows_token_catalog_projects_and_roles(live: Any) -> None:
    token, catalog, projects, shown, roles = _openstack(
        live,
        "token issue -f json",
        "catalog list -f json",
        "project list -f json",
        f"project show {live.credentials['region']} -f json",
        "role list -f json",
    )
    assert token["project_id"] == live.credentials["project_id"]
    assert {"identity", "ocr"} <= {row["Type"] for row in catalog}
    assert live.credentials["region"] in {row["Name"] for row in projects}
    assert shown["id"] == live.credentials["project_id"]
    assert "te_admin" in {row["Name"] for row in roles}


def test_openstack_manages_users_and_groups(live: Any) -> None:
    name, group = f"osc-{uuid.uuid4().hex[:8]}", f"grp-{uuid.uuid4().hex[:8]}"
    domain = live.credentials["domain_id"]
    made, listed, shown, grouped, members, left, groups = _openstack(
        live,
        f"user create {name} --domain {domain} --password Secret-123 -f json",
        "user list -f json",
        f"user show {name} -f json",
        f"group create {group} --domain {domain} -f json",
        f"group add user {group} {name}",
        f"user list --group {group} -f json",
        f"user delete {name}",
        "user list -f json",
        f"group delete {group}",
        "group list -f json",
    )
    assert name in {row["Name"] for row in listed}
    assert shown["id"] == made["id"]
    assert grouped["name"] == group
    assert [row["ID"] for row in members] == [made["id"]]
    assert name not in {row["Name"] for row in left}
    assert group not in {row["Name"] for row in groups}


# huaweicloudsdkiam -------------------------------------------------------------------------------


def test_sdk_finds_the_project_by_region(live: Any) -> None:
    rows = _iam(live).keystone_list_projects(
        m.KeystoneListProjectsRequest(name=live.credentials["region"])
    )
    assert [row.id for row in rows.projects] == [live.credentials["project_id"]]


def test_sdk_user_with_key_and_lockless_life(live: Any) -> None:
    iam = _iam(live)
    name = f"sdk-{uuid.uuid4().hex[:8]}"
    option = m.CreateUserOption(
        name=name,
        domain_id=live.credentials["domain_id"],
        password="Secret-123",
        email=f"{name}@example.com",
        access_mode="programmatic",
    )
    user = iam.create_user(m.CreateUserRequest(body=m.CreateUserRequestBody(user=option))).user
    assert user.name == name and user.is_domain_owner is False
    shown = iam.show_user(m.ShowUserRequest(user_id=user.id)).user
    assert shown.email == f"{name}@example.com" and shown.access_mode == "programmatic"
    body = m.CreatePermanentAccessKeyRequestBody(
        credential=m.CreateCredentialOption(user_id=user.id, description="one")
    )
    key = iam.create_permanent_access_key(m.CreatePermanentAccessKeyRequest(body=body)).credential
    assert len(key.access) == 20 and len(key.secret) == 40 and key.status == "active"
    iam.create_permanent_access_key(m.CreatePermanentAccessKeyRequest(body=body))
    with pytest.raises(ClientRequestException) as caught:
        iam.create_permanent_access_key(m.CreatePermanentAccessKeyRequest(body=body))
    assert caught.value.status_code == 403
    own = GlobalCredentials(key.access, key.secret, live.credentials["domain_id"])
    theirs = IamClient.new_builder().with_credentials(own).with_endpoint(live.url).build()
    assert (
        len(theirs.list_permanent_access_keys(m.ListPermanentAccessKeysRequest()).credentials) == 2
    )
    with pytest.raises(ClientRequestException) as caught:
        theirs.keystone_list_users(m.KeystoneListUsersRequest())
    assert caught.value.status_code == 403
    off = m.UpdatePermanentAccessKeyRequestBody(
        credential=m.UpdateCredentialOption(status="inactive")
    )
    iam.update_permanent_access_key(
        m.UpdatePermanentAccessKeyRequest(access_key=key.access, body=off)
    )
    with pytest.raises(ClientRequestException) as caught:
        theirs.list_permanent_access_keys(m.ListPermanentAccessKeysRequest())
    assert caught.value.status_code == 401 and caught.value.request_id
    iam.delete_permanent_access_key(m.DeletePermanentAccessKeyRequest(access_key=key.access))
    iam.keystone_delete_user(m.KeystoneDeleteUserRequest(user_id=user.id))


def test_sdk_custom_policy_grants_and_assignments(live: Any) -> None:
    iam, domain = _iam(live), live.credentials["domain_id"]
    name = f"pol-{uuid.uuid4().hex[:8]}"
    group = iam.keystone_create_group(
        m.KeystoneCreateGroupRequest(
            body=m.KeystoneCreateGroupRequestBody(group=m.KeystoneCreateGroupOption(name=name))
        )
    ).group
    assert isinstance(group.create_time, int)
    document = m.ServicePolicy(
        version="1.1",
        statement=[m.ServiceStatement(effect="Allow", action=["iam:users:listUsers"])],
    )
    option = m.ServicePolicyRoleOption(
        display_name=name, type="AX", description="d", policy=document
    )
    role = iam.create_cloud_service_custom_policy(
        m.CreateCloudServiceCustomPolicyRequest(
            body=m.CreateCloudServiceCustomPolicyRequestBody(role=option)
        )
    ).role
    assert role.catalog == "CUSTOMED" and role.name.startswith("custom_")
    where = {"domain_id": domain, "group_id": group.id, "role_id": role.id}
    iam.keystone_associate_group_with_domain_permission(
        m.KeystoneAssociateGroupWithDomainPermissionRequest(**where)
    )
    iam.keystone_check_domain_permission_for_group(
        m.KeystoneCheckDomainPermissionForGroupRequest(**where)
    )
    found = iam.show_domain_role_assignments(
        m.ShowDomainRoleAssignmentsRequest(domain_id=domain, role_id=role.id)
    )
    assert found.total_num == 1 and found.role_assignments[0].group.id == group.id
    iam.keystone_remove_domain_permission_from_group(
        m.KeystoneRemoveDomainPermissionFromGroupRequest(**where)
    )
    iam.delete_custom_policy(m.DeleteCustomPolicyRequest(role_id=role.id))
    iam.keystone_delete_group(m.KeystoneDeleteGroupRequest(group_id=group.id))


def test_sdk_reads_settings_regions_quotas_and_catalogs(live: Any) -> None:
    iam, domain = _iam(live), live.credentials["domain_id"]
    policy = iam.show_domain_login_policy(m.ShowDomainLoginPolicyRequest(domain_id=domain))
    assert policy.login_policy.login_failed_times == 5
    rules = iam.show_domain_password_policy(m.ShowDomainPasswordPolicyRequest(domain_id=domain))
    assert rules.password_policy.minimum_password_length >= 6
    regions = iam.keystone_list_regions(m.KeystoneListRegionsRequest()).regions
    assert live.credentials["region"] in {row.id for row in regions}
    quotas = iam.show_domain_quota(m.ShowDomainQuotaRequest(domain_id=domain)).quotas.resources
    assert {"user", "group"} <= {row.type for row in quotas}
    assert iam.keystone_list_services(m.KeystoneListServicesRequest()).services
    assert iam.keystone_list_endpoints(m.KeystoneListEndpointsRequest()).endpoints
    assert iam.keystone_show_version(m.KeystoneShowVersionRequest()).version.id == "v3.6"
    domains = iam.keystone_list_auth_domains(m.KeystoneListAuthDomainsRequest()).domains
    assert domains[0].id == domain


# huaweicloudsdkeps, huaweicloudsdkcts ---------------------------------------------------------------


def test_sdk_enterprise_projects(live: Any) -> None:
    user = _user(live, "admin")
    credentials = GlobalCredentials(
        user["access_key"], user["secret_key"], live.credentials["domain_id"]
    )
    eps = EpsClient.new_builder().with_credentials(credentials).with_endpoint(live.url).build()
    name = f"ep-{uuid.uuid4().hex[:8]}"
    made = eps.create_enterprise_project(
        CreateEnterpriseProjectRequest(body=EnterpriseProject(name=name, description="d"))
    ).enterprise_project
    assert made.status == 1 and made.name == name
    rows = eps.list_enterprise_project(ListEnterpriseProjectRequest())
    assert {"0", made.id} <= {row.id for row in rows.enterprise_projects}
    one = ShowEnterpriseProjectRequest(enterprise_project_id=made.id)
    assert eps.show_enterprise_project(one).enterprise_project.name == name
    eps.update_enterprise_project(
        UpdateEnterpriseProjectRequest(
            enterprise_project_id=made.id, body=EnterpriseProject(name=f"{name}-2")
        )
    )
    eps.disable_enterprise_project(
        DisableEnterpriseProjectRequest(
            enterprise_project_id=made.id, body=DisableAction(action="disable")
        )
    )
    assert eps.show_enterprise_project(one).enterprise_project.status == 2
    with pytest.raises(ClientRequestException) as caught:
        eps.create_enterprise_project(
            CreateEnterpriseProjectRequest(body=EnterpriseProject(name=f"{name}-2"))
        )
    assert (caught.value.status_code, caught.value.error_code) == (409, "EPS.0010")
    quota = eps.show_enterprise_project_quota(ShowEnterpriseProjectQuotaRequest()).quotas
    assert quota.resources[0].type == "enterprise_project"


def test_sdk_traces_of_what_was_done(live: Any) -> None:
    name = f"traced-{uuid.uuid4().hex[:8]}"
    iam = _iam(live)
    before = int(time.time() * 1000) - 2000
    option = m.KeystoneCreateGroupOption(name=name)
    iam.keystone_create_group(
        m.KeystoneCreateGroupRequest(body=m.KeystoneCreateGroupRequestBody(group=option))
    )
    user = _user(live, "admin")
    credentials = BasicCredentials(
        user["access_key"], user["secret_key"], live.credentials["project_id"]
    )
    cts = CtsClient.new_builder().with_credentials(credentials).with_endpoint(live.url).build()
    found = cts.list_traces(
        ListTracesRequest(
            trace_type="system", resource_name=name, _from=before, to=int(time.time() * 1000) + 2000
        )
    )
    assert len(found.traces) == 1
    trace = found.traces[0]
    assert trace.trace_name == "createUserGroup" and trace.service_type == "IAM"
    assert trace.user.name == "owner" and trace.code == "200"
    first = cts.list_traces(ListTracesRequest(trace_type="system", limit=1))
    second = cts.list_traces(
        ListTracesRequest(trace_type="system", limit=1, next=first.meta_data.marker)
    )
    assert second.traces[0].trace_id != first.traces[0].trace_id
    assert cts.list_trackers(ListTrackersRequest()).trackers[0].tracker_name == "system"
    assert cts.list_quotas(ListQuotasRequest()).resources
    assert "owner" in {
        row.name for row in cts.list_user_resources(ListUserResourcesRequest()).users
    }
    assert cts.list_operations(ListOperationsRequest()).operations


# Discovery and effect in other processes -------------------------------------------------------------


def test_sdk_core_finds_project_and_domain_by_itself(live: Any) -> None:
    user, region = _user(live, "reader"), Region(live.credentials["region"], live.url)
    basic = BasicCredentials(user["access_key"], user["secret_key"]).with_iam_endpoint(live.url)
    cts = CtsClient.new_builder().with_credentials(basic).with_region(region).build()
    assert cts.list_trackers(ListTrackersRequest()).trackers
    everywhere = GlobalCredentials(user["access_key"], user["secret_key"]).with_iam_endpoint(
        live.url
    )
    iam = IamClient.new_builder().with_credentials(everywhere).with_region(region).build()
    assert iam.keystone_list_users(m.KeystoneListUsersRequest()).users


def test_sdk_uses_a_token(live: Any) -> None:
    token = session.Session(
        auth=_password(live, domain_name=live.credentials["account"])
    ).get_token()
    iam = (
        IamClient.new_builder()
        .with_credentials(IamCredentials(token))
        .with_endpoint(live.url)
        .build()
    )
    assert iam.keystone_list_auth_domains(m.KeystoneListAuthDomainsRequest()).domains


_CHANGE = """
from iam import authn, selectors
from iam.models import User
from iam.services import access_keys, groups, tokens
owner = authn.principal_for(selectors.owner("{domain}"))
user = selectors.user("{domain}", "{user}")
{what}
"""


@pytest.mark.parametrize("what", ["grant", "key", "token"])
def test_a_change_in_another_process_counts_within_a_second(live: Any, what: str) -> None:
    iam, domain = _iam(live), live.credentials["domain_id"]
    name = f"two-{uuid.uuid4().hex[:8]}"
    option = m.CreateUserOption(name=name, domain_id=domain, password="Secret-123")
    user = iam.create_user(m.CreateUserRequest(body=m.CreateUserRequestBody(user=option))).user
    groups = iam.keystone_list_groups(m.KeystoneListGroupsRequest(name="readers")).groups
    iam.keystone_add_user_to_group(
        m.KeystoneAddUserToGroupRequest(group_id=groups[0].id, user_id=user.id)
    )
    body = m.CreatePermanentAccessKeyRequestBody(
        credential=m.CreateCredentialOption(user_id=user.id)
    )
    key = iam.create_permanent_access_key(m.CreatePermanentAccessKeyRequest(body=body)).credential
    credentials = GlobalCredentials(key.access, key.secret, domain)
    theirs = IamClient.new_builder().with_credentials(credentials).with_endpoint(live.url).build()
    auth = v3.Password(
        auth_url=f"{live.url}/v3",
        username=name,
        password="Secret-123",
        user_domain_name=live.credentials["account"],
        domain_id=domain,
    )
    keystone = session.Session()
    headers = {"X-Auth-Token": auth.get_token(keystone)}

    def signed() -> int:
        try:
            theirs.keystone_list_users(m.KeystoneListUsersRequest())
        except ClientRequestException as error:
            return error.status_code
        return 200

    def by_token() -> int:
        return keystone.get(f"{live.url}/v3/users", headers=headers, raise_exc=False).status_code

    assert (signed(), by_token()) == (200, 200)
    code = {
        "grant": f"groups.member_remove(principal=owner, group=selectors.group(owner.account_id, '{groups[0].id}'), user=user)",
        "key": f"access_keys.access_key_delete(principal=owner, key=selectors.access_key(owner.account_id, '{key.access}'))",
        "token": f"tokens.token_revoke(token=tokens.unseal('{headers['X-Auth-Token']}'))",
    }[what]
    live.manage("shell", "-c", _CHANGE.format(domain=domain, user=user.id, what=code))
    time.sleep(1)
    expected = {"grant": (403, 401), "key": (401, 401), "token": (200, 401)}[what]
    assert (signed(), by_token()) == expected
