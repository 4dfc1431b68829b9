"""Enterprise projects: create, switch, delete; what one of them spends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from billing import periods
from billing import selectors as billing_selectors
from core import clock
from iam import selectors
from iam.services import accounts, enterprise_projects
from portal import charts
from portal.console import ConsoleView, title_of

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class EnterpriseProjectsView(ConsoleView):
    """`/console/enterprise-projects`: create, switch, delete; expenditure of one."""

    template = "portal/enterprise_projects.html"
    actions = {
        "create": "eps:enterpriseProjects:create",
        "enable": "eps:enterpriseProjects:enable",
        "disable": "eps:enterpriseProjects:disable",
        "delete": "eps:enterpriseProjects:delete",
    }

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the projects, with this month's calls, and one project's spending."""
        account = self.principal.account_id
        rows = list(selectors.enterprise_projects(account))
        found = spending_of(account, self.request.GET.get("project", ""), self.request.GET)
        known = {row.public_id for row in rows}
        return {
            "rows": rows,
            "unknown": [key for key in found["calls"] if key not in known],
            "enabled": selectors.account(account).enterprise_projects_enabled,
            **found,
        }

    def do_enable_function(self) -> None:
        """Switch the function on for the account, for good."""
        self.require("eps:enterpriseProjects:enable")
        accounts.enterprise_projects_enable(principal=self.principal)
        self.tell(_("Enterprise projects are switched on."))

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
        self.tell(_("Enterprise project %(name)s is created.") % {"name": made.name})

    def do_switch(self) -> None:
        """Enable or disable one."""
        project = self._project()
        enable = project.status != project.ON
        self.require(f"eps:enterpriseProjects:{'enable' if enable else 'disable'}")
        enterprise_projects.enterprise_project_switch(
            principal=self.principal, project=project, enable=enable
        )
        self.tell(_("The change counts at once."))

    def do_delete(self) -> None:
        """Delete one whose name was typed; bills keep its id."""
        self.require("eps:enterpriseProjects:delete")
        enterprise_projects.enterprise_project_delete(
            principal=self.principal, project=self._project()
        )
        self.tell(_("The enterprise project is deleted; its bills stay."))

    def _project(self) -> Any:
        return selectors.enterprise_project(
            self.principal.account_id, self.request.POST.get("project", "")
        )


def spending_of(account_id: str, project: str, query: Mapping[str, str]) -> dict[str, Any]:
    """Return calls per project of the month, and the spending of `project` if one is given."""
    now = periods.month(clock.now(), settings.BILLING_TIME_ZONE)
    month = query.get("month", "")
    month = month if MONTH.fullmatch(month) else now
    found: dict[str, Any] = {
        "month": month,
        "calls": billing_selectors.projects_billed(account_id, month=month),
        "project_id": project,
    }
    if not project:
        return found
    length = 12 if query.get("months") == "12" else 6
    trend = billing_selectors.expenditure_trend(
        account_id, enterprise_project_id=project, month=month, months=length
    )
    parts = billing_selectors.expenditure_distribution(
        account_id, enterprise_project_id=project, month=month
    )
    return found | {
        "months": length,
        "spent": billing_selectors.expenditure(
            account_id, enterprise_project_id=project, month=month
        ),
        "bars": charts.bars(
            [(name[2:], float(sum(products.values(), start=0))) for name, products in trend.items()]
        ),
        "parts": [
            {"title": title_of(code), "calls": calls, "amount": amount}
            for code, calls, amount in parts
        ],
    }
