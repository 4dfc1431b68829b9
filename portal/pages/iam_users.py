"""Identity: the start page, users, groups and what is granted to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.errors import ApiError
from iam import errors, selectors
from iam.services import groups, policies
from portal.console import ConsoleView
from portal.data_table import Column

KEY_AGE_DAYS = 90


class IdentityView(ConsoleView):
    """`/console/iam`: counts of the account, security advice, sign-in link."""

    template = "portal/iam.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return counts and advice."""
        account_id = self.principal.account_id
        account = selectors.account(account_id)
        return {
            "counts": {
                "users": selectors.users(account_id).count(),
                "groups": selectors.groups(account_id).count(),
                "policies": selectors.custom_policies(account_id).count(),
            },
            "account": account,
            "advice": self._advice(account),
        }

    def _advice(self, account: Any) -> list[dict[str, Any]]:
        """Return the security advice, and whether it is followed."""
        owner = selectors.owner(account.id)
        people = selectors.users(account.id).filter(is_owner=False)
        old = clock.now() - dt.timedelta(days=KEY_AGE_DAYS)
        keys = selectors.access_keys(account.id)
        return [
            {
                "title": _("The owner signs in with a one-time code"),
                "done": bool(owner.totp_secret_encrypted),
                "page": "credentials/device",
            },
            {
                "title": _("The owner has no access key: programs use IAM users"),
                "done": not keys.filter(user=owner).exists(),
                "page": "credentials",
            },
            {
                "title": _("Every user is in a group"),
                "done": not people.filter(memberships=None).exists(),
                "page": "iam/users",
            },
            {
                "title": _("No access key is older than 90 days"),
                "done": not keys.filter(created_at__lt=old, status="active").exists(),
                "page": "iam/users",
            },
        ]


USER_COLUMNS = (
    Column("user", gettext_lazy("User"), attrgetter("name"), "name", fixed=True),
    Column("id", gettext_lazy("User id"), attrgetter("pk"), hidden=True),
    Column("status", gettext_lazy("Status"), attrgetter("enabled"), "enabled"),
    Column("access", gettext_lazy("Access"), attrgetter("access_mode"), "access_mode"),
    Column("groups", gettext_lazy("Groups"), lambda row: ", ".join(g.name for g in row.groups.all())),
    Column("factor", gettext_lazy("Second factor"), lambda row: bool(row.totp_secret_encrypted)),
    Column("last", gettext_lazy("Last sign-in"), attrgetter("last_login")),
    Column("email", gettext_lazy("E-mail"), attrgetter("email"), "email", hidden=True),
    Column("created", gettext_lazy("Created"), attrgetter("created_at"), "created_at", hidden=True),
)  # fmt: skip
STATES: dict[str, tuple[Any, Callable[[dt.datetime], dict[str, Any]]]] = {
    "enabled": (gettext_lazy("Enabled"), lambda _now: {"enabled": True}),
    "disabled": (gettext_lazy("Disabled"), lambda _now: {"enabled": False}),
    "locked": (gettext_lazy("Locked"), lambda now: {"locked_until__gt": now}),
}


class UsersView(ConsoleView):
    """`/console/iam/users`: the list; a name leads to the user's own page."""

    template = "portal/users.html"
    actions = {"create": "iam:users:createUser"}

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return one page of users, first by name, and the state that they are narrowed to."""
        now, state = clock.now(), self.request.GET.get("state", "")
        rows = selectors.users(self.principal.account_id).prefetch_related("groups")
        if state in STATES:
            rows = rows.filter(**STATES[state][1](now))
        return {
            "users": self.table(
                "users",
                USER_COLUMNS,
                rows,
                sort="user",
                search=("name", "email", "pk"),
                draw=lambda row: {"user": row, "locked": row.locked(now)},
            ),
            "states": [(key, label) for key, (label, _where) in STATES.items()],
            "state": state,
        }


GROUP_COLUMNS = (
    Column("group", gettext_lazy("Group"), attrgetter("name"), "name", fixed=True),
    Column("id", gettext_lazy("Group id"), attrgetter("pk"), hidden=True),
    Column("members", gettext_lazy("Users"), attrgetter("member_count"), "member_count", number=True),
    Column("description", gettext_lazy("Description"), attrgetter("description"), "description"),
    Column("created", gettext_lazy("Created"), attrgetter("created_at"), "created_at", hidden=True),
)  # fmt: skip
MEMBER_COLUMNS = (
    Column("user", gettext_lazy("User"), attrgetter("name"), "name", fixed=True),
    Column("email", gettext_lazy("E-mail"), attrgetter("email"), "email", hidden=True),
)


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
        found: dict[str, Any] = {"query": query}
        if group_id := query.get("group", ""):
            group = selectors.group(account, group_id)
            members = selectors.members(account, group.id)
            found |= {
                "group": group,
                "members": self.table(
                    "members", MEMBER_COLUMNS, members, sort="user", search=("name", "email")
                ),
                "others": self.choice("user"),
                "grants": list(selectors.attachments(account, group=group)),
                "policies": list(selectors.policies(account)),
                "chosen": {
                    value
                    for name in ("policy", "project", "enterprise_project")
                    for value in self.request.POST.getlist(name)
                },
                "region_projects": self.projects,
                "owned": list(selectors.enterprise_projects(account)),
                "with_owned": selectors.account(account).enterprise_projects_enabled,
            }
        else:
            found["groups"] = self.table(
                "groups", GROUP_COLUMNS, selectors.groups(account), sort="group",
                search=("name", "description"),
            )  # fmt: skip
        return found

    def choosable(self) -> dict[str, QuerySet[Any]]:
        """Return the users who are not in the group yet."""
        account = self.principal.account_id
        members = selectors.members(account, self.request.GET.get("group", ""))
        others = selectors.users(account).exclude(pk__in=members.values("pk"))
        return {"user": others if self.may["join"] else others.none()}

    def do_create(self) -> Any:
        """Create a group and go on to its page."""
        self.require("iam:groups:createGroup")
        post = self.request.POST
        group = groups.group_create(
            principal=self.principal,
            name=post.get("name", "").strip(),
            description=post.get("description", ""),
        )
        self.success(
            _("Group %(name)s is created. Add users and policies to it.") % {"name": group.name}
        )
        return self.back(group=group.id)

    def do_delete(self) -> Any:
        """Delete a group whose name was typed."""
        self.require("iam:groups:deleteGroup")
        group = self._group()
        self.confirmed(group.name)
        groups.group_delete(principal=self.principal, group=group)
        self.success(_("Group %(name)s is deleted.") % {"name": group.name})
        return self.back("iam/groups")

    def do_join(self) -> None:
        """Add the chosen users."""
        self.require("iam:permissions:addUserToGroup")
        group = self._group()
        chosen = self.chosen("user")
        with transaction.atomic():
            for user_id in chosen:
                user = selectors.user(self.principal.account_id, user_id)
                groups.member_add(principal=self.principal, group=group, user=user)
        self.success(_("Users added: %(n)s") % {"n": len(chosen)})

    def do_leave(self) -> None:
        """Remove a user."""
        self.require("iam:permissions:removeUserFromGroup")
        user = selectors.user(self.principal.account_id, self.request.POST.get("user", ""))
        groups.member_remove(principal=self.principal, group=self._group(), user=user)
        self.success(_("%(name)s is no longer in the group.") % {"name": user.name})

    def do_grant(self) -> None:
        """Attach the chosen policies in the chosen scope."""
        self.require("iam:grants:grantRole")
        group, post = self._group(), self.request.POST
        chosen = post.getlist("policy")
        kind = post.get("scope", "")
        if not chosen:
            raise ApiError(errors.BAD_PARAMETER, name="policy")
        with transaction.atomic():
            for policy_id in chosen:
                policy = selectors.policy(self.principal.account_id, policy_id)
                everywhere = kind == "all_resources"
                scopes = policies.everywhere(policy) if everywhere else self._scopes(kind)
                for scope in scopes:
                    policies.grant_add(
                        principal=self.principal, policy=policy, subject=group, scope=scope
                    )
        self.success(_("The policies are granted and count at once."))

    def do_revoke(self) -> None:
        """Revoke one grant."""
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
        self.success(_("The grant is taken away."))

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
