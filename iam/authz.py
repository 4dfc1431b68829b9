"""May this caller do this action, here? The only door to permissions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from django.db.models import Q
from guardian.shortcuts import get_objects_for_user

from core import clock
from core.errors import ApiError
from iam import actions, errors, policy_eval
from iam.models import Attachment, EnterpriseProject, Membership, User
from iam.policy_eval import Decision, Sourced
from iam.principal import Principal


@dataclass(frozen=True, slots=True)
class Attached:
    """One policy in one scope, compiled."""

    scope: str
    project_id: str
    enterprise_project_id: str
    statements: tuple[Sourced, ...]


@lru_cache(maxsize=1024)
def _compiled(policy_id: str, name: str, document: bytes) -> tuple[Sourced, ...]:
    return tuple(
        Sourced(policy_id, name, statement)
        for statement in policy_eval.compile_document(orjson.loads(document))
    )


@lru_cache(maxsize=4096)
def _attached(user_id: str, agency_id: str, policy_version: int) -> tuple[Attached, ...]:
    """Return everything attached to the user, the user's groups or the agency.

    The account's policy version is part of the key and was read with the credentials, so a change in
    any process asks the database again with the next call.
    """
    if agency_id:
        subject = Q(agency_id=agency_id)
    else:
        groups = Membership.objects.filter(user_id=user_id).values("group_id")
        subject = Q(user_id=user_id) | Q(group_id__in=groups)
    rows = Attachment.objects.filter(subject).values_list(
        "scope", "project_id", "enterprise_project__public_id",
        "policy_id", "policy__display_name", "policy__document",
    )  # fmt: skip
    return tuple(
        Attached(
            scope,
            project_id or "",
            enterprise_project_id or "",
            _compiled(policy_id, name, orjson.dumps(document)),
        )
        for scope, project_id, enterprise_project_id, policy_id, name, document in rows
    )


def _counts(attached: Attached, row: actions.ActionRow, project_id: str, ep: str | None) -> bool:
    """Tell whether a grant's scope covers the request."""
    match attached.scope:
        case Attachment.ENTERPRISE_PROJECT:
            return ep is not None and attached.enterprise_project_id == ep
        case Attachment.ACCOUNT:
            return row.scope == "global"
        case Attachment.ALL_PROJECTS:
            return row.scope == "project"
        case _:
            return row.scope == "project" and attached.project_id == project_id


def context_of(principal: Principal, row: actions.ActionRow) -> dict[str, Any]:
    """Return the condition keys of a request, in lower case."""
    now = clock.now()
    context: dict[str, Any] = {
        "g:currenttime": now.isoformat(),
        "g:domainname": principal.account_name,
        "g:domainid": principal.account_id,
        "g:projectname": principal.project_name or None,
        "g:servicename": row.service,
        "g:userid": principal.user_id,
        "g:username": principal.user_name,
        "g:sourceip": principal.source_ip or None,
        "g:mfapresent": principal.mfa_at is not None,
        "region": principal.region,
    }
    if principal.mfa_at is not None:
        context["g:mfaage"] = max(0, int(now.timestamp() - principal.mfa_at))
    return context


def why(
    principal: Principal,
    action: str,
    *,
    enterprise_project_id: str | None = None,
    project_id: str | None = None,
) -> Decision:
    """Return the decision and the statement that it rests on.

    Raises KeyError for an action that nobody registered.
    """
    row = actions.get(action)
    if principal.is_owner and not principal.agency_id:
        return Decision(allowed=True, reason="the account owner may do everything")
    project = principal.project_id if project_id is None else project_id
    statements = [
        sourced
        for attached in _attached(principal.user_id, principal.agency_id, principal.policy_version)
        if _counts(attached, row, project, enterprise_project_id)
        for sourced in attached.statements
    ]
    return policy_eval.evaluate(statements, row.name, context_of(principal, row))


def may(principal: Principal, action: str, *, enterprise_project_id: str | None = None) -> bool:
    """Tell whether the caller may do `action`; grants on one enterprise project need its id."""
    return why(principal, action, enterprise_project_id=enterprise_project_id).allowed


def require(principal: Principal, action: str, *, enterprise_project_id: str | None = None) -> None:
    """Raise 403 naming `action` unless the caller may do it."""
    if not may(principal, action, enterprise_project_id=enterprise_project_id):
        raise ApiError(errors.PERMISSION, action=action)


def enterprise_projects_where(principal: Principal, action: str) -> list[str] | None:
    """Return the enterprise projects in which the caller may do `action`; None means all.

    One set query through guardian's grants; nothing is asked per row.
    """
    if principal.is_owner and not principal.agency_id:
        return None
    scoped = [
        attached
        for attached in _attached(principal.user_id, principal.agency_id, principal.policy_version)
        if attached.scope == Attachment.ENTERPRISE_PROJECT
    ]
    everywhere = may(principal, action)
    if everywhere and not scoped:
        return None
    own = EnterpriseProject.objects.filter(account_id=principal.account_id)
    if not everywhere:
        own = get_objects_for_user(
            User(pk=principal.user_id),
            "iam.use_enterpriseproject",
            klass=own,
            accept_global_perms=False,
            with_superuser=False,
        )
    candidates = own.order_by().values_list("public_id", flat=True)
    return [key for key in candidates if may(principal, action, enterprise_project_id=key)]
