"""Verify passwords and one-time codes, with a lock-out that parallel guesses cannot pass.

Known and unknown names take the same time, so that an answer does not show who exists."""

from __future__ import annotations

import datetime as dt
import hashlib

import pyotp
from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.db.models import Case, F, Q, QuerySet, Value, When

from core import clock, crypto
from core.errors import ApiError
from iam import errors
from iam.models import Account, User
from iam.principal import Principal
from iam.services import account_settings, audit, lockouts
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


def password_check(
    user: User | None,
    password: str,
    *,
    claimed: str,
    account: Account | None = None,
    passcode: str = "",
    address: str = "",
) -> User:
    """Return `user` if password and, where there is a device, one-time code are right.

    Raises 401 "wrong" for an unknown or disabled user and a wrong password, 401 `PASSCODE` for a
    missing or wrong code, 401 "locked" after too many failures of either. `claimed` is what the
    caller said (account and name): unknown names lock alike, by the rules of `account` if there is
    one, so that a lock does not show who exists.
    """
    if not isinstance(password, str) or len(password) > 4096:
        raise ApiError(errors.BAD_LOGIN)
    if user is None:
        raise _unknown(password, claimed, account)
    now = clock.now()
    if user.locked(now):
        raise ApiError(errors.LOCKED)
    encoded = user.password if user.has_usable_password() else _dummy_hash()
    right = check_password(password, encoded) and user.has_usable_password()
    if not right:
        _failed(user, now, address)
        raise ApiError(errors.BAD_LOGIN)
    # Guesses sent at the same time all read "not locked": a right one counts only if the failures
    # of the others have not locked the user in the meantime.
    free = _free(user, now)
    if user.totp_secret_encrypted and not passcode:
        raise ApiError(errors.PASSCODE if free.exists() else errors.LOCKED)
    if user.totp_secret_encrypted and not totp_check(user, passcode):
        _failed(user, now, address)
        raise ApiError(errors.PASSCODE)
    if not free.update(failed_logins=0, first_failed_login_at=None, locked_until=None):
        raise ApiError(errors.LOCKED)
    if not (user.enabled and user.account.enabled) or account_settings.unused_too_long(user):
        raise ApiError(errors.BAD_LOGIN)
    return user


def own_password_check(user: User, password: object, *, address: str) -> None:
    """Raise 401 unless a signed-in user gives the right current password; a wrong one counts as at sign-in."""
    now = clock.now()
    if user.locked(now):
        raise ApiError(errors.LOCKED)
    if not isinstance(password, str) or not user.check_password(password):
        _failed(user, now, address)
        raise ApiError(errors.BAD_LOGIN)


def _free(user: User, now: dt.datetime) -> QuerySet[User]:
    """Return the user's row, unless failures have locked it by `now`."""
    allowed = account_settings.family(user.account, "login_policy")["login_failed_times"]
    unlocked = Q(locked_until__isnull=True, failed_logins__lt=allowed) | Q(locked_until__lte=now)
    return User.objects.filter(unlocked, pk=user.pk)


def _failed(user: User, now: dt.datetime, address: str) -> None:
    """Count one failure; at the limit inside the period the user is locked, which is announced once.

    Each step is one UPDATE with its condition in it, so that no failure at the same time is lost.
    """
    policy = account_settings.family(user.account, "login_policy")
    if _count_failure(user.pk, now, policy):
        return
    until = now + dt.timedelta(minutes=policy["lockout_duration"])
    locked = User.objects.filter(pk=user.pk, locked_until__isnull=True).update(
        failed_logins=F("failed_logins") + 1, locked_until=until
    )
    if locked:
        lockouts.announce(
            lockouts.Lockout(user.account_id, "user", user.pk, user.name, until, address)
        )


def _count_failure(user_id: str, now: dt.datetime, policy: dict[str, int]) -> int:
    """Count a failure that is not the last one allowed; an old row of failures starts again."""
    window = dt.timedelta(minutes=policy["period_with_login_failures"])
    old = Q(locked_until__isnull=True) & (
        Q(first_failed_login_at__isnull=True) | Q(first_failed_login_at__lt=now - window)
    )
    stale = old | Q(locked_until__lte=now)
    few = Q(locked_until__isnull=True, failed_logins__lt=policy["login_failed_times"] - 1)
    return User.objects.filter(stale | few, pk=user_id).update(
        failed_logins=Case(When(stale, then=Value(1)), default=F("failed_logins") + 1),
        first_failed_login_at=Case(
            When(stale, then=Value(now)), default=F("first_failed_login_at")
        ),
        locked_until=None,
    )


def _unknown(password: str, claimed: str, account: Account | None) -> ApiError:
    """Return the refusal of an unknown name, after the time and with the lock of a known one."""
    policy = (
        account_settings.family(account, "login_policy")
        if account
        else account_settings.DEFAULTS["login_policy"]
    )
    key = "login-failures:" + hashlib.sha256(claimed.encode()).hexdigest()
    lock = f"{key}:locked"
    if cache.get(lock):
        return ApiError(errors.LOCKED)
    check_password(password, _dummy_hash())
    _count_failure("", clock.now(), policy)  # touches no row, costs what a real failure costs
    cache.add(key, 0, policy["period_with_login_failures"] * 60)
    try:
        failures = cache.incr(key)
    except ValueError:  # expired in between
        failures = 1
    if failures >= policy["login_failed_times"]:
        cache.set(lock, 1, policy["lockout_duration"] * 60)
        cache.delete(key)
    return ApiError(errors.BAD_LOGIN)


def totp_check(user: User, passcode: str) -> bool:
    """Return whether `passcode` is the one of now (or one step off) and was not used before."""
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
    address that tries too often. The session itself is Django's
    `login(request, user, backend="iam.backends.ConsoleBackend")`.
    """
    if address:
        throttle_address(address, "console-login", CONSOLE_LOGINS_PER_ADDRESS)
    user = password_check(
        find_user(account=account, name=name), password, claimed=f"{account}\n{name}",
        account=account_of(name=account), passcode=passcode, address=address,
    )  # fmt: skip
    if user.access_mode == User.PROGRAMMATIC:
        raise ApiError(errors.PROGRAMMATIC_ONLY)
    if not user.is_owner and not account_settings.address_allowed(
        user.account.settings, "console_acl_policy", address
    ):
        raise ApiError(errors.ADDRESS, ip=address)
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
    return secret, totp_uri(user=user, secret=secret)


def totp_uri(*, user: User, secret: str) -> str:
    """Return the `otpauth://` address of a device, which authenticator apps scan as a QR code."""
    issuer = f"OCR Console {user.account.name}"
    return pyotp.TOTP(secret).provisioning_uri(name=user.name, issuer_name=issuer)


def totp_enable(*, principal: Principal, user: User, secret: str, passcode: str) -> None:
    """Keep the device, encrypted, once a code proves it; raises 401 for a wrong code."""
    with audit.operation(
        principal, "bindMfaDevice", resource_type="user", resource_id=user.id,
        resource_name=user.name,
    ):  # fmt: skip
        if not pyotp.TOTP(secret).verify(passcode, valid_window=1):
            raise ApiError(errors.PASSCODE)
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


def totp_forget(*, principal: Principal, user: User, passcode: str) -> None:
    """Forget one's own device, proved by its code; wrong codes count like wrong passwords."""
    now = clock.now()
    if user.locked(now):
        raise ApiError(errors.LOCKED)
    if not totp_check(user, passcode):
        _failed(user, now, principal.source_ip)
        raise ApiError(errors.PASSCODE)
    totp_disable(principal=principal, user=user)


def account_of(*, name: str = "", account_id: str = "") -> Account | None:
    """Return the account by name or id, or None."""
    if account_id:
        return Account.objects.filter(pk=account_id).first()
    return Account.objects.filter(name=name).first() if name else None
