"""Policies: built-in and custom ones, the visual editor, and why something is denied."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from core.errors import ApiError
from iam import actions, authn, authz, errors, selectors
from iam.services import policies
from portal.console import ConsoleView

EMPTY = {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": []}]}


class PoliciesView(ConsoleView):
    """`/console/iam/policies`: the list, and `?policy=` or `?new=1` for the editor."""

    template = "portal/policies.html"
    actions = {
        "create": "iam:roles:createRole",
        "update": "iam:roles:updateRole",
        "delete": "iam:roles:deleteRole",
    }

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the policies, the editor's document, and the simulator's answer."""
        account, query, post = self.principal.account_id, self.request.GET, self.request.POST
        chosen = selectors.policy(account, query["policy"]) if query.get("policy") else None
        document = post.get("document") or json.dumps(
            chosen.document if chosen else EMPTY, indent=2, ensure_ascii=False
        )
        return {
            "system": list(selectors.system_policies()),
            "custom": list(selectors.custom_policies(account)),
            "chosen": chosen,
            "editing": bool(query.get("new") or chosen),
            "read_only": bool(chosen and chosen.account_id is None),
            "document": document,
            "shown": {
                "name": post.get("name") or (chosen.display_name if chosen else ""),
                "description": post.get("description") or (chosen.description if chosen else ""),
                "type": post.get("type") or (chosen.type if chosen else ""),
            },
            "rows": [
                {"name": row.name, "description": row.description, "access": row.access}
                for row in actions.rows()
            ],
            "query": query,
            "users": selectors.user_names(account),
            "places": self.projects,
            "answer": self._simulate(),
        }

    def do_save(self) -> Any:
        """Create a custom policy, or change the chosen one."""
        post = self.request.POST
        fields = {
            "display_name": post.get("name", "").strip(),
            "type": post.get("type", "XA"),
            "description": post.get("description", ""),
            "document": _document(post.get("document", "")),
        }
        if chosen := self.request.GET.get("policy", ""):
            self.require("iam:roles:updateRole")
            policy = selectors.custom_policy(self.principal.account_id, chosen)
            policies.policy_update(principal=self.principal, policy=policy, **fields)
            self.tell(_("The policy is changed and counts at once."))
        else:
            self.require("iam:roles:createRole")
            policy = policies.policy_create(principal=self.principal, **fields)
            self.tell(_("The policy is created. Grant it to a group."))
        return self.back(policy=policy.id)

    def do_delete(self) -> Any:
        """Delete a custom policy whose name was typed."""
        self.require("iam:roles:deleteRole")
        policy = selectors.custom_policy(
            self.principal.account_id, self.request.POST.get("policy", "")
        )
        policies.policy_delete(principal=self.principal, policy=policy)
        self.tell(_("The policy is deleted."))
        return self.back("iam/policies")

    def _simulate(self) -> dict[str, Any] | None:
        """Return why the chosen user may or may not do the chosen action."""
        query, account = self.request.GET, self.principal.account_id
        name, user_id = query.get("action", ""), query.get("user", "")
        if not (name and user_id):
            return None
        user = selectors.user(account, user_id)
        project = selectors.project(account, query["place"]) if query.get("place") else None
        try:
            decision = authz.why(
                authn.principal_for(user, project=project),
                name,
                enterprise_project_id=query.get("in_project") or None,
            )
        except KeyError:
            return {"user": user, "action": name, "unknown": True}
        return {"user": user, "action": name, "decision": decision}


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ApiError(errors.BAD_POLICY, reason=str(error)) from error
