"""`/.well-known/security.txt` as RFC 9116 wants it."""

from __future__ import annotations

import datetime as dt

from django.test import Client

from core import clock

PATH = "/.well-known/security.txt"


def test_there_is_no_page_without_a_contact(settings):
    settings.SECURITY_CONTACT = ""
    assert Client().get(PATH).status_code == 404


def test_the_contact_is_named_and_the_file_goes_stale_within_a_year(settings):
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    answer = Client().get(PATH)
    assert answer.headers["Content-Type"].startswith("text/plain")
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert fields["Contact"] == "mailto:security@example.org"
    expires = dt.datetime.fromisoformat(fields["Expires"].replace("Z", "+00:00"))
    assert clock.now() < expires < clock.now() + dt.timedelta(days=365)
