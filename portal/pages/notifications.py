"""Notifications: all notices of the account."""

from __future__ import annotations

from typing import Any

from portal import notices
from portal.console import ConsoleView


class NotificationsView(ConsoleView):
    """`/console/notifications`."""

    template = "portal/notifications.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the notices as they are at this moment."""
        return {"rows": notices.of(self.principal)}
