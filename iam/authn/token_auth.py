"""Authenticate calls that carry an X-Auth-Token."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, QuerySet
from django.http import HttpRequest

from core import clock
from core.compiled_queries import PreparedQuery
from core.errors import ApiError
from iam import errors
from iam.authn.principals import (
    acting_for_agency,
    is_usable,
    principal_of_request,
    require_programmatic,
    split_row,
    user_rows,
)
from iam.models import RevokedToken, User
from iam.principal import Principal
from iam.services import tokens


def _token_rows(user: str, project: str, token: str) -> QuerySet[User, dict[str, Any]]:
    revoked = Exists(RevokedToken.objects.filter(token_id=token))
    return user_rows(user, project).annotate(revoked=revoked)


_TOKEN_ROW = PreparedQuery(_token_rows, "user", "project", "token")


def token_open(text: str) -> tokens.Token:
    """Return the content of a token that has not expired; raises APIG.0301 otherwise."""
    try:
        token = tokens.unseal(text)
    except ValueError as error:
        raise ApiError(errors.TOKEN, reason="decrypt token fail") from error
    if token.expires_at <= clock.now():
        raise ApiError(errors.TOKEN_OLD, expires_at=clock.iso_micro(token.expires_at))
    return token


def by_token(request: HttpRequest, project_id: str) -> Principal:
    """Return the user, or the agency, of the request's token, in the project of the path if given.

    Raises 401 APIG.0301 for a malformed, expired or revoked token, and 401/403 where its scope does
    not cover the project.
    """
    token = token_open(request.META["HTTP_X_AUTH_TOKEN"].strip())
    here = project_id or (token.scope_id if token.scope == tokens.PROJECT else "")
    row = token_row(token, here)
    caller = split_row(row)
    require_programmatic(caller)
    principal = principal_of_request(
        request, caller, "token", token_id=token.id, scoped=token.scope == tokens.PROJECT,
        mfa_at=token.issued_at.timestamp() if "totp" in token.methods else None,
    )  # fmt: skip
    if token.agency_id:
        principal = acting_for_agency(principal, token.agency_id, token.agency_account_id, here)
    if project_id:
        _token_fits(request, principal, token, project_id)
    return principal


def token_row(token: tokens.Token, project_id: str = "") -> dict[str, Any]:
    """Return the joined row of the token's user; raises APIG.0301 if the token was ended."""
    row = _TOKEN_ROW.one(user=token.user_id, project=project_id, token=token.id)
    if row is None or row["revoked"] or not is_usable(row) or row["token_epoch"] != token.epoch:
        raise ApiError(errors.TOKEN, reason="decrypt token fail")
    return row


def _token_fits(
    request: HttpRequest, principal: Principal, token: tokens.Token, project_id: str
) -> None:
    """Raise the documented error where a token may not be used in the project of the path."""
    if token.scope != tokens.PROJECT:
        raise ApiError(errors.NO_PROJECT)
    if principal.project_id != project_id:
        raise ApiError(errors.FOREIGN_PROJECT)
    if token.scope_id != project_id:
        raise ApiError(errors.OTHER_REGION)
    if "/ocr/" not in request.path:
        return
    if principal.user_name == principal.account_name:
        raise ApiError(errors.ABNORMAL_TOKEN)
    if principal.is_frozen:
        raise ApiError(errors.RESTRICTED)
