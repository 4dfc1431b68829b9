"""Policies: system and custom policies with what each allows, and the editor, visual and as JSON."""

from __future__ import annotations

import json
from operator import attrgetter
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import ApiError
from iam import actions, errors, policy_eval, selectors
from iam.condition_keys import CONDITION_KEYS
from iam.services import policies
from portal.console import ConsoleView
from portal.data_table import Column

COLUMNS = (
    Column(
        "policy", gettext_lazy("Policy"), attrgetter("display_name"), "display_name", fixed=True
    ),
    Column("id", gettext_lazy("Policy id"), attrgetter("pk"), hidden=True),
    Column("kind", gettext_lazy("Kind"), lambda row: "custom" if row.account_id else "built in"),
    Column("description", gettext_lazy("Description"), attrgetter("description")),
    Column("allows", gettext_lazy("What it allows"), attrgetter("document")),
)
KINDS = {
    "custom": (gettext_lazy("Custom policies"), selectors.custom_policies),
    "system": (gettext_lazy("Built-in policies"), lambda _account: selectors.system_policies()),
}
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
        """Return the policies with what each allows, and the editor's document."""
        account, query, post = self.principal.account_id, self.request.GET, self.request.POST
        chosen = selectors.policy(account, query["policy"]) if query.get("policy") else None
        document = post.get("document") or json.dumps(
            chosen.document if chosen else EMPTY, indent=2, ensure_ascii=False
        )
        if not (chosen or query.get("new")):
            return self._list()
        return {
            "chosen": chosen,
            "editing": True,
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
            "operators": sorted(policy_eval.OPERATORS),
            "keys": [
                {"name": row.name, "description": row.description, "operators": row.operators}
                for row in CONDITION_KEYS
            ],
            "attached": list(selectors.attachments(account, policy=chosen)) if chosen else [],
        }

    def _list(self) -> dict[str, Any]:
        kind = self.request.GET.get("kind", "")
        _label, rows = KINDS.get(kind, ("", selectors.policies))
        return {
            "policies": self.table(
                "policies", COLUMNS, rows(self.principal.account_id), sort="policy",
                search=("display_name", "description"), draw=_shown,
            ),
            "kinds": [(key, label) for key, (label, _rows) in KINDS.items()],
            "kind": kind,
        }  # fmt: skip

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
            self.success(_("The policy is changed and counts at once."))
        else:
            self.require("iam:roles:createRole")
            policy = policies.policy_create(principal=self.principal, **fields)
            self.success(_("The policy is created. Grant it to a group."))
        return self.back(policy=policy.id)

    def do_check(self) -> HttpResponse:
        """Validate the document while it is edited; return its error or what it allows."""
        try:
            document = _document(self.request.POST.get("document", ""))
            policies.check_document(document)
        except ApiError as error:
            shown: dict[str, Any] = {"fault": error.message}
        else:
            shown = {"summary": _summary(document)}
        return self.page("portal/policy_check.html", shown)

    def do_delete(self) -> Any:
        """Delete a custom policy whose name was typed."""
        self.require("iam:roles:deleteRole")
        policy = selectors.custom_policy(
            self.principal.account_id, self.request.POST.get("policy", "")
        )
        self.confirmed(policy.display_name)
        policies.policy_delete(principal=self.principal, policy=policy)
        self.success(_("The policy is deleted."))
        return self.back("iam/policies")


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ApiError(errors.BAD_POLICY, reason=str(error)) from error


def _shown(policy: Any) -> dict[str, Any]:
    return {"policy": policy, "summary": _summary(policy.document)}


def _summary(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return each statement as its effect, its patterns, how many known actions they cover."""
    names = [row.name for row in actions.rows()]
    rows = []
    for raw, statement in zip(
        document["Statement"], policy_eval.compile_document(document), strict=True
    ):
        covered = [name for name in names if statement.actions.fullmatch(name)]
        rows.append(
            {
                "effect": statement.effect,
                "patterns": raw["Action"],
                "covered": covered,
                "bounded": bool(statement.conditions),
                "somewhere": bool(statement.resources) and raw.get("Resource") != ["*"],
            }
        )
    return rows
