"""Authenticate calls signed (SDK-HMAC-SHA256) with a permanent or a temporary access key."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from core import clock, crypto
from core.compiled_queries import PreparedQuery
from core.errors import ApiError
from iam import errors, signature
from iam.addresses import client_ip
from iam.authn.principals import (
    HERE,
    USER,
    CallerRow,
    acting_for_agency,
    here_join,
    is_usable,
    principal_of_request,
    require_programmatic,
    split_row,
    user_rows,
)
from iam.models import AccessKey
from iam.principal import Principal
from iam.services import access_keys, signature_failures, temporary
from iam.signed_message import message_of

_KEY = ("secret_encrypted", "status", "failures", "locked_until", "last_used_at")


def _key_rows(access: str, project: str) -> QuerySet[AccessKey, dict[str, Any]]:
    names = (f"user__{name}" if name != "id" else "user_id" for name in USER)
    rows = AccessKey.objects.annotate(here=here_join("user__", project)).filter(pk=access)
    return rows.order_by().values(*_KEY, *names, *HERE)


_KEY_ROW = PreparedQuery(_key_rows, "access", "project")
_USER_ROW = PreparedQuery(user_rows, "user", "project")


def _refuse(reason: str) -> ApiError:
    return ApiError(errors.SIGNATURE, reason=reason)


def by_signature(request: HttpRequest, header: str, project_id: str) -> Principal:
    """Return the caller whose key signed the request; `header` is its Authorization header.

    Raises 401 APIG.0301 with the documented reason: malformed header, signature older or newer than
    the permitted skew, unknown, disabled or locked key, wrong signature, expired temporary key.
    """
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
    caller = split_row(row, "user__")
    if not is_usable(caller.user):
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
    require_programmatic(caller)
    return principal_of_request(request, caller, "aksk", access_key=parsed.access)


def _check(
    request: HttpRequest,
    message: signature.Message,
    parsed: signature.Authorization,
    secret: str,
    caller: CallerRow,
    *,
    counted: bool,
) -> None:
    """Raise 401 unless the signature is right; a wrong one is recorded for the console.

    `counted`: a failure counts towards the lock of the key. Temporary keys are not locked: they
    expire, and guessing one needs the sealed security token as well.
    """
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
    if row is None or not is_usable(row) or row["token_epoch"] != key.epoch:
        raise _refuse(f"Get secretKey failed,ak:{parsed.access},err:ak not exist")
    caller = split_row(row)
    _check(request, message, parsed, key.secret, caller, counted=False)
    require_programmatic(caller)
    principal = principal_of_request(
        request, caller, "temporary", access_key=parsed.access, session_policy=key.policy
    )
    if key.agency_id:
        return acting_for_agency(principal, key.agency_id, key.agency_account_id, project_id)
    return principal
