"""Service catalogue of regions, services and endpoints, for OpenStack clients and tokens."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from core.errors import ApiError
from iam import errors, selectors
from iam.api import shapes
from iam.api.base import IamView
from iam.api.versions import base_url
from iam.models import Project
from iam.principal import Principal

_NAMESPACE = uuid.UUID("0d3d2c3e-8c58-57c7-8b9e-6c1f6f6f1a77")


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """One service; `path` may hold `{project_id}` and is then listed for a project only."""

    type: str
    name: str
    path: str
    description: str

    @property
    def id(self) -> str:
        """Return the same id in every installation."""
        return uuid.uuid5(_NAMESPACE, f"{self.type}:{self.name}").hex


ROWS = (
    CatalogRow("identity", "keystone", "/v3", "Identity"),
    CatalogRow("iam", "iam", "/v3.0", "Identity and Access Management"),
    CatalogRow("ocr", "ocr", "/v2/{project_id}", "Optical Character Recognition"),
    CatalogRow("ces", "ces", "/V1.0/{project_id}", "Cloud Eye"),
    CatalogRow("cts", "cts", "/v3/{project_id}", "Cloud Trace Service"),
    CatalogRow("eps", "eps", "/v1.0", "Enterprise Project Management"),
    CatalogRow("bss", "bss", "/v2", "Billing"),
)


def _endpoint(base: str, row: CatalogRow, region: str, project_id: str) -> dict[str, Any]:
    return {
        "id": uuid.uuid5(_NAMESPACE, f"{row.id}:{region}").hex,
        "interface": "public",
        "region": region,
        "region_id": region,
        "url": base + row.path.replace("{project_id}", project_id),
    }


def catalog(request: HttpRequest, project: Project | None) -> list[dict[str, Any]]:
    """Return the catalogue for a caller in `project` (project services only there) or in none."""
    base = base_url(request)
    every = [region.id for region in selectors.regions()]
    rows = []
    for row in ROWS:
        bound = "{project_id}" in row.path
        if bound and project is None:
            continue
        regions = [project.region_id] if bound and project else every
        endpoints = [_endpoint(base, row, r, project.id if project else "") for r in regions]
        rows.append({"id": row.id, "type": row.type, "name": row.name, "endpoints": endpoints})
    return rows


class CatalogView(IamView):
    """GET /v3/auth/catalog."""

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """Return the catalogue of the caller's token."""
        project = None
        if principal.project_id:
            project = selectors.project(principal.account_id, principal.project_id)
        return {"catalog": catalog(request, project), "links": shapes.list_links(request)}


class RegionsView(IamView):
    """GET /v3/regions[/{id}]."""

    def get(self, request: HttpRequest, principal: Principal, region: str = "") -> dict[str, Any]:
        """Return one region or all."""
        rows = selectors.regions()
        if region:
            row = rows.filter(pk=region).first()
            if row is None:
                raise ApiError(errors.NOT_FOUND, kind="region", id=region)
            return {"region": shapes.region(request, row)}
        return {
            "regions": [shapes.region(request, row) for row in rows],
            "links": shapes.list_links(request),
        }


def _service(request: HttpRequest, row: CatalogRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "type": row.type,
        "name": row.name,
        "description": row.description,
        "enabled": True,
        "links": shapes.links(request, f"services/{row.id}"),
    }


class ServicesView(IamView):
    """GET /v3/services[/{id}]."""

    def get(self, request: HttpRequest, principal: Principal, service: str = "") -> dict[str, Any]:
        """Return one service or all, narrowed by `type`."""
        if service:
            for row in ROWS:
                if row.id == service:
                    return {"service": _service(request, row)}
            raise ApiError(errors.NOT_FOUND, kind="service", id=service)
        wanted = request.GET.get("type", "")
        return {
            "services": [_service(request, row) for row in ROWS if wanted in {"", row.type}],
            "links": shapes.list_links(request),
        }


def _endpoints(request: HttpRequest) -> list[dict[str, Any]]:
    base = base_url(request)
    rows = []
    for region in selectors.regions():
        for row in ROWS:
            endpoint = _endpoint(base, row, region.id, "$(project_id)s")
            link = shapes.links(request, f"endpoints/{endpoint['id']}")
            rows.append({**endpoint, "service_id": row.id, "enabled": True, "links": link})
    return rows


class EndpointsView(IamView):
    """GET /v3/endpoints[/{id}]."""

    def get(self, request: HttpRequest, principal: Principal, endpoint: str = "") -> dict[str, Any]:
        """Return one endpoint or all, narrowed by `interface` and `service_id`."""
        rows = _endpoints(request)
        if endpoint:
            for row in rows:
                if row["id"] == endpoint:
                    return {"endpoint": row}
            raise ApiError(errors.NOT_FOUND, kind="endpoint", id=endpoint)
        for name in ("interface", "service_id"):
            wanted = request.GET.get(name)
            rows = [row for row in rows if wanted in {None, row[name]}]
        return {"endpoints": rows, "links": shapes.list_links(request)}
