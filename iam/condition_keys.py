"""Every global condition key of the policy language, one row each.

A row says what the key is called, of which type it is and where its value comes from. The evaluator
(`iam.authz.context_of`) and the console's policy editor both read these rows, so a new key is a new
row and nothing else. Source: IAM user guide, "Policy Syntax", global request conditions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from core.registry import Registry
from iam import policy_eval
from iam.actions import ActionRow
from iam.policy_eval import ValueType
from iam.principal import Principal


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one request when its permission is asked for."""

    principal: Principal
    action: ActionRow
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class ConditionKeyRow:
    """One condition key.

    `name` is spelled as policies write it and compared without case. `value` returns what the
    request has for the key, or None where it has nothing: then a condition fails unless its
    operator ends in `IfExists`.
    """

    name: str
    type: ValueType
    description: str
    value: Callable[[Facts], Any]

    @property
    def operators(self) -> tuple[str, ...]:
        """Return the names of the condition operators that compare values of this type."""
        return tuple(
            name
            for name, operator in policy_eval.OPERATORS.items()
            if operator.type in (self.type, "any")
        )


CONDITION_KEYS: Registry[ConditionKeyRow] = Registry(
    "condition keys", key=lambda row: row.name.lower()
)


def register(rows: Iterable[ConditionKeyRow]) -> None:
    """Add rows; called from `AppConfig.ready()`. Raises ValueError for a name no policy may use."""
    rows = list(rows)
    for row in rows:
        if not policy_eval.is_condition_key(row.name):
            raise ValueError(f"{row.name} is not service:name")
    CONDITION_KEYS.register(rows)


def context_of(facts: Facts) -> dict[str, Any]:
    """Return the value of every key by its lower-case name, None where the request has none."""
    return {row.name.lower(): row.value(facts) for row in CONDITION_KEYS}


def _mfa_age_s(facts: Facts) -> int | None:
    """Return the whole seconds since the one-time code was given."""
    at = facts.principal.mfa_at
    return None if at is None else max(0, int(facts.now.timestamp() - at))


OWN = (
    ConditionKeyRow(
        "g:CurrentTime", "date", "Time of the request (ISO 8601, UTC)",
        lambda facts: facts.now.isoformat(),
    ),
    ConditionKeyRow(
        "g:DomainName", "string", "Name of the caller's account",
        lambda facts: facts.principal.account_name,
    ),
    ConditionKeyRow(
        "g:DomainId", "string", "ID of the caller's account",
        lambda facts: facts.principal.account_id,
    ),
    ConditionKeyRow(
        "g:MFAPresent", "boolean", "Whether the caller signed in with a one-time code",
        lambda facts: facts.principal.mfa_at is not None,
    ),
    ConditionKeyRow(
        "g:MFAAge", "number", "Seconds since the caller gave a one-time code", _mfa_age_s
    ),
    ConditionKeyRow(
        "g:ProjectName", "string", "Name of the region project of the request",
        lambda facts: facts.principal.project_name or None,
    ),
    ConditionKeyRow(
        "g:ServiceName", "string", "Service of the action, such as ocr or iam",
        lambda facts: facts.action.service,
    ),
    ConditionKeyRow(
        "g:SourceIp", "address", "IP address of the caller",
        lambda facts: facts.principal.source_ip or None,
    ),
    ConditionKeyRow(
        "g:UserId", "string", "ID of the caller", lambda facts: facts.principal.user_id
    ),
    ConditionKeyRow(
        "g:UserName", "string", "Name of the caller", lambda facts: facts.principal.user_name
    ),
)  # fmt: skip
