"""IP address of the caller behind a known number of reverse proxies."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """Return the address of the caller.

    With `TRUSTED_PROXIES` = n the n-th entry from the right of X-Forwarded-For counts, because only
    the last n were written by our own proxies; everything further left is the caller's own claim.
    """
    remote = str(request.META.get("REMOTE_ADDR", ""))
    trusted: int = settings.TRUSTED_PROXIES
    if trusted < 1:
        return remote
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if len(chain) < trusted:
        return remote
    try:
        return str(ipaddress.ip_address(chain[-trusted]))
    except ValueError:
        return remote
