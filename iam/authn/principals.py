"""Build Principals from the joined row that every kind of credentials reads, or without a request.

One joined query finds key, user, account and the project of the path, so a grant, a password or a
key that changed in another process counts from the next call on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import FilteredRelation, Q, QuerySet
from django.http import HttpRequest

from core import log_context
from core.errors import ApiError
from iam import errors, selectors
from iam.addresses import client_ip
from iam.models import EnterpriseProject, Project, User
from iam.principal import Method, Principal
from iam.services import account_settings

_ENTERPRISE_PROJECT = re.compile(r"0|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Columns of the user and the account, and (as `here__…`) of the project named in the path.
USER = (
    "id", "name", "is_owner", "is_operator", "enabled", "access_mode", "token_epoch", "account_id",
    "account__name", "account__enabled", "account__is_frozen", "account__policy_version", "account__settings",
)  # fmt: skip
HERE = ("here__id", "here__name", "here__region_id", "here__enabled")
_LENT = (
    "account_id", "account_name", "user_id", "user_name", "project_id", "project_name", "region",
    "policy_version", "is_frozen", "agency_id",
)  # fmt: skip


def here_join(prefix: str, project: str) -> FilteredRelation:
    """Return a join to the account's project of that id, if it is one of the account's."""
    return FilteredRelation(
        f"{prefix}account__projects", condition=Q(**{f"{prefix}account__projects__id": project})
    )


def user_rows(user: str, project: str, *more: str) -> QuerySet[User, dict[str, Any]]:
    """Return the joined row of a user: the columns USER and HERE, then `more` of the user's own."""
    rows = User.objects.annotate(here=here_join("", project)).filter(pk=user)
    return rows.order_by().values(*USER, *HERE, *more)


@dataclass(frozen=True, slots=True)
class CallerRow:
    """A row of the joined query without its prefix: columns by name, `here` None outside a project."""

    user: dict[str, Any]
    here: dict[str, Any] | None


def split_row(row: dict[str, Any], prefix: str = "") -> CallerRow:
    """Return `row` as a CallerRow; `prefix` leads from the row's own table to the user."""
    user = {name: row[prefix + name] for name in USER}
    here = {name[6:]: row[name] for name in HERE} if row["here__id"] else None
    return CallerRow(user, here)


def is_usable(user: dict[str, Any]) -> bool:
    """Return whether neither the user nor the account is disabled."""
    return bool(user["enabled"] and user["account__enabled"])


def principal_of_request(
    request: HttpRequest, caller: CallerRow, method: Method, **more: Any
) -> Principal:
    """Return the Principal of a request whose credentials were verified.

    Raises 403 where the account's address list refuses the caller (the owner is exempt) and, with
    STRICT_ENTERPRISE_PROJECTS, 400 for an enterprise project of another account.
    """
    user, here = caller.user, caller.here
    address = client_ip(request)
    acl = "console_acl_policy" if method == "session" else "api_acl_policy"
    if not user["is_owner"] and not account_settings.address_allowed(
        user["account__settings"], acl, address
    ):
        raise ApiError(errors.ADDRESS, ip=address)
    return Principal(
        account_id=user["account_id"],
        account_name=user["account__name"],
        user_id=user["id"],
        user_name=user["name"],
        method=method,
        is_owner=user["is_owner"],
        is_operator=user["is_operator"],
        project_id=here["id"] if here else "",
        project_name=here["name"] if here else "",
        region=here["region_id"] if here else "",
        enterprise_project_id=_enterprise_project(request, user["account_id"]),
        source_ip=address,
        policy_version=user["account__policy_version"],
        is_frozen=user["account__is_frozen"],
        request_id=getattr(request, "request_id", ""),
        **more,
    )


def _enterprise_project(request: HttpRequest, account_id: str) -> str:
    """Return the enterprise project of the header; malformed or absent is the default one."""
    claimed = request.META.get("HTTP_ENTERPRISE_PROJECT_ID", "").strip().lower()
    if not claimed or not _ENTERPRISE_PROJECT.fullmatch(claimed):
        return "0"
    if (
        settings.STRICT_ENTERPRISE_PROJECTS
        and claimed != "0"
        and not EnterpriseProject.objects.filter(account_id=account_id, public_id=claimed).exists()
    ):
        raise ApiError(errors.UNKNOWN_ENTERPRISE_PROJECT, id=claimed)
    return claimed


def require_programmatic(caller: CallerRow) -> None:
    """Raise 403 for a user who may use the console only."""
    if caller.user["access_mode"] == User.CONSOLE:
        raise ApiError(errors.NOT_ALLOWED)


def acting_for_agency(
    principal: Principal, agency_id: str, account_id: str, project_id: str
) -> Principal:
    """Return the caller acting for the account that trusts it; raises 401 if the trust has ended."""
    lent = principal_for_agency(
        agency_id=agency_id, account_id=account_id, trusted=principal.account_name, project_id=project_id
    )  # fmt: skip
    changed = {name: getattr(lent, name) for name in _LENT}
    return replace(principal, is_owner=False, is_operator=False, **changed)


def principal_for_agency(
    *,
    agency_id: str,
    account_id: str,
    trusted: str,
    method: Method = "system",
    project_id: str = "",
) -> Principal:
    """Return the principal of an agency of `account_id` that trusts the account named `trusted`.

    Raises 401 if the agency is gone or ended, trusts another account, or its account is disabled.
    """
    row = selectors.agency_lent(account_id, agency_id, trusted, project_id)
    if row is None:
        raise ApiError(errors.TOKEN, reason="decrypt token fail")
    return Principal(
        account_id=account_id,
        account_name=row["account__name"],
        user_id=agency_id,
        user_name=f"{trusted}/{row['name']}",
        method=method,
        project_id=row["here__id"] or "",
        project_name=row["here__name"] or "",
        region=row["here__region_id"] or "",
        policy_version=row["account__policy_version"],
        is_frozen=row["account__is_frozen"],
        agency_id=agency_id,
    )


def principal_for(
    user: User, *, method: Method = "system", project: Project | None = None
) -> Principal:
    """Return the principal of `user` for code that has no request (commands, jobs, console pages)."""
    account = user.account
    return Principal(
        account_id=account.id,
        account_name=account.name,
        user_id=user.id,
        user_name=user.name,
        method=method,
        is_owner=user.is_owner,
        is_operator=user.is_operator,
        project_id=project.id if project else "",
        project_name=project.name if project else "",
        region=project.region_id if project else "",
        policy_version=account.policy_version,
        is_frozen=account.is_frozen,
    )


def principal_of_page(request: HttpRequest, *, project_id: str = "") -> Principal:
    """Return the principal of a console page from Django's already loaded `request.user`.

    Raises ApiError 401 if nobody is signed in and 404 for a project of another account.
    """
    user = request.user
    if not isinstance(user, User):
        raise ApiError(errors.NO_CREDENTIALS)
    log_context.caller(user.account_id)
    project = None
    if project_id:
        project = Project.objects.filter(account_id=user.account_id, pk=project_id).first()
        if project is None:
            raise ApiError(errors.FOREIGN_PROJECT)
    return replace(
        principal_for(user, method="session", project=project),
        source_ip=client_ip(request),
        request_id=getattr(request, "request_id", ""),
        mfa_at=request.session.get("mfa_at"),
    )


def project_for(principal: Principal, project_id: str) -> Principal:
    """Return the principal in that project of its account; raises 404 for any other project."""
    if principal.project_id == project_id:
        return principal
    row = (
        Project.objects.filter(account_id=principal.account_id, pk=project_id)
        .values("id", "name", "region_id")
        .first()
    )
    if row is None:
        raise ApiError(errors.FOREIGN_PROJECT)
    if principal.scoped:
        raise ApiError(errors.OTHER_REGION)
    if principal.method == "token":
        raise ApiError(errors.NO_PROJECT)
    return replace(
        principal, project_id=row["id"], project_name=row["name"], region=row["region_id"]
    )
