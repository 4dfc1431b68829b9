"""Who was locked out: higher apps ask to be told, because they own the ways of telling people."""

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
    """One function of a higher app that is told of each lock-out, once."""

    name: str
    tell: Callable[[Lockout], object]


LISTENERS: Registry[Listener] = Registry("lock-out listeners", key=lambda row: row.name)


def announce(lockout: Lockout) -> None:
    """Tell every listener; one that fails is logged and keeps nobody from being refused."""
    log.warning("locked out", extra={"kind": lockout.kind, "subject": lockout.subject_id})
    for listener in LISTENERS:
        try:
            listener.tell(lockout)
        except Exception:
            log.exception("a lock-out was not told", extra={"listener": listener.name})
