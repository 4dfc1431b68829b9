"""Identity: the start page, users, groups and what is granted to them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import ApiError
from iam import errors, selectors
from iam.services import accounts, groups, policies, users
from portal.console import ConsoleView

PAGE = 50


class IdentityView(ConsoleView):
    """`/console/iam`: figures of the account, its settings for signing in."""

    template = "portal/iam.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return counts and the account's login rules."""
        account_id = self.principal.account_id
        account = selectors.account(account_id)
        return {
            "counts": {
                "users": selectors.users(account_id).count(),
                "groups": selectors.groups(account_id).count(),
                "policies": selectors.custom_policies(account_id).count(),
            },
            "account": account,
            "login": accounts.rules.family(account, "login_policy"),
            "password": accounts.rules.family(account, "password_policy"),
        }


class UsersView(ConsoleView):
    """`/console/iam/users`: list, create, switch, reset, delete."""

    template = "portal/users.html"
    actions = {
        "create": "iam:users:createUser",
        "update": "iam:users:updateUser",
        "password": "iam:users:setUserPassword",
        "delete": "iam:users:deleteUser",
        "join": "iam:permissions:addUserToGroup",
    }

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return one page of users by name; paging goes on after the last name."""
        account, query = self.principal.account_id, self.request.GET
        rows = selectors.users(account).order_by("name").prefetch_related("groups")
        if text := query.get("q", "").strip():
            rows = rows.filter(name__icontains=text)
        if after := query.get("after", ""):
            rows = rows.filter(name__gt=after)
        found = list(rows[: PAGE + 1])
        return {
            "rows": found[:PAGE],
            "next": found[PAGE - 1].name if len(found) > PAGE else "",
            "groups": list(selectors.groups(account)),
            "query": query,
            "modes": (
                ("default", _("Console and programmatic access")),
                ("programmatic", _("Programmatic access")),
                ("console", _("Console access")),
            ),
        }

    def do_create(self) -> None:
        """Create a user and put it into the chosen groups, all or nothing."""
        self.require("iam:users:createUser")
        post = self.request.POST
        chosen = post.getlist("group")
        if chosen:
            self.require("iam:permissions:addUserToGroup")
        fields = {key: post[key] for key in ("email", "description") if post.get(key)}
        with transaction.atomic():
            user = users.user_create(
                principal=self.principal,
                name=post.get("name", "").strip(),
                password=post.get("password") or None,
                access_mode=post.get("access_mode", "default"),
                must_change_password=post.get("one_time") == "on",
                **fields,
            )
            for group_id in chosen:
                group = selectors.group(self.principal.account_id, group_id)
                groups.member_add(principal=self.principal, group=group, user=user)
        self.tell(_("User %(name)s is created.") % {"name": user.name})

    def do_switch(self) -> None:
        """Enable or disable a user."""
        self.require("iam:users:updateUser")
        user = self._user()
        users.user_update(principal=self.principal, user=user, enabled=not user.enabled)
        self.tell(
            _("User %(name)s is enabled.") % {"name": user.name}
            if user.enabled
            else _("User %(name)s is disabled.") % {"name": user.name}
        )

    def do_password(self) -> None:
        """Set a new password for a user."""
        self.require("iam:users:setUserPassword")
        user = self._user()
        users.password_reset(
            principal=self.principal,
            user=user,
            password=self.request.POST.get("password", ""),
            one_time=self.request.POST.get("one_time") == "on",
        )
        self.tell(_("The password of %(name)s is set.") % {"name": user.name})

    def do_delete(self) -> None:
        """Delete a user whose name was typed."""
        self.require("iam:users:deleteUser")
        user = self._user()
        users.user_delete(principal=self.principal, user=user)
        self.tell(_("User %(name)s is deleted.") % {"name": user.name})

    def _user(self) -> Any:
        return selectors.user(self.principal.account_id, self.request.POST.get("user", ""))


class GroupsView(ConsoleView):
    """`/console/iam/groups`: groups, their members, and the authorize wizard."""

    template = "portal/groups.html"
    actions = {
        "create": "iam:groups:createGroup",
        "delete": "iam:groups:deleteGroup",
        "join": "iam:permissions:addUserToGroup",
        "leave": "iam:permissions:removeUserFromGroup",
        "grant": "iam:grants:grantRole",
        "revoke": "iam:grants:revokeRole",
    }

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return all groups, and one with its members and grants."""
        account, query = self.principal.account_id, self.request.GET
        found: dict[str, Any] = {"rows": list(selectors.groups(account)), "query": query}
        if group_id := query.get("group", ""):
            group = selectors.group(account, group_id)
            members = list(selectors.members(account, group.id))
            inside = {user.id for user in members}
            found |= {
                "group": group,
                "members": members,
                "others": [u for u in selectors.users(account) if u.id not in inside],
                "grants": list(selectors.attachments(account, group=group)),
                "policies": list(selectors.policies(account)),
                "places": self.projects,
                "owned": list(selectors.enterprise_projects(account)),
            }
        return found

    def do_create(self) -> Any:
        """Create a group and go on to its page."""
        self.require("iam:groups:createGroup")
        post = self.request.POST
        group = groups.group_create(
            principal=self.principal,
            name=post.get("name", "").strip(),
            description=post.get("description", ""),
        )
        self.tell(
            _("Group %(name)s is created. Add users and policies to it.") % {"name": group.name}
        )
        return self.back(group=group.id)

    def do_delete(self) -> Any:
        """Delete a group whose name was typed."""
        self.require("iam:groups:deleteGroup")
        group = self._group()
        groups.group_delete(principal=self.principal, group=group)
        self.tell(_("Group %(name)s is deleted.") % {"name": group.name})
        return self.back("iam/groups")

    def do_join(self) -> None:
        """Add the chosen users."""
        self.require("iam:permissions:addUserToGroup")
        group = self._group()
        chosen = self.request.POST.getlist("user")
        with transaction.atomic():
            for user_id in chosen:
                user = selectors.user(self.principal.account_id, user_id)
                groups.member_add(principal=self.principal, group=group, user=user)
        self.tell(_("Users added: %(n)s") % {"n": len(chosen)})

    def do_leave(self) -> None:
        """Take a user out."""
        self.require("iam:permissions:removeUserFromGroup")
        user = selectors.user(self.principal.account_id, self.request.POST.get("user", ""))
        groups.member_remove(principal=self.principal, group=self._group(), user=user)
        self.tell(_("%(name)s is no longer in the group.") % {"name": user.name})

    def do_grant(self) -> None:
        """Attach the chosen policies in the chosen scope."""
        self.require("iam:grants:grantRole")
        group, post = self._group(), self.request.POST
        chosen = post.getlist("policy")
        scopes = self._scopes(post.get("scope", ""))
        if not chosen:
            raise ApiError(errors.BAD_PARAMETER, name="policy")
        with transaction.atomic():
            for policy_id in chosen:
                policy = selectors.policy(self.principal.account_id, policy_id)
                for scope in scopes:
                    policies.grant_add(
                        principal=self.principal, policy=policy, subject=group, scope=scope
                    )
        self.tell(_("The policies are granted and count at once."))

    def do_revoke(self) -> None:
        """Take one grant away."""
        self.require("iam:grants:revokeRole")
        text = self.request.POST.get("grant", "")
        group = self._group()
        rows = selectors.attachments(
            self.principal.account_id, pk=int(text) if text.isdecimal() else 0, group=group
        )
        for row in rows:
            policies.grant_remove(
                principal=self.principal,
                policy=row.policy,
                subject=group,
                scope=policies.Scope(row.scope, row.project, row.enterprise_project),
            )
        self.tell(_("The grant is taken away."))

    def _group(self) -> Any:
        return selectors.group(self.principal.account_id, self.request.POST.get("group", ""))

    def _scopes(self, kind: str) -> list[policies.Scope]:
        account, post = self.principal.account_id, self.request.POST
        if kind in {"account", "all_projects"}:
            return [policies.Scope(kind)]
        if kind == "project" and (chosen := post.getlist("project")):
            return [policies.Scope(kind, project=selectors.project(account, key)) for key in chosen]
        if kind == "enterprise_project" and (chosen := post.getlist("enterprise_project")):
            return [
                policies.Scope(kind, enterprise_project=selectors.enterprise_project(account, key))
                for key in chosen
            ]
        raise ApiError(errors.BAD_PARAMETER, name="scope")
