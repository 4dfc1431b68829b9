"""Create the demo account with owner, administrator and read-only user; safe to run again."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction

from iam import system_policies
from iam.models import AccessKey, Account, Group, Membership, Policy, Project, User
from iam.principal import Principal
from iam.services import access_keys, accounts, groups, policies, sync, users

NAME = "demo"
READER_GROUP = "readers"
_READER_ACCOUNT = ("IAM ReadOnlyAccess", "EPS ReadOnlyAccess", "BSS ReadOnlyAccess")
_READER_PROJECTS = ("OCR ReadOnlyAccess", "CES ReadOnlyAccess", "CTS ReadOnlyAccess")


def new_password() -> str:
    """Return a random password with capitals, small letters, digits and a special character."""
    return f"{secrets.token_urlsafe(12)}-Aa1"


def demo_account_ensure(
    *, known: dict[str, Any] | None = None, base_url: str = "", name: str = NAME
) -> dict[str, Any]:
    """Make what is missing of the demo account and return it as demo-credentials.json holds it.

    `known` is the file of an earlier run: passwords and secrets are kept where it knows them and made
    new where it does not, because they cannot be read back.
    """
    known_users: dict[str, dict[str, str]] = (known or {}).get("users", {})
    sync.sync()
    with transaction.atomic():
        account = Account.objects.filter(name=name).first()
        owner_password = known_users.get("owner", {}).get("password") or new_password()
        if account is None:
            account = accounts.account_create(
                name=name,
                owner_password=owner_password,
                owner_name="owner",
                enterprise_projects_enabled=True,
            )
        if not account.enterprise_projects_enabled:
            Account.objects.filter(pk=account.pk).update(enterprise_projects_enabled=True)
        principal = accounts.system_principal(account)
        people = {
            role: _person(principal, role, known_users.get(role, {}))
            for role in ("owner", "admin", "reader")
        }
        _groups(principal)
    places = list(Project.objects.filter(account=account, parent__isnull=True)[:2])
    other = places[-1]
    return {
        "url": base_url,
        "account": account.name,
        "domain_id": account.id,
        "region": places[0].region_id,
        "project_id": places[0].id,
        "other_region": other.region_id,
        "other_project_id": other.id,
        "users": people,
    }


def _person(principal: Principal, role: str, known: dict[str, str]) -> dict[str, str]:
    """Return one user's entry, with a password and a key that work now."""
    user = User.objects.filter(
        account_id=principal.account_id,
        **({"is_owner": True} if role == "owner" else {"name": role}),
    ).first()
    password = known.get("password") or new_password()
    if user is None:
        user = users.user_create(principal=principal, name=role, password=password)
    elif not user.check_password(password):
        users.user_update(principal=principal, user=user, password=password)
    key = AccessKey.objects.filter(pk=known.get("access_key", ""), user=user).first()
    secret = known.get("secret_key", "")
    if key is None or not secret:
        # The secret of an older key cannot be shown again: make room for one that can.
        for old in AccessKey.objects.filter(user=user)[: access_keys.KEYS_PER_USER]:
            access_keys.access_key_delete(principal=principal, key=old)
        made = access_keys.access_key_create(principal=principal, user=user, description="demo")
        key, secret = made.row, made.secret
    return {
        "id": user.id,
        "name": user.name,
        "password": password,
        "access_key": key.access,
        "secret_key": secret,
    }


def _groups(principal: Principal) -> None:
    admins = Group.objects.get(account_id=principal.account_id, name=accounts.ADMIN_GROUP)
    readers = Group.objects.filter(account_id=principal.account_id, name=READER_GROUP).first()
    if readers is None:
        readers = groups.group_create(
            principal=principal, name=READER_GROUP, description="Read-only access"
        )
        for names, scope in (
            (_READER_ACCOUNT, policies.ACCOUNT_WIDE),
            (_READER_PROJECTS, policies.ALL_PROJECTS),
        ):
            for display_name in names:
                policy = Policy.objects.get(pk=system_policies.BY_NAME[display_name].id)
                policies.grant_add(principal=principal, policy=policy, subject=readers, scope=scope)
    for group, name in ((admins, "admin"), (readers, "reader")):
        user = User.objects.get(account_id=principal.account_id, name=name)
        if not Membership.objects.filter(group=group, user=user).exists():
            groups.member_add(principal=principal, group=group, user=user)
