"""Authenticate a request by signature, X-Auth-Token or console session; `authenticate` decides which.

Each kind of credentials has its module; what they share is in `iam.authn.principals`.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication

from core import log_context
from core.errors import ApiError
from iam import errors, signature
from iam.authn.principals import principal_for, principal_for_agency, principal_of_page, project_for
from iam.authn.session_auth import by_session
from iam.authn.signature_auth import by_signature
from iam.authn.token_auth import by_token, token_open, token_row
from iam.principal import Principal

__all__ = [
    "PrincipalAuthentication",
    "authenticate",
    "principal_for",
    "principal_for_agency",
    "principal_of_page",
    "project_for",
    "token_open",
    "token_row",
]


def authenticate(request: HttpRequest, *, project_id: str = "") -> Principal:
    """Return the caller, in the project of the path if one is given.

    Raises the documented ApiError: 401 without usable credentials, 403 for console-only users,
    404 for a project of another account, 401/403 for a token of another project or without one.
    """
    authorization = request.META.get("HTTP_AUTHORIZATION", "")
    if signature.is_signed(authorization):
        principal = by_signature(request, authorization, project_id)
    elif "HTTP_X_AUTH_TOKEN" in request.META:
        principal = by_token(request, project_id)
    elif settings.SESSION_COOKIE_NAME in request.COOKIES:
        principal = by_session(request, project_id)
    else:
        raise ApiError(errors.NO_CREDENTIALS)
    log_context.caller(principal.account_id)
    if project_id and principal.project_id != project_id:
        raise ApiError(errors.FOREIGN_PROJECT)
    return principal


class PrincipalAuthentication(BaseAuthentication):
    """Adapts `authenticate` to Django REST framework; `request.user` is the Principal."""

    def authenticate(self, request: Any) -> tuple[Principal, None]:
        """Authenticate in the project of the path or of the X-Project-Id header."""
        kwargs = (request.parser_context or {}).get("kwargs", {})
        project_id = kwargs.get("project_id") or request.headers.get("X-Project-Id", "")
        return authenticate(request._request, project_id=project_id), None

    def authenticate_header(self, request: Any) -> str:
        """Make DRF answer 401, not 403, without credentials."""
        return "SDK-HMAC-SHA256"
