"""My Credentials: ids, projects and access keys; a secret is shown once."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from iam import selectors
from iam.services import access_keys, users
from portal.console import ConsoleView


class CredentialsView(ConsoleView):
    """`/console/credentials`: everyone may see and manage their own."""

    template = "portal/credentials.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the caller's ids and keys."""
        me = self.principal
        return {
            "keys": selectors.access_keys(me.account_id, me.user_id),
            "limit": access_keys.KEYS_PER_USER,
            "places": self.projects,
            "endpoint": settings.PUBLIC_URL,
        }

    def do_create(self) -> HttpResponse:
        """Make a key and show its secret, this once."""
        made = access_keys.access_key_create(
            principal=self.principal,
            user=self._me(),
            description=self.request.POST.get("description", ""),
        )
        text = (
            "User Name,Access Key Id,Secret Access Key\r\n"
            f'"{self.principal.user_name}",{made.row.access},{made.secret}\r\n'
        )
        answer = self.page(
            self.template,
            {**self.context(), "made": made, "csv": f"data:text/csv;charset=utf-8,{quote(text)}"},
        )
        answer["Cache-Control"] = "no-store"
        return answer

    def do_switch(self) -> None:
        """Switch one of the caller's keys on or off."""
        key = self._key()
        status = "inactive" if key.status == "active" else "active"
        access_keys.access_key_update(principal=self.principal, key=key, status=status)
        self.tell(
            _("The access key is now off.")
            if status == "inactive"
            else _("The access key is now on.")
        )

    def do_delete(self) -> None:
        """Delete one of the caller's keys."""
        access_keys.access_key_delete(principal=self.principal, key=self._key())
        self.tell(_("The access key is deleted. Calls signed with it are refused from now on."))

    def do_password(self) -> HttpResponse:
        """Change the caller's own password; every session ends."""
        users.password_change(
            principal=self.principal,
            user=self._me(),
            original_password=self.request.POST.get("original", ""),
            password=self.request.POST.get("password", ""),
        )
        self.tell(_("The password is changed. Sign in with the new one."))
        return self.back()

    def _me(self) -> Any:
        return selectors.user(self.principal.account_id, self.principal.user_id)

    def _key(self) -> Any:
        access = self.request.POST.get("access", "")
        rows = selectors.access_keys(self.principal.account_id, self.principal.user_id)
        return next((row for row in rows if row.access == access), None) or selectors.access_key(
            self.principal.account_id, ""
        )
