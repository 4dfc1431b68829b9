"""API of identity federation, which this installation does not offer.

Clients find the documented answers instead of a missing route: an empty list, 404 for a name, 401 for
signing in through another identity provider, 400 for setting one up.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from core.errors import ApiError
from iam import errors
from iam.api import shapes
from iam.api.base import IamView
from iam.principal import Principal


class FederationListView(IamView):
    """GET of identity providers, mappings or protocols: there are none."""

    action = "iam:identityProviders:listIdentityProviders"
    member: ClassVar[str] = ""

    def get(self, request: HttpRequest, principal: Principal, **url: Any) -> dict[str, Any]:
        """Return the empty list."""
        return {self.member: [], "links": shapes.list_links(request)}


class FederationItemView(IamView):
    """One identity provider, mapping, protocol or its metadata: reading 404, changing 400."""

    actions: ClassVar = {
        "get": "iam:identityProviders:getIdentityProvider",
        "put": "iam:identityProviders:updateIdentityProvider",
        "post": "iam:identityProviders:updateIdentityProvider",
        "patch": "iam:identityProviders:updateIdentityProvider",
        "delete": "iam:identityProviders:updateIdentityProvider",
    }
    kind: ClassVar[str] = ""

    def get(self, request: HttpRequest, principal: Principal, **url: str) -> HttpResponse:
        """Answer 404: no identity provider is configured."""
        raise ApiError(errors.NOT_FOUND, kind=self.kind, id=list(url.values())[-1])

    def put(self, request: HttpRequest, principal: Principal, **url: str) -> HttpResponse:
        """Refuse to set up federation."""
        raise ApiError(errors.NO_FEDERATION)

    post = put
    patch = get
    delete = get


class FederationLoginView(IamView):
    """Signing in through an identity provider."""

    public = True
    method: ClassVar[str] = ""

    def post(self, request: HttpRequest, _: Principal | None, **url: str) -> HttpResponse:
        """Refuse the method."""
        raise ApiError(errors.UNSUPPORTED_METHOD, method=self.method)

    def get(self, request: HttpRequest, _: Principal | None, **url: str) -> HttpResponse:
        """Refuse the method: browsers are sent here by GET."""
        return self.post(request, _, **url)
