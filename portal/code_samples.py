"""Input of the generated code samples (`code.js`): the call and the caller's ids."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from iam.principal import Principal
from ocr.catalog import Service


def call_of(service: Service, principal: Principal, enterprise_project: str) -> dict[str, Any]:
    """Return the call that `code.js` renders in seven languages, with the caller's ids."""
    return {
        "endpoint": settings.PUBLIC_URL,
        "project": principal.project_id,
        "projectName": principal.project_name,
        "account": principal.account_name,
        "user": principal.user_name,
        "code": service.code,
        "path": f"/v2/{principal.project_id}/ocr/{service.code}",
        "sdk": service.sdk_name,
        "enterpriseProject": enterprise_project,
    }
