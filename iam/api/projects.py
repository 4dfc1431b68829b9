"""API of projects, and of the account as OpenStack's domain."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest

from core.errors import ApiError
from iam import errors, selectors
from iam.api import shapes
from iam.api.base import IamView, flag, own_domain, paged
from iam.models import Project
from iam.principal import Principal
from iam.services import projects

_TRACE = ("project", "IAM")


def _listed(request: HttpRequest, rows: Any) -> dict[str, Any]:
    return {
        "projects": [shapes.project(request, row) for row in rows],
        "links": shapes.list_links(request),
    }


class ProjectsView(IamView):
    """/v3/projects. Listing needs no action: the SDKs find the project id of a region with it."""

    actions: ClassVar = {"post": "iam:projects:createProject"}
    traces: ClassVar = {"post": ("createProject", *_TRACE)}

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """List projects; `name` is compared exactly, because one region has one project of its name."""
        own_domain(principal, request.GET.get("domain_id"))
        if flag(request, "is_domain"):
            return _listed(request, [])
        rows = selectors.projects(principal.account_id)
        if "name" in request.GET:
            rows = rows.filter(name=request.GET["name"])
        parent = request.GET.get("parent_id")
        if parent == principal.account_id:
            rows = rows.filter(parent__isnull=True)
        elif parent:
            rows = rows.filter(parent_id=parent)
        enabled = flag(request, "enabled")
        if enabled is not None:
            rows = rows.filter(enabled=enabled)
        return _listed(request, paged(request, rows))

    def post(self, request: HttpRequest, principal: Principal) -> tuple[int, dict[str, Any]]:
        """Create a sub-project."""
        body = self.part(request, "project")
        own_domain(principal, body.get("domain_id"))
        if not isinstance(body.get("name"), str) or not isinstance(body.get("parent_id"), str):
            raise ApiError(errors.BAD_BODY)
        row = projects.project_create(
            principal=principal,
            parent=selectors.project(principal.account_id, body["parent_id"]),
            name=body["name"],
            description=body.get("description") or "",
        )
        return 201, {"project": shapes.project(request, row)}


class ProjectView(IamView):
    """/v3/projects/{id} and /v3-ext/projects/{id}."""

    actions: ClassVar = {
        "patch": "iam:projects:updateProject",
        "put": "iam:projects:updateProject",
        "delete": "iam:projects:updateProject",
    }
    traces: ClassVar = {
        "patch": ("updateProject", *_TRACE),
        "put": ("updateProject", *_TRACE),
        "delete": ("deleteProject", *_TRACE),
    }

    def _row(self, principal: Principal, project: str) -> Project:
        return selectors.project(principal.account_id, project)

    def get(self, request: HttpRequest, principal: Principal, place: str) -> dict[str, Any]:
        """Show a project."""
        shown = shapes.project(request, self._row(principal, place))
        if request.path.startswith("/v3-ext/"):
            shown["status"] = "normal" if shown["enabled"] else "suspended"
        return {"project": shown}

    def patch(self, request: HttpRequest, principal: Principal, place: str) -> dict[str, Any]:
        """Describe a project, or rename a sub-project."""
        row = self._row(principal, place)
        body = self.part(request, "project")
        row = projects.project_update(
            principal=principal,
            project=row,
            name=body.get("name"),
            description=body.get("description"),
        )
        return {"project": shapes.project(request, row)}

    def delete(self, request: HttpRequest, principal: Principal, place: str) -> tuple[int, None]:
        """Delete a sub-project."""
        projects.project_delete(principal=principal, project=self._row(principal, place))
        return 204, None


class AuthProjectsView(IamView):
    """GET /v3/auth/projects."""

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """List the projects that the caller can get a token for."""
        return _listed(request, selectors.projects(principal.account_id).filter(enabled=True))


class DomainsView(IamView):
    """GET /v3/auth/domains and /v3/domains: the caller's own account, nothing else."""

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """List the account, unless a name of another one is asked for."""
        rows = selectors.accounts().filter(pk=principal.account_id)
        if "name" in request.GET:
            rows = rows.filter(name=request.GET["name"])
        return {
            "domains": [shapes.domain(request, row) for row in rows],
            "links": shapes.list_links(request),
        }


class DomainView(IamView):
    """GET /v3/domains/{id}."""

    def get(self, request: HttpRequest, principal: Principal, domain: str) -> dict[str, Any]:
        """Show the account."""
        own_domain(principal, domain)
        if domain != principal.account_id:
            raise ApiError(errors.NOT_FOUND, kind="domain", id=domain)
        return {"domain": shapes.domain(request, selectors.account(domain))}


class CallerIdentityView(IamView):
    """GET /v5/caller-identity: whose key signed, which the SDK asks when it finds no account id."""

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, str]:
        """Return account and caller."""
        return {
            "account_id": principal.account_id,
            "principal_id": principal.user_id,
            "principal_urn": f"iam::{principal.account_id}:user:{principal.user_name}",
        }
