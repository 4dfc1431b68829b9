"""Issue, open and revoke tokens, which are sealed (encrypted and authenticated) lists of ids.

A token holds ids only. Whether it still counts is asked of the database with every use: the user's
epoch and the table of revoked tokens.
"""

from __future__ import annotations

import base64
import datetime as dt
import struct
import uuid
from dataclasses import dataclass, field, replace

from django.conf import settings

from core import clock, crypto
from core.errors import ApiError
from iam import errors
from iam.models import Project, RevokedToken, User

UNSCOPED, PROJECT, DOMAIN = 0, 1, 2
METHODS = ("password", "token", "totp", "assume_role", "session")
_FORM = struct.Struct(">BBB16s16s16sQQI")  # kind, scope, methods, id, user, scope id, µs, µs, epoch
_AGENCY = struct.Struct(">16s16s")  # agency, account it acts for
_KIND_USER, _KIND_AGENCY = 1, 2


@dataclass(frozen=True, slots=True)
class Token:
    """The content of a token. For an agency token `user_id` is the assuming user of the other account."""

    id: str
    user_id: str
    scope: int
    scope_id: str
    methods: tuple[str, ...]
    issued_at: dt.datetime
    expires_at: dt.datetime
    epoch: int
    agency_id: str = ""
    agency_account_id: str = ""
    text: str = field(default="", compare=False, repr=False)


def _micro(moment: dt.datetime) -> int:
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


def _moment(micro: int) -> dt.datetime:
    seconds, rest = divmod(micro, 1_000_000)
    return dt.datetime.fromtimestamp(seconds, dt.UTC).replace(microsecond=rest)


def seal(token: Token) -> str:
    """Return the text of `token`, encrypted and authenticated with the installation's keys."""
    bits = sum(1 << METHODS.index(method) for method in token.methods)
    data = _FORM.pack(
        _KIND_AGENCY if token.agency_id else _KIND_USER,
        token.scope,
        bits,
        bytes.fromhex(token.id),
        bytes.fromhex(token.user_id),
        bytes.fromhex(token.scope_id or "0" * 32),
        _micro(token.issued_at),
        _micro(token.expires_at),
        token.epoch,
    )
    if token.agency_id:
        data += _AGENCY.pack(bytes.fromhex(token.agency_id), bytes.fromhex(token.agency_account_id))
    return crypto.encrypt(base64.b85encode(data).decode())


def unseal(text: str) -> Token:
    """Return the content of a token, expired or not; raises ValueError if this installation did not issue it."""
    if len(text) > 1024:
        raise ValueError("longer than any token")
    data = base64.b85decode(crypto.decrypt(text))
    try:
        kind, scope, bits, token_id, user, scope_id, issued, expires, epoch = _FORM.unpack_from(
            data
        )
        agency = _AGENCY.unpack_from(data, _FORM.size) if kind == _KIND_AGENCY else None
    except struct.error as error:
        raise ValueError("not a token") from error
    return Token(
        id=token_id.hex(),
        user_id=user.hex(),
        scope=scope,
        scope_id=scope_id.hex() if scope != UNSCOPED else "",
        methods=tuple(name for place, name in enumerate(METHODS) if bits >> place & 1),
        issued_at=_moment(issued),
        expires_at=_moment(expires),
        epoch=epoch,
        agency_id=agency[0].hex() if agency else "",
        agency_account_id=agency[1].hex() if agency else "",
        text=text,
    )


def token_issue(
    *,
    user: User,
    methods: tuple[str, ...],
    project: Project | None = None,
    domain_id: str = "",
    expires_at: dt.datetime | None = None,
    agency_id: str = "",
    agency_account_id: str = "",
) -> Token:
    """Return a new token of `user`, for a project, for the account or without scope.

    It lives TOKEN_LIFETIME_S unless `expires_at` ends it earlier (a rescoped token never outlives the
    one it came from). Raises 403 for a frozen account.
    """
    if user.account.is_frozen:
        raise ApiError(errors.ACCOUNT_RESTRICTED)
    now = clock.now()
    latest = now + dt.timedelta(seconds=settings.TOKEN_LIFETIME_S)
    token = Token(
        id=uuid.uuid4().hex,
        user_id=user.id,
        scope=PROJECT if project else DOMAIN if domain_id else UNSCOPED,
        scope_id=project.id if project else domain_id,
        methods=methods,
        issued_at=now,
        expires_at=min(expires_at, latest) if expires_at else latest,
        epoch=user.token_epoch,
        agency_id=agency_id,
        agency_account_id=agency_account_id,
    )
    return replace(token, text=seal(token))


def token_revoke(*, token: Token) -> None:
    """End `token` now, in every process. Doing it twice is harmless."""
    RevokedToken.objects.get_or_create(token_id=token.id, defaults={"expires_at": token.expires_at})


def purge(now: dt.datetime | None = None) -> int:
    """Forget revoked tokens that have expired anyway; returns how many."""
    count, _ = RevokedToken.objects.filter(expires_at__lt=now or clock.now()).delete()
    return count
