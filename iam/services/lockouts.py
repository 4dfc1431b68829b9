"""Registry of functions that are called when a user or an access key is locked.

Higher apps register, because they own e-mail and webhooks."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

from core.registry import Registry

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lockout:
    """A user after wrong passwords or codes, or an access key after wrong signatures, until `until`."""

    account_id: str
    kind: str  # "user" or "access_key"
    subject_id: str  # the user's id or the access key
    user_name: str
    until: dt.datetime
    address: str = ""


@dataclass(frozen=True, slots=True)
class Listener:
    """A function of a higher app that is called once for each lock-out."""

    name: str
    notify: Callable[[Lockout], object]


LISTENERS: Registry[Listener] = Registry("lock-out listeners", key=lambda row: row.name)


def announce(lockout: Lockout) -> None:
    """Call every listener. The failure of one is logged and does not prevent the lock-out."""
    log.warning("locked out", extra={"kind": lockout.kind, "subject": lockout.subject_id})
    for listener in LISTENERS:
        try:
            listener.notify(lockout)
        except Exception:
            log.exception("a listener of lock-outs failed", extra={"listener": listener.name})
