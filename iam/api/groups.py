"""API of groups and their members."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest

from core.errors import ApiError
from iam import errors, selectors
from iam.api import shapes
from iam.api.base import IamView, own_domain
from iam.principal import Principal
from iam.services import groups

_TRACE = ("userGroup", "IAM")


class GroupsView(IamView):
    """/v3/groups."""

    actions: ClassVar = {"get": "iam:groups:listGroups", "post": "iam:groups:createGroup"}
    traces: ClassVar = {"post": ("createUserGroup", *_TRACE)}

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """List groups, narrowed by name."""
        own_domain(principal, request.GET.get("domain_id"))
        rows = selectors.groups(principal.account_id)
        if "name" in request.GET:
            rows = rows.filter(name=request.GET["name"])
        return {
            "groups": [shapes.group(request, row) for row in rows],
            "links": shapes.list_links(request),
        }

    def post(self, request: HttpRequest, principal: Principal) -> tuple[int, dict[str, Any]]:
        """Create a group."""
        body = self.part(request, "group")
        own_domain(principal, body.get("domain_id"))
        if "name" not in body:
            raise ApiError(errors.BAD_BODY)
        row = groups.group_create(
            principal=principal, name=body["name"], description=body.get("description") or ""
        )
        return 201, {"group": shapes.group(request, row)}


class GroupView(IamView):
    """/v3/groups/{id}."""

    actions: ClassVar = {
        "get": "iam:groups:getGroup",
        "patch": "iam:groups:updateGroup",
        "delete": "iam:groups:deleteGroup",
    }
    traces: ClassVar = {
        "patch": ("updateUserGroup", *_TRACE),
        "delete": ("deleteUserGroup", *_TRACE),
    }

    def get(self, request: HttpRequest, principal: Principal, group: str) -> dict[str, Any]:
        """Show a group."""
        return {"group": shapes.group(request, selectors.group(principal.account_id, group))}

    def patch(self, request: HttpRequest, principal: Principal, group: str) -> dict[str, Any]:
        """Rename or describe a group."""
        row = selectors.group(principal.account_id, group)
        body = self.part(request, "group")
        row = groups.group_update(
            principal=principal,
            group=row,
            name=body.get("name"),
            description=body.get("description"),
        )
        return {"group": shapes.group(request, row)}

    def delete(self, request: HttpRequest, principal: Principal, group: str) -> tuple[int, None]:
        """Delete a group."""
        groups.group_delete(principal=principal, group=selectors.group(principal.account_id, group))
        return 204, None


class MembersView(IamView):
    """GET /v3/groups/{id}/users."""

    action = "iam:permissions:listUsersForGroup"

    def get(self, request: HttpRequest, principal: Principal, group: str) -> dict[str, Any]:
        """List the members of a group."""
        selectors.group(principal.account_id, group)
        rows = selectors.members(principal.account_id, group)
        if "name" in request.GET:
            rows = rows.filter(name=request.GET["name"])
        return {
            "users": [shapes.user(request, row) for row in rows],
            "links": shapes.list_links(request),
        }


class MemberView(IamView):
    """/v3/groups/{id}/users/{id}."""

    actions: ClassVar = {
        "get": "iam:permissions:checkUserInGroup",
        "put": "iam:permissions:addUserToGroup",
        "delete": "iam:permissions:removeUserFromGroup",
    }
    traces: ClassVar = {
        "put": ("addUserToGroup", *_TRACE),
        "delete": ("removeUserFromGroup", *_TRACE),
    }

    def put(
        self, request: HttpRequest, principal: Principal, group: str, user: str
    ) -> tuple[int, None]:
        """Put a user into a group."""
        groups.member_add(
            principal=principal,
            group=selectors.group(principal.account_id, group),
            user=selectors.user(principal.account_id, user),
        )
        return 204, None

    def head(
        self, request: HttpRequest, principal: Principal, group: str, user: str
    ) -> tuple[int, None]:
        """Answer 204 if the user is in the group, 404 if not."""
        selectors.group(principal.account_id, group)
        if not selectors.members(principal.account_id, group).filter(pk=user).exists():
            raise ApiError(errors.NOT_FOUND, kind="user", id=user)
        return 204, None

    get = head

    def delete(
        self, request: HttpRequest, principal: Principal, group: str, user: str
    ) -> tuple[int, None]:
        """Take a user out of a group."""
        groups.member_remove(
            principal=principal,
            group=selectors.group(principal.account_id, group),
            user=selectors.user(principal.account_id, user),
        )
        return 204, None
