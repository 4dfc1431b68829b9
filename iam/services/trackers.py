"""Create, change and delete trackers (where traces are also sent); the management tracker always exists."""

from __future__ import annotations

import re
from typing import Any

from django.db import IntegrityError, transaction

from core.errors import ApiError
from iam import errors
from iam.models import Tracker
from iam.principal import Principal
from iam.services import audit

SYSTEM = "system"
DATA_TRACKERS = 100
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_OPTIONS = (
    "obs_info", "data_bucket", "is_lts_enabled", "is_support_validate", "management_event_selector",
    "is_organization_tracker", "is_support_trace_files_encryption", "kms_id", "agency_name",
)  # fmt: skip


def _options(body: dict[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in _OPTIONS if body.get(name) is not None}


def _checked(body: dict[str, Any]) -> tuple[str, str]:
    """Return (type, name); raises CTS.0003."""
    kind = body.get("tracker_type")
    if kind not in {"system", "data"}:
        raise ApiError(errors.CTS_PARAMETER, name="tracker_type")
    name = body.get("tracker_name") or (SYSTEM if kind == "system" else "")
    if (
        not isinstance(name, str)
        or not _NAME.fullmatch(name)
        or (kind == "system") != (name == SYSTEM)
    ):
        raise ApiError(errors.CTS_PARAMETER, name="tracker_name")
    return kind, name


def tracker_create(*, principal: Principal, body: dict[str, Any]) -> Tracker:
    """Return a new tracker of the caller's project; raises CTS.0003 or 409 CTS.0014."""
    with audit.operation(
        principal, "createTracker", resource_type="tracker", service_type="CTS", request=body
    ) as running:
        kind, name = _checked(body)
        own = Tracker.objects.filter(
            account_id=principal.account_id, project_id=principal.project_id
        )
        if own.filter(type="data").count() >= DATA_TRACKERS:
            raise ApiError(errors.LIMIT, kind="trackers", limit=DATA_TRACKERS)
        try:
            with transaction.atomic():
                tracker = Tracker.objects.create(
                    account_id=principal.account_id,
                    project_id=principal.project_id,
                    name=name,
                    type=kind,
                    options=_options(body),
                )
        except IntegrityError as error:
            raise ApiError(errors.CTS_EXISTS) from error
        running.about(tracker.id, tracker.name)
    return tracker


def tracker_update(*, principal: Principal, body: dict[str, Any]) -> Tracker:
    """Change a tracker of the caller's project; raises CTS.0003 or 404 CTS.0013."""
    with audit.operation(
        principal, "updateTracker", resource_type="tracker", service_type="CTS", request=body
    ) as running:
        kind, name = _checked(body)
        where: dict[str, Any] = {
            "account_id": principal.account_id,
            "project_id": principal.project_id,
            "name": name,
            "type": kind,
        }
        if kind == SYSTEM:
            tracker, _ = Tracker.objects.get_or_create(**where)
        else:
            found = Tracker.objects.filter(**where).first()
            if found is None:
                raise ApiError(errors.CTS_NOT_FOUND)
            tracker = found
        status = body.get("status", tracker.status)
        if status not in {"enabled", "disabled"}:
            raise ApiError(errors.CTS_PARAMETER, name="status")
        tracker.status = status
        tracker.options = {**tracker.options, **_options(body)}
        tracker.save()
        running.about(tracker.id, tracker.name)
    return tracker


def trackers_delete(*, principal: Principal, name: str, kind: str) -> int:
    """Delete a tracker by name, or all data trackers; raises 404 CTS.0013 for an unknown name."""
    with audit.operation(
        principal, "deleteTracker", resource_type="tracker", service_type="CTS",
        resource_name=name, request={"tracker_name": name, "tracker_type": kind},
    ):  # fmt: skip
        rows = Tracker.objects.filter(
            account_id=principal.account_id, project_id=principal.project_id
        )
        rows = rows.filter(name=name) if name else rows.filter(type=kind or "data")
        gone, _ = rows.delete()
        if name and not gone:
            raise ApiError(errors.CTS_NOT_FOUND)
    return gone
