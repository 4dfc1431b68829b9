"""One IAM user: the creation wizard, and the page that shows and changes the user."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from core import clock
from core.errors import ApiError
from iam import errors, selectors
from iam.services import access_keys, account_settings, groups, logins, users
from portal import access_key_actions
from portal.console import ConsoleView
from portal.downloads import data_link

FACTS = ("email", "mobile", "description", "access_mode")


def modes() -> tuple[tuple[str, str], ...]:
    """Return the access types and their names in the user's language."""
    return (
        ("default", _("Console and programmatic access")),
        ("programmatic", _("Programmatic access")),
        ("console", _("Console access")),
    )


class UserCreateView(ConsoleView):
    """`/console/iam/users/create`: who, how they sign in, which groups; secrets are shown once."""

    template = "portal/user_create.html"
    actions = {
        "create": "iam:users:createUser",
        "join": "iam:permissions:addUserToGroup",
        "key": "iam:credentials:createCredential",
    }

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the groups to choose from and the account's password rules."""
        account = selectors.account(self.principal.account_id)
        return {
            "groups": list(selectors.groups(account.id)),
            "modes": modes(),
            "rules": account_settings.family(account, "password_policy"),
            "chosen": self.request.POST.getlist("group"),
        }

    def do_create(self) -> HttpResponse | None:
        """Create the user, its memberships and its first key, all or nothing."""
        self.require("iam:users:createUser")
        post = self.request.POST
        chosen, wants_key = post.getlist("group"), post.get("key") == "on"
        mode = post.get("access_mode", "default")
        if chosen:
            self.require("iam:permissions:addUserToGroup")
        if wants_key:
            self.require("iam:credentials:createCredential")
        if wants_key and mode == "console":
            raise ApiError(errors.BAD_PARAMETER, name="access_mode")
        password, generated = self._password(mode)
        with transaction.atomic():
            user = users.user_create(
                principal=self.principal,
                name=post.get("name", "").strip(),
                password=password,
                access_mode=mode,
                must_change_password=bool(password) and post.get("one_time") == "on",
                **{key: post[key] for key in ("email", "description", "mobile") if post.get(key)},
            )
            for group_id in chosen:
                group = selectors.group(self.principal.account_id, group_id)
                groups.member_add(principal=self.principal, group=group, user=user)
            made = (
                access_keys.access_key_create(principal=self.principal, user=user)
                if wants_key
                else None
            )
        self.success(_("User %(name)s is created.") % {"name": user.name})
        if not (generated or made):
            return self.back("iam/users/detail", user=user.id)
        return self._secrets(user, generated, made)

    def _password(self, mode: str) -> tuple[str | None, str]:
        """Return the password to set (None for none) and the same if it was generated here."""
        if mode == "programmatic" and self.request.POST.get("password_kind") == "none":
            return None, ""
        if self.request.POST.get("password_kind") == "generate":
            text = users.one_time_password(selectors.account(self.principal.account_id))
            return text, text
        return self.request.POST.get("password") or None, ""

    def _secrets(self, user: Any, password: str, made: Any) -> HttpResponse:
        """Show the secrets, once, with a file of them."""
        rows = [
            ["User Name", "Account Name", "Password", "Access Key Id", "Secret Access Key", "URL"],
            [
                user.name, self.principal.account_name, password,
                made.row.access if made else "", made.secret if made else "",
                f"{settings.PUBLIC_URL}/login",
            ],
        ]  # fmt: skip
        shown = {"user": user, "password": password, "made": made, "csv": data_link(rows)}
        answer = self.page("portal/user_created.html", shown)
        answer["Cache-Control"] = "no-store"
        return answer


class UserView(ConsoleView):
    """`/console/iam/users/detail?user=`: facts, security settings, groups, keys, deletion."""

    template = "portal/user.html"
    actions = {
        "update": "iam:users:updateUser",
        "password": "iam:users:setUserPassword",
        "delete": "iam:users:deleteUser",
        "join": "iam:permissions:addUserToGroup",
        "leave": "iam:permissions:removeUserFromGroup",
        "keys": "iam:credentials:listCredentials",
        "key": "iam:credentials:createCredential",
        "key_update": "iam:credentials:updateCredential",
        "key_delete": "iam:credentials:deleteCredential",
    }

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the user with groups and keys; raises 404 for a user of another account."""
        me, user, post = self.principal, self._user(), self.request.POST
        typed = post if post.get("do") == "save" else {}
        inside = list(selectors.groups_of_user(me.account_id, user.id))
        return {
            "user": user,
            "kept": {name: typed.get(name, getattr(user, name)) for name in FACTS},
            "modes": modes(),
            "locked": user.locked(clock.now()),
            "rules": account_settings.family(user.account, "password_policy"),
            "groups": inside,
            "others": self.choice("group"),
            "keys": selectors.access_keys(me.account_id, user.id) if self.may["keys"] else (),
            "limit": access_keys.KEYS_PER_USER,
            "may_touch": not user.is_owner or me.is_owner,
        }

    def choosable(self) -> dict[str, QuerySet[Any]]:
        """Return the groups that the user is not in yet."""
        account = self.principal.account_id
        inside = selectors.groups_of_user(account, self.request.GET.get("user", ""))
        others = selectors.groups(account).exclude(pk__in=inside.values("pk"))
        return {"group": others if self.may["join"] else others.none()}

    def do_save(self) -> None:
        """Change facts and access type."""
        self.require("iam:users:updateUser")
        post, user = self.request.POST, self._user()
        fields: dict[str, Any] = {
            key: post[key].strip() for key in FACTS if key in post and key != "access_mode"
        }
        if not user.is_owner:
            fields["access_mode"] = post.get("access_mode", user.access_mode)
        users.user_update(principal=self.principal, user=user, **fields)
        self.success(_("The user is changed."))

    def do_switch(self) -> None:
        """Enable or disable a user."""
        self.require("iam:users:updateUser")
        user = self._user()
        users.user_update(principal=self.principal, user=user, enabled=not user.enabled)
        self.success(
            _("User %(name)s is enabled.") % {"name": user.name}
            if user.enabled
            else _("User %(name)s is disabled.") % {"name": user.name}
        )

    def do_unlock(self) -> None:
        """End the lock of too many wrong passwords."""
        self.require("iam:users:updateUser")
        users.user_unlock(principal=self.principal, user=self._user())
        self.success(_("The lock is ended."))

    def do_password(self) -> HttpResponse | None:
        """Set a new password, typed or generated; a generated one is shown once."""
        self.require("iam:users:setUserPassword")
        user, post = self._user(), self.request.POST
        generated = post.get("password_kind") == "generate"
        text = users.one_time_password(user.account) if generated else post.get("password", "")
        users.password_reset(
            principal=self.principal, user=user, password=text,
            one_time=post.get("one_time") == "on",
        )  # fmt: skip
        if not generated:
            self.success(_("The password of %(name)s is set.") % {"name": user.name})
            return None
        return self._once({"password": text})

    def do_device(self) -> None:
        """Unbind the user's lost TOTP device."""
        self.require("iam:users:updateUser")
        user = self._user()
        users.guard_owner(self.principal, user)
        logins.totp_disable(principal=self.principal, user=user)
        self.success(_("The device is forgotten: the password is enough to sign in."))

    def do_delete(self) -> HttpResponse:
        """Delete a user whose name was typed."""
        self.require("iam:users:deleteUser")
        user = self._user()
        self.confirmed(user.name)
        users.user_delete(principal=self.principal, user=user)
        self.success(_("User %(name)s is deleted.") % {"name": user.name})
        return self.back("iam/users")

    def do_join(self) -> None:
        """Add the user to the chosen groups."""
        self.require("iam:permissions:addUserToGroup")
        user = self._user()
        with transaction.atomic():
            for group_id in self.chosen("group"):
                group = selectors.group(self.principal.account_id, group_id)
                groups.member_add(principal=self.principal, group=group, user=user)
        self.success(_("The groups are changed and count at once."))

    def do_leave(self) -> None:
        """Remove the user from one group."""
        self.require("iam:permissions:removeUserFromGroup")
        group = selectors.group(self.principal.account_id, self.request.POST.get("group", ""))
        groups.member_remove(principal=self.principal, group=group, user=self._user())
        self.success(_("The groups are changed and count at once."))

    def do_key_create(self) -> HttpResponse:
        """Create a key for the user and show its secret once."""
        self.require("iam:credentials:createCredential")
        user = self._user()
        made = access_keys.access_key_create(
            principal=self.principal, user=user,
            description=self.request.POST.get("description", ""),
        )  # fmt: skip
        return self._once({"made": made, "csv": access_key_actions.csv_link(user.name, made)})

    def do_key_switch(self) -> None:
        """Switch one of the user's keys on or off."""
        self.require("iam:credentials:updateCredential")
        access_key_actions.switch(self, self._key())

    def do_key_delete(self) -> None:
        """Delete one of the user's keys."""
        self.require("iam:credentials:deleteCredential")
        access_key_actions.delete(self, self._key())

    def _once(self, shown: dict[str, Any]) -> HttpResponse:
        answer = self.page(self.template, {**self.context(), **shown})
        answer["Cache-Control"] = "no-store"
        return answer

    def _user(self) -> Any:
        return selectors.user(
            self.principal.account_id, self.request.GET.get("user") or self.principal.user_id
        )

    def _key(self) -> Any:
        access = self.request.POST.get("access", "")
        key = selectors.access_key(self.principal.account_id, access)
        if key.user_id != self._user().id:
            raise ApiError(errors.NOT_FOUND, kind="credential", id=access)
        return key
