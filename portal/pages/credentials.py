"""My Credentials: ids, projects and access keys; a secret is shown once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from iam import selectors
from iam.services import access_keys, account_settings, users
from portal import access_key_actions
from portal.console import ConsoleView


class CredentialsView(ConsoleView):
    """`/console/credentials`: ids, projects and access keys of the caller."""

    template = "portal/credentials.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the caller's ids and keys."""
        me = self.principal
        return {
            "keys": selectors.access_keys(me.account_id, me.user_id),
            "limit": access_keys.KEYS_PER_USER,
            "region_projects": self.projects,
            "endpoint": settings.PUBLIC_URL,
            "has_device": bool(self._me().totp_secret_encrypted),
        }

    def do_create(self) -> HttpResponse:
        """Create a key and show its secret once."""
        self._own("accesskey", "iam:credentials:createCredential")
        made = access_keys.access_key_create(
            principal=self.principal,
            user=self._me(),
            description=self.request.POST.get("description", ""),
        )
        csv = access_key_actions.csv_link(self.principal.user_name, made)
        answer = self.page(self.template, {**self.context(), "made": made, "csv": csv})
        answer["Cache-Control"] = "no-store"
        return answer

    def do_switch(self) -> None:
        """Switch one of the caller's keys on or off."""
        self._own("accesskey", "iam:credentials:updateCredential")
        access_key_actions.switch(self, self._key())

    def do_delete(self) -> None:
        """Delete one of the caller's keys."""
        self._own("accesskey", "iam:credentials:deleteCredential")
        access_key_actions.delete(self, self._key())

    def do_password(self) -> HttpResponse:
        """Change the caller's own password; every session ends."""
        self._own("password", "iam:users:setUserPassword")
        users.password_change(
            principal=self.principal,
            user=self._me(),
            original_password=self.request.POST.get("original", ""),
            password=self.request.POST.get("password", ""),
        )
        self.success(_("The password is changed. Sign in with the new one."))
        return self.back()

    def _own(self, what: str, action: str) -> None:
        """Raise 403 where the account's protection settings reserve this to administrators."""
        settings_of = selectors.account(self.principal.account_id).settings
        if not self.principal.is_owner and not account_settings.may_manage_own(settings_of, what):
            self.require(action)

    def _me(self) -> Any:
        return selectors.user(self.principal.account_id, self.principal.user_id)

    def _key(self) -> Any:
        access = self.request.POST.get("access", "")
        rows = selectors.access_keys(self.principal.account_id, self.principal.user_id)
        return next((row for row in rows if row.access == access), None) or selectors.access_key(
            self.principal.account_id, ""
        )
