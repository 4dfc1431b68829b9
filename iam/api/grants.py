"""API of grants: a policy for a group, user or agency in an account, project or enterprise project."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core import clock
from core.errors import ApiError
from iam import errors, selectors
from iam.api import shapes
from iam.api.base import IamView, flag, number, own_domain
from iam.models import Attachment, Group, Policy, User
from iam.principal import Principal
from iam.services import policies
from iam.services.policies import Scope, Subject

_TRACE = ("grant", "IAM")
_SUBJECTS = {"group": selectors.group, "user": selectors.user, "agency": selectors.agency}


def _scope(principal: Principal, kind: str, place: str) -> Scope:
    """Return the scope of a path; raises 404 for a project of another account."""
    account = principal.account_id
    match kind:
        case "account" | "all_projects":
            own_domain(principal, place)
            return policies.ACCOUNT_WIDE if kind == "account" else policies.ALL_PROJECTS
        case "project":
            return Scope(kind, project=selectors.project(account, place))
        case _:
            row = selectors.enterprise_projects(account).filter(public_id=place).first()
            if row is None:
                raise ApiError(errors.NOT_FOUND, kind="enterprise project", id=place)
            return Scope(kind, enterprise_project=row)


class _GrantBase(IamView):
    """A grant path: `scope` and `subject` come from the route."""

    scope: ClassVar[str] = ""
    subject: ClassVar[str] = ""

    def _where(self, principal: Principal, place: str, subject: str) -> tuple[Scope, Subject]:
        scope = _scope(principal, self.scope, place)
        row: Any = _SUBJECTS[self.subject](principal.account_id, subject)  # type: ignore[operator]
        return scope, row


class GrantView(_GrantBase):
    """PUT, HEAD, DELETE of one grant."""

    actions: ClassVar = {
        "get": "iam:grants:checkGrant",
        "put": "iam:grants:grantRole",
        "delete": "iam:grants:revokeRole",
    }
    traces: ClassVar = {"put": ("grantRole", *_TRACE), "delete": ("revokeRole", *_TRACE)}

    def _policy(self, principal: Principal, role: str) -> Policy:
        return selectors.policy(principal.account_id, role)

    def put(
        self, request: HttpRequest, principal: Principal, place: str, subject: str, role: str
    ) -> tuple[int, None]:
        """Attach the policy to the group, user or agency."""
        scope, row = self._where(principal, place, subject)
        policy = self._policy(principal, role)
        policies.grant_add(principal=principal, policy=policy, subject=row, scope=scope)
        return 204, None

    def head(
        self, request: HttpRequest, principal: Principal, place: str, subject: str, role: str
    ) -> tuple[int, None]:
        """Answer 204 if the policy is attached, 404 if it is not."""
        scope, row = self._where(principal, place, subject)
        policy = self._policy(principal, role)
        if not policies.grant_exists(policy=policy, subject=row, scope=scope):
            raise ApiError(errors.NOT_FOUND, kind="role", id=role)
        return 204, None

    get = head

    def delete(
        self, request: HttpRequest, principal: Principal, place: str, subject: str, role: str
    ) -> tuple[int, None]:
        """Revoke."""
        scope, row = self._where(principal, place, subject)
        policy = self._policy(principal, role)
        policies.grant_remove(principal=principal, policy=policy, subject=row, scope=scope)
        return 204, None


class GrantsView(_GrantBase):
    """GET of a subject's policies in one scope."""

    action = "iam:grants:listGrants"

    def get(
        self, request: HttpRequest, principal: Principal, place: str, subject: str
    ) -> dict[str, Any]:
        """List the policies."""
        scope, row = self._where(principal, place, subject)
        who: dict[str, Any] = {self.subject: row}
        rows = selectors.granted_policies(
            principal.account_id,
            scope=scope.kind,
            project=scope.project,
            enterprise_project=scope.enterprise_project,
            **who,
        )
        return {
            "roles": [shapes.role(request, policy) for policy in rows],
            "total_number": len(rows),
            "links": shapes.list_links(request),
        }


class EnterpriseProjectSubjectsView(IamView):
    """GET /v3.0/OS-PERMISSION/enterprise-projects/{ep}/(groups|users)."""

    action = "iam:grants:listGrants"
    subject: ClassVar[str] = ""

    def get(self, request: HttpRequest, principal: Principal, place: str) -> dict[str, Any]:
        """List who has a policy in the enterprise project."""
        scope = _scope(principal, "enterprise_project", place)
        found = scope.enterprise_project
        assert found is not None  # the path names one, or _scope raised 404
        if self.subject == "group":
            groups = selectors.groups_granted_in(principal.account_id, found)
            return {"groups": [_subject_group(row) for row in groups]}
        users = selectors.users_granted_in(principal.account_id, found)
        return {"users": [_subject_user(row) for row in users]}


def _subject_group(row: Group) -> dict[str, Any]:
    return {
        "groupId": row.id,
        "groupName": row.name,
        "groupDesc": row.description,
        "createTime": clock.epoch_ms(row.created_at),
        "description": row.description,
        "domainId": row.account_id,
        "id": row.id,
        "name": row.name,
    }


def _subject_user(row: User) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "domain_id": row.account_id,
        "enabled": row.enabled,
        "description": row.description,
        "policy_num": row.policy_num,  # type: ignore[attr-defined]
        "lastest_policy_time": clock.epoch_ms(row.latest_policy),  # type: ignore[attr-defined]
    }


class SubjectEnterpriseProjectsView(IamView):
    """GET /v3.0/OS-PERMISSION/(groups|users)/{id}/enterprise-projects."""

    action = "iam:grants:listGrants"
    subject: ClassVar[str] = ""

    def get(self, request: HttpRequest, principal: Principal, subject: str) -> dict[str, Any]:
        """List the enterprise projects in which a group or user has a policy."""
        row: Any = _SUBJECTS[self.subject](principal.account_id, subject)  # type: ignore[operator]
        rows = selectors.enterprise_projects_granted_to(principal.account_id, **{self.subject: row})
        return {
            "enterprise-projects": [  # the client's name for it, dash and all
                {"projectId": place.public_id, "id": place.public_id, "name": place.name}
                for place in rows
            ]
        }


class AgencyEnterpriseProjectsView(IamView):
    """/v3.0/OS-PERMISSION/subjects/agency/scopes/enterprise-project/role-assignments."""

    actions: ClassVar = {"put": "iam:grants:grantRole", "delete": "iam:grants:revokeRole"}
    traces: ClassVar = {"put": ("grantRole", *_TRACE), "delete": ("revokeRole", *_TRACE)}

    def _each(self, request: HttpRequest, principal: Principal, change: Any) -> tuple[int, None]:
        rows = self.json(request).get("role_assignments")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ApiError(errors.BAD_BODY)
        for row in rows:
            change(
                principal=principal,
                policy=selectors.policy(principal.account_id, str(row.get("role_id"))),
                subject=selectors.agency(principal.account_id, str(row.get("agency_id"))),
                scope=_scope(
                    principal, "enterprise_project", str(row.get("enterprise_project_id"))
                ),
            )
        return 204, None

    def put(self, request: HttpRequest, principal: Principal) -> tuple[int, None]:
        """Attach the policy to the group, user or agency."""
        return self._each(request, principal, policies.grant_add)

    def delete(self, request: HttpRequest, principal: Principal) -> tuple[int, None]:
        """Revoke."""
        return self._each(request, principal, policies.grant_remove)


_FILTERS = {
    "role_id": "policy_id",
    "subject.user_id": "user_id",
    "subject.group_id": "group_id",
    "subject.agency_id": "agency_id",
    "scope.project_id": "project_id",
    "scope.enterprise_projects_id": "enterprise_project__public_id",
}


class RoleAssignmentsView(IamView):
    """GET /v3.0/OS-PERMISSION/role-assignments."""

    action = "iam:grants:listGrants"

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """List grants, a user's through groups as well unless `include_group` is false.

        `is_inherited` chooses between the account-wide and the all-projects grants of a domain.
        """
        domain = request.GET.get("domain_id")
        if not domain:
            raise ApiError(errors.MISSING, name="domain_id")
        own_domain(principal, domain)
        own_domain(principal, request.GET.get("scope.domain_id"))
        rows = self._narrowed(request, principal)
        total = rows.count()
        size = number(request, "per_page", 50, 1, 50)
        start = (number(request, "page", 1, 1, 1_000_000) - 1) * size
        return {
            "role_assignments": [_assignment(row) for row in rows[start : start + size]],
            "total_num": total,
        }

    def _narrowed(self, request: HttpRequest, principal: Principal) -> QuerySet[Attachment]:
        rows = selectors.attachments(principal.account_id)
        with_groups = flag(request, "include_group") is not False
        for name, lookup in _FILTERS.items():
            value = request.GET.get(name)
            if not value:
                continue
            if name == "subject.user_id" and with_groups:
                rows = rows.filter(Q(user_id=value) | Q(group__memberships__user_id=value))
            else:
                rows = rows.filter(**{lookup: value})
        subject = request.GET.get("subject")
        if subject:
            if subject not in _SUBJECTS:
                raise ApiError(errors.BAD_PARAMETER, name="subject")
            chosen = Q(**{f"{subject}__isnull": False})
            if subject == "user" and with_groups:
                chosen |= Q(group__in=selectors.groups_with_members(principal.account_id))
            rows = rows.filter(chosen)
        scope = request.GET.get("scope") or ("domain" if request.GET.get("scope.domain_id") else "")
        if scope:
            inherited = flag(request, "is_inherited")
            kind = {
                "project": Attachment.PROJECT,
                "domain": Attachment.ALL_PROJECTS if inherited else Attachment.ACCOUNT,
                "enterprise_project": Attachment.ENTERPRISE_PROJECT,
            }.get(scope)
            if kind is None:
                raise ApiError(errors.BAD_PARAMETER, name="scope")
            rows = rows.filter(scope=kind)
        return rows


def _assignment(row: Attachment) -> dict[str, Any]:
    if row.project_id:
        scope = {"project": {"id": row.project_id}}
    elif row.enterprise_project is not None:
        scope = {"enterprise_project": {"id": row.enterprise_project.public_id}}
    else:
        scope = {"domain": {"id": row.account_id}}
    kind = "group" if row.group_id else "user" if row.user_id else "agency"
    return {
        kind: {"id": row.group_id or row.user_id or row.agency_id},
        "role": {"id": row.policy_id},
        "scope": scope,
        "is_inherited": row.scope == Attachment.ALL_PROJECTS,
    }


__all__ = [
    "AgencyEnterpriseProjectsView",
    "EnterpriseProjectSubjectsView",
    "GrantView",
    "GrantsView",
    "RoleAssignmentsView",
    "SubjectEnterpriseProjectsView",
]
