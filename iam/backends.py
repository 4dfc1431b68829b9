"""Django authentication backend of console sessions."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from iam.models import User


class ConsoleBackend:
    """Finds the user of a console session; signing in itself is `iam.services.logins`."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Return None: names are unique per account only, so Django's own form cannot be used."""
        return None

    def get_user(self, user_id: str) -> User | None:
        """Return the enabled user of an enabled account, or None, which ends the session."""
        return (
            User.objects.select_related("account")
            .filter(pk=user_id, enabled=True, account__enabled=True)
            .first()
        )
