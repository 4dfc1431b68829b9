"""Console sessions: inactivity timeout and passwords that must be changed first."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from iam.models import User
from iam.services import account_settings

RENEW_S = 60  # the time of the last click is written at most this often
_SEEN, _CODE = "seen", "mfa_at"


def session_begin(session: SessionBase, user: User, now: dt.datetime) -> None:
    """Start counting a session that has just been signed in.

    A user with a device has given its code: conditions on it read the time from the session.
    """
    session[_SEEN] = int(now.timestamp())
    if user.totp_secret_encrypted:
        session[_CODE] = now.timestamp()
    session.set_expiry(_timeout_s(user.account.settings))


def session_keep(session: SessionBase, settings: dict[str, Any], now: dt.datetime) -> bool:
    """Return whether the session is still alive by the account's rules; note the click if it is.

    The account's `session_timeout` (minutes without a click) counts from the last one, also for
    sessions that were signed in under another value. The caller saves a modified session.
    """
    timeout, moment = _timeout_s(settings), int(now.timestamp())
    seen = session.get(_SEEN, moment - RENEW_S)
    if moment - seen > timeout:
        return False
    if moment - seen >= RENEW_S:
        session[_SEEN] = moment
        session.set_expiry(timeout)
    return True


def _timeout_s(settings: dict[str, Any]) -> int:
    return int(account_settings.family_in(settings, "login_policy")["session_timeout"]) * 60


def password_due(user: User) -> bool:
    """Return whether the user must choose a new password before anything else."""
    return user.must_change_password or account_settings.password_expired(user)
