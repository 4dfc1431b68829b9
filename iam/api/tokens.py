"""API of tokens: issue by password, one-time code, token or agency; show, check, revoke."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from core import api, clock
from core.errors import ApiError
from iam import authn, authz, errors, selectors
from iam.addresses import client_ip
from iam.api import shapes
from iam.api.base import IamView
from iam.api.catalog import catalog
from iam.models import Account, Agency, Policy, Project, User
from iam.principal import Principal
from iam.services import account_settings, logins, tokens
from iam.throttle import throttle_address

LOGINS_PER_ADDRESS = 300  # a minute; each costs a password hash


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks for a token, and what bounds the new one."""

    user: User
    methods: tuple[str, ...]
    account: Account
    latest: dt.datetime | None = None
    agency: Agency | None = None


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ApiError(errors.BAD_BODY)
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ApiError(errors.BAD_BODY)
    return value


def _by_password(request: HttpRequest, identity: dict[str, Any], *, totp: bool) -> Identity:
    body = _object(_object(identity.get("password")).get("user"))
    domain = _object(body.get("domain", {}))
    name, user_id = _text(body.get("name")), _text(body.get("id"))
    account, account_id = _text(domain.get("name")), _text(domain.get("id"))
    password = _text(body.get("password"))
    if not (user_id or (name and (account or account_id))) or "password" not in body:
        raise ApiError(errors.BAD_BODY)
    code = ""
    if totp:
        code = _text(_object(_object(identity.get("totp")).get("user")).get("passcode"))
        if not code:
            raise ApiError(errors.BAD_BODY)
    user = logins.password_check(
        logins.find_user(account=account, account_id=account_id, name=name, user_id=user_id),
        password,
        claimed=f"{account or account_id}\n{name or user_id}",
        account=logins.account_of(name=account, account_id=account_id),
        passcode=code,
        address=client_ip(request),
    )
    if user.access_mode == User.CONSOLE:
        raise ApiError(errors.CONSOLE_ONLY)
    if account_settings.password_expired(user):
        raise ApiError(errors.PASSWORD_EXPIRED)
    if totp and not user.totp_secret_encrypted:
        raise ApiError(errors.BAD_LOGIN)
    return Identity(user, ("password", "totp") if totp else ("password",), user.account)


def _by_token(request: HttpRequest, identity: dict[str, Any]) -> Identity:
    text = _text(_object(identity.get("token", {})).get("id"))
    token = authn.token_open(text or request.META.get("HTTP_X_AUTH_TOKEN", ""))
    authn.token_row(token)
    user = User.objects.select_related("account").get(pk=token.user_id)
    if user.access_mode == User.CONSOLE:
        raise ApiError(errors.CONSOLE_ONLY)
    if token.agency_id:
        agency = Agency.objects.select_related("account").filter(pk=token.agency_id).first()
        if agency is None:
            raise ApiError(errors.TOKEN_INVALID)
        return Identity(user, token.methods, agency.account, token.expires_at, agency)
    methods = token.methods if "token" in token.methods else (*token.methods, "token")
    return Identity(user, methods, user.account, token.expires_at)


def find_agency(principal: Principal, body: dict[str, Any]) -> Agency:
    """Return the agency that trusts the caller's account; raises 403 or 404."""
    authz.require(principal, "iam:agencies:assume")
    account = logins.account_of(
        name=_text(body.get("domain_name")), account_id=_text(body.get("domain_id"))
    )
    name = _text(body.get("agency_name") or body.get("xrole_name"))
    agency = (
        Agency.objects.select_related("account")
        .filter(account=account, name=name, trust_domain_name=principal.account_name)
        .first()
        if account
        else None
    )
    expired = agency is not None and agency.expires_at and agency.expires_at <= clock.now()
    if agency is None or expired or principal.agency_id:
        raise ApiError(errors.NOT_FOUND, kind="agency", id=name)
    return agency


def _by_agency(request: HttpRequest, identity: dict[str, Any]) -> Identity:
    principal = authn.authenticate(request)
    body = _object(identity.get("assume_role") or identity.get("hw_assume_role"))
    agency = find_agency(principal, body)
    user = selectors.user(principal.account_id, principal.user_id)
    return Identity(user, ("assume_role",), agency.account, None, agency)


def _identify(request: HttpRequest, identity: dict[str, Any]) -> Identity:
    match identity.get("methods"):
        case ["password"]:
            return _by_password(request, identity, totp=False)
        case ["password", "totp"] | ["totp", "password"]:
            return _by_password(request, identity, totp=True)
        case ["token"]:
            return _by_token(request, identity)
        case ["assume_role"] | ["hw_assume_role"]:
            return _by_agency(request, identity)
        case [str() as method, *_]:
            raise ApiError(errors.UNSUPPORTED_METHOD, method=method[:40])
    raise ApiError(errors.BAD_BODY)


def _scope(account: Account, scope: Any) -> tuple[Project | None, str]:
    """Return the project, or the account's id, that a token is asked for."""
    if scope in (None, "unscoped", {}) or (isinstance(scope, dict) and "unscoped" in scope):
        return None, ""
    scope = _object(scope)
    if "project" in scope:
        wanted = _object(scope["project"])
        _same_account(account, _object(wanted.get("domain", {})))
        name, project_id = _text(wanted.get("name")), _text(wanted.get("id"))
        rows = selectors.projects(account.id).filter(enabled=True)
        rows = rows.filter(pk=project_id) if project_id else rows.filter(name=name)
        project = rows.first() if name or project_id else None
        if project is None:
            raise ApiError(errors.BAD_SCOPE)
        return project, ""
    if "domain" in scope:
        _same_account(account, _object(scope["domain"]))
        return None, account.id
    raise ApiError(errors.BAD_BODY)


def _same_account(account: Account, domain: dict[str, Any]) -> None:
    name, domain_id = _text(domain.get("name")), _text(domain.get("id"))
    if (name and name != account.name) or (domain_id and domain_id != account.id):
        raise ApiError(errors.BAD_SCOPE)


def _roles(identity: Identity) -> list[dict[str, str]]:
    if identity.agency is not None:
        rows = Policy.objects.filter(attachments__agency=identity.agency)
    else:
        groups = selectors.groups_of_user(identity.user.account_id, identity.user.id)
        rows = Policy.objects.filter(
            attachments__group__in=groups.order_by()
        ) | Policy.objects.filter(attachments__user=identity.user)
    found = {row.id: row.name for row in rows.only("id", "name")}
    return [{"id": key, "name": name} for key, name in found.items()]


def token_body(
    request: HttpRequest, token: tokens.Token, identity: Identity, project: Project | None
) -> dict[str, Any]:
    """Return the content of a token in the shape of the published API."""
    account = identity.account
    domain = {"id": account.id, "name": account.name}
    own = identity.user.account
    user: dict[str, Any] = {
        "id": identity.user.id,
        "name": identity.user.name,
        "password_expires_at": shapes.password_expires_at(identity.user),
        "domain": {"id": own.id, "name": own.name},
    }
    body: dict[str, Any] = {
        "methods": list(token.methods),
        "expires_at": clock.iso_micro(token.expires_at),
        "issued_at": clock.iso_micro(token.issued_at),
        "user": user,
        "roles": _roles(identity),
    }
    if identity.agency is not None:
        body["assumed_by"] = {"user": user}
        body["user"] = {
            "id": identity.agency.id,
            "name": f"{account.name}/{identity.agency.name}",
            "domain": domain,
        }
    if project is not None:
        body["project"] = {"id": project.id, "name": project.name, "domain": domain}
    elif token.scope == tokens.DOMAIN:
        body["domain"] = domain
    if "nocatalog" not in request.GET:
        body["catalog"] = catalog(request, project)
    return {"token": body}


class TokensView(IamView):
    """/v3/auth/tokens."""

    public = True  # POST takes credentials in the body; the other methods authenticate below
    handler_actions: ClassVar = {
        "get": ("iam:tokens:getToken",),
        "post": ("iam:agencies:assume",),
        "delete": ("iam:tokens:revokeToken",),
    }

    def post(self, request: HttpRequest, _: Principal | None) -> HttpResponse:
        """Issue a token."""
        throttle_address(client_ip(request), "tokens", LOGINS_PER_ADDRESS)
        auth = self.part(request, "auth")
        identity = _identify(request, _object(auth.get("identity")))
        project, domain_id = _scope(identity.account, auth.get("scope"))
        agency = identity.agency
        token = tokens.token_issue(
            user=identity.user,
            methods=identity.methods,
            project=project,
            domain_id=domain_id,
            expires_at=identity.latest,
            agency_id=agency.id if agency else "",
            agency_account_id=agency.account_id if agency else "",
        )
        return api.json_response(
            token_body(request, token, identity, project),
            status=201,
            headers={"X-Subject-Token": token.text},
        )

    def _subject(self, request: HttpRequest, action: str) -> tuple[tokens.Token, Identity]:
        """Return the token of X-Subject-Token; raises 401, 404, or 403 for another user's."""
        principal = authn.authenticate(request)
        text = request.META.get("HTTP_X_SUBJECT_TOKEN", "").strip()
        if not text:
            raise ApiError(errors.NO_SUBJECT_TOKEN)
        try:
            token = authn.token_open(text)
            authn.token_row(token)
        except ApiError as error:
            raise ApiError(errors.NOT_FOUND, kind="token", id="") from error
        user = User.objects.select_related("account").get(pk=token.user_id)
        if user.account_id != principal.account_id and not token.agency_id:
            raise ApiError(errors.NOT_FOUND, kind="token", id="")
        if token.id != principal.token_id and token.user_id != principal.user_id:
            authz.require(principal, action)
        agency = None
        if token.agency_id:
            agency = Agency.objects.select_related("account").filter(pk=token.agency_id).first()
        account = agency.account if agency else user.account
        if account.id != principal.account_id:
            raise ApiError(errors.NOT_FOUND, kind="token", id="")
        return token, Identity(user, token.methods, account, None, agency)

    def get(self, request: HttpRequest, _: Principal | None) -> HttpResponse:
        """Show a token."""
        token, identity = self._subject(request, "iam:tokens:getToken")
        project = None
        if token.scope == tokens.PROJECT:
            project = selectors.project(identity.account.id, token.scope_id)
        return api.json_response(
            token_body(request, token, identity, project), headers={"X-Subject-Token": token.text}
        )

    def head(self, request: HttpRequest, _: Principal | None) -> HttpResponse:
        """Check a token."""
        token, _identity = self._subject(request, "iam:tokens:getToken")
        return HttpResponse(
            status=200, content_type="application/json", headers={"X-Subject-Token": token.text}
        )

    def delete(self, request: HttpRequest, _: Principal | None) -> tuple[int, None]:
        """End a token."""
        token, _identity = self._subject(request, "iam:tokens:revokeToken")
        tokens.token_revoke(token=token)
        return 204, None
