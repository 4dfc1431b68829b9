"""One audit trace per change that billing makes, in the change's own transaction."""

from __future__ import annotations

from typing import Any

from iam.principal import Principal
from iam.services import audit


def record(
    principal: Principal,
    action_name: str,
    *,
    resource_type: str,
    resource_id: object,
    resource_name: str = "",
    service_type: str = "BSS",
    code: int = 200,
    **facts: Any,
) -> None:
    """Write one trace; `facts` become its request body (never secrets)."""
    audit.trace_record(
        principal=principal,
        action_name=action_name,
        resource_type=resource_type,
        resource_id=str(resource_id),
        resource_name=resource_name,
        service_type=service_type,
        code=code,
        request=facts or None,
    )
