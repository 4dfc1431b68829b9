"""Create, change and delete users; change and reset their passwords."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable
from typing import Any

from django.contrib.auth.hashers import check_password
from django.db import IntegrityError, transaction

from core import clock
from core.errors import ApiError
from iam import errors
from iam.models import Account, User
from iam.principal import Principal
from iam.services import account_settings, audit, cache_versions, logins

USERS_PER_ACCOUNT = 20000
_ALPHABETS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.!@#%+=")


def _own_account(principal: Principal) -> Account:
    return Account.objects.get(pk=principal.account_id)


def _access_mode(value: Any) -> str:
    if value not in {User.DEFAULT, User.PROGRAMMATIC, User.CONSOLE}:
        raise ApiError(errors.BAD_PARAMETER, name="access_mode")
    return str(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ApiError(errors.BAD_PARAMETER, name="enabled")
    return value


def _text(value: Any) -> str:
    return account_settings.check_text(value, "description", 255)


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": account_settings.check_user_name,
    "email": account_settings.check_email,
    "mobile": account_settings.check_mobile,
    "access_mode": _access_mode,
    "enabled": _boolean,
    "must_change_password": _boolean,
    "description": _text,
    "area_code": account_settings.check_area_code,
    "xuser_id": _text,
    "xuser_type": _text,
}


def _apply(user: User, account: Account, fields: dict[str, Any]) -> None:
    """Check `fields` and set them on `user`; an unknown name is a programming error."""
    for name, value in fields.items():
        if name == "password":
            _set_password(user, account, value)
        else:
            setattr(user, name, _CHECKS[name](value))


def _set_password(user: User, account: Account, password: Any) -> None:
    password = account_settings.check_password(account, user.name, password)
    kept = account_settings.family(account, "password_policy")[
        "number_of_recent_passwords_disallowed"
    ]
    recent = [user.password, *user.password_history] if user.has_usable_password() else []
    if any(check_password(password, old) for old in recent[: max(kept, 1)] if old):
        raise ApiError(errors.SAME_PASSWORD)
    user.password_history = [old for old in recent if old][:10]
    user.set_password(password)
    user.password_changed_at = clock.now()


def guard_owner(principal: Principal, user: User) -> None:
    """Raise 403 where anyone but the owner changes the owner's credentials: that would be a way up."""
    if user.is_owner and principal.method != "system" and principal.user_id != user.pk:
        raise ApiError(errors.OWNER_CHANGE)


def _save(user: User) -> None:
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise ApiError(errors.USER_EXISTS, kind="user", name=user.name) from error


def user_create(
    *, principal: Principal, name: str, password: str | None = None, **fields: Any
) -> User:
    """Return a new user of the caller's account; without a password only keys can be used.

    Raises 1109 for a taken name, 400 for a value that breaks a rule, 403 at the quota.
    """
    with audit.operation(
        principal, "createUser", resource_type="user", resource_name=str(name),
        request={"name": name, **fields},
    ) as running:  # fmt: skip
        account = _own_account(principal)
        if User.objects.filter(account=account).count() >= USERS_PER_ACCOUNT:
            raise ApiError(errors.USER_QUOTA)
        user = User(account=account)
        user.set_unusable_password()
        _apply(user, account, {"name": name, **fields})
        if password is not None:
            _set_password(user, account, password)
        _save(user)
        running.about(user.id, user.name)
        running.response = {"id": user.id, "name": user.name}
    return user


def user_update(
    *, principal: Principal, user: User, action_name: str = "updateUser", **fields: Any
) -> User:
    """Change a user. A new password, name, access mode or state ends the user's tokens."""
    with audit.operation(
        principal, action_name, resource_type="user", resource_id=user.id,
        resource_name=user.name, request=fields,
    ):  # fmt: skip
        guard_owner(principal, user)
        user.refresh_from_db()
        if user.is_owner and (fields.get("enabled") is False or "name" in fields):
            raise ApiError(errors.OWNER_DELETE)
        _apply(user, user.account, fields)
        _save(user)
        if fields.keys() & {"password", "name", "access_mode", "enabled"}:
            cache_versions.end_tokens([user.id])
            user.refresh_from_db()
    return user


def user_delete(*, principal: Principal, user: User) -> None:
    """Delete a user with keys and grants; the account owner cannot be deleted."""
    with audit.operation(
        principal, "deleteUser", resource_type="user", resource_id=user.id, resource_name=user.name
    ):
        if user.is_owner:
            raise ApiError(errors.OWNER_DELETE)
        cache_versions.bump(user.account_id)
        user.delete()


def password_change(
    *, principal: Principal, user: User, original_password: str, password: str
) -> User:
    """Change one's own password; ends all tokens and sessions.

    Raises 401 for a wrong original, which counts like a wrong password at sign-in.
    """
    refused: ApiError | None = None
    try:
        logins.own_password_check(user, original_password, address=principal.source_ip)
    except ApiError as error:
        refused = error  # its count is kept; the trace of the refusal is written below
    with audit.operation(
        principal, "changePassword", resource_type="user", resource_id=user.id,
        resource_name=user.name,
    ):  # fmt: skip
        if refused is not None:
            raise refused
        if account_settings.password_too_young(user):
            raise ApiError(errors.PASSWORD_TOO_YOUNG)
        _set_password(user, user.account, password)
        user.must_change_password = False
        _save(user)
        cache_versions.end_tokens([user.id])
    user.refresh_from_db()
    return user


def one_time_password(account: Account) -> str:
    """Return a random password of all four kinds of characters that meets the account's rules.

    It begins with a letter, so that no spreadsheet takes it for a formula.
    """
    policy = account_settings.family(account, "password_policy")
    length = min(max(16, policy["minimum_password_length"]), policy["maximum_password_length"])
    every = "".join(_ALPHABETS)
    while True:  # a draw that breaks a rule is drawn again
        letters = [secrets.choice(alphabet) for alphabet in _ALPHABETS]
        letters += [secrets.choice(every) for _ in range(length - len(letters))]
        secrets.SystemRandom().shuffle(letters)
        if not letters[0].isalpha():
            continue
        try:
            return account_settings.check_password(account, "", "".join(letters))
        except ApiError:
            continue


def user_unlock(*, principal: Principal, user: User) -> None:
    """Unlock a user locked by wrong passwords or codes, and reset the counter of failures."""
    with audit.operation(
        principal, "unlockUser", resource_type="user", resource_id=user.id, resource_name=user.name
    ):
        User.objects.filter(pk=user.pk).update(
            failed_logins=0, first_failed_login_at=None, locked_until=None
        )


def password_reset(*, principal: Principal, user: User, password: str, one_time: bool) -> User:
    """Set another user's password; `one_time` makes the user choose a new one at sign-in."""
    return user_update(
        principal=principal, user=user, action_name="resetPassword",
        password=password, must_change_password=one_time,
    )  # fmt: skip
