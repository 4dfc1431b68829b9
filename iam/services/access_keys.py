"""Create, switch and delete access keys; count failures and note the last use."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, Value, When

from core import clock, crypto
from core.errors import ApiError
from iam import errors
from iam.models import AccessKey, User
from iam.principal import Principal
from iam.services import audit, cache_versions, lockouts
from iam.services.temporary import new_pair
from iam.services.users import guard_owner

KEYS_PER_USER = 2
FAILURES_ALLOWED = 5  # the sixth consecutive failure locks
LOCK = dt.timedelta(minutes=5)
USE_RESOLUTION = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: the only time its secret is known."""

    row: AccessKey
    secret: str


def use_is_old(last_used_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Return whether the time of last use is worth writing again (at most once a minute)."""
    return last_used_at is None or now - last_used_at > USE_RESOLUTION


def key_used(*, access: str, now: dt.datetime) -> bool:
    """Note the use of a key and end its row of failures; False if failures locked it meanwhile."""
    rows = AccessKey.objects.filter(pk=access).filter(
        Q(locked_until__isnull=True) | Q(locked_until__lte=now)
    )
    return bool(rows.update(last_used_at=now, failures=0, locked_until=None))


def key_failed(*, access: str, now: dt.datetime | None = None) -> dt.datetime | None:
    """Count a wrong signature; more than five in a row lock the key for 5 minutes.

    Returns the end of the lock to the one caller whose failure locked the key, else None. Each step
    is one UPDATE with its condition in it, so that failures at the same time are all counted.
    """
    now = now or clock.now()
    row = AccessKey.objects.filter(pk=access)
    over = Q(locked_until__lte=now)
    counted = row.filter(Q(failures__lt=FAILURES_ALLOWED) | over).update(
        failures=Case(When(over, then=Value(1)), default=F("failures") + 1), locked_until=None
    )
    if counted:
        return None
    until = now + LOCK
    if row.filter(locked_until__isnull=True).update(failures=F("failures") + 1, locked_until=until):
        return until
    row.update(failures=F("failures") + 1)
    return None


def signature_refused(*, access: str, account_id: str, user_name: str, address: str) -> None:
    """Count a wrong signature of a known key; announce the lock, once, if this one locked it."""
    until = key_failed(access=access)
    if until is not None:
        lockouts.announce(
            lockouts.Lockout(account_id, "access_key", access, user_name, until, address)
        )


def access_key_create(*, principal: Principal, user: User, description: str = "") -> NewKey:
    """Return a new key of `user` with its secret; raises 403 for a third one."""
    with audit.operation(
        principal, "createCredential", resource_type="credential",
        request={"user_id": user.id, "description": description},
    ) as running:  # fmt: skip
        guard_owner(principal, user)
        User.objects.select_for_update().get(pk=user.pk)  # two at a time would make three keys
        if AccessKey.objects.filter(user=user).count() >= KEYS_PER_USER:
            raise ApiError(errors.LIMIT, kind="access keys", limit=KEYS_PER_USER)
        if len(description) > 255:
            raise ApiError(errors.DESCRIPTION)
        row, secret = _insert(user, description)
        running.about(row.access, user.name)
        running.response = {"access": row.access, "status": row.status}
    return NewKey(row, secret)


def _insert(user: User, description: str) -> tuple[AccessKey, str]:
    for _ in range(5):
        access, secret = new_pair()
        try:
            with transaction.atomic():
                row = AccessKey.objects.create(
                    access=access,
                    user=user,
                    secret_encrypted=crypto.encrypt(secret),
                    description=description,
                )
        except IntegrityError:
            continue
        return row, secret
    raise RuntimeError("no free access key after five tries")


def access_key_update(
    *,
    principal: Principal,
    key: AccessKey,
    status: str | None = None,
    description: str | None = None,
) -> AccessKey:
    """Switch a key on or off or describe it; switching off ends the user's tokens."""
    with audit.operation(
        principal, "updateCredential", resource_type="credential",
        resource_id=key.access, resource_name=key.access,
        request={"status": status, "description": description},
    ):  # fmt: skip
        guard_owner(principal, key.user)
        if status is not None:
            if status not in {"active", "inactive"}:
                raise ApiError(errors.BAD_PARAMETER, name="status")
            if key.status != status:
                cache_versions.end_tokens([key.user_id])
            key.status = status
        if description is not None:
            if len(description) > 255:
                raise ApiError(errors.DESCRIPTION)
            key.description = description
        key.save(update_fields=["status", "description"])
    return key


def access_key_delete(*, principal: Principal, key: AccessKey) -> None:
    """Delete a key; it and the user's tokens stop working at once."""
    with audit.operation(
        principal, "deleteCredential", resource_type="credential",
        resource_id=key.access, resource_name=key.access,
    ):  # fmt: skip
        guard_owner(principal, key.user)
        cache_versions.end_tokens([key.user_id])
        key.delete()
