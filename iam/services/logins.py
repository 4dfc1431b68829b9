"""Passwords checked: lock-out that racing cannot pass, the same time for known and unknown names."""

from __future__ import annotations

import datetime as dt
import hashlib

import pyotp
from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.db.models import Case, F, Q, Value, When

from core import clock, crypto
from core.errors import ApiError
from iam import errors
from iam.models import Account, User
from iam.principal import Principal
from iam.services import audit, rules
from iam.throttle import throttle_address

CONSOLE_LOGINS_PER_ADDRESS = 60  # a minute
_dummy: list[str] = []


def _dummy_hash() -> str:
    """Return a hash with the current cost, so that unknown names take as long as known ones."""
    if not _dummy:
        _dummy.append(make_password("an unknown user's password"))
    return _dummy[0]


def find_user(
    *, account: str = "", account_id: str = "", name: str = "", user_id: str = ""
) -> User | None:
    """Return the user by name or id in the account of that name or id (any, for a user id alone)."""
    rows = User.objects.select_related("account")
    if account_id:
        rows = rows.filter(account_id=account_id)
    elif account:
        rows = rows.filter(account__name=account)
    elif not user_id:
        return None
    if user_id:
        return rows.filter(pk=user_id).first()
    return rows.filter(name=name).first() if name else None


def password_check(user: User | None, password: str, *, claimed: str) -> User:
    """Return `user` if the password is right and the user may sign in.

    Raises 401 "wrong" for an unknown or disabled user and a wrong password, 401 "locked" after too
    many failures. `claimed` is what the caller said (account and name): unknown names lock alike, so
    that a lock tells nothing about who exists.
    """
    if not isinstance(password, str) or len(password) > 4096:
        raise ApiError(errors.BAD_LOGIN)
    if user is None:
        _unknown(password, claimed)
    assert user is not None
    now = clock.now()
    rules_of_login = rules.family(user.account, "login_policy")
    if user.locked(now):
        raise ApiError(errors.LOCKED)
    encoded = user.password if user.has_usable_password() else _dummy_hash()
    right = check_password(password, encoded) and user.has_usable_password()
    if not right:
        _failed(user.pk, now, rules_of_login)
        raise ApiError(errors.BAD_LOGIN)
    # Guesses sent at the same time all read "not locked": a right one counts only if the failures
    # of the others have not locked the user in the meantime.
    free = Q(locked_until__isnull=True) | Q(locked_until__lte=now)
    if not _reset(user.pk, free, rules_of_login["login_failed_times"], now):
        raise ApiError(errors.LOCKED)
    if not (user.enabled and user.account.enabled) or rules.unused_too_long(user):
        raise ApiError(errors.BAD_LOGIN)
    return user


def _reset(user_id: str, free: Q, allowed: int, now: dt.datetime) -> int:
    return (
        User.objects.filter(free, pk=user_id)
        .filter(Q(failed_logins__lt=allowed) | Q(locked_until__lte=now))
        .update(failed_logins=0, first_failed_login_at=None, locked_until=None)
    )


def _failed(user_id: str, now: dt.datetime, policy: dict[str, int]) -> None:
    """Count one failure in one UPDATE; at the limit inside the period the user is locked."""
    window = dt.timedelta(minutes=policy["period_with_login_failures"])
    stale = (
        Q(first_failed_login_at__isnull=True)
        | Q(first_failed_login_at__lt=now - window)
        | Q(locked_until__isnull=False, locked_until__lte=now)
    )
    last = Q(failed_logins__gte=policy["login_failed_times"] - 1)
    until = now + dt.timedelta(minutes=policy["lockout_duration"])
    User.objects.filter(pk=user_id).update(
        failed_logins=Case(When(stale, then=Value(1)), default=F("failed_logins") + 1),
        first_failed_login_at=Case(
            When(stale, then=Value(now)), default=F("first_failed_login_at")
        ),
        locked_until=Case(
            When(stale, then=Value(None)),
            When(last, then=Value(until)),
            default=F("locked_until"),
        ),
    )


def _unknown(password: str, claimed: str) -> None:
    """Refuse an unknown name in the time, and with the lock, of a known one."""
    policy = rules.DEFAULTS["login_policy"]
    key = "login-failures:" + hashlib.sha256(claimed.encode()).hexdigest()
    cache.add(key, 0, policy["lockout_duration"] * 60)
    if cache.get(key, 0) >= policy["login_failed_times"]:
        raise ApiError(errors.LOCKED)
    check_password(password, _dummy_hash())
    _failed("", clock.now(), policy)  # touches no row, costs what a real failure costs
    try:
        cache.incr(key)
    except ValueError:  # expired in between
        cache.set(key, 1, policy["lockout_duration"] * 60)
    raise ApiError(errors.BAD_LOGIN)


def totp_check(user: User, passcode: str) -> bool:
    """Tell whether `passcode` is the one of now (or one step off) and was not used before."""
    if not user.totp_secret_encrypted or not isinstance(passcode, str):
        return False
    totp = pyotp.TOTP(crypto.decrypt(user.totp_secret_encrypted))
    step = int(clock.now().timestamp()) // totp.interval
    for candidate in (step, step - 1, step + 1):
        if totp.verify(passcode, for_time=candidate * totp.interval, valid_window=0):
            used = User.objects.filter(pk=user.pk, totp_last_step__lt=candidate)
            return bool(used.update(totp_last_step=candidate))
    return False


def console_login(
    *, account: str, name: str, password: str, address: str = "", passcode: str = ""
) -> User:
    """Return the user signing in to the console, with a trace of it.

    Raises 401 for wrong names, password or one-time code (`PASSCODE` where one is needed), 403 for
    programmatic-only users and addresses outside the account's console access list, 429 for an
    address that tries too often. `must_change_password` is set where the password has outlived the
    account's rules. The session itself is Django's
    `login(request, user, backend="iam.backends.ConsoleBackend")`.
    """
    if address:
        throttle_address(address, "console-login", CONSOLE_LOGINS_PER_ADDRESS)
    user = find_user(account=account, name=name)
    user = password_check(user, password, claimed=f"{account}\n{name}")
    if user.access_mode == User.PROGRAMMATIC:
        raise ApiError(errors.PROGRAMMATIC_ONLY)
    if not user.is_owner and not rules.address_allowed(
        user.account.settings, "console_acl_policy", address
    ):
        raise ApiError(errors.ADDRESS, ip=address)
    if user.totp_secret_encrypted and not totp_check(user, passcode):
        raise ApiError(errors.PASSCODE)
    if rules.password_expired(user):
        user.must_change_password = True
    _trace_login(user, address)
    return user


def _trace_login(user: User, address: str) -> None:
    principal = Principal(
        account_id=user.account_id,
        account_name=user.account.name,
        user_id=user.id,
        user_name=user.name,
        method="session",
        is_owner=user.is_owner,
        source_ip=address,
    )
    audit.trace_record(
        principal=principal,
        action_name="login",
        resource_type="user",
        resource_id=user.id,
        resource_name=user.name,
        service_type="IAM",
    )


def totp_begin(*, user: User) -> tuple[str, str]:
    """Return (secret, otpauth URI) of a new one-time-password device; nothing is kept yet."""
    secret = pyotp.random_base32()
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.name, issuer_name=user.account.name)
    return secret, uri


def totp_enable(*, principal: Principal, user: User, secret: str, passcode: str) -> None:
    """Keep the device, encrypted, once a code proves it; raises 401 for a wrong code."""
    with audit.operation(
        principal, "bindMfaDevice", resource_type="user", resource_id=user.id,
        resource_name=user.name,
    ):  # fmt: skip
        if not pyotp.TOTP(secret).verify(passcode, valid_window=1):
            raise ApiError(errors.BAD_LOGIN)
        User.objects.filter(pk=user.pk).update(
            totp_secret_encrypted=crypto.encrypt(secret), totp_last_step=0
        )


def totp_disable(*, principal: Principal, user: User) -> None:
    """Forget the user's device."""
    with audit.operation(
        principal, "unbindMfaDevice", resource_type="user", resource_id=user.id,
        resource_name=user.name,
    ):  # fmt: skip
        User.objects.filter(pk=user.pk).update(totp_secret_encrypted="")


def account_of(*, name: str = "", account_id: str = "") -> Account | None:
    """Return the account by name or id, or None."""
    if account_id:
        return Account.objects.filter(pk=account_id).first()
    return Account.objects.filter(name=name).first() if name else None
