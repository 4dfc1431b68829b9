"""Enterprise projects: create, switch, authorise, delete; resources and expenditures of one."""

from __future__ import annotations

import re
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import actions as bss
from billing import periods
from billing import selectors as billing_selectors
from core import clock
from core.errors import ApiError
from iam import authz, errors, selectors
from iam.services import accounts, enterprise_projects, policies
from portal import charts
from portal.bill_table import bill_lines
from portal.console import ConsoleView, title_of
from portal.data_table import Column

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def this_month() -> str:
    """Return the running billing month."""
    return periods.month(clock.now(), settings.BILLING_TIME_ZONE)


def _columns(calls: dict[str, int]) -> tuple[Column, ...]:
    """Return the columns of the list; `calls` are those of the running month by project."""
    return (
        Column("name", gettext_lazy("Name"), attrgetter("name"), "name", fixed=True),
        Column("id", gettext_lazy("Project id"), attrgetter("public_id"), hidden=True),
        Column("status", gettext_lazy("Status"), attrgetter("status"), "status"),
        Column("kind", gettext_lazy("Kind"), attrgetter("type"), "type", hidden=True),
        Column("description", gettext_lazy("Description"), attrgetter("description"), hidden=True),
        Column(
            "calls",
            gettext_lazy("Calls this month"),
            lambda row: calls.get(row.public_id, 0),
            number=True,
        ),
    )


class EnterpriseProjectsView(ConsoleView):
    """`/console/enterprise-projects`: the list; create, enable, disable, delete."""

    template = "portal/enterprise_projects.html"
    actions = {
        "create": "eps:enterpriseProjects:create",
        "enable": "eps:enterpriseProjects:enable",
        "disable": "eps:enterpriseProjects:disable",
        "delete": "eps:enterpriseProjects:delete",
    }

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the projects with this month's calls and what was billed under no project."""
        account, month = self.principal.account_id, this_month()
        calls = billing_selectors.projects_billed(account, month=month)
        known = selectors.enterprise_project_names(account)
        return {
            "projects": self.table(
                "projects",
                _columns(calls),
                selectors.enterprise_projects(account),
                sort="name",
                search=("name", "public_id", "description"),
            ),
            "calls": calls,
            "unknown": [key for key in calls if key not in known],
            "enabled": selectors.account(account).enterprise_projects_enabled,
        }

    def do_enable_function(self) -> None:
        """Switch the function on for the account, for good."""
        self.require("eps:enterpriseProjects:enable")
        accounts.enterprise_projects_enable(principal=self.principal)
        self.success(_("Enterprise projects are switched on."))

    def do_create(self) -> None:
        """Create an enterprise project."""
        self.require("eps:enterpriseProjects:create")
        post = self.request.POST
        made = enterprise_projects.enterprise_project_create(
            principal=self.principal,
            name=post.get("name", "").strip(),
            description=post.get("description", ""),
            type=post.get("type", "prod"),
        )
        self.success(_("Enterprise project %(name)s is created.") % {"name": made.name})

    def do_switch(self) -> None:
        """Enable or disable one."""
        project = self._project()
        enable = project.status != project.ON
        self.require(f"eps:enterpriseProjects:{'enable' if enable else 'disable'}")
        enterprise_projects.enterprise_project_switch(
            principal=self.principal, project=project, enable=enable
        )
        self.success(_("The change counts at once."))

    def do_delete(self) -> None:
        """Delete one whose name was typed; bills keep its id."""
        self.require("eps:enterpriseProjects:delete")
        project = self._project()
        self.confirmed(project.name)
        enterprise_projects.enterprise_project_delete(principal=self.principal, project=project)
        self.success(_("The enterprise project is deleted; its bills stay."))

    def _project(self) -> Any:
        return selectors.enterprise_project(
            self.principal.account_id, self.request.POST.get("project", "")
        )


class EnterpriseProjectView(ConsoleView):
    """`/console/enterprise-projects/details?project=`: id, state, authorised groups, resources."""

    template = "portal/enterprise_project.html"
    actions = {
        "update": "eps:enterpriseProjects:update",
        "enable": "eps:enterpriseProjects:enable",
        "disable": "eps:enterpriseProjects:disable",
        "resources": "eps:resources:list",
        "grants": "iam:grants:listGrants",
        "grant": "iam:grants:grantRole",
        "revoke": "iam:grants:revokeRole",
        "spend": bss.BILL_VIEW,
    }

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the project, who may use it and what is in it."""
        account, project = self.principal.account_id, self._project()
        usages = [
            {"title": usage.title, "rows": usage.resources(account, project.public_id)}
            for usage in (enterprise_projects.USAGES if self.may["resources"] else ())
        ]
        return {
            "project": project,
            "grants": selectors.attachments(account, enterprise_project=project)
            if self.may["grants"]
            else [],
            "group": self.choice("group"),
            "policies": selectors.policies(account).order_by("display_name")
            if self.may["grant"]
            else [],
            "chosen": set(self.request.POST.getlist("policy")),
            "usages": usages,
        }

    def choosable(self) -> dict[str, QuerySet[Any]]:
        """Return the groups to authorise."""
        groups = selectors.groups(self.principal.account_id)
        return {"group": groups if self.may["grant"] else groups.none()}

    def do_update(self) -> None:
        """Rename or describe the project."""
        self.require(self.actions["update"])
        post = self.request.POST
        enterprise_projects.enterprise_project_update(
            principal=self.principal,
            project=self._project(),
            name=post.get("name", "").strip(),
            description=post.get("description", ""),
            type=post.get("type", "prod"),
        )
        self.success(_("The project is changed."))

    def do_switch(self) -> None:
        """Enable or disable the project."""
        project = self._project()
        enable = project.status != project.ON
        self.require(self.actions["enable" if enable else "disable"])
        enterprise_projects.enterprise_project_switch(
            principal=self.principal, project=project, enable=enable
        )
        self.success(_("The change counts at once."))

    def do_grant(self) -> None:
        """Authorise a user group: the chosen policies count in this project."""
        self.require(self.actions["grant"])
        account, post = self.principal.account_id, self.request.POST
        group = selectors.group(account, next(iter(self.chosen("group")), ""))
        chosen = post.getlist("policy")
        if not chosen:
            raise ApiError(errors.BAD_PARAMETER, name="policy")
        scope = policies.Scope("enterprise_project", enterprise_project=self._project())
        with transaction.atomic():
            for policy_id in chosen:
                policies.grant_add(
                    principal=self.principal,
                    policy=selectors.policy(account, policy_id),
                    subject=group,
                    scope=scope,
                )
        self.success(_("The policies are granted and count at once."))

    def do_revoke(self) -> None:
        """Take one grant in this project away."""
        self.require(self.actions["revoke"])
        text, project = self.request.POST.get("grant", ""), self._project()
        rows = selectors.attachments(
            self.principal.account_id,
            pk=int(text) if text.isdecimal() else 0,
            enterprise_project=project,
        )
        for row in rows:
            subject = row.group or row.user or row.agency
            if subject is None:
                continue
            policies.grant_remove(
                principal=self.principal,
                policy=row.policy,
                subject=subject,
                scope=policies.Scope(row.scope, row.project, row.enterprise_project),
            )
        self.success(_("The grant is taken away."))

    def _project(self) -> Any:
        return selectors.enterprise_project(
            self.principal.account_id, self.request.GET.get("project", "")
        )


class ExpendituresView(ConsoleView):
    """`/console/enterprise-projects/expenditures?project=&month=&months=`: what a project spent."""

    template = "portal/expenditures.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return month sum and change, details, trend and distribution by product."""
        account, query = self.principal.account_id, self.request.GET
        project = query.get("project", "") or self.enterprise_project or "0"
        # A grant on this one project is enough.
        authz.require(self.principal, bss.BILL_VIEW, enterprise_project_id=project)
        month = query.get("month", "")
        month = month if MONTH.fullmatch(month) else this_month()
        length = 12 if query.get("months") == "12" else 6
        trend = billing_selectors.expenditure_trend(
            account, enterprise_project_id=project, month=month, months=length
        )
        parts = billing_selectors.expenditure_distribution(
            account, enterprise_project_id=project, month=month
        )
        lines = billing_selectors.bill_lines(account, month=month, enterprise_project_id=project)
        whole = sum((amount for _code, _calls, amount in parts if amount > 0), start=Decimal(0))
        names = selectors.enterprise_project_names(account)
        return {
            "project_id": project,
            "project_name": names.get(project, ""),
            "names": names,
            "month": month,
            "months": length,
            "spent": billing_selectors.expenditure(
                account, enterprise_project_id=project, month=month
            ),
            "stack": charts.stacked(
                [
                    (name, {title_of(code): float(sum_) for code, sum_ in of_month.items()})
                    for name, of_month in trend.items()
                ]
            ),
            "parts": [
                {
                    "title": title_of(code),
                    "calls": calls,
                    "amount": amount,
                    "share": max(amount, Decimal(0)) * 100 / whole if whole else 0,
                }
                for code, calls, amount in parts
            ],
            "lines": bill_lines(self, lines),
        }
