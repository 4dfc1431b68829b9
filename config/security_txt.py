"""`/.well-known/security.txt`: where to report a vulnerability (RFC 9116)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from core import clock

# RFC 9116, 2.5.5: the date should lie less than a year ahead, so that a forgotten file goes stale.
_VALID = dt.timedelta(days=180)


def view(request: HttpRequest) -> HttpResponse:
    """Return the contact of SECURITY_CONTACT; 404 if it is not set."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (clock.now() + _VALID).replace(microsecond=0)
    lines = (
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Preferred-Languages: en, zh, ar",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
