"""Versions that make caches of all processes stale: the account's policy version, a user's token epoch."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, Q

from iam.models import Account, Attachment, Membership, User


def bump(account_id: str) -> None:
    """Raise the account's policy version; call it in the transaction of the change."""
    Account.objects.filter(pk=account_id).update(policy_version=F("policy_version") + 1)


def end_tokens(user_ids: Iterable[str]) -> None:
    """End every token of these users."""
    User.objects.filter(pk__in=list(user_ids)).update(token_epoch=F("token_epoch") + 1)


def end_tokens_of_group(group_id: str) -> None:
    """End every token of the group's members."""
    members = Membership.objects.filter(group_id=group_id).values("user_id")
    User.objects.filter(pk__in=members).update(token_epoch=F("token_epoch") + 1)


def end_tokens_of_policy(policy_id: str) -> None:
    """End every token of users whom the policy reaches."""
    groups = Attachment.objects.filter(policy_id=policy_id, group__isnull=False).values("group_id")
    users = Attachment.objects.filter(policy_id=policy_id, user__isnull=False).values("user_id")
    members = Membership.objects.filter(group_id__in=groups).values("user_id")
    User.objects.filter(Q(pk__in=members) | Q(pk__in=users)).update(
        token_epoch=F("token_epoch") + 1
    )
