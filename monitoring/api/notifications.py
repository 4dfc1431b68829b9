"""Notification endpoints and the log of deliveries, under /api/v1/notifications."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpRequest

from core import api, clock
from core.errors import ApiError
from iam.gateway import ApiView
from iam.principal import Principal
from iam.services import audit
from monitoring import errors
from monitoring.models import Delivery, Endpoint
from monitoring.notifications import delivery, endpoints


class NotificationView(ApiView):
    """A view of the account's notifications."""

    style = api.GATEWAY
    bad_json = errors.CES_BODY


def _trace(principal: Principal, name: str, endpoint: Endpoint) -> None:
    audit.trace_record(
        principal=principal,
        action_name=name,
        resource_type="endpoint",
        resource_id=endpoint.id,
        resource_name=endpoint.kind,
        service_type="CES",
    )


def _endpoint(row: Endpoint) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "target": row.target,
        "events": row.events,
        "enabled": row.enabled,
        "created_at": clock.iso_second(row.created_at),
    }


def _delivery(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.pk,
        "event_id": row.event_id,
        "kind": row.kind,
        "endpoint_id": row.endpoint_id,
        "state": row.state,
        "attempts": row.attempts,
        "status_code": row.status_code,
        "error": row.error,
        "data": row.payload,
        "created_at": clock.iso_second(row.created_at),
        "delivered_at": clock.iso_second(row.delivered_at) if row.delivered_at else None,
    }


class EndpointsView(NotificationView):
    """Endpoints of the account."""

    actions: ClassVar = {"get": "ces:endpoints:list", "post": "ces:endpoints:create"}
    traces: ClassVar = {"post": ("createEndpoint", "endpoint", "CES")}

    def get(self, request: HttpRequest, principal: Principal, **url: Any) -> dict[str, Any]:
        """List the endpoints; secrets are not included."""
        return {"endpoints": [_endpoint(row) for row in endpoints.endpoints(principal.account_id)]}

    def post(self, request: HttpRequest, principal: Principal, **url: Any) -> Any:
        """Create one from {kind, target, events}; the answer holds a webhook's secret, once."""
        body = self.json(request)
        events = body.get("events", [])
        if not isinstance(events, list):
            raise ApiError(errors.CES_PARAMETER, name="events")
        with transaction.atomic():
            row, secret = endpoints.endpoint_create(
                account_id=principal.account_id,
                kind=body.get("kind", ""),
                target=body.get("target", ""),
                events=events,
            )
            _trace(principal, "createEndpoint", row)
        return 201, {**_endpoint(row), **({"secret": secret} if secret else {})}


class EndpointView(NotificationView):
    """One endpoint."""

    actions: ClassVar = {"delete": "ces:endpoints:delete"}
    traces: ClassVar = {"delete": ("deleteEndpoint", "endpoint", "CES")}

    def delete(self, request: HttpRequest, principal: Principal, **url: Any) -> Any:
        """Delete the endpoint with its delivery log."""
        row = endpoints.endpoint(principal.account_id, url["endpoint_id"])
        with transaction.atomic():
            _trace(principal, "deleteEndpoint", row)
            row.delete()
        return 204, None


class DeliveriesView(NotificationView):
    """Delivery log of the account."""

    action = "ces:deliveries:list"

    def get(self, request: HttpRequest, principal: Principal, **url: Any) -> dict[str, Any]:
        """List 50 deliveries, newest first; `before` continues below an id."""
        before = request.GET.get("before", "")
        if before and not before.isdecimal():
            raise ApiError(errors.CES_PARAMETER, name="before")
        rows = delivery.deliveries(principal.account_id, before_id=int(before) if before else None)
        return {"deliveries": [_delivery(row) for row in rows[:50]]}


class ReplayView(NotificationView):
    """Replay of one delivery."""

    action = "ces:deliveries:replay"
    traces: ClassVar = {"post": ("replayDelivery", "endpoint", "CES")}

    def post(self, request: HttpRequest, principal: Principal, **url: Any) -> Any:
        """Queue the delivery again."""
        with transaction.atomic():
            row = delivery.replay(principal.account_id, url["delivery_id"])
            _trace(principal, "replayDelivery", row.endpoint)
        return 202, _delivery(row)
