"""API of enterprise projects (Enterprise Project Management Service, version 1.0)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest

from core import api
from core.errors import ApiError
from iam import authz, errors, selectors
from iam.api import shapes
from iam.api.versions import base_url
from iam.gateway import ApiView
from iam.models import EnterpriseProject
from iam.principal import Principal
from iam.services import enterprise_projects as service

_PREFIX = "eps:enterpriseProjects:"
_TRACE = ("enterpriseProject", "EPS")
_SORTS = {"created_at", "updated_at", "name", "status", "type"}


class EpsView(ApiView):
    """A view of the enterprise-project service."""

    style = api.EPS
    bad_json = errors.EPS_BODY

    def row(self, principal: Principal, key: str) -> EnterpriseProject:
        """Return the account's enterprise project; raises EPS.0005."""
        return selectors.enterprise_project(principal.account_id, key)


def _number(request: HttpRequest, name: str, default: int, low: int, high: int) -> int:
    text = request.GET.get(name, str(default))
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ApiError(errors.EPS_PARAMETER, name=name)
    return int(text)


class EnterpriseProjectsView(EpsView):
    """/v1.0/enterprise-projects."""

    actions: ClassVar = {"post": _PREFIX + "create"}
    handler_actions: ClassVar = {"get": (_PREFIX + "list",)}
    traces: ClassVar = {"post": ("createEnterpriseProject", *_TRACE)}

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """List those that the caller may see; grants on single ones are enough."""
        visible = authz.enterprise_projects_where(principal, _PREFIX + "list")
        if visible is not None and not visible:
            raise ApiError(errors.PERMISSION, action=_PREFIX + "list")
        rows = selectors.enterprise_projects(principal.account_id)
        if visible is not None:
            rows = rows.filter(public_id__in=visible)
        if request.GET.get("id"):
            rows = rows.filter(public_id=request.GET["id"])
        if request.GET.get("name"):
            rows = rows.filter(name__icontains=request.GET["name"])
        if "status" in request.GET:
            rows = rows.filter(status=_number(request, "status", 1, 1, 2))
        if request.GET.get("type"):
            rows = rows.filter(type=request.GET["type"])
        key, direction = (
            request.GET.get("sort_key", "created_at"),
            request.GET.get("sort_dir", "desc"),
        )
        if key not in _SORTS or direction not in {"asc", "desc"}:
            raise ApiError(errors.EPS_PARAMETER, name="sort_key")
        rows = rows.order_by(key if direction == "asc" else f"-{key}", "public_id")
        start = _number(request, "offset", 0, 0, 10**9)
        size = _number(request, "limit", 1000, 1, 1000)
        return {
            "enterprise_projects": [
                shapes.enterprise_project(row) for row in rows[start : start + size]
            ],
            "total_count": rows.count(),
        }

    def post(self, request: HttpRequest, principal: Principal) -> tuple[int, dict[str, Any]]:
        """Create one."""
        body = self.json(request)
        row = service.enterprise_project_create(
            principal=principal,
            name=body.get("name"),
            description=body.get("description") or "",
            type=body.get("type") or "prod",
        )
        return 201, {"enterprise_project": shapes.enterprise_project(row)}


class EnterpriseProjectView(EpsView):
    """/v1.0/enterprise-projects/{id}."""

    handler_actions: ClassVar = {
        "get": (_PREFIX + "get",),
        "put": (_PREFIX + "update",),
        "delete": (_PREFIX + "delete",),
    }
    traces: ClassVar = {
        "put": ("updateEnterpriseProject", *_TRACE),
        "delete": ("deleteEnterpriseProject", *_TRACE),
    }

    def get(self, request: HttpRequest, principal: Principal, key: str) -> dict[str, Any]:
        """Show one."""
        row = self.row(principal, key)
        authz.require(principal, _PREFIX + "get", enterprise_project_id=key)
        return {"enterprise_project": shapes.enterprise_project(row)}

    def put(self, request: HttpRequest, principal: Principal, key: str) -> dict[str, Any]:
        """Change name, description or type of an enterprise project."""
        row = self.row(principal, key)
        authz.require(principal, _PREFIX + "update", enterprise_project_id=key)
        body = self.json(request)
        row = service.enterprise_project_update(
            principal=principal,
            project=row,
            name=body.get("name"),
            description=body.get("description"),
            type=body.get("type"),
        )
        return {"enterprise_project": shapes.enterprise_project(row)}

    def delete(self, request: HttpRequest, principal: Principal, key: str) -> tuple[int, None]:
        """Delete one."""
        row = self.row(principal, key)
        authz.require(principal, _PREFIX + "delete", enterprise_project_id=key)
        service.enterprise_project_delete(principal=principal, project=row)
        return 204, None


class ActionView(EpsView):
    """POST /v1.0/enterprise-projects/{id}/action."""

    handler_actions: ClassVar = {"post": (_PREFIX + "enable", _PREFIX + "disable")}
    traces: ClassVar = {"post": ("updateEnterpriseProjectStatus", *_TRACE)}

    def post(self, request: HttpRequest, principal: Principal, key: str) -> tuple[int, None]:
        """Enable or disable."""
        row = self.row(principal, key)
        word = self.json(request).get("action")
        if word not in {"enable", "disable"}:
            raise ApiError(errors.EPS_ACTION)
        authz.require(principal, _PREFIX + word, enterprise_project_id=key)
        service.enterprise_project_switch(principal=principal, project=row, enable=word == "enable")
        return 204, None


class QuotasView(EpsView):
    """GET /v1.0/enterprise-projects/quotas."""

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """Show how many exist and may exist."""
        used = selectors.enterprise_projects(principal.account_id).exclude(public_id="0").count()
        resource = {"type": "enterprise_project", "used": used, "quota": service.QUOTA}
        return {"quotas": {"resources": [resource]}}


class ProvidersView(EpsView):
    """GET /v1.0/enterprise-projects/providers."""

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """List the services whose resources can be put in enterprise projects."""
        start = _number(request, "offset", 0, 0, 10**9)
        size = _number(request, "limit", 200, 1, 200)
        wanted = request.GET.get("provider")
        regions = [row.id for row in selectors.regions()]
        rows = [
            {
                "provider": usage.name,
                "provider_i18n_display_name": usage.title,
                "resource_types": [
                    {
                        "resource_type": usage.resource_type,
                        "resource_type_i18n_display_name": usage.title,
                        "regions": regions,
                        "global": False,
                    }
                ],
            }
            for usage in service.USAGES
            if wanted in {None, "", usage.name}
        ]
        return {"providers": rows[start : start + size], "total_count": len(rows)}


class ResourcesView(EpsView):
    """POST /v1.0/enterprise-projects/{id}/resources/filter."""

    handler_actions: ClassVar = {"post": ("eps:resources:list",)}

    def post(self, request: HttpRequest, principal: Principal, key: str) -> dict[str, Any]:
        """List what the services keep in an enterprise project."""
        row = self.row(principal, key)
        authz.require(principal, "eps:resources:list", enterprise_project_id=key)
        body = self.json(request)
        types = body.get("resource_types")
        if not isinstance(types, list) or not all(isinstance(name, str) for name in types):
            raise ApiError(errors.EPS_PARAMETER, name="resource_types")
        known = {usage.resource_type: usage for usage in service.USAGES}
        found: list[dict[str, Any]] = []
        problems = []
        for name in types:
            if name not in known:
                problems.append(
                    {"error_code": "EPS.0004", "error_msg": "Unknown type", "resource_type": name}
                )
                continue
            for resource in known[name].resources(principal.account_id, row.public_id):
                found.append(
                    {
                        "enterprise_project_id": row.public_id,
                        "enterprise_project_name": row.name,
                        "resource_type": name,
                        **resource,
                    }
                )
        start, size = body.get("offset") or 0, body.get("limit") or 10
        if not isinstance(start, int) or not isinstance(size, int) or start < 0 or size < 1:
            raise ApiError(errors.EPS_PARAMETER, name="limit")
        return {
            "resources": found[start : start + size],
            "errors": problems,
            "total_count": len(found),
        }


class ConfigsView(EpsView):
    """GET /v1/enterprise-projects/configs."""

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """Answer that deleting enterprise projects is supported."""
        return {"support_item": {"delete_ep_support": True}}


class VersionView(EpsView):
    """GET /v1.0: the one version."""

    public = True

    def get(self, request: HttpRequest, _: Principal | None) -> dict[str, Any]:
        """Return the version."""
        link = {"rel": "self", "href": f"{base_url(request)}/v1.0"}
        return {
            "version": {
                "id": "v1.0",
                "status": "CURRENT",
                "version": "",
                "min_version": "",
                "updated": "2018-05-30T00:00:00Z",
                "links": [link],
            }
        }
