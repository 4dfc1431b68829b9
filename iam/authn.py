"""Credentials → Principal: signature, temporary key, X-Auth-Token or console session.

One joined query finds key, user, account and the project of the path, so a grant, a password or a key
that changed in another process counts from the next call on.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db.models import Exists, FilteredRelation, Q, QuerySet
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.crypto import constant_time_compare
from rest_framework.authentication import BaseAuthentication

from core import clock, crypto, log_context
from core.compiled_queries import PreparedQuery
from core.errors import ApiError
from iam import errors, selectors, signature
from iam.addresses import client_ip
from iam.models import AccessKey, Account, EnterpriseProject, Project, RevokedToken, User
from iam.principal import Method, Principal
from iam.services import (
    access_keys,
    account_settings,
    sessions,
    signature_failures,
    temporary,
    tokens,
)
from iam.signed_message import message_of

_ENTERPRISE_PROJECT = re.compile(r"0|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_USER = (
    "id", "name", "is_owner", "is_operator", "enabled", "access_mode", "token_epoch", "account_id",
    "account__name", "account__enabled", "account__is_frozen", "account__policy_version", "account__settings",
)  # fmt: skip
_HERE = ("here__id", "here__name", "here__region_id", "here__enabled")
_LENT = (
    "account_id", "account_name", "user_id", "user_name", "project_id", "project_name", "region",
    "policy_version", "is_frozen", "agency_id",
)  # fmt: skip
_KEY = ("secret_encrypted", "status", "failures", "locked_until", "last_used_at")


def _here(prefix: str, project: str) -> FilteredRelation:
    """Return a join to the account's project of that id, if it is one of the account's."""
    return FilteredRelation(
        f"{prefix}account__projects", condition=Q(**{f"{prefix}account__projects__id": project})
    )


def _key_rows(access: str, project: str) -> QuerySet[AccessKey, dict[str, Any]]:
    names = (f"user__{name}" if name != "id" else "user_id" for name in _USER)
    rows = AccessKey.objects.annotate(here=_here("user__", project)).filter(pk=access)
    return rows.order_by().values(*_KEY, *names, *_HERE)


def _user_rows(user: str, project: str, *more: str) -> QuerySet[User, dict[str, Any]]:
    rows = User.objects.annotate(here=_here("", project)).filter(pk=user)
    return rows.order_by().values(*_USER, *_HERE, *more)


def _token_rows(user: str, project: str, token: str) -> QuerySet[User, dict[str, Any]]:
    revoked = Exists(RevokedToken.objects.filter(token_id=token))
    return _user_rows(user, project).annotate(revoked=revoked)


def _session_rows(user: str, project: str) -> QuerySet[User, dict[str, Any]]:
    return _user_rows(user, project, "password", "must_change_password", "password_changed_at")


_KEY_ROW = PreparedQuery(_key_rows, "access", "project")
_USER_ROW = PreparedQuery(_user_rows, "user", "project")
_TOKEN_ROW = PreparedQuery(_token_rows, "user", "project", "token")
_SESSION_ROW = PreparedQuery(_session_rows, "user", "project")


@dataclass(frozen=True, slots=True)
class _Caller:
    """A row of the joined query, with its prefix taken off."""

    user: dict[str, Any]
    here: dict[str, Any] | None


def _split(row: dict[str, Any], prefix: str = "") -> _Caller:
    user = {name: row[prefix + name] for name in _USER}
    here = {name[6:]: row[name] for name in _HERE} if row["here__id"] else None
    return _Caller(user, here)


def _usable(user: dict[str, Any]) -> bool:
    return bool(user["enabled"] and user["account__enabled"])


def _principal(request: HttpRequest, caller: _Caller, method: Method, **more: Any) -> Principal:
    user, here = caller.user, caller.here
    address = client_ip(request)
    acl = "console_acl_policy" if method == "session" else "api_acl_policy"
    if not user["is_owner"] and not account_settings.address_allowed(
        user["account__settings"], acl, address
    ):
        raise ApiError(errors.ADDRESS, ip=address)
    return Principal(
        account_id=user["account_id"],
        account_name=user["account__name"],
        user_id=user["id"],
        user_name=user["name"],
        method=method,
        is_owner=user["is_owner"],
        is_operator=user["is_operator"],
        project_id=here["id"] if here else "",
        project_name=here["name"] if here else "",
        region=here["region_id"] if here else "",
        enterprise_project_id=_enterprise_project(request, user["account_id"]),
        source_ip=address,
        policy_version=user["account__policy_version"],
        is_frozen=user["account__is_frozen"],
        request_id=getattr(request, "request_id", ""),
        **more,
    )


def _enterprise_project(request: HttpRequest, account_id: str) -> str:
    """Return the enterprise project of the header; malformed or absent is the default one."""
    claimed = request.META.get("HTTP_ENTERPRISE_PROJECT_ID", "").strip().lower()
    if not claimed or not _ENTERPRISE_PROJECT.fullmatch(claimed):
        return "0"
    if (
        settings.STRICT_ENTERPRISE_PROJECTS
        and claimed != "0"
        and not EnterpriseProject.objects.filter(account_id=account_id, public_id=claimed).exists()
    ):
        raise ApiError(errors.UNKNOWN_ENTERPRISE_PROJECT, id=claimed)
    return claimed


def authenticate(request: HttpRequest, *, project_id: str = "") -> Principal:
    """Return the caller, in the project of the path if one is given.

    Raises the documented ApiError: 401 without usable credentials, 403 for console-only users,
    404 for a project of another account, 401/403 for a token of another project or without one.
    """
    authorization = request.META.get("HTTP_AUTHORIZATION", "")
    if signature.is_signed(authorization):
        principal = _by_signature(request, authorization, project_id)
    elif "HTTP_X_AUTH_TOKEN" in request.META:
        principal = _by_token(request, project_id)
    elif settings.SESSION_COOKIE_NAME in request.COOKIES:
        principal = _by_session(request, project_id)
    else:
        raise ApiError(errors.NO_CREDENTIALS)
    log_context.caller(principal.account_id)
    if project_id and principal.project_id != project_id:
        raise ApiError(errors.FOREIGN_PROJECT)
    return principal


def _refuse(reason: str) -> ApiError:
    return ApiError(errors.SIGNATURE, reason=reason)


def _by_signature(request: HttpRequest, header: str, project_id: str) -> Principal:
    try:
        parsed = signature.parse_authorization(header)
        message = message_of(request)
        signed_at = signature.signed_at(message, parsed)
    except signature.SignatureError as error:
        raise _refuse(f"verify aksk signature fail, {error}") from error
    now = clock.now()
    if abs(now - signed_at) > signature.MAX_SKEW:
        raise _refuse(
            "calc aksk signature fail:signature expired, signature time:"
            f"{clock.iso_second(signed_at)},server time:{clock.iso_second(now)}"
        )
    if "HTTP_X_SECURITY_TOKEN" in request.META:
        return _by_temporary_key(request, parsed, message, project_id, now)
    return _by_access_key(request, parsed, message, project_id, now)


def _by_access_key(
    request: HttpRequest,
    parsed: signature.Authorization,
    message: signature.Message,
    project_id: str,
    now: dt.datetime,
) -> Principal:
    row = _KEY_ROW.one(access=parsed.access, project=project_id)
    if row is None or row["status"] != "active":
        raise _refuse(f"Get secretKey failed,ak:{parsed.access},err:ak not exist")
    row["user__id"] = row["user_id"]
    caller = _split(row, "user__")
    if not _usable(caller.user):
        raise _refuse(f"Get secretKey failed,ak:{parsed.access},err:ak not exist")
    if row["locked_until"] and row["locked_until"] > now:
        raise _refuse("AK access failed to reach the limit,forbidden.")
    secret = crypto.decrypt(row["secret_encrypted"])
    _check(request, message, parsed, secret, caller, counted=True)
    # Guesses sent at the same time all read "not locked": after failures a right one counts only if
    # those of the others have not locked the key in the meantime.
    stale = row["failures"] or access_keys.use_is_old(row["last_used_at"], now)
    if stale and not access_keys.key_used(access=parsed.access, now=now):
        raise _refuse("AK access failed to reach the limit,forbidden.")
    _programmatic(caller)
    return _principal(request, caller, "aksk", access_key=parsed.access)


def _check(
    request: HttpRequest,
    message: signature.Message,
    parsed: signature.Authorization,
    secret: str,
    caller: _Caller,
    *,
    counted: bool,
) -> None:
    """Raise 401 unless the signature is right; a wrong one is kept, of a permanent key counted."""
    try:
        canonical = signature.verify(message, parsed, secret)
    except signature.SignatureError as error:
        raise _refuse(f"verify aksk signature fail, {error}") from error
    if canonical is None:
        return
    if counted:
        access_keys.signature_refused(
            access=parsed.access,
            account_id=caller.user["account_id"],
            user_name=caller.user["name"],
            address=client_ip(request),
        )
    signature_failures.remember(
        request_id=getattr(request, "request_id", ""),
        account_id=caller.user["account_id"],
        user_id=caller.user["id"],
        access=parsed.access,
        canonical=canonical,
        string_to_sign=signature.string_to_sign(
            parsed, message.headers.get("x-sdk-date", "").strip(), canonical
        ),
    )
    # Only what the caller sent is echoed; the string to sign and the secret are not.
    shown = canonical.replace("\n", "|")[:2000]
    raise _refuse(f"verify aksk signature fail, canonicalRequest:{shown}")


def _programmatic(caller: _Caller) -> None:
    if caller.user["access_mode"] == User.CONSOLE:
        raise ApiError(errors.NOT_ALLOWED)


def _by_temporary_key(
    request: HttpRequest,
    parsed: signature.Authorization,
    message: signature.Message,
    project_id: str,
    now: dt.datetime,
) -> Principal:
    try:
        key = temporary.temporary_key_open(request.META["HTTP_X_SECURITY_TOKEN"])
    except ValueError as error:
        raise _refuse("decrypt security token fail") from error
    if "x-security-token" not in parsed.signed_headers or key.access != parsed.access:
        raise _refuse(f"Get secretKey failed,ak:{parsed.access},err:ak not exist")
    if key.expires_at <= now:
        raise _refuse(f"security token expires, expires_at:{clock.iso_micro(key.expires_at)}")
    row = _USER_ROW.one(user=key.user_id, project=project_id)
    if row is None or not _usable(row) or row["token_epoch"] != key.epoch:
        raise _refuse(f"Get secretKey failed,ak:{parsed.access},err:ak not exist")
    caller = _split(row)
    _check(request, message, parsed, key.secret, caller, counted=False)
    _programmatic(caller)
    principal = _principal(
        request, caller, "temporary", access_key=parsed.access, session_policy=key.policy
    )
    if key.agency_id:
        return _as_agency(principal, key.agency_id, key.agency_account_id, project_id)
    return principal


def token_open(text: str) -> tokens.Token:
    """Return what a token says if it has not expired; raises APIG.0301 otherwise."""
    try:
        token = tokens.unseal(text)
    except ValueError as error:
        raise ApiError(errors.TOKEN, reason="decrypt token fail") from error
    if token.expires_at <= clock.now():
        raise ApiError(errors.TOKEN_OLD, expires_at=clock.iso_micro(token.expires_at))
    return token


def _by_token(request: HttpRequest, project_id: str) -> Principal:
    token = token_open(request.META["HTTP_X_AUTH_TOKEN"].strip())
    here = project_id or (token.scope_id if token.scope == tokens.PROJECT else "")
    row = token_row(token, here)
    caller = _split(row)
    _programmatic(caller)
    principal = _principal(
        request, caller, "token", token_id=token.id, scoped=token.scope == tokens.PROJECT,
        mfa_at=token.issued_at.timestamp() if "totp" in token.methods else None,
    )  # fmt: skip
    if token.agency_id:
        principal = _as_agency(principal, token.agency_id, token.agency_account_id, here)
    if project_id:
        _token_fits(request, principal, token, project_id)
    return principal


def token_row(token: tokens.Token, project_id: str = "") -> dict[str, Any]:
    """Return the joined row of the token's user; raises APIG.0301 if the token was ended."""
    row = _TOKEN_ROW.one(user=token.user_id, project=project_id, token=token.id)
    if row is None or row["revoked"] or not _usable(row) or row["token_epoch"] != token.epoch:
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


def _as_agency(principal: Principal, agency_id: str, account_id: str, project_id: str) -> Principal:
    """Return the caller acting for the account that trusts it; raises 401 if the trust has ended."""
    lent = principal_for_agency(
        agency_id=agency_id, account_id=account_id, trusted=principal.account_name, project_id=project_id
    )  # fmt: skip
    changed = {name: getattr(lent, name) for name in _LENT}
    return replace(principal, is_owner=False, is_operator=False, **changed)


def principal_for_agency(
    *,
    agency_id: str,
    account_id: str,
    trusted: str,
    method: Method = "system",
    project_id: str = "",
) -> Principal:
    """Return the principal of an agency of `account_id` that trusts the account named `trusted`.

    Raises 401 if the agency is gone or ended, trusts another account, or its account is disabled.
    """
    row = selectors.agency_lent(account_id, agency_id, trusted, project_id)
    if row is None:
        raise ApiError(errors.TOKEN, reason="decrypt token fail")
    return Principal(
        account_id=account_id,
        account_name=row["account__name"],
        user_id=agency_id,
        user_name=f"{trusted}/{row['name']}",
        method=method,
        project_id=row["here__id"] or "",
        project_name=row["here__name"] or "",
        region=row["here__region_id"] or "",
        policy_version=row["account__policy_version"],
        is_frozen=row["account__is_frozen"],
        agency_id=agency_id,
    )


class _Csrf(CsrfViewMiddleware):
    """Says why instead of answering."""

    def _reject(self, request: HttpRequest, reason: str) -> str:  # type: ignore[override]
        return reason


def _by_session(request: HttpRequest, project_id: str) -> Principal:
    store_class = import_module(settings.SESSION_ENGINE).SessionStore
    session = store_class(request.COOKIES[settings.SESSION_COOKIE_NAME])
    user_id = session.get(SESSION_KEY)
    row = _SESSION_ROW.one(user=user_id, project=project_id) if user_id else None
    if row is None or not _usable(row) or BACKEND_SESSION_KEY not in session:
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
    return _principal(request, _split(row), "session", mfa_at=session.get("mfa_at"))


def principal_for(
    user: User, *, method: Method = "system", project: Project | None = None
) -> Principal:
    """Return the principal of `user` for code that has no request (commands, jobs, console pages)."""
    account = user.account
    return Principal(
        account_id=account.id,
        account_name=account.name,
        user_id=user.id,
        user_name=user.name,
        method=method,
        is_owner=user.is_owner,
        is_operator=user.is_operator,
        project_id=project.id if project else "",
        project_name=project.name if project else "",
        region=project.region_id if project else "",
        policy_version=account.policy_version,
        is_frozen=account.is_frozen,
    )


def principal_of_page(request: HttpRequest, *, project_id: str = "") -> Principal:
    """Return the principal of a console page from Django's already loaded `request.user`.

    Raises ApiError 401 if nobody is signed in and 404 for a project of another account.
    """
    user = request.user
    if not isinstance(user, User):
        raise ApiError(errors.NO_CREDENTIALS)
    log_context.caller(user.account_id)
    project = None
    if project_id:
        project = Project.objects.filter(account_id=user.account_id, pk=project_id).first()
        if project is None:
            raise ApiError(errors.FOREIGN_PROJECT)
    return replace(
        principal_for(user, method="session", project=project),
        source_ip=client_ip(request),
        request_id=getattr(request, "request_id", ""),
        mfa_at=request.session.get("mfa_at"),
    )


def project_for(principal: Principal, project_id: str) -> Principal:
    """Return the principal in that project of its account; raises 404 for any other project."""
    if principal.project_id == project_id:
        return principal
    row = (
        Project.objects.filter(account_id=principal.account_id, pk=project_id)
        .values("id", "name", "region_id")
        .first()
    )
    if row is None:
        raise ApiError(errors.FOREIGN_PROJECT)
    if principal.scoped:
        raise ApiError(errors.OTHER_REGION)
    if principal.method == "token":
        raise ApiError(errors.NO_PROJECT)
    return replace(
        principal, project_id=row["id"], project_name=row["name"], region=row["region_id"]
    )


class PrincipalAuthentication(BaseAuthentication):
    """DRF's door to `authenticate`; `request.user` is the Principal."""

    def authenticate(self, request: Any) -> tuple[Principal, None]:
        """Authenticate in the project of the path or of the X-Project-Id header."""
        kwargs = (request.parser_context or {}).get("kwargs", {})
        project_id = kwargs.get("project_id") or request.headers.get("X-Project-Id", "")
        return authenticate(request._request, project_id=project_id), None

    def authenticate_header(self, request: Any) -> str:
        """Make DRF answer 401, not 403, without credentials."""
        return "SDK-HMAC-SHA256"


__all__ = [
    "PrincipalAuthentication",
    "authenticate",
    "client_ip",
    "message_of",
    "principal_for",
    "principal_for_agency",
    "principal_of_page",
    "project_for",
    "token_open",
    "token_row",
]
