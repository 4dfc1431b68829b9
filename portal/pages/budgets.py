"""Budgets: monthly limits with an alert and an optional hard stop."""

from __future__ import annotations

from decimal import Decimal
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import actions, periods, selectors
from billing.services import budgets
from core import clock
from iam import selectors as iam_selectors
from portal import form_parsing
from portal.console import ConsoleView
from portal.data_table import Column

COLUMNS = (
    Column("name", gettext_lazy("Name"), lambda row: row["budget"].name, "name", fixed=True),
    Column("place", gettext_lazy("Counts"), itemgetter("place"), "place"),
    Column("unit", gettext_lazy("Unit"), lambda row: row["budget"].unit, hidden=True),
    Column("limit", gettext_lazy("Limit per month"), lambda row: row["budget"].limit, number=True, hidden=True),
    Column("used", gettext_lazy("Used"), itemgetter("used"), "used"),
    Column("rule", gettext_lazy("When reached"), lambda row: "refuse" if row["budget"].hard_stop else "alert", "rule"),
)  # fmt: skip


class BudgetsView(ConsoleView):
    """`/console/billing/budgets`: budgets of the account, its enterprise projects and users."""

    template = "portal/budgets.html"
    actions = {"budget": actions.BUDGET_UPDATE}
    operations = {
        "create": ("createBudget", "budget", "BSS"),
        "change": ("updateBudget", "budget", "BSS"),
        "delete": ("deleteBudget", "budget", "BSS"),
    }

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the budgets with the running month's usage, and the possible scopes of a new one."""
        account = self.principal.account_id
        month = periods.month(clock.now(), settings.BILLING_TIME_ZONE)
        names = iam_selectors.enterprise_project_names(account)
        users = iam_selectors.user_names(account)
        places = {"enterprise_project": names, "user": users}
        return {
            "month": month,
            "scopes": sorted(
                ((f"enterprise_project:{key}", name) for key, name in names.items()),
                key=lambda row: row[1].lower(),
            ),
            "user": self.choice("user"),
            "budgets": self.table(
                "budgets",
                COLUMNS,
                [
                    {
                        "key": f"b{budget.pk}",
                        "number": str(budget.pk),
                        "budget": budget,
                        "place": places.get(budget.scope, {}).get(budget.scope_id, budget.scope_id),
                        "used": _used(budget, period),
                        "alerted": bool(period and period.alerted),
                        "exhausted": bool(period and period.exhausted),
                    }
                    for budget, period in selectors.budgets(account, month=month)
                ],
                key="key",
                search=("name", "place"),
            ),
        }

    def choosable(self) -> dict[str, QuerySet[Any]]:
        """Return the users whose calls a budget may count."""
        users = iam_selectors.users(self.principal.account_id)
        return {"user": users if self.may["budget"] else users.none()}

    def do_create(self) -> None:
        """Make a budget."""
        self.require(actions.BUDGET_UPDATE)
        post = self.request.POST
        scope, _colon, scope_id = post.get("scope", "account").partition(":")
        if scope == "user" and not scope_id:
            scope_id = next(iter(self.chosen("user")), "")
        budgets.create(
            account_id=self.principal.account_id,
            name=post.get("name", "").strip(),
            scope=scope,
            scope_id=scope_id,
            unit=post.get("unit", ""),
            **self._limits(),
        )
        self.success(_("The budget is set."))

    def do_change(self) -> None:
        """Change limit, alert and hard stop of a budget."""
        self.require(actions.BUDGET_UPDATE)
        budgets.update(account_id=self.principal.account_id, budget_id=self._id(), **self._limits())
        self.success(_("The budget is changed and counts at once."))

    def do_delete(self) -> None:
        """Delete a budget whose name was typed."""
        self.require(actions.BUDGET_UPDATE)
        rows = selectors.budgets(self.principal.account_id, month="")
        name = next((budget.name for budget, _period in rows if budget.pk == self._id()), None)
        if name is None:
            raise Http404
        self.confirmed(name)
        budgets.delete(account_id=self.principal.account_id, budget_id=self._id())
        self.success(_("The budget is deleted."))

    def _limits(self) -> dict[str, Any]:
        post = self.request.POST
        limit = form_parsing.amount(post.get("limit"))
        percent = form_parsing.whole(post.get("alert_percent"))
        return {
            "limit": Decimal(-1) if limit is None else limit,
            "alert_percent": 0 if percent is None else percent,
            "hard_stop": post.get("hard_stop") == "on",
        }

    def _id(self) -> int:
        return form_parsing.whole(self.request.POST.get("budget")) or 0


def _used(budget: Any, period: Any) -> Decimal:
    if period is None:
        return Decimal(0)
    return Decimal(period.spent if budget.unit == "amount" else period.settled)
