"""OpenAPI security schemes of `/api/v1`: AK/SK signature, token, console session."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class PrincipalScheme(OpenApiAuthenticationExtension):
    """AK/SK signature, token or console session: any one of them is enough."""

    target_class = "iam.authn.PrincipalAuthentication"
    name = ["signature", "token", "session"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        """Return one definition per name."""
        return [
            {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "SDK-HMAC-SHA256 signature with an access key",
            },
            {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
            {"type": "apiKey", "in": "cookie", "name": "ocr_console_session"},
        ]
