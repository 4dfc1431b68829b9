"""Call records at chosen times."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from monitoring.models import CallRecord
from tests.factories import call_record

if TYPE_CHECKING:
    from tests.tenants import Tenant


def record(tenant: Tenant, at: dt.datetime, *, status: int = 200, **more: Any) -> CallRecord:
    """Insert one call record."""
    return call_record(tenant.described, at, status=status, **more)
