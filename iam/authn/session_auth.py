"""Authenticate API calls of the console's own pages: session cookie, CSRF token, password age."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db.models import QuerySet
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.crypto import constant_time_compare

from core import clock
from core.compiled_queries import PreparedQuery
from core.errors import ApiError
from iam import errors
from iam.authn.principals import is_usable, principal_of_request, split_row, user_rows
from iam.models import Account, User
from iam.principal import Principal
from iam.services import sessions


def _session_rows(user: str, project: str) -> QuerySet[User, dict[str, Any]]:
    return user_rows(user, project, "password", "must_change_password", "password_changed_at")


_SESSION_ROW = PreparedQuery(_session_rows, "user", "project")


class _Csrf(CsrfViewMiddleware):
    """Returns the reason of a refusal instead of an HTML response."""

    def _reject(self, request: HttpRequest, reason: str) -> str:  # type: ignore[override]
        return reason


def by_session(request: HttpRequest, project_id: str) -> Principal:
    """Return the user who is signed in to the console.

    Raises 401 without a valid session and for a write without the CSRF token (a browser sends the
    cookie with any request, also one that another site made it send), and 403 if the password must
    be changed first.
    """
    store_class = import_module(settings.SESSION_ENGINE).SessionStore
    session = store_class(request.COOKIES[settings.SESSION_COOKIE_NAME])
    user_id = session.get(SESSION_KEY)
    row = _SESSION_ROW.one(user=user_id, project=project_id) if user_id else None
    if row is None or not is_usable(row) or BACKEND_SESSION_KEY not in session:
        raise ApiError(errors.NO_CREDENTIALS)
    right = User(pk=user_id, password=row["password"]).get_session_auth_hash()
    if not constant_time_compare(session.get(HASH_SESSION_KEY, ""), right):
        raise ApiError(errors.NO_CREDENTIALS)
    if not sessions.session_keep(session, row["account__settings"], clock.now()):
        raise ApiError(errors.NO_CREDENTIALS)
    if session.modified:
        session.save()
    csrf = _Csrf(lambda _: None)  # type: ignore[arg-type, return-value]
    csrf.process_request(request)
    if csrf.process_view(request, None, (), {}):  # type: ignore[arg-type]
        raise ApiError(errors.CSRF)
    kept = User(
        must_change_password=row["must_change_password"],
        password_changed_at=row["password_changed_at"],
        account=Account(settings=row["account__settings"]),
    )
    if sessions.password_due(kept):
        raise ApiError(errors.PASSWORD_DUE)
    return principal_of_request(request, split_row(row), "session", mfa_at=session.get("mfa_at"))
