"""Registry of the actions that a policy can allow; an unknown name is a programming error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from core.registry import Registry


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action `service:resourceType:operation`.

    `scope` indicates where a grant must be attached to count: `global` services take effect through
    account grants, `project` services through project and all-project grants. The HTTP operations
    that an action guards are not written here: `iam.operations.operations_of` reads them off the
    views, which name the action where it is enforced.
    """

    name: str
    description: str
    scope: Literal["global", "project"]
    access: Literal["read", "write"]

    @property
    def service(self) -> str:
        """Return the part before the first colon."""
        return self.name.split(":", 1)[0]


ACTIONS: Registry[ActionRow] = Registry("actions", key=lambda row: row.name.lower())


def register(rows: Iterable[ActionRow]) -> None:
    """Add rows; called from `AppConfig.ready()`. Raises ValueError for a name without three parts."""
    rows = list(rows)
    for row in rows:
        if len(row.name.split(":")) != 3:
            raise ValueError(f"{row.name} is not service:type:operation")
    ACTIONS.register(rows)


def get(name: str) -> ActionRow:
    """Return the row of `name`, compared without case; raises KeyError for an unknown one."""
    return ACTIONS.get(name.lower())


def rows() -> tuple[ActionRow, ...]:
    """Return all rows, sorted by name: the visual policy editor's choices."""
    return tuple(sorted(ACTIONS, key=lambda row: row.name.lower()))


def _family(
    service: str, kind: str, words: str, noun: str, scope: Literal["global", "project"] = "global"
) -> list[ActionRow]:
    """Return rows for the operations in `words`; list and get read, everything else writes."""
    return [
        ActionRow(
            f"{service}:{kind}:{word}",
            f"{word} {noun}",
            scope,
            "read" if word.startswith(("list", "get", "check")) else "write",
        )
        for word in words.split()
    ]


OWN = (
    *_family(
        "iam",
        "users",
        "listUsers getUser createUser updateUser deleteUser setUserPassword",
        "IAM users",
    ),
    *_family("iam", "groups", "listGroups getGroup createGroup updateGroup deleteGroup", "groups"),
    *_family(
        "iam",
        "permissions",
        "addUserToGroup removeUserFromGroup checkUserInGroup listUsersForGroup listGroupsForUser",
        "group members",
    ),
    *_family("iam", "roles", "listRoles getRole createRole updateRole deleteRole", "policies"),
    *_family("iam", "grants", "listGrants checkGrant grantRole revokeRole", "grants"),
    *_family(
        "iam",
        "credentials",
        "listCredentials getCredential createCredential updateCredential deleteCredential",
        "access keys",
    ),
    *_family("iam", "projects", "listProjects getProject createProject updateProject", "projects"),
    *_family("iam", "domains", "getDomain getQuota", "the account"),
    *_family(
        "iam",
        "agencies",
        "listAgencies getAgency createAgency updateAgency deleteAgency assume",
        "agencies",
    ),
    *_family(
        "iam",
        "identityProviders",
        "listIdentityProviders getIdentityProvider updateIdentityProvider",
        "identity providers",
    ),
    *_family("iam", "tokens", "getToken revokeToken", "tokens of others"),
    *_family(
        "iam",
        "securitypolicies",
        "getLoginPolicy updateLoginPolicy getPasswordPolicy updatePasswordPolicy getProtectPolicy updateProtectPolicy getConsoleAclPolicy updateConsoleAclPolicy getApiAclPolicy updateApiAclPolicy",
        "security settings",
    ),
    *_family(
        "eps",
        "enterpriseProjects",
        "create list get update delete enable disable",
        "enterprise projects",
    ),
    *_family("eps", "resources", "list", "resources of enterprise projects"),
    *_family("cts", "trace", "list", "traces", "project"),
    *_family("cts", "tracker", "list get create update delete", "trackers", "project"),
    *_family("cts", "quota", "get", "tracker quotas", "project"),
)
