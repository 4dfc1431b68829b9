"""What the enterprise-project client asks for besides making and changing a project."""

from __future__ import annotations

import time
import uuid

import huaweicloudsdkeps.v1 as eps
import pytest
from huaweicloudsdkcore.auth.credentials import GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException

from tests.conftest import Live

pytestmark = [pytest.mark.e2e]


def client(live: Live, role: str = "admin") -> eps.EpsClient:
    who = live.credentials["users"][role]
    keys = GlobalCredentials(who["access_key"], who["secret_key"], live.credentials["domain_id"])
    return eps.EpsClient.new_builder().with_credentials(keys).with_endpoint(live.url).build()


def make(admin: eps.EpsClient) -> eps.EpDetail:
    body = eps.EnterpriseProject(name=f"eps-{uuid.uuid4().hex[:8]}", type="poc")
    return admin.create_enterprise_project(
        eps.CreateEnterpriseProjectRequest(body=body)
    ).enterprise_project


def test_a_project_is_switched_off_and_on_and_found_by_its_name(live: Live) -> None:
    admin, made = client(live), make(client(live))
    one = eps.ShowEnterpriseProjectRequest(enterprise_project_id=made.id)
    admin.disable_enterprise_project(
        eps.DisableEnterpriseProjectRequest(
            enterprise_project_id=made.id, body=eps.DisableAction(action="disable")
        )
    )
    with pytest.raises(ClientRequestException) as refused:
        body = eps.EnterpriseProject(name=f"{made.name}-b")
        admin.update_enterprise_project(
            eps.UpdateEnterpriseProjectRequest(enterprise_project_id=made.id, body=body)
        )
    assert (refused.value.status_code, refused.value.error_code) == (400, "EPS.0014")
    off = admin.list_enterprise_project(
        eps.ListEnterpriseProjectRequest(name=made.name[2:], status=2)
    )
    assert [row.id for row in off.enterprise_projects] == [made.id]
    admin.enable_enterprise_project(
        eps.EnableEnterpriseProjectRequest(
            enterprise_project_id=made.id, body=eps.EnableAction(action="enable")
        )
    )
    shown = admin.show_enterprise_project(one).enterprise_project
    assert (shown.status, shown.type) == (1, "poc")
    second = admin.list_enterprise_project(eps.ListEnterpriseProjectRequest(offset=1, limit=1))
    assert len(second.enterprise_projects) == 1
    assert second.total_count >= 2


def test_services_resources_configuration_and_versions(live: Live) -> None:
    admin, made = client(live), make(client(live))
    providers = admin.list_providers(eps.ListProvidersRequest(locale="en-us"))
    assert providers.total_count == len(providers.providers)
    kinds = {kind.resource_type for row in providers.providers for kind in row.resource_types}
    assert kinds
    bound = admin.show_resource_bind_enterprise_project(
        eps.ShowResourceBindEnterpriseProjectRequest(
            enterprise_project_id=made.id, body=eps.ResqEpResouce(resource_types=sorted(kinds))
        )
    )
    assert (bound.total_count, bound.resources, bound.errors) == (0, [], [])
    config = admin.show_ep_configs(eps.ShowEpConfigsRequest())
    assert config.support_item.delete_ep_support == "True"  # the client reads it as text
    assert admin.show_api_version(eps.ShowApiVersionRequest(api_version="v1.0")).version.id


def test_a_project_that_holds_nothing_is_deleted(live: Live) -> None:
    admin, made = client(live), make(client(live))
    admin.delete_enterprise_project(
        eps.DeleteEnterpriseProjectRequest(enterprise_project_id=made.id)
    )
    time.sleep(0.1)
    with pytest.raises(ClientRequestException) as gone:
        admin.show_enterprise_project(
            eps.ShowEnterpriseProjectRequest(enterprise_project_id=made.id)
        )
    assert (gone.value.status_code, gone.value.error_code) == (404, "EPS.0005")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "Default"}, (400, "EPS.0007")),
        ({"name": "a/b"}, (400, "EPS.0007")),
        ({"name": "ok", "description": "d" * 513}, (400, "EPS.0008")),
    ],
)
def test_refusals_name_the_field(live: Live, body: dict[str, str], code: tuple[int, str]) -> None:
    with pytest.raises(ClientRequestException) as refused:
        client(live).create_enterprise_project(
            eps.CreateEnterpriseProjectRequest(body=eps.EnterpriseProject(**body))
        )
    assert (refused.value.status_code, refused.value.error_code) == code
    with pytest.raises(ClientRequestException) as forbidden:
        make(client(live, "reader"))
    assert (forbidden.value.status_code, forbidden.value.error_code) == (403, "EPS.0004")
