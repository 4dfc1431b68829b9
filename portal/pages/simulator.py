"""Policy simulator: the statement that decides whether a user may do an action in a project."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import clock
from core.errors import ApiError
from iam import actions, authn, authz, errors, selectors
from iam.policy_eval import Decision
from portal.console import ConsoleView


class SimulatorView(ConsoleView):
    """`/console/iam/simulator`: evaluates a request without performing it, by the API's own function."""

    template = "portal/simulator.html"
    actions = {"grants": "iam:grants:listGrants"}

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the choices and the answer to the query."""
        account = self.principal.account_id
        return {
            "query": self.request.GET,
            "who": self.choice("user"),
            "region_projects": list(selectors.projects(account)),
            "rows": actions.rows(),
            "answer": self._answer(),
        }

    def choosable(self) -> dict[str, QuerySet[Any]]:
        """Return the users to ask for."""
        return {"user": selectors.users(self.principal.account_id)}

    def _answer(self) -> dict[str, Any] | None:
        """Return the decision, and every statement that reaches the user with how it fits."""
        query, account = self.request.GET, self.principal.account_id
        name = query.get("action", "").strip()
        if not name or self.choice("user").problem:
            return None
        user_id = next(iter(self.chosen("user")), "")
        if not user_id:
            return None
        if user_id != self.principal.user_id:
            self.require("iam:grants:listGrants")
        user = selectors.user(account, user_id)
        project = selectors.project(account, query["place"]) if query.get("place") else None
        if name.lower() not in actions.ACTIONS:
            return {"user": user, "action": name, "unknown": True}
        caller = replace(
            authn.principal_for(user, project=project),
            source_ip=_address(query.get("address", "").strip()),
            mfa_at=clock.now().timestamp() if query.get("code") else None,
        )
        inside = query.get("in_project") or None
        if inside:
            selectors.enterprise_project(account, inside)
        row = actions.get(name)
        decision = authz.why(caller, name, enterprise_project_id=inside)
        return {
            "user": user,
            "action": row.name,
            "global": row.scope == "global",
            "decision": decision,
            "statements": authz.considered(caller, name, enterprise_project_id=inside),
            "reason": _reason(decision),
        }


def _address(text: str) -> str:
    """Return the address to assume, "" for none; raises 400 for something else."""
    try:
        return str(ipaddress.ip_address(text)) if text else ""
    except ValueError as error:
        raise ApiError(errors.BAD_PARAMETER, name="address") from error


def _reason(decision: Decision) -> str:
    """Return the reason of the decision in the user's language."""
    if decision.source is None:
        if decision.allowed:
            return _("The account owner may do everything.")
        return _("No statement that counts here allows it.")
    statement = _("Statement %(number)s of the policy %(policy)s") % {
        "number": decision.source.statement.index + 1,
        "policy": decision.source.policy_name,
    }
    if decision.allowed:
        return _("%(statement)s allows it, and no statement denies it.") % {"statement": statement}
    return _("%(statement)s denies it; a denial wins over every permission.") % {
        "statement": statement
    }
