"""Version documents, which OpenStack clients ask for first and without credentials."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from core import api
from iam.gateway import ApiView
from iam.principal import Principal


def base_url(request: HttpRequest) -> str:
    """Return the URL under which the caller reached this installation."""
    return request.build_absolute_uri("/").rstrip("/")


def _version(request: HttpRequest) -> dict[str, Any]:
    return {
        "id": "v3.6",
        "status": "stable",
        "updated": "2016-04-04T00:00:00Z",
        "links": [{"rel": "self", "href": f"{base_url(request)}/v3/"}],
        "media-types": [
            {"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}
        ],
    }


def root(request: HttpRequest) -> HttpResponse:
    """Return the list of versions with 300, as `GET /` answers callers that want JSON."""
    return api.json_response({"versions": {"values": [_version(request)]}}, status=300)


class VersionView(ApiView):
    """GET /v3: the one version."""

    public = True

    def get(self, request: HttpRequest, _: Principal | None) -> dict[str, Any]:
        """Return the version."""
        return {"version": _version(request)}
