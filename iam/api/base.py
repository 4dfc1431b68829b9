"""Base class of the identity views, and parsing of bodies, filters and paging."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from core.errors import ApiError
from iam import authz, errors
from iam.gateway import ApiView
from iam.principal import Principal

Row = TypeVar("Row", bound=Model)


class IamView(ApiView):
    """A view of the identity service."""

    bad_json = errors.BAD_BODY

    def dispatch(self, request: HttpRequest, *args: Any, **url: Any) -> HttpResponse:  # type: ignore[override]
        """Answer with the header that the official client shows when it cannot find a project."""
        response = super().dispatch(request, *args, **url)
        response["X-IAM-Trace-Id"] = getattr(request, "request_id", "")
        return response

    def part(self, request: HttpRequest, name: str) -> dict[str, Any]:
        """Return the object `name` of the body; raises 400 if it is missing or something else."""
        value = self.json(request).get(name)
        if not isinstance(value, dict):
            raise ApiError(errors.BAD_BODY)
        return value


def own_domain(principal: Principal, domain_id: Any) -> None:
    """Raise 404 for any account that is not the caller's; absent means the caller's."""
    if domain_id not in {None, "", principal.account_id, "default"}:
        raise ApiError(errors.NOT_FOUND, kind="domain", id=domain_id)


def self_or(principal: Principal, user_id: str, action: str) -> None:
    """Raise 403 naming `action` unless the caller is that user or may do it.

    A session policy bounds what temporary credentials may do with their user's own things, too.
    """
    if principal.user_id == user_id and authz.session_allows(principal, action):
        return
    authz.require(principal, action)


def picked(body: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Return the members of `body` that are present, under the field names of `names`."""
    return {field: body[name] for name, field in names.items() if body.get(name) is not None}


def flag(request: HttpRequest, name: str) -> bool | None:
    """Return a query parameter that is `true` or `false`, None if absent; raises 400 otherwise."""
    text = request.GET.get(name)
    if text is None:
        return None
    if text.lower() not in {"true", "false", "1", "0"}:
        raise ApiError(errors.BAD_PARAMETER, name=name)
    return text.lower() in {"true", "1"}


def number(request: HttpRequest, name: str, default: int, low: int, high: int) -> int:
    """Return an integer query parameter within limits; raises 400 otherwise."""
    text = request.GET.get(name)
    if text is None or text == "":
        return default
    try:
        value = int(text)
    except ValueError as error:
        raise ApiError(errors.BAD_PARAMETER, name=name) from error
    if not low <= value <= high:
        raise ApiError(errors.BAD_PARAMETER, name=name)
    return value


def paged(request: HttpRequest, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Return the page that `page` (from 1) and `per_page` (up to 300) ask for; all without them."""
    if "page" not in request.GET and "per_page" not in request.GET:
        return rows
    size = number(request, "per_page", 300, 1, 300)
    start = (number(request, "page", 1, 1, 1_000_000) - 1) * size
    return rows[start : start + size]
