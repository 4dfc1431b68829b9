"""API of users in `/v3` and `/v3.0/OS-USER`, their passwords, groups and projects."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest

from core.errors import ApiError
from iam import authz, errors, selectors
from iam.api import shapes
from iam.api.base import IamView, flag, own_domain, picked, self_or
from iam.models import User
from iam.principal import Principal
from iam.services import account_settings, users

_TRACE = ("user", "IAM")
_KEYSTONE = {
    "name": "name",
    "password": "password",
    "enabled": "enabled",
    "description": "description",
    "email": "email",
    "pwd_status": "pwd_status",
}
_OS = {
    **_KEYSTONE,
    "areacode": "area_code",
    "phone": "mobile",
    "access_mode": "access_mode",
    "xuser_id": "xuser_id",
    "xuser_type": "xuser_type",
}


def _fields(body: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Return the known fields; `pwd_status` true means that the password must be changed."""
    fields = picked(body, names)
    if "pwd_status" in fields:
        fields["must_change_password"] = fields.pop("pwd_status")
    return fields


def _new_fields(body: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Return the fields of a new user: a password set by somebody else must be changed."""
    fields = _fields(body, names)
    fields.setdefault("must_change_password", "password" in fields)
    return fields


_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge,
    "eq": operator.eq, "neq": operator.ne,
}  # fmt: skip


def _password_ends(request: HttpRequest) -> Callable[[User], bool]:
    """Return the test of `password_expires_at=lt:2030-01-31T12:00:00Z`; raises 400 for another form.

    Passwords that never end pass no test.
    """
    text = request.GET.get("password_expires_at")
    if text is None:
        return lambda _: True
    word, _, moment = text.partition(":")
    try:
        compared = _COMPARED[word]
        limit = dt.datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
    except (KeyError, ValueError) as error:
        raise ApiError(errors.BAD_PARAMETER, name="password_expires_at") from error

    def passes(row: User) -> bool:
        end = account_settings.password_end(row)
        return end is not None and compared(end.replace(microsecond=0), limit)

    return passes


class UsersView(IamView):
    """/v3/users."""

    actions: ClassVar = {"get": "iam:users:listUsers", "post": "iam:users:createUser"}
    traces: ClassVar = {"post": ("createUser", *_TRACE)}

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """List users, narrowed by name and state."""
        own_domain(principal, request.GET.get("domain_id"))
        rows = selectors.users(principal.account_id)
        if "name" in request.GET:
            rows = rows.filter(name=request.GET["name"])
        enabled = flag(request, "enabled")
        if enabled is not None:
            rows = rows.filter(enabled=enabled)
        ends = _password_ends(request)
        return {
            "users": [shapes.user(request, row) for row in rows if ends(row)],
            "links": shapes.list_links(request),
        }

    def post(self, request: HttpRequest, principal: Principal) -> tuple[int, dict[str, Any]]:
        """Create a user."""
        body = self.part(request, "user")
        own_domain(principal, body.get("domain_id"))
        if "name" not in body:
            raise ApiError(errors.BAD_BODY)
        user = users.user_create(principal=principal, **_new_fields(body, _KEYSTONE))
        return 201, {"user": shapes.user(request, user)}


class UserView(IamView):
    """/v3/users/{id}."""

    actions: ClassVar = {"patch": "iam:users:updateUser", "delete": "iam:users:deleteUser"}
    handler_actions: ClassVar = {"get": ("iam:users:getUser",)}
    traces: ClassVar = {"patch": ("updateUser", *_TRACE), "delete": ("deleteUser", *_TRACE)}

    def get(self, request: HttpRequest, principal: Principal, user: str) -> dict[str, Any]:
        """Show a user; everybody may see themselves."""
        self_or(principal, user, "iam:users:getUser")
        return {"user": shapes.user(request, selectors.user(principal.account_id, user))}

    def patch(self, request: HttpRequest, principal: Principal, user: str) -> dict[str, Any]:
        """Change a user."""
        row = selectors.user(principal.account_id, user)
        fields = _fields(self.part(request, "user"), _KEYSTONE)
        row = users.user_update(principal=principal, user=row, **fields)
        return {"user": shapes.user(request, row)}

    def delete(self, request: HttpRequest, principal: Principal, user: str) -> tuple[int, None]:
        """Delete a user."""
        users.user_delete(principal=principal, user=selectors.user(principal.account_id, user))
        return 204, None


class PasswordView(IamView):
    """POST /v3/users/{id}/password: change one's own password."""

    handler_actions: ClassVar = {"post": ("iam:users:setUserPassword",)}
    traces: ClassVar = {"post": ("changePassword", *_TRACE)}

    def post(self, request: HttpRequest, principal: Principal, user: str) -> tuple[int, None]:
        """Change the password; every token of the user ends."""
        row = selectors.user(principal.account_id, user)
        if principal.user_id != user:
            raise ApiError(errors.PERMISSION, action="iam:users:setUserPassword")
        if not principal.is_owner and not account_settings.may_manage_own(
            row.account.settings, "password"
        ):
            authz.require(principal, "iam:users:setUserPassword")
        body = self.part(request, "user")
        if not {"password", "original_password"} <= body.keys():
            raise ApiError(errors.BAD_BODY)
        users.password_change(
            principal=principal,
            user=row,
            original_password=body["original_password"],
            password=body["password"],
        )
        return 204, None


class UserGroupsView(IamView):
    """GET /v3/users/{id}/groups."""

    handler_actions: ClassVar = {"get": ("iam:permissions:listGroupsForUser",)}

    def get(self, request: HttpRequest, principal: Principal, user: str) -> dict[str, Any]:
        """List the groups of a user."""
        self_or(principal, user, "iam:permissions:listGroupsForUser")
        selectors.user(principal.account_id, user)
        rows = selectors.groups_of_user(principal.account_id, user)
        return {
            "groups": [shapes.group(request, row) for row in rows],
            "links": shapes.list_links(request),
        }


class UserProjectsView(IamView):
    """GET /v3/users/{id}/projects."""

    handler_actions: ClassVar = {"get": ("iam:projects:listProjects",)}

    def get(self, request: HttpRequest, principal: Principal, user: str) -> dict[str, Any]:
        """List the projects that a user can work in: all of the account."""
        self_or(principal, user, "iam:projects:listProjects")
        selectors.user(principal.account_id, user)
        return {
            "projects": [
                shapes.project(request, row) for row in selectors.projects(principal.account_id)
            ],
            "links": shapes.list_links(request),
        }


class OsUsersView(IamView):
    """POST /v3.0/OS-USER/users."""

    action = "iam:users:createUser"
    traces: ClassVar = {"post": ("createUser", *_TRACE)}

    def post(self, request: HttpRequest, principal: Principal) -> tuple[int, dict[str, Any]]:
        """Create a user with e-mail, telephone and access mode."""
        body = self.part(request, "user")
        for name in ("name", "domain_id"):
            if not body.get(name):
                raise ApiError(errors.MISSING, name=name)
        own_domain(principal, body["domain_id"])
        user = users.user_create(principal=principal, **_new_fields(body, _OS))
        return 201, {"user": shapes.os_user(request, user)}


class OsUserView(IamView):
    """/v3.0/OS-USER/users/{id}."""

    actions: ClassVar = {"put": "iam:users:updateUser"}
    handler_actions: ClassVar = {"get": ("iam:users:getUser",)}
    traces: ClassVar = {"put": ("updateUser", *_TRACE)}

    def get(self, request: HttpRequest, principal: Principal, user: str) -> dict[str, Any]:
        """Show a user."""
        self_or(principal, user, "iam:users:getUser")
        return {"user": shapes.os_user(request, selectors.user(principal.account_id, user))}

    def put(self, request: HttpRequest, principal: Principal, user: str) -> dict[str, Any]:
        """Change a user."""
        row = selectors.user(principal.account_id, user)
        fields = _fields(self.part(request, "user"), _OS)
        row = users.user_update(principal=principal, user=row, **fields)
        return {"user": shapes.os_user(request, row)}


class OsUserInfoView(IamView):
    """PUT /v3.0/OS-USER/users/{id}/info: one's own e-mail and telephone."""

    handler_actions: ClassVar = {"put": ("iam:users:updateUser",)}
    traces: ClassVar = {"put": ("updateUser", *_TRACE)}

    def put(self, request: HttpRequest, principal: Principal, user: str) -> tuple[int, None]:
        """Change e-mail and telephone."""
        self_or(principal, user, "iam:users:updateUser")
        row = selectors.user(principal.account_id, user)
        fields = picked(self.part(request, "user"), {"email": "email", "mobile": "mobile"})
        for name in fields:
            if not principal.is_owner and not account_settings.may_manage_own(
                row.account.settings, name
            ):
                authz.require(principal, "iam:users:updateUser")
        users.user_update(principal=principal, user=row, **fields)
        return 204, None
