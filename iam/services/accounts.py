"""Create accounts with their projects, owner and admin group; change their settings."""

from __future__ import annotations

import re
from typing import Any

from django.db import IntegrityError, transaction

from core import clock
from core.errors import ApiError
from iam import errors, system_policies
from iam.models import (
    Account,
    Attachment,
    EnterpriseProject,
    Group,
    Policy,
    Project,
    Region,
    TraceHead,
    User,
)
from iam.principal import Principal
from iam.services import account_settings, audit, cache_versions

ADMIN_GROUP = "admin"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{0,63}")


def account_create(
    *,
    name: str,
    owner_password: str,
    owner_name: str | None = None,
    email: str = "",
    enterprise_projects_enabled: bool = False,
    one_time: bool = False,
) -> Account:
    """Return a new account with an owner, a project in every region and the group `admin`.

    The owner is named like the account unless `owner_name` says otherwise, and chooses a new password
    at the first sign-in if this one is `one_time`. Raises 409 for a taken
    name and 400 for a name or password that breaks a rule.
    """
    if not _NAME.fullmatch(name):
        raise ApiError(errors.USER_NAME)
    with transaction.atomic():
        try:
            with transaction.atomic():
                account = Account.objects.create(
                    name=name, enterprise_projects_enabled=enterprise_projects_enabled
                )
        except IntegrityError as error:
            raise ApiError(errors.CONFLICT, kind="domain", name=name) from error
        owner = User(account=account, is_owner=True, email=account_settings.check_email(email))
        owner.name = account_settings.check_user_name(owner_name or name)
        owner.set_password(account_settings.check_password(account, owner.name, owner_password))
        owner.password_changed_at = clock.now()
        owner.must_change_password = one_time
        owner.save()
        account_complete(account)
        audit.trace_record(
            principal=_system(account),
            action_name="createAccount",
            resource_type="domain",
            resource_id=account.id,
            resource_name=account.name,
            service_type="IAM",
            code=201,
        )
    return account


def _system(account: Account) -> Principal:
    return Principal(
        account_id=account.id,
        account_name=account.name,
        user_id="",
        user_name="system",
        method="system",
    )


def system_principal(account: Account) -> Principal:
    """Return the caller for work that no user asked for: jobs, commands, start-up."""
    return _system(account)


def account_complete(account: Account) -> None:
    """Add what every account has and this one lacks: projects, `default`, `admin`. Safe to repeat."""
    TraceHead.objects.get_or_create(account=account)
    EnterpriseProject.objects.get_or_create(
        account=account,
        public_id="0",
        defaults={"name": "default", "description": "Default enterprise project"},
    )
    have = set(
        Project.objects.filter(account=account, parent__isnull=True).values_list(
            "region_id", flat=True
        )
    )
    for region in Region.objects.exclude(pk__in=have):
        Project.objects.create(account=account, region=region, name=region.id)
    policy = Policy.objects.filter(pk=system_policies.TENANT_ADMINISTRATOR.id).first()
    if policy is not None and not Group.objects.filter(account=account, name=ADMIN_GROUP).exists():
        group = Group.objects.create(
            account=account, name=ADMIN_GROUP, description="Full permissions"
        )
        for scope in (Attachment.ACCOUNT, Attachment.ALL_PROJECTS):
            Attachment.objects.create(
                slot=f"{policy.pk}:g:{group.pk}:{scope}:",
                account=account,
                policy=policy,
                group=group,
                scope=scope,
            )


def account_freeze(*, account_id: str, frozen: bool) -> None:
    """Note that arrears outlasted their grace period, or that they are settled. No trace: billing's."""
    Account.objects.filter(pk=account_id).exclude(is_frozen=frozen).update(is_frozen=frozen)


def enterprise_projects_enable(*, principal: Principal) -> None:
    """Switch on the enterprise-project function of the caller's account, for good."""
    with audit.operation(
        principal, "enableEnterpriseProject", resource_type="domain", service_type="EPS",
        resource_id=principal.account_id, resource_name=principal.account_name,
    ):  # fmt: skip
        Account.objects.filter(pk=principal.account_id).update(enterprise_projects_enabled=True)


def trace_name(family: str) -> str:
    """Return the operation's name in traces, e.g. `updateLoginPolicy`."""
    return "update" + "".join(part.title() for part in family.split("_"))


def settings_update(*, principal: Principal, family: str, changes: Any) -> dict[str, Any]:
    """Change one family of security settings (`login_policy`, `password_policy`, …).

    Returns the family's values afterwards; raises 400 naming a value out of its published range.
    """
    with audit.operation(
        principal, trace_name(family),
        resource_type="domain", resource_id=principal.account_id,
        resource_name=principal.account_name, request=changes,
    ):  # fmt: skip
        if not isinstance(changes, dict) or not changes:
            raise ApiError(errors.BAD_BODY)
        account = Account.objects.select_for_update().get(pk=principal.account_id)
        for name, value in changes.items():
            _check_setting(family, name, value)
        own = {**account.settings.get(family, {}), **changes}
        account.settings = {**account.settings, family: own}
        account.save(update_fields=["settings", "updated_at"])
        cache_versions.bump(account.id)
    return account_settings.family(account, family)


def _check_setting(family: str, name: str, value: Any) -> None:
    default = account_settings.DEFAULTS[family].get(name)
    if default is None or type(value) is not type(default):
        raise ApiError(errors.BAD_PARAMETER, name=name)
    low, high = account_settings.RANGES.get(name, (0, 0))
    if name in account_settings.RANGES and not low <= value <= high:
        raise ApiError(errors.BAD_PARAMETER, name=name)
    if name in {"allow_address_netmasks", "allow_ip_ranges"}:
        account_settings.check_addresses(value, name)
    if isinstance(value, str) and len(value) > 255:
        raise ApiError(errors.BAD_PARAMETER, name=name)
