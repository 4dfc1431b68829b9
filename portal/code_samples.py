"""Input of the generated code samples (`code.js`): the call, the caller's ids, the SDK's class names."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from iam.principal import Principal
from ocr.catalog import Service

# Class names of the official SDKs where they differ from the service's code in capitals.
SDK_NAMES = {
    "bankcard": "Bankcard",
    "myanmar-id-card": "MyanmarIdcard",
    "thailand-id-card": "ThailandIdcard",
    "cambodian-idcard": "CambodianIdCard",
    "emirates-id-card": "",
}


def sdk_name(code: str) -> str:
    """Return the middle of the SDK's class names (`Recognize<name>Request`), "" if it has none."""
    return SDK_NAMES.get(code, "".join(word.capitalize() for word in code.split("-")))


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
        "sdk": sdk_name(service.code),
        "enterpriseProject": enterprise_project,
    }
