"""Create, change and delete custom policies; attach policies to groups, users and agencies."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from guardian.shortcuts import assign_perm, remove_perm

from core.errors import ApiError
from iam import errors, policy_eval
from iam.models import Agency, Attachment, EnterpriseProject, Group, Policy, Project, User
from iam.principal import Principal
from iam.services import account_settings, audit, cache_versions

POLICIES_PER_ACCOUNT = 200
_PERMISSIONS = {Project: "iam.use_project", EnterpriseProject: "iam.use_enterpriseproject"}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a grant counts: `account`, `all_projects`, or one project or enterprise project."""

    kind: str
    project: Project | None = None
    enterprise_project: EnterpriseProject | None = None

    @property
    def where(self) -> Project | EnterpriseProject | None:
        """Return the project or enterprise project, if the grant counts in one."""
        return self.project or self.enterprise_project

    @property
    def place(self) -> str:
        """Return the id of the project or enterprise project, or ""."""
        return self.where.pk if self.where is not None else ""


ACCOUNT_WIDE = Scope(Attachment.ACCOUNT)
ALL_PROJECTS = Scope(Attachment.ALL_PROJECTS)
Subject = Group | User | Agency


def everywhere(policy: Policy) -> tuple[Scope, ...]:
    """Return the scopes in which `policy` counts for all resources of the account.

    Policies of global services take effect through account grants, those of region services through
    all-project grants; one of both kinds needs both.
    """
    return {
        Policy.ACCOUNT: (ACCOUNT_WIDE,),
        Policy.PROJECT: (ALL_PROJECTS,),
    }.get(policy.type, (ACCOUNT_WIDE, ALL_PROJECTS))


def check_document(document: Any) -> dict[str, Any]:
    """Return the document of a custom policy; raises 400 naming its first fault."""
    try:
        policy_eval.compile_document(document)
    except policy_eval.PolicyError as error:
        raise ApiError(errors.BAD_POLICY, reason=str(error)) from error
    if document["Version"] != "1.1":
        raise ApiError(errors.BAD_POLICY, reason='Version of a custom policy must be "1.1"')
    return dict(document)


def _checked_name(name: Any) -> str:
    if not isinstance(name, str) or not re.fullmatch(r"[^@#$%&<>\\^*]{1,64}", name):
        raise ApiError(errors.BAD_PARAMETER, name="display_name")
    return name


def _save(policy: Policy) -> None:
    try:
        with transaction.atomic():
            policy.save()
    except IntegrityError as error:
        raise ApiError(errors.CONFLICT, kind="role", name=policy.display_name) from error


def policy_create(
    *,
    principal: Principal,
    display_name: Any,
    type: Any,
    document: Any,
    description: Any = "",
    description_cn: Any = "",
    for_agencies: bool = False,
) -> Policy:
    """Return a new custom policy; raises 400 with the first fault of the document, 409, 403."""
    with audit.operation(
        principal, "createRole", resource_type="role", resource_name=str(display_name),
        request={"display_name": display_name, "type": type, "policy": document},
    ) as running:  # fmt: skip
        if type not in {Policy.ACCOUNT, Policy.PROJECT}:
            raise ApiError(errors.BAD_PARAMETER, name="type")
        if Policy.objects.filter(account_id=principal.account_id).count() >= POLICIES_PER_ACCOUNT:
            raise ApiError(errors.LIMIT, kind="custom policies", limit=POLICIES_PER_ACCOUNT)
        policy = Policy(
            account_id=principal.account_id,
            name=f"custom_{uuid.uuid4().hex}",
            display_name=_checked_name(display_name),
            type=type,
            document=check_document(document),
            description=account_settings.check_text(description, "description", 512),
            description_cn=account_settings.check_text(description_cn, "description", 512),
            for_agencies=for_agencies,
        )
        _save(policy)
        running.about(policy.id, policy.display_name)
    return policy


def policy_update(*, principal: Principal, policy: Policy, **fields: Any) -> Policy:
    """Change a custom policy; it counts at once and ends the tokens of those whom it reaches."""
    with audit.operation(
        principal, "updateRole", resource_type="role", resource_id=policy.id,
        resource_name=policy.display_name, request=fields,
    ):  # fmt: skip
        if policy.account_id != principal.account_id:
            raise ApiError(errors.NOT_FOUND, kind="role", id=policy.id)
        if "display_name" in fields:
            policy.display_name = _checked_name(fields["display_name"])
        if "type" in fields:
            if fields["type"] not in {Policy.ACCOUNT, Policy.PROJECT}:
                raise ApiError(errors.BAD_PARAMETER, name="type")
            policy.type = fields["type"]
        if "document" in fields:
            policy.document = check_document(fields["document"])
        for name in ("description", "description_cn"):
            if name in fields:
                setattr(policy, name, account_settings.check_text(fields[name], "description", 512))
        _save(policy)
        cache_versions.end_tokens_of_policy(policy.id)
        cache_versions.bump(principal.account_id)
    return policy


def policy_delete(*, principal: Principal, policy: Policy) -> None:
    """Delete a custom policy; raises 409 while it is granted to anyone."""
    with audit.operation(
        principal, "deleteRole", resource_type="role", resource_id=policy.id,
        resource_name=policy.display_name,
    ):  # fmt: skip
        if policy.account_id != principal.account_id:
            raise ApiError(errors.NOT_FOUND, kind="role", id=policy.id)
        if policy.attachments.exists():
            raise ApiError(errors.IN_USE, kind="role", reason="it is granted")
        cache_versions.bump(principal.account_id)
        policy.delete()


def _subject(subject: Subject) -> tuple[str, dict[str, Any]]:
    match subject:
        case Group():
            return f"g:{subject.pk}", {"group": subject}
        case User():
            return f"u:{subject.pk}", {"user": subject}
        case Agency():
            return f"a:{subject.pk}", {"agency": subject}


def _slot(policy: Policy, subject: Subject, scope: Scope) -> str:
    return f"{policy.pk}:{_subject(subject)[0]}:{scope.kind}:{scope.place}"


def _check_own(principal: Principal, policy: Policy, subject: Subject, scope: Scope) -> None:
    owners = {subject.account_id, policy.account_id or principal.account_id}
    if scope.where is not None:
        owners.add(scope.where.account_id)
    if owners != {principal.account_id}:
        raise ApiError(errors.NOT_FOUND, kind="role", id=policy.pk)


def _end_tokens(subject: Subject) -> None:
    match subject:
        case Group():
            cache_versions.end_tokens_of_group(subject.pk)
        case User():
            cache_versions.end_tokens([subject.pk])


def grant_add(
    *, principal: Principal, policy: Policy, subject: Subject, scope: Scope
) -> Attachment:
    """Attach `policy` to a group, user or agency in `scope`; doing it twice is no error.

    Raises 404 if anything belongs to another account and 400 where the policy's type does not fit.
    """
    with audit.operation(
        principal, "grantRole", resource_type="grant", resource_id=policy.pk,
        resource_name=policy.display_name,
        request={"subject": _subject(subject)[0], "scope": scope.kind, "place": scope.place},
    ) as running:  # fmt: skip
        _check_own(principal, policy, subject, scope)
        _check_fits(policy, scope)
        if scope.enterprise_project is not None:
            running.enterprise_project_id = scope.enterprise_project.public_id
        attachment, made = Attachment.objects.get_or_create(
            slot=_slot(policy, subject, scope),
            defaults={
                "account_id": principal.account_id,
                "policy": policy,
                "scope": scope.kind,
                "project": scope.project,
                "enterprise_project": scope.enterprise_project,
                **_subject(subject)[1],
            },
        )
        if made:
            if scope.where is not None and not isinstance(subject, Agency):
                assign_perm(_PERMISSIONS[type(scope.where)], subject, scope.where)
            _end_tokens(subject)
            cache_versions.bump(principal.account_id)
    return attachment


def _check_fits(policy: Policy, scope: Scope) -> None:
    """Refuse a scope in which the policy could never count."""
    if policy.type == Policy.ACCOUNT and scope.kind in {
        Attachment.PROJECT,
        Attachment.ALL_PROJECTS,
    }:
        raise ApiError(errors.BAD_SCOPE_OF_GRANT, name=policy.display_name)


def grant_remove(*, principal: Principal, policy: Policy, subject: Subject, scope: Scope) -> None:
    """Revoke a grant, effective at once in every process; raises 404 if it does not exist."""
    with audit.operation(
        principal, "revokeRole", resource_type="grant", resource_id=policy.pk,
        resource_name=policy.display_name,
        request={"subject": _subject(subject)[0], "scope": scope.kind, "place": scope.place},
    ):  # fmt: skip
        _check_own(principal, policy, subject, scope)
        gone, _ = Attachment.objects.filter(slot=_slot(policy, subject, scope)).delete()
        if not gone:
            raise ApiError(errors.NOT_FOUND, kind="role", id=policy.pk)
        place = scope.where
        if place is not None and not isinstance(subject, Agency):
            left = Attachment.objects.filter(**{scope.kind: place}, **_subject(subject)[1])
            if not left.exists():
                remove_perm(_PERMISSIONS[type(place)], subject, place)
        _end_tokens(subject)
        cache_versions.bump(principal.account_id)


def grant_exists(*, policy: Policy, subject: Subject, scope: Scope) -> bool:
    """Return whether the policy is attached to the subject in exactly this scope."""
    return Attachment.objects.filter(slot=_slot(policy, subject, scope)).exists()
