"""Create, change and delete groups; add and remove members."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from core.errors import ApiError
from iam import errors
from iam.models import Group, Membership, User
from iam.principal import Principal
from iam.services import account_settings, audit, cache_versions

GROUPS_PER_ACCOUNT = 20000


def _save(group: Group) -> None:
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise ApiError(errors.CONFLICT, kind="group", name=group.name) from error


def group_create(*, principal: Principal, name: Any, description: Any = "") -> Group:
    """Return a new group of the caller's account; raises 409 for a taken name."""
    with audit.operation(
        principal, "createUserGroup", resource_type="userGroup", resource_name=str(name),
        request={"name": name, "description": description},
    ) as running:  # fmt: skip
        group = Group(
            account_id=principal.account_id,
            name=account_settings.check_text(name, "name", 128, least=1),
            description=account_settings.check_text(description, "description", 255),
        )
        _save(group)
        running.about(group.id, group.name)
    return group


def group_update(
    *, principal: Principal, group: Group, name: Any = None, description: Any = None
) -> Group:
    """Rename or describe a group."""
    with audit.operation(
        principal, "updateUserGroup", resource_type="userGroup", resource_id=group.id,
        resource_name=group.name, request={"name": name, "description": description},
    ):  # fmt: skip
        if name is not None:
            group.name = account_settings.check_text(name, "name", 128, least=1)
        if description is not None:
            group.description = account_settings.check_text(description, "description", 255)
        _save(group)
    return group


def group_delete(*, principal: Principal, group: Group) -> None:
    """Delete a group with its grants; its members lose them and their tokens at once."""
    with audit.operation(
        principal, "deleteUserGroup", resource_type="userGroup", resource_id=group.id,
        resource_name=group.name,
    ):  # fmt: skip
        cache_versions.end_tokens_of_group(group.id)
        cache_versions.bump(group.account_id)
        group.delete()


def member_add(*, principal: Principal, group: Group, user: User) -> None:
    """Put a user of the same account into a group; being in it already is no error."""
    _same_account(principal, group, user)
    with audit.operation(
        principal, "addUserToGroup", resource_type="userGroup", resource_id=group.id,
        resource_name=group.name, request={"user_id": user.id},
    ):  # fmt: skip
        _, made = Membership.objects.get_or_create(group=group, user=user)
        if made:
            cache_versions.end_tokens([user.id])
            cache_versions.bump(group.account_id)


def member_remove(*, principal: Principal, group: Group, user: User) -> None:
    """Take a user out of a group; raises 404 if the user is not in it."""
    _same_account(principal, group, user)
    with audit.operation(
        principal, "removeUserFromGroup", resource_type="userGroup", resource_id=group.id,
        resource_name=group.name, request={"user_id": user.id},
    ):  # fmt: skip
        gone, _ = Membership.objects.filter(group=group, user=user).delete()
        if not gone:
            raise ApiError(errors.NOT_FOUND, kind="user", id=user.id)
        cache_versions.end_tokens([user.id])
        cache_versions.bump(group.account_id)


def _same_account(principal: Principal, group: Group, user: User) -> None:
    if {group.account_id, user.account_id} != {principal.account_id}:
        raise ApiError(errors.NOT_FOUND, kind="user", id=user.id)
