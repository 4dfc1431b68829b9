"""API of traces and trackers (Cloud Trace Service, version 3)."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core import api, clock
from core.errors import ApiError
from iam import errors, selectors
from iam.gateway import ApiView
from iam.models import Trace, Tracker
from iam.principal import Principal
from iam.services import trace_kinds, trackers

_TRACE = ("tracker", "CTS")
_DEFAULT_SPAN = dt.timedelta(hours=1)
_STEP = dt.timedelta(milliseconds=1)
_LARGEST = 200
_FILTERS = {
    "service_type": "service_type",
    "user": "user_name",
    "resource_id": "resource_id",
    "resource_name": "resource_name",
    "resource_type": "resource_type",
    "trace_name": "trace_name",
    "trace_rating": "trace_rating",
    "access_key_id": "access_key",
    "enterprise_project_id": "enterprise_project_id",
}


class CtsView(ApiView):
    """A view of the audit service."""

    style = api.GATEWAY
    bad_json = errors.CTS_BODY


def _moment(request: HttpRequest, name: str) -> dt.datetime | None:
    text = request.GET.get(name)
    if not text:
        return None
    try:
        return clock.from_epoch_ms(int(text))
    except ValueError as error:
        raise ApiError(errors.CTS_PARAMETER, name=name) from error


def _user(row: Trace, account_name: str) -> dict[str, Any]:
    return {
        "id": row.user_id,
        "name": row.user_name,
        "user_name": row.user_name,
        "domain": {"id": row.account_id, "name": account_name},
        "account_id": row.account_id,
        "access_key_id": row.access_key,
        "principal_urn": f"iam::{row.account_id}:user:{row.user_name}",
        "principal_id": row.user_id,
        "principal_is_root_user": "true" if row.is_owner else "false",
        "type": "User" if row.user_id else "Service",
        "invoked_by": [] if row.user_id else ["system"],
        "session_context": {},
    }


def trace_shape(row: Trace, account_name: str) -> dict[str, Any]:
    """Return a trace as the published API shows it."""
    return {
        "trace_id": row.id,
        "trace_name": row.trace_name,
        "trace_type": row.trace_type,
        "trace_rating": row.trace_rating,
        "service_type": row.service_type,
        "resource_type": row.resource_type,
        "resource_id": row.resource_id,
        "resource_name": row.resource_name,
        "source_ip": row.source_ip,
        "api_version": row.api_version,
        "message": row.message,
        "request": row.request,
        "response": row.response,
        "code": row.code,
        "time": clock.epoch_ms(row.time),
        "record_time": clock.epoch_ms(row.time),
        "request_id": row.request_id,
        "location_info": "",
        "endpoint": "",
        "resource_url": row.resource_url,
        "enterprise_project_id": row.enterprise_project_id,
        "read_only": row.read_only,
        "operation_id": row.trace_name,
        "resource_account_id": row.account_id,
        "user": _user(row, account_name),
        "tracker_name": trackers.SYSTEM,
    }


class TracesView(CtsView):
    """GET /v3/{project}/traces."""

    action = "cts:trace:list"

    def get(self, request: HttpRequest, principal: Principal, project_id: str) -> dict[str, Any]:
        """Return traces of the project and of the account's global services, newest first."""
        try:
            limit = int(request.GET.get("limit") or 10)
        except ValueError as error:
            raise ApiError(errors.CTS_PARAMETER, name="limit") from error
        if limit < 1:
            raise ApiError(errors.CTS_PARAMETER, name="limit")
        limit = min(limit, _LARGEST)
        found = list(self._rows(request, principal)[: limit + 1])
        page = found[:limit]
        traces = [trace_shape(row, principal.account_name) for row in page]
        marker = page[-1].id if len(found) > limit else None
        return {"traces": traces, "meta_data": {"count": len(traces), "marker": marker}}

    def _rows(self, request: HttpRequest, principal: Principal) -> QuerySet[Trace]:
        account = principal.account_id
        kind = request.GET.get("trace_type", "system")
        if kind not in {"system", "data"}:
            raise ApiError(errors.CTS_PARAMETER, name="trace_type")
        here = Q(project_id="") | Q(project_id=principal.project_id)
        rows = selectors.traces(account).filter(here)
        if kind == "data":
            return rows.none()
        if request.GET.get("trace_id"):
            return rows.filter(pk=request.GET["trace_id"])
        if request.GET.get("tracker_name") not in {None, "", trackers.SYSTEM}:
            return rows.none()
        until = _moment(request, "to") or clock.now()
        since = _moment(request, "from") or until - _DEFAULT_SPAN
        if since >= until:
            raise ApiError(errors.CTS_PARAMETER, name="from")
        # Neither end belongs to the range; times are shown, and so compared, in milliseconds.
        rows = rows.filter(time__gte=since + _STEP, time__lt=until)
        for name, field in _FILTERS.items():
            if request.GET.get(name):
                rows = rows.filter(**{field: request.GET[name]})
        if request.GET.get("next"):
            last = selectors.traces(account).filter(pk=request.GET["next"]).first()
            if last is None:
                raise ApiError(errors.CTS_PARAMETER, name="next")
            rows = rows.filter(sequence__lt=last.sequence)
        return rows


def _tracker_shape(row: Tracker) -> dict[str, Any]:
    options = row.options
    return {
        "id": row.id,
        "tracker_name": row.name,
        "tracker_type": row.type,
        "status": row.status,
        "create_time": clock.epoch_ms(row.created_at),
        "domain_id": row.account_id,
        "project_id": row.project_id,
        "detail": "",
        "agency_name": "",
        "kms_id": "",
        "group_id": "",
        "stream_id": "",
        "is_support_validate": False,
        "is_organization_tracker": False,
        "is_support_trace_files_encryption": False,
        "obs_info": {"bucket_name": "", "file_prefix_name": "", "is_obs_created": False},
        "lts": {"is_lts_enabled": bool(options.get("is_lts_enabled"))},
        **{name: value for name, value in options.items() if name != "is_lts_enabled"},
    }


def _system_tracker(principal: Principal) -> Tracker:
    """Return the management tracker as it is before anyone changed it."""
    account = selectors.account(principal.account_id)
    return Tracker(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"tracker:{principal.project_id}")),
        account_id=account.id,
        project_id=principal.project_id,
        created_at=account.created_at,
    )


class TrackersView(CtsView):
    """/v3/{project}/trackers."""

    actions: ClassVar = {"get": "cts:tracker:list", "delete": "cts:tracker:delete"}
    traces: ClassVar = {"delete": ("deleteTracker", *_TRACE)}

    def get(self, request: HttpRequest, principal: Principal, project_id: str) -> dict[str, Any]:
        """List trackers, narrowed by name and type; the management tracker is always there."""
        rows = list(selectors.trackers(principal.account_id, project_id))
        if not any(row.type == trackers.SYSTEM for row in rows):
            rows.insert(0, _system_tracker(principal))
        name, kind = request.GET.get("tracker_name"), request.GET.get("tracker_type")
        return {
            "trackers": [
                _tracker_shape(row)
                for row in rows
                if name in {None, "", row.name} and kind in {None, "", row.type}
            ]
        }

    def delete(
        self, request: HttpRequest, principal: Principal, project_id: str
    ) -> tuple[int, None]:
        """Delete one tracker by name, or all data trackers."""
        trackers.trackers_delete(
            principal=principal,
            name=request.GET.get("tracker_name", ""),
            kind=request.GET.get("tracker_type", ""),
        )
        return 204, None


class TrackerView(CtsView):
    """POST and PUT /v3/{project}/tracker."""

    actions: ClassVar = {"post": "cts:tracker:create", "put": "cts:tracker:update"}
    traces: ClassVar = {"post": ("createTracker", *_TRACE), "put": ("updateTracker", *_TRACE)}

    def post(
        self, request: HttpRequest, principal: Principal, project_id: str
    ) -> tuple[int, dict[str, Any]]:
        """Create a tracker."""
        row = trackers.tracker_create(principal=principal, body=self.json(request))
        return 201, _tracker_shape(row)

    def put(self, request: HttpRequest, principal: Principal, project_id: str) -> tuple[int, None]:
        """Change a tracker."""
        trackers.tracker_update(principal=principal, body=self.json(request))
        return 204, None


class QuotasView(CtsView):
    """GET /v3/{project}/quotas."""

    action = "cts:quota:get"

    def get(self, request: HttpRequest, principal: Principal, project_id: str) -> dict[str, Any]:
        """Show the quotas of trackers."""
        data = selectors.trackers(principal.account_id, project_id).filter(type="data").count()
        return {
            "resources": [
                {"type": "system_tracker", "used": 1, "quota": 1},
                {"type": "data_tracker", "used": data, "quota": trackers.DATA_TRACKERS},
            ]
        }


class OperationsView(CtsView):
    """GET /v3/{project}/operations."""

    action = "cts:trace:list"

    def get(self, request: HttpRequest, principal: Principal, project_id: str) -> dict[str, Any]:
        """List the operations that left traces, by service and resource type."""
        wanted = [request.GET.get(name) for name in ("service_type", "resource_type")]
        table: dict[tuple[str, str], list[str]] = {}
        for service, resource, name in trace_kinds.trace_kinds(principal.account_id):
            if wanted[0] in {None, "", service} and wanted[1] in {None, "", resource}:
                table.setdefault((service, resource), []).append(name)
        return {
            "operations": [
                {"service_type": service, "resource_type": resource, "operation_list": found}
                for (service, resource), found in table.items()
            ]
        }


class UsersView(CtsView):
    """GET /v3/{project}/user-resources."""

    action = "cts:trace:list"

    def get(self, request: HttpRequest, principal: Principal, project_id: str) -> dict[str, Any]:
        """List the users who left traces."""
        names = trace_kinds.trace_users(principal.account_id)
        return {"users": [{"name": name} for name in names]}


class ResourcesView(CtsView):
    """GET /v3/{domain}/resources."""

    action = "cts:trace:list"

    def get(self, request: HttpRequest, principal: Principal, domain: str) -> dict[str, Any]:
        """List the resource types that left traces, by service."""
        if domain != principal.account_id:
            raise ApiError(errors.NOT_FOUND, kind="domain", id=domain)
        table: dict[str, dict[str, None]] = {}
        for service, resource, _ in trace_kinds.trace_kinds(principal.account_id):
            table.setdefault(service, {})[resource] = None
        return {
            "resources": [
                {"service_type": service, "resource": list(found)}
                for service, found in table.items()
            ]
        }
