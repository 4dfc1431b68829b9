"""Base classes of API views: credentials → project → permission → throttle → handler → JSON.

`ApiView` serves the surfaces of the contract without DRF; `ActionPermission` and
`drf_exception_handler` do the same for `/api/v1`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views import View
from rest_framework import exceptions as drf
from rest_framework.permissions import BasePermission

from core import api
from core import errors as core_errors
from core.errors import ApiError, ErrorRow
from iam import authn, authz, errors
from iam.principal import Principal
from iam.services import audit
from iam.throttle import throttle, throttle_address

Trace = tuple[str, str, str]  # operation name, resource type, service

_READS = {"GET", "HEAD", "OPTIONS"}


class ApiView(View):
    """A view of a contract surface.

    Handlers `get/post/put/patch/delete/head(self, request, principal, **url)` return a dict (200),
    `(status, dict | None)` or an HttpResponse. `actions` names the action per method where they
    differ; a view without any action is open to every authenticated caller, a `public` one to all.
    `handler_actions` lists those that a method's handler asks for itself (see `iam.operations`).
    `traces` names the operation whose refusal before the service is still recorded.
    """

    action: ClassVar[str | None] = None
    actions: ClassVar[Mapping[str, str | None]] = {}
    handler_actions: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    public: ClassVar[bool] = False
    style: ClassVar[str | None] = None
    needs_project: ClassVar[bool] = False
    rate_per_minute: ClassVar[int | None] = None
    traces: ClassVar[Mapping[str, Trace]] = {}
    bad_json: ClassVar[ErrorRow] = errors.BAD_JSON

    def dispatch(self, request: HttpRequest, *args: Any, **url: Any) -> HttpResponse:  # type: ignore[override]
        """Run the request and answer documented errors in the style of the surface."""
        self.principal: Principal | None = None
        try:
            return self.answer(self._run(request, url))
        except ApiError as error:
            self._trace_refusal(request, error)
            return self.refuse(request, error)

    def _run(self, request: HttpRequest, url: dict[str, Any]) -> Any:
        method = (request.method or "GET").lower()
        handler = getattr(self, method, None)
        if handler is None and method == "head":
            handler = getattr(self, "get", None)
        if handler is None or method not in self.http_method_names or method == "options":
            raise ApiError(core_errors.NOT_FOUND)
        if self.public:
            return handler(request, None, **url)
        principal = authn.authenticate(request, project_id=url.get("project_id", ""))
        self.principal = principal
        self.authorise(request, principal, **url)
        if self.rate_per_minute is not None:
            throttle(principal, type(self).__name__, self.rate_per_minute)
        return handler(request, principal, **url)

    def authorise(self, request: HttpRequest, principal: Principal, **url: Any) -> None:
        """Raise 403 unless the caller may do the action of this method."""
        method = (request.method or "GET").lower()
        action = self.actions.get("get" if method == "head" else method, self.action)
        if action is not None:
            authz.require(principal, action)

    def json(self, request: HttpRequest) -> dict[str, Any]:
        """Return the JSON object of the body; raises `bad_json` for anything else."""
        try:
            value = orjson.loads(request.body)
        except orjson.JSONDecodeError as error:
            raise ApiError(self.bad_json) from error
        if not isinstance(value, dict):
            raise ApiError(self.bad_json)
        return value

    def answer(self, result: Any) -> HttpResponse:
        """Return what a handler gave back as a response."""
        if isinstance(result, HttpResponse):
            return result
        status, body = result if isinstance(result, tuple) else (200, result)
        if body is None:
            return HttpResponse(status=status, content_type="application/json")
        return api.json_response(body, status=status)

    def _trace_refusal(self, request: HttpRequest, error: ApiError) -> None:
        trace = self.traces.get((request.method or "GET").lower())
        if trace and self.principal is not None:
            name, resource_type, service = trace
            audit.failure_record(
                self.principal,
                error,
                action_name=name,
                resource_type=resource_type,
                service_type=service,
            )

    def refuse(self, request: HttpRequest, error: ApiError) -> HttpResponse:
        """Return `error` as the called surface words it."""
        style = self.style or api.api_style(request.path) or api.GATEWAY
        error, style = surface_error(error, request.path, style)
        return api.error_response(error, request, style)


_KEYSTONE = {
    errors.TOKEN: errors.TOKEN_INVALID,
    errors.TOKEN_OLD: errors.TOKEN_EXPIRED,
    errors.NO_CREDENTIALS: errors.KEYSTONE_ANONYMOUS,
    errors.CSRF: errors.KEYSTONE_ANONYMOUS,
    errors.PERMISSION: errors.KEYSTONE_PERMISSION,
    errors.BAD_JSON: errors.BAD_BODY,
    errors.USER_EXISTS: errors.CONFLICT,
}
_EPS = {
    errors.TOKEN: errors.EPS_AUTH,
    errors.TOKEN_OLD: errors.EPS_AUTH,
    errors.NO_CREDENTIALS: errors.EPS_AUTH,
    errors.CSRF: errors.EPS_AUTH,
    errors.PERMISSION: errors.EPS_PERMISSION,
}


def surface_error(error: ApiError, path: str, style: str) -> tuple[ApiError, str]:
    """Return `error` and the body style as the family of `path` documents them.

    A wrong signature is refused by the gateway in front of every service, in the gateway's own form.
    """
    if error.row is errors.SIGNATURE and style in {api.IAM, api.EPS}:
        return _recoded(error, "APIGW.0301"), api.GATEWAY
    if style == api.IAM and error.row in _KEYSTONE:
        return ApiError(_KEYSTONE[error.row], headers=error.headers, **error.detail), style
    if style == api.EPS and error.row in _EPS:
        return ApiError(_EPS[error.row], headers=error.headers, **error.detail), style
    if error.code.startswith("APIG.03") and not ("/ocr/" in path or path.startswith("/api/")):
        return _recoded(error, error.code.replace("APIG.", "APIGW.")), style
    return error, style


def _recoded(error: ApiError, code: str) -> ApiError:
    return ApiError(replace(error.row, code=code), headers=error.headers, **error.detail)


class ActionPermission(BasePermission):
    """DRF: asks for `view.action_name` or `view.actions[method]`; a view without any is refused.

    `None` means that every authenticated caller may call.
    """

    def has_permission(self, request: Any, view: Any) -> bool:
        """Raise 403 naming the action that is missing."""
        principal = request.user
        if not isinstance(principal, Principal):
            raise ApiError(errors.NO_CREDENTIALS)
        table = getattr(view, "actions", None)
        method = request.method.lower()
        if isinstance(table, Mapping) and method in table:
            action = table[method]
        elif hasattr(view, "action_name"):
            action = view.action_name
        elif isinstance(getattr(view, "action", None), (str, type(None))) and hasattr(
            view, "action"
        ):
            action = view.action
        else:
            raise ImproperView(f"{type(view).__name__} names no action")
        if action is not None:
            authz.require(principal, action)
        return True


class ImproperView(RuntimeError):
    """A view declares no action: a programming error."""


def drf_exception_handler(exception: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Return documented JSON for every exception of a DRF view; None lets it rise to the edge."""
    request: HttpRequest = context["request"]._request
    error: ApiError
    match exception:
        case ApiError():
            error = exception
        case drf.MethodNotAllowed() | drf.NotFound() | Http404():
            error = ApiError(core_errors.NOT_FOUND)
        case drf.NotAuthenticated() | drf.AuthenticationFailed():
            error = ApiError(errors.NO_CREDENTIALS)
        case PermissionDenied() | drf.PermissionDenied():
            error = ApiError(errors.NOT_ALLOWED)
        case drf.APIException():
            row = ErrorRow("APIG.0106", exception.status_code, "Orchestration error: {reason}")
            error = ApiError(row, reason=_flat(exception.detail))
        case _:
            return None
    _trace_drf_refusal(context, error, request.method or "GET")
    return api.error_response(error, request, api.GATEWAY)


def _trace_drf_refusal(context: dict[str, Any], error: ApiError, method: str) -> None:
    traces = getattr(context.get("view"), "traces", {})
    principal = getattr(context["request"], "_user", None)
    trace = traces.get(method.lower())
    if trace and isinstance(principal, Principal):
        audit.failure_record(
            principal, error, action_name=trace[0], resource_type=trace[1], service_type=trace[2],
        )  # fmt: skip


def _flat(detail: Any) -> str:
    if isinstance(detail, dict):
        return "; ".join(f"{name}: {_flat(value)}" for name, value in detail.items())
    if isinstance(detail, (list, tuple)):
        return ", ".join(_flat(value) for value in detail)
    return str(detail)


__all__ = [
    "ActionPermission",
    "ApiView",
    "drf_exception_handler",
    "surface_error",
    "throttle",
    "throttle_address",
]
