"""Issue and open temporary access keys; everything is sealed into the security token, nothing stored."""

from __future__ import annotations

import datetime as dt
import secrets
import string
from dataclasses import dataclass
from typing import Any

import orjson

from core import clock, crypto
from core.errors import ApiError
from iam import errors, policy_eval

SHORTEST_S, LONGEST_S, USUAL_S = 900, 86400, 900
POLICY_LENGTH = 2048
_ALPHABET = string.ascii_uppercase + string.digits
_SECRET_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class TemporaryKey:
    """A temporary pair and whose it is."""

    access: str
    secret: str
    user_id: str
    epoch: int
    expires_at: dt.datetime
    agency_id: str = ""
    agency_account_id: str = ""
    security_token: str = ""
    policy: str = ""


def new_pair() -> tuple[str, str]:
    """Return a random access key (20 characters) and secret (40 characters)."""
    return (
        "".join(secrets.choice(_ALPHABET) for _ in range(20)),
        "".join(secrets.choice(_SECRET_ALPHABET) for _ in range(40)),
    )


def temporary_key_issue(
    *,
    user_id: str,
    epoch: int,
    duration_s: int = USUAL_S,
    agency_id: str = "",
    agency_account_id: str = "",
    policy: str = "",
) -> TemporaryKey:
    """Return a pair that lives `duration_s` seconds (the caller checked 900..86400).

    `policy` is a session policy's checked JSON: the pair may do what both it and its user may.
    """
    access, secret = new_pair()
    expires = clock.now() + dt.timedelta(seconds=duration_s)
    payload = [
        access,
        secret,
        user_id,
        epoch,
        clock.epoch_ms(expires),
        agency_id,
        agency_account_id,
        policy,
    ]
    sealed = crypto.encrypt("STS:" + orjson.dumps(payload).decode())
    return TemporaryKey(
        access, secret, user_id, epoch, expires, agency_id, agency_account_id, sealed, policy
    )


def temporary_key_open(security_token: str) -> TemporaryKey:
    """Return the sealed pair, expired or not; raises ValueError if it is not one of ours."""
    text = crypto.decrypt(security_token)
    if not text.startswith("STS:"):
        raise ValueError("not a security token")
    access, secret, user_id, epoch, expires, agency_id, account_id, *rest = orjson.loads(text[4:])
    return TemporaryKey(
        access, secret, user_id, epoch, clock.from_epoch_ms(expires), agency_id, account_id,
        security_token, policy=rest[0] if rest else "",
    )  # fmt: skip


def session_policy(document: Any) -> str:
    """Return a session policy as compact JSON; raises 400 for a fault or over 2,048 characters."""
    if document is None:
        return ""
    try:
        policy_eval.compile_document(document)
    except policy_eval.PolicyError as error:
        raise ApiError(errors.BAD_POLICY, reason=str(error)) from error
    text = orjson.dumps(document).decode()
    if len(text) > POLICY_LENGTH:
        raise ApiError(errors.BAD_POLICY, reason=f"longer than {POLICY_LENGTH} characters")
    return text
