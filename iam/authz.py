"""Authorization: decide whether a caller may do an action in a project or enterprise project.

Every permission of the product is asked for here. Policies are compiled once and cached by the
account's policy version."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from django.db.models import Q, QuerySet
from guardian.shortcuts import get_objects_for_user

from core import clock
from core.errors import ApiError
from iam import actions, condition_keys, errors, policy_eval
from iam.models import Attachment, EnterpriseProject, Membership, Project, User
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
    # One policy through many groups in one scope counts once: a question costs what differs.
    found: dict[tuple[str, str, str, str], Attached] = {}
    for scope, project_id, enterprise_project_id, policy_id, name, document in rows:
        key = (scope, project_id or "", enterprise_project_id or "", policy_id)
        if key not in found:
            found[key] = Attached(*key[:3], _compiled(policy_id, name, orjson.dumps(document)))
    return tuple(found.values())


def _counts(attached: Attached, row: actions.ActionRow, project_id: str, ep: str | None) -> bool:
    """Return whether a grant's scope covers the request."""
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
    """Return the values of the condition keys in a request, and the `region` of its resources."""
    context = condition_keys.context_of(condition_keys.Facts(principal, row, clock.now()))
    context["region"] = principal.region
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
    bound = _session_decision(principal, row)
    if bound is not None and not bound.allowed:
        return Decision(
            allowed=False, reason="the session policy does not allow it", source=bound.source
        )
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


@dataclass(frozen=True, slots=True)
class Considered:
    """One statement that reaches a caller, where it comes from, and how it relates to a request."""

    policy_id: str
    policy_name: str
    through: str  # the group's name, "" for a grant of the user's own
    scope: str
    place: str
    number: int  # of the statement in its policy, from 1
    effect: str
    in_scope: bool
    match: policy_eval.Match

    @property
    def applies(self) -> bool:
        """Return whether the statement counts in the decision."""
        return self.in_scope and self.match.applies


def considered(
    principal: Principal, action: str, *, enterprise_project_id: str | None = None
) -> list[Considered]:
    """Return every statement that reaches a user, those that apply first: the simulator's table.

    Raises KeyError for an action that nobody registered.
    """
    row = actions.get(action)
    context = context_of(principal, row)
    groups = Membership.objects.filter(user_id=principal.user_id).values("group_id")
    grants = Attachment.objects.filter(Q(user_id=principal.user_id) | Q(group_id__in=groups))
    rows = []
    for grant in grants.select_related("policy", "group", "project", "enterprise_project"):
        place = grant.project or grant.enterprise_project
        attached = Attached(
            grant.scope,
            grant.project_id or "",
            grant.enterprise_project.public_id if grant.enterprise_project else "",
            _compiled(
                grant.policy_id, grant.policy.display_name, orjson.dumps(grant.policy.document)
            ),
        )
        counts = _counts(attached, row, principal.project_id, enterprise_project_id)
        rows += [
            Considered(
                grant.policy_id,
                grant.policy.display_name,
                grant.group.name if grant.group else "",
                grant.scope,
                place.name if place else "",
                sourced.statement.index + 1,
                sourced.statement.effect,
                counts,
                policy_eval.match(sourced.statement, row.name, context),
            )
            for sourced in attached.statements
        ]
    return sorted(rows, key=lambda one: (not one.applies, one.effect != "Deny", one.policy_name))


def _session_decision(principal: Principal, row: actions.ActionRow) -> Decision | None:
    """Return what the session policy of temporary credentials says; None without one."""
    if not principal.session_policy:
        return None
    statements = _compiled("", "session policy", principal.session_policy.encode())
    return policy_eval.evaluate(statements, row.name, context_of(principal, row))


def session_allows(principal: Principal, action: str) -> bool:
    """Return whether the session policy, if there is one, leaves `action` to the caller."""
    bound = _session_decision(principal, actions.get(action))
    return bound is None or bound.allowed


def may(principal: Principal, action: str, *, enterprise_project_id: str | None = None) -> bool:
    """Return whether the caller may do `action`; grants on one enterprise project need its id."""
    return why(principal, action, enterprise_project_id=enterprise_project_id).allowed


def require(principal: Principal, action: str, *, enterprise_project_id: str | None = None) -> None:
    """Raise 403 naming `action` unless the caller may do it."""
    if not may(principal, action, enterprise_project_id=enterprise_project_id):
        raise ApiError(errors.PERMISSION, action=action)


def enterprise_projects_where(principal: Principal, action: str) -> list[str] | None:
    """Return the enterprise projects in which the caller may do `action`; None means all.

    One set query through guardian's grants; nothing is asked per row.
    """
    if not session_allows(principal, action):
        return []
    if principal.is_owner and not principal.agency_id:
        return None
    scoped = _attached_in(principal, Attachment.ENTERPRISE_PROJECT)
    everywhere = may(principal, action)
    if everywhere and not scoped:
        return None
    own = EnterpriseProject.objects.filter(account_id=principal.account_id)
    if not everywhere and principal.agency_id:  # guardian keeps users and groups only
        own = own.filter(public_id__in=[attached.enterprise_project_id for attached in scoped])
    elif not everywhere:
        own = _granted_in(principal, "iam.use_enterpriseproject", own)
    candidates = own.order_by().values_list("public_id", flat=True)
    return [key for key in candidates if may(principal, action, enterprise_project_id=key)]


def projects_where(principal: Principal, action: str) -> list[str] | None:
    """Return the projects in which the caller may do a project-level `action`; None means all.

    One set query through guardian's grants; nothing is asked per row.
    """
    if not session_allows(principal, action):
        return []
    if principal.is_owner and not principal.agency_id:
        return None
    own = Project.objects.filter(account_id=principal.account_id)
    scoped = _attached_in(principal, Attachment.PROJECT)
    if why(
        principal, action, project_id=""
    ).allowed:  # without a place: what counts in all projects
        if not scoped:
            return None
    elif principal.agency_id:  # guardian keeps users and groups only
        own = own.filter(pk__in=[attached.project_id for attached in scoped])
    else:
        own = _granted_in(principal, "iam.use_project", own)
    candidates = own.order_by("region__position", "name").values_list("pk", flat=True)
    return [key for key in candidates if why(principal, action, project_id=key).allowed]


def _attached_in(principal: Principal, scope: str) -> list[Attached]:
    every = _attached(principal.user_id, principal.agency_id, principal.policy_version)
    return [attached for attached in every if attached.scope == scope]


def _granted_in(principal: Principal, permission: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return those of `rows` on which guardian keeps a grant of the user or of a group of theirs."""
    return get_objects_for_user(
        User(pk=principal.user_id),
        permission,
        klass=rows,
        accept_global_perms=False,
        with_superuser=False,
    )
