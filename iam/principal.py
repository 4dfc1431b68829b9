"""The authenticated caller, which every layer below the views receives instead of a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Method = Literal["aksk", "token", "session", "temporary", "system"]


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose credentials were checked.

    `project_id`, `project_name` and `region` are the project the call is about ("" for account-level
    calls); `scoped` indicates whether the credentials themselves are bound to a project (a project
    token) or may act in every project of the account (AK/SK, session). `agency_id` is set for a
    caller of another account that acts for this one; `user_id` is then the agency.
    `session_policy` is the JSON document that narrows temporary credentials, "" for none.
    """

    account_id: str
    account_name: str
    user_id: str
    user_name: str
    method: Method
    is_owner: bool = False
    is_operator: bool = False
    project_id: str = ""
    project_name: str = ""
    region: str = ""
    scoped: bool = False
    enterprise_project_id: str = "0"
    access_key: str = ""
    token_id: str = ""
    source_ip: str = ""
    mfa_at: float | None = None
    policy_version: int = 0
    agency_id: str = ""
    session_policy: str = ""
    is_frozen: bool = False
    request_id: str = ""
