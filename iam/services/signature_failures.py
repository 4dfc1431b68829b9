"""Canonical requests of recently refused signatures, for finding what a client signs differently.

Kept for a quarter of an hour in the cache. It holds what the caller sent and the hash of the body, no
secret and no body.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.core.cache import cache

from core import clock
from core.errors import ApiError
from iam import errors, signature
from iam.principal import Principal

KEPT_S = 15 * 60
KEPT_PER_USER = 10
_SECURITY_TOKEN = re.compile(r"^(x-security-token|x-auth-token):.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Failure:
    """One refused signature."""

    request_id: str
    account_id: str
    user_id: str
    access: str
    canonical: str
    string_to_sign: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """The first line (from 1) in which two canonical requests differ, and what that line is."""

    line: int
    part: str
    ours: str
    theirs: str


def remember(
    *,
    request_id: str,
    account_id: str,
    user_id: str,
    access: str,
    canonical: str,
    string_to_sign: str,
) -> None:
    """Keep the server's canonical request of a refused call, and that it was this user's."""
    canonical = _SECURITY_TOKEN.sub(r"\1:********", canonical)[:8000]
    row = Failure(request_id, account_id, user_id, access, canonical, string_to_sign, clock.now())
    if request_id:
        cache.set(f"signature-failure:{request_id}", row, KEPT_S)
        of_user = f"signature-failures-of:{user_id}"
        ids = [request_id, *cache.get(of_user, [])]
        cache.set(of_user, ids[:KEPT_PER_USER], KEPT_S)


def recent(principal: Principal) -> list[Failure]:
    """Return the refused signatures of the caller's own keys in the last 15 minutes, newest first."""
    ids = cache.get(f"signature-failures-of:{principal.user_id}", [])
    rows = cache.get_many([f"signature-failure:{request_id}" for request_id in ids])
    found = [rows.get(f"signature-failure:{request_id}") for request_id in ids]
    return [row for row in found if isinstance(row, Failure)]


def nearest(principal: Principal, theirs: str) -> Failure | None:
    """Return that recent refusal which shares most lines with a pasted canonical request, or None."""
    lines = set(normalised(theirs).split("\n"))
    rows = recent(principal)
    return max(rows, key=lambda row: len(lines & set(row.canonical.split("\n"))), default=None)


def normalised(pasted: str) -> str:
    """Return a pasted canonical request with line ends as signed.

    Error messages write `|` for a line end and begin with `canonicalRequest:`.
    """
    text = pasted.replace("\r\n", "\n").strip(" \t\n")
    if "canonicalRequest:" in text:
        text = text.split("canonicalRequest:", 1)[1]
    return text.replace("|", "\n") if "\n" not in text else text


def find(principal: Principal, request_id: str) -> Failure:
    """Return a refused signature of the caller's own key, or any for an operator; raises 404."""
    row = cache.get(f"signature-failure:{request_id}")
    visible = isinstance(row, Failure) and (
        principal.is_operator
        or row.user_id == principal.user_id
        or (principal.is_owner and row.account_id == principal.account_id)
    )
    if not visible:
        raise ApiError(errors.NOT_FOUND, kind="refused signature", id=request_id)
    assert isinstance(row, Failure)
    return row


def compare(ours: str, theirs: str) -> Difference | None:
    """Return where the pasted canonical request first differs from the server's, or None."""
    found = signature.first_difference(ours, normalised(theirs))
    if found is None:
        return None
    line, left, right = found
    return Difference(line, part_of(ours, line), left, right)


def part_of(canonical: str, line: int) -> str:
    """Name a line of a canonical request."""
    last = canonical.count("\n") + 1
    match line:
        case 1:
            return "method"
        case 2:
            return "path"
        case 3:
            return "query"
        case _ if line >= last:
            return "hash of the body"
        case _ if line == last - 1:
            return "signed headers"
        case _:
            return "headers"
