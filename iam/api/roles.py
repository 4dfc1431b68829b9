"""API of system policies and custom policies."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Count, QuerySet
from django.http import HttpRequest

from core.errors import ApiError
from iam import errors, selectors
from iam.api import shapes
from iam.api.base import IamView, own_domain, paged, picked
from iam.models import Policy
from iam.principal import Principal
from iam.services import policies

_TRACE = ("role", "IAM")
_FIELDS = {
    "display_name": "display_name",
    "type": "type",
    "description": "description",
    "description_cn": "description_cn",
    "policy": "document",
}


def _listed(request: HttpRequest, rows: QuerySet[Policy]) -> dict[str, Any]:
    return {
        "roles": [shapes.role(request, row) for row in paged(request, rows)],
        "total_number": rows.count(),
        "links": shapes.list_links(request),
    }


class RolesView(IamView):
    """GET /v3/roles: system policies, or the account's own with `domain_id`."""

    action = "iam:roles:listRoles"

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """List policies, narrowed by name, type and catalog."""
        domain = request.GET.get("domain_id")
        own_domain(principal, domain)
        rows = (
            selectors.custom_policies(principal.account_id)
            if domain
            else selectors.system_policies()
        )
        for name in ("name", "type", "catalog"):
            if request.GET.get(name):
                rows = rows.filter(**{name: request.GET[name]})
        if request.GET.get("display_name"):
            rows = rows.filter(display_name__icontains=request.GET["display_name"])
        kind = request.GET.get("permission_type")
        if kind not in {None, "", "policy", "role"}:
            raise ApiError(errors.BAD_PARAMETER, name="permission_type")
        if kind:
            rows = rows.filter(document__Version="1.1" if kind == "policy" else "1.0")
        return _listed(request, rows)


class RoleView(IamView):
    """GET /v3/roles/{id}."""

    action = "iam:roles:getRole"

    def get(self, request: HttpRequest, principal: Principal, role: str) -> dict[str, Any]:
        """Show a system policy or one of the account's own."""
        return {"role": shapes.role(request, selectors.policy(principal.account_id, role))}


class CustomRolesView(IamView):
    """/v3.0/OS-ROLE/roles."""

    actions: ClassVar = {"get": "iam:roles:listRoles", "post": "iam:roles:createRole"}
    traces: ClassVar = {"post": ("createRole", *_TRACE)}

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """List the account's own policies."""
        return _listed(request, selectors.custom_policies(principal.account_id))

    def post(self, request: HttpRequest, principal: Principal) -> tuple[int, dict[str, Any]]:
        """Create a custom policy, for cloud services or (an object as Resource) for agencies."""
        body = self.part(request, "role")
        for name in ("display_name", "type", "policy", "description"):
            if body.get(name) is None:
                raise ApiError(errors.MISSING, name=name)
        row = policies.policy_create(
            principal=principal, for_agencies=_for_agencies(body["policy"]), **picked(body, _FIELDS)
        )
        return 201, {"role": shapes.role(request, row)}


def _for_agencies(document: Any) -> bool:
    statements = document.get("Statement") if isinstance(document, dict) else None
    return isinstance(statements, list) and any(
        isinstance(row, dict) and isinstance(row.get("Resource"), dict) for row in statements
    )


class CustomRoleView(IamView):
    """/v3.0/OS-ROLE/roles/{id}."""

    actions: ClassVar = {
        "get": "iam:roles:getRole",
        "patch": "iam:roles:updateRole",
        "delete": "iam:roles:deleteRole",
    }
    traces: ClassVar = {"patch": ("updateRole", *_TRACE), "delete": ("deleteRole", *_TRACE)}

    def get(self, request: HttpRequest, principal: Principal, role: str) -> dict[str, Any]:
        """Show a custom policy and how often it is granted."""
        row = selectors.custom_policy(principal.account_id, role)
        references = row.attachments.aggregate(number=Count("pk"))["number"]
        return {"role": {**shapes.role(request, row), "references": references}}

    def patch(self, request: HttpRequest, principal: Principal, role: str) -> dict[str, Any]:
        """Change a custom policy."""
        row = selectors.custom_policy(principal.account_id, role)
        fields = picked(self.part(request, "role"), _FIELDS)
        row = policies.policy_update(principal=principal, policy=row, **fields)
        return {"role": shapes.role(request, row)}

    def delete(
        self, request: HttpRequest, principal: Principal, role: str
    ) -> tuple[int, dict[str, Any]]:
        """Delete a custom policy."""
        row = selectors.custom_policy(principal.account_id, role)
        policies.policy_delete(principal=principal, policy=row)
        return 200, {}
