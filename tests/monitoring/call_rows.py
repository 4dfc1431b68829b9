"""Call records at chosen times."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

from monitoring.models import CallRecord

if TYPE_CHECKING:
    from tests.tenants import Tenant

_numbers = itertools.count(1)


def record(tenant: Tenant, at: dt.datetime, *, status: int = 200, **more: Any) -> CallRecord:
    """Insert one call record."""
    return CallRecord.objects.create(
        **{
            "request_id": f"{next(_numbers):032x}",
            "occurred_at": at,
            "region": tenant.region,
            "account_id": tenant.account_id,
            "project_id": tenant.described["project_id"],
            "user_id": "u" * 32,
            "service": "general-text",
            "status": status,
            "error_code": "" if status < 400 else "AIS.0104",
            "latency_ms": 120,
            **more,
        }
    )
