"""API of permanent and temporary access keys."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest

from core import clock
from core.errors import ApiError
from iam import authn, authz, errors, selectors
from iam.api import shapes
from iam.api.base import IamView, self_or
from iam.api.tokens import find_agency
from iam.models import AccessKey, User
from iam.principal import Principal
from iam.services import access_keys, account_settings, temporary

_TRACE = ("credential", "IAM")


def _own_or(principal: Principal, user_id: str, action: str) -> None:
    """Let users manage their own keys unless the account's protection policy reserves that."""
    account = selectors.account(principal.account_id)
    if principal.is_owner or account_settings.may_manage_own(account.settings, "accesskey"):
        self_or(principal, user_id, action)
    else:
        authz.require(principal, action)


class CredentialsView(IamView):
    """/v3.0/OS-CREDENTIAL/credentials. Users may manage their own keys."""

    handler_actions: ClassVar = {
        "get": ("iam:credentials:listCredentials",),
        "post": ("iam:credentials:createCredential",),
    }
    traces: ClassVar = {"post": ("createCredential", *_TRACE)}

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """List the keys of a user, the caller's own without `user_id`."""
        user_id = request.GET.get("user_id") or principal.user_id
        self_or(principal, user_id, "iam:credentials:listCredentials")
        selectors.user(principal.account_id, user_id)
        rows = selectors.access_keys(principal.account_id, user_id)
        return {"credentials": [shapes.access_key(row) for row in rows]}

    def post(self, request: HttpRequest, principal: Principal) -> tuple[int, dict[str, Any]]:
        """Make a key and show its secret, once."""
        body = self.part(request, "credential")
        user_id = body.get("user_id")
        if not isinstance(user_id, str) or not user_id:
            raise ApiError(errors.MISSING, name="user_id")
        _own_or(principal, user_id, "iam:credentials:createCredential")
        user = selectors.user(principal.account_id, user_id)
        made = access_keys.access_key_create(
            principal=principal, user=user, description=str(body.get("description") or "")
        )
        return 201, {"credential": {**shapes.access_key(made.row), "secret": made.secret}}


class CredentialView(IamView):
    """/v3.0/OS-CREDENTIAL/credentials/{access}."""

    handler_actions: ClassVar = {
        "get": ("iam:credentials:getCredential",),
        "put": ("iam:credentials:updateCredential",),
        "delete": ("iam:credentials:deleteCredential",),
    }
    traces: ClassVar = {
        "put": ("updateCredential", *_TRACE),
        "delete": ("deleteCredential", *_TRACE),
    }

    def _row(self, principal: Principal, access: str, action: str) -> AccessKey:
        row = selectors.access_key(principal.account_id, access)
        if action == "iam:credentials:getCredential":
            self_or(principal, row.user_id, action)
        else:
            _own_or(principal, row.user_id, action)
        return row

    def get(self, request: HttpRequest, principal: Principal, access: str) -> dict[str, Any]:
        """Show a key and its last use."""
        row = self._row(principal, access, "iam:credentials:getCredential")
        used = row.last_used_at or row.created_at
        return {"credential": {**shapes.access_key(row), "last_use_time": clock.iso_micro(used)}}

    def put(self, request: HttpRequest, principal: Principal, access: str) -> dict[str, Any]:
        """Switch a key on or off, or describe it."""
        row = self._row(principal, access, "iam:credentials:updateCredential")
        body = self.part(request, "credential")
        row = access_keys.access_key_update(
            principal=principal,
            key=row,
            status=body.get("status"),
            description=body.get("description"),
        )
        return {"credential": shapes.access_key(row)}

    def delete(self, request: HttpRequest, principal: Principal, access: str) -> tuple[int, None]:
        """Delete a key."""
        row = self._row(principal, access, "iam:credentials:deleteCredential")
        access_keys.access_key_delete(principal=principal, key=row)
        return 204, None


class SecurityTokensView(IamView):
    """POST /v3.0/OS-CREDENTIAL/securitytokens: temporary keys of one's own or through an agency."""

    handler_actions: ClassVar = {"post": ("iam:agencies:assume",)}

    def post(self, request: HttpRequest, principal: Principal) -> tuple[int, dict[str, Any]]:
        """Make a temporary key."""
        identity = self.part(request, "auth").get("identity")
        if not isinstance(identity, dict):
            raise ApiError(errors.BAD_BODY)
        policy = temporary.session_policy(identity.get("policy"))
        match identity.get("methods"):
            case ["token"]:
                key = self._by_token(principal, identity.get("token") or {}, policy)
            case ["assume_role"] | ["hw_assume_role"]:
                body = identity.get("assume_role") or identity.get("hw_assume_role")
                key = self._by_agency(principal, body, policy)
            case _:
                raise ApiError(errors.BAD_BODY)
        return 201, {
            "credential": {
                "access": key.access,
                "secret": key.secret,
                "securitytoken": key.security_token,
                "expires_at": clock.iso_micro(key.expires_at),
            }
        }

    def _duration(self, body: Any) -> int:
        if not isinstance(body, dict):
            raise ApiError(errors.BAD_BODY)
        value = body.get("duration_seconds", body.get("duration-seconds", temporary.USUAL_S))
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ApiError(errors.BAD_PARAMETER, name="duration_seconds")
        if not temporary.SHORTEST_S <= value <= temporary.LONGEST_S:
            raise ApiError(errors.BAD_PARAMETER, name="duration_seconds")
        return value

    def _by_token(self, principal: Principal, body: Any, policy: str) -> temporary.TemporaryKey:
        duration = self._duration(body)
        if isinstance(body.get("id"), str):
            token = authn.token_open(body["id"])
            authn.token_row(token)
            if token.user_id != principal.user_id or token.agency_id:
                raise ApiError(errors.TOKEN_INVALID)
        elif principal.method != "token" or principal.agency_id:
            raise ApiError(errors.TOKEN_INVALID)
        user = User.objects.get(pk=principal.user_id)
        return temporary.temporary_key_issue(
            user_id=user.id, epoch=user.token_epoch, duration_s=duration, policy=policy
        )

    def _by_agency(self, principal: Principal, body: Any, policy: str) -> temporary.TemporaryKey:
        duration = self._duration(body)
        agency = find_agency(principal, body)
        user = User.objects.get(pk=principal.user_id)
        return temporary.temporary_key_issue(
            user_id=user.id,
            epoch=user.token_epoch,
            duration_s=duration,
            agency_id=agency.id,
            agency_account_id=agency.account_id,
            policy=policy,
        )
