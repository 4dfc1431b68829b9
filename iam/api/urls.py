"""Routes of the identity API, each an absolute path of the contract.

An id is any text without a slash: what is no id of the account is answered 404, which OpenStack's
clients rely on when they look a resource up by name. Only CTS asks for 32 hexadecimal digits, because
it shares `/v3/` with identity and billing.
"""

from __future__ import annotations

from django.urls import path, re_path
from django.urls.resolvers import URLPattern

from iam.api import (
    catalog,
    credentials,
    cts,
    eps,
    federation,
    grants,
    groups,
    projects,
    roles,
    security,
    tokens,
    users,
    versions,
)
from iam.services import accounts

_HEX = "(?P<project_id>[0-9a-f]{32})"


def _grant_routes() -> list[URLPattern]:
    """Return the grant and the list route of every kind of scope and subject."""
    table = (
        ("v3/domains", "groups", "", "account", "group"),
        ("v3/projects", "groups", "", "project", "group"),
        ("v3/domains", "users", "", "account", "user"),
        ("v3/projects", "users", "", "project", "user"),
        ("v3/OS-INHERIT/domains", "groups", "/inherited_to_projects", "all_projects", "group"),
        ("v3.0/OS-INHERIT/domains", "agencies", "/inherited_to_projects", "all_projects", "agency"),
        ("v3.0/OS-AGENCY/domains", "agencies", "", "account", "agency"),
        ("v3.0/OS-AGENCY/projects", "agencies", "", "project", "agency"),
        ("v3.0/OS-PERMISSION/enterprise-projects", "groups", "", "enterprise_project", "group"),
        ("v3.0/OS-PERMISSION/enterprise-projects", "users", "", "enterprise_project", "user"),
    )
    routes = []
    for prefix, subjects, suffix, scope, subject in table:
        base = f"{prefix}/<str:place>/{subjects}/<str:subject>/roles"
        routes += [
            path(base + suffix, grants.GrantsView.as_view(scope=scope, subject=subject)),
            path(
                f"{base}/<str:role>{suffix}",
                grants.GrantView.as_view(scope=scope, subject=subject),
            ),
        ]
    return routes


def _federation_routes() -> list[URLPattern]:
    """Return the routes of federation, each with its documented refusal."""
    provider = "v3/OS-FEDERATION/identity_providers"
    protocol = f"{provider}/<str:provider>/protocols"
    lists = (
        (provider, "identity_providers"),
        ("v3/OS-FEDERATION/mappings", "mappings"),
        (protocol, "protocols"),
    )
    items = (
        (f"{provider}/<str:provider>", "identity provider"),
        ("v3/OS-FEDERATION/mappings/<str:mapping>", "mapping"),
        (f"{protocol}/<str:protocol>", "protocol"),
        (f"v3-ext/{protocol.removeprefix('v3/')}/<str:protocol>/metadata", "metadata"),
        (
            "v3.0/OS-FEDERATION/identity-providers/<str:provider>/openid-connect-config",
            "identity provider",
        ),
    )
    logins = (
        (f"{protocol}/<str:protocol>/auth", "mapped"),
        ("v3.0/OS-FEDERATION/tokens", "mapped"),
        ("v3.0/OS-AUTH/id-token/tokens", "id_token"),
    )
    return [
        *(path(p, federation.FederationListView.as_view(member=name)) for p, name in lists),
        *(path(p, federation.FederationItemView.as_view(kind=kind)) for p, kind in items),
        *(path(p, federation.FederationLoginView.as_view(method=name)) for p, name in logins),
        path("v3/OS-FEDERATION/projects", projects.AuthProjectsView.as_view()),
        path("v3/OS-FEDERATION/domains", projects.DomainsView.as_view()),
    ]


_IDENTITY = [
    path("v3", versions.VersionView.as_view(), name="iam-version"),
    path("v3/", versions.VersionView.as_view()),
    path("v3/auth/tokens", tokens.TokensView.as_view(), name="iam-tokens"),
    path("v3/auth/projects", projects.AuthProjectsView.as_view()),
    path("v3/auth/domains", projects.DomainsView.as_view()),
    path("v3/auth/catalog", catalog.CatalogView.as_view()),
    path("v3/regions", catalog.RegionsView.as_view()),
    path("v3/regions/<str:region>", catalog.RegionsView.as_view()),
    path("v3/services", catalog.ServicesView.as_view()),
    path("v3/services/<str:service>", catalog.ServicesView.as_view()),
    path("v3/endpoints", catalog.EndpointsView.as_view()),
    path("v3/endpoints/<str:endpoint>", catalog.EndpointsView.as_view()),
    path("v3/users", users.UsersView.as_view(), name="iam-users"),
    path("v3/users/<str:user>", users.UserView.as_view(), name="iam-user"),
    path("v3/users/<str:user>/password", users.PasswordView.as_view()),
    path("v3/users/<str:user>/groups", users.UserGroupsView.as_view()),
    path("v3/users/<str:user>/projects", users.UserProjectsView.as_view()),
    path("v3/groups", groups.GroupsView.as_view(), name="iam-groups"),
    path("v3/groups/<str:group>", groups.GroupView.as_view(), name="iam-group"),
    path("v3/groups/<str:group>/users", groups.MembersView.as_view()),
    path("v3/groups/<str:group>/users/<str:user>", groups.MemberView.as_view()),
    path("v3/projects", projects.ProjectsView.as_view(), name="iam-projects"),
    path("v3/projects/<str:place>", projects.ProjectView.as_view(), name="iam-project"),
    path("v3-ext/projects/<str:place>", projects.ProjectView.as_view()),
    path("v5/caller-identity", projects.CallerIdentityView.as_view()),
    path("v3/domains", projects.DomainsView.as_view()),
    path("v3/domains/<str:domain>", projects.DomainView.as_view()),
    path("v3/roles", roles.RolesView.as_view(), name="iam-roles"),
    path("v3/roles/<str:role>", roles.RoleView.as_view()),
    path("v3.0/OS-USER/users", users.OsUsersView.as_view()),
    path("v3.0/OS-USER/users/<str:user>", users.OsUserView.as_view()),
    path("v3.0/OS-USER/users/<str:user>/info", users.OsUserInfoView.as_view()),
    path("v3.0/OS-ROLE/roles", roles.CustomRolesView.as_view()),
    path("v3.0/OS-ROLE/roles/<str:role>", roles.CustomRoleView.as_view()),
    path("v3.0/OS-CREDENTIAL/credentials", credentials.CredentialsView.as_view()),
    path("v3.0/OS-CREDENTIAL/credentials/<str:access>", credentials.CredentialView.as_view()),
    path("v3.0/OS-CREDENTIAL/securitytokens", credentials.SecurityTokensView.as_view()),
    path("v3.0/OS-AGENCY/agencies", security.AgenciesView.as_view()),
    path("v3.0/OS-AGENCY/agencies/<str:agency>", security.AgencyView.as_view()),
    path("v3.0/OS-QUOTA/domains/<str:domain>", security.QuotasView.as_view()),
    *(
        path(
            f"v3.0/OS-SECURITYPOLICY/domains/<str:domain>/{family.replace('_', '-')}",
            security.SecurityPolicyView.as_view(
                family=family,
                actions=security.security_actions(family),
                traces={"put": (accounts.trace_name(family), "domain", "IAM")},
            ),
        )
        for family in (
            "login_policy",
            "password_policy",
            "protect_policy",
            "console_acl_policy",
            "api_acl_policy",
        )
    ),
    path("v3.0/OS-PERMISSION/role-assignments", grants.RoleAssignmentsView.as_view()),
    path(
        "v3.0/OS-PERMISSION/subjects/agency/scopes/enterprise-project/role-assignments",
        grants.AgencyEnterpriseProjectsView.as_view(),
    ),
    *(
        path(
            f"v3.0/OS-PERMISSION/enterprise-projects/<str:place>/{subject}s",
            grants.EnterpriseProjectSubjectsView.as_view(subject=subject),
        )
        for subject in ("group", "user")
    ),
    *(
        path(
            f"v3.0/OS-PERMISSION/{subject}s/<str:subject>/enterprise-projects",
            grants.SubjectEnterpriseProjectsView.as_view(subject=subject),
        )
        for subject in ("group", "user")
    ),
    *_grant_routes(),
    *_federation_routes(),
]

_EPS = [
    path("v1.0", eps.VersionView.as_view()),
    path("v1/enterprise-projects/configs", eps.ConfigsView.as_view()),
    path("v1.0/enterprise-projects/configs", eps.ConfigsView.as_view()),
    path("v1.0/enterprise-projects", eps.EnterpriseProjectsView.as_view(), name="eps-list"),
    path("v1.0/enterprise-projects/quotas", eps.QuotasView.as_view()),
    path("v1.0/enterprise-projects/providers", eps.ProvidersView.as_view()),
    path("v1.0/enterprise-projects/<str:key>", eps.EnterpriseProjectView.as_view()),
    path("v1.0/enterprise-projects/<str:key>/action", eps.ActionView.as_view()),
    path("v1.0/enterprise-projects/<str:key>/resources/filter", eps.ResourcesView.as_view()),
]

_CTS = [
    re_path(rf"^v3/{_HEX}/traces$", cts.TracesView.as_view(), name="cts-traces"),
    re_path(rf"^v3/{_HEX}/trackers$", cts.TrackersView.as_view()),
    re_path(rf"^v3/{_HEX}/tracker$", cts.TrackerView.as_view()),
    re_path(rf"^v3/{_HEX}/quotas$", cts.QuotasView.as_view()),
    re_path(rf"^v3/{_HEX}/operations$", cts.OperationsView.as_view()),
    re_path(rf"^v3/{_HEX}/user-resources$", cts.UsersView.as_view()),
    re_path(r"^v3/(?P<domain>[0-9a-f]{32})/resources$", cts.ResourcesView.as_view()),
]

urlpatterns = [*_CTS, *_IDENTITY, *_EPS]
