"""Notification endpoints: where an account wants its events sent, by webhook or e-mail."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db.models import QuerySet

from core import crypto
from core.errors import ApiError
from monitoring import errors
from monitoring.models import Endpoint

MAX_ENDPOINTS = 20


def endpoint_create(
    *, account_id: str, kind: str, target: str, events: Iterable[str] = ()
) -> tuple[Endpoint, str]:
    """Return the new endpoint and, for a webhook, its secret, which is shown once.

    `events` are kinds or prefixes ending in a dot, such as "alarm."; none means all. Raises
    ces.0003 for a bad target and ces.0011 above 20 endpoints.
    """
    if kind not in (Endpoint.WEBHOOK, Endpoint.EMAIL):
        raise ApiError(errors.CES_PARAMETER, name="kind")
    wanted = list(events)
    if not isinstance(target, str) or not all(isinstance(item, str) for item in wanted):
        raise ApiError(errors.CES_PARAMETER, name="events")
    if kind == Endpoint.WEBHOOK and not target.startswith(("http://", "https://")):
        raise ApiError(errors.CES_PARAMETER, name="target")
    if kind == Endpoint.EMAIL:
        try:
            EmailValidator()(target)
        except ValidationError as error:
            raise ApiError(errors.CES_PARAMETER, name="target") from error
    if Endpoint.objects.filter(account_id=account_id).count() >= MAX_ENDPOINTS:
        raise ApiError(errors.CES_LIMIT, limit=MAX_ENDPOINTS)
    secret = secrets.token_urlsafe(32) if kind == Endpoint.WEBHOOK else ""
    endpoint = Endpoint.objects.create(
        account_id=account_id,
        kind=kind,
        target=target,
        events=wanted,
        secret=crypto.encrypt(secret) if secret else "",
    )
    return endpoint, secret


def endpoints(account_id: str) -> QuerySet[Endpoint]:
    """Return the account's endpoints, oldest first."""
    return Endpoint.objects.filter(account_id=account_id).order_by("created_at")


def endpoint(account_id: str, endpoint_id: str) -> Endpoint:
    """Return one endpoint of the account; raises ces.0004."""
    found = endpoints(account_id).filter(pk=endpoint_id).first()
    if found is None:
        raise ApiError(errors.CES_NOT_FOUND)
    return found


def wants(endpoint: Endpoint, kind: str) -> bool:
    """Return whether the endpoint is subscribed to events of `kind`."""
    return not endpoint.events or any(
        kind == item or (item.endswith(".") and kind.startswith(item)) for item in endpoint.events
    )
