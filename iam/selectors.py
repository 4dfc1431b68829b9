"""Queries of identity, restricted to one account: every function takes the account first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, TypeVar

from django.db.models import Count, FilteredRelation, Max, Model, Q, QuerySet

from core import clock, crypto
from core.errors import ApiError
from iam import errors
from iam.models import (
    AccessKey,
    Account,
    Agency,
    Attachment,
    EnterpriseProject,
    Group,
    ObsAuthorization,
    Policy,
    Project,
    Region,
    Trace,
    Tracker,
    User,
)

Row = TypeVar("Row", bound=Model)


def _one(rows: QuerySet[Row], kind: str, shown: str) -> Row:
    """Return the only row; raises 404 `Could not find <kind>: <id>.`"""
    row = rows.first()
    if row is None:
        raise ApiError(errors.NOT_FOUND, kind=kind, id=shown)
    return row


# Accounts and places -----------------------------------------------------------------------------


def accounts() -> QuerySet[Account]:
    """Return every account, for the operator's jobs (settlement, checks)."""
    return Account.objects.all()


def account(account_id: str) -> Account:
    """Return the account; raises 404."""
    return _one(Account.objects.filter(pk=account_id), "domain", account_id)


def account_by_name(name: str) -> Account | None:
    """Return the account called `name`, or None."""
    return Account.objects.filter(name=name).first()


def regions() -> QuerySet[Region]:
    """Return the enabled regions in their order; the first is the default one."""
    return Region.objects.filter(enabled=True)


def projects(account_id: str) -> QuerySet[Project]:
    """Return all projects of the account, sub-projects included, by region."""
    return Project.objects.filter(account_id=account_id).select_related("region")


def main_projects(account_id: str) -> QuerySet[Project]:
    """Return the account's one project per region."""
    return projects(account_id).filter(parent__isnull=True)


def project(account_id: str, project_id: str) -> Project:
    """Return one project of the account; raises 404."""
    return _one(projects(account_id).filter(pk=project_id), "project", project_id)


def enterprise_projects(account_id: str) -> QuerySet[EnterpriseProject]:
    """Return the account's enterprise projects, the default one (public id 0) included."""
    return EnterpriseProject.objects.filter(account_id=account_id)


def enterprise_project(account_id: str, public_id: str) -> EnterpriseProject:
    """Return one enterprise project by its public id; raises 404 EPS.0005."""
    row = enterprise_projects(account_id).filter(public_id=public_id).first()
    if row is None:
        raise ApiError(errors.EPS_NOT_FOUND)
    return row


def enterprise_project_names(account_id: str) -> dict[str, str]:
    """Return public id → name."""
    return dict(enterprise_projects(account_id).order_by().values_list("public_id", "name"))


# People ------------------------------------------------------------------------------------------


def users(account_id: str) -> QuerySet[User]:
    """Return the users of the account, the owner included."""
    return User.objects.filter(account_id=account_id).select_related("account")


def user(account_id: str, user_id: str) -> User:
    """Return one user of the account; raises 404."""
    return _one(users(account_id).filter(pk=user_id), "user", user_id)


def user_names(account_id: str, ids: Collection[str] | None = None) -> dict[str, str]:
    """Return user id → name, of all users or of those in `ids`."""
    rows = users(account_id).order_by()
    if ids is not None:
        rows = rows.filter(pk__in=ids) if ids else rows.none()
    return dict(rows.values_list("pk", "name"))


def user_id_of(account_id: str, name: str) -> str:
    """Return the id of the user called `name`, "" if there is none."""
    return users(account_id).filter(name=name).values_list("pk", flat=True).first() or ""


def owner(account_id: str) -> User:
    """Return the owner of the account; raises 404."""
    return _one(users(account_id).filter(is_owner=True), "user", account_id)


def groups(account_id: str) -> QuerySet[Group]:
    """Return the groups of the account, each with `member_count`."""
    return Group.objects.filter(account_id=account_id).annotate(member_count=Count("memberships"))


def group(account_id: str, group_id: str) -> Group:
    """Return one group of the account; raises 404."""
    return _one(groups(account_id).filter(pk=group_id), "group", group_id)


def members(account_id: str, group_id: str) -> QuerySet[User]:
    """Return the users in a group of the account."""
    return users(account_id).filter(memberships__group_id=group_id)


def groups_of_user(account_id: str, user_id: str) -> QuerySet[Group]:
    """Return the groups that a user of the account is in."""
    return Group.objects.filter(account_id=account_id, memberships__user_id=user_id)


def access_keys(account_id: str, user_id: str | None = None) -> QuerySet[AccessKey]:
    """Return the access keys of the account, or of one of its users."""
    rows = AccessKey.objects.filter(user__account_id=account_id).select_related("user")
    return rows if user_id is None else rows.filter(user_id=user_id)


def access_key(account_id: str, access: str) -> AccessKey:
    """Return one access key of the account; raises 404."""
    return _one(access_keys(account_id).filter(pk=access), "credential", access)


def locked(account_id: str, now: dt.datetime) -> tuple[list[User], list[AccessKey]]:
    """Return the users and the access keys of the account that are locked out at `now`."""
    return (
        list(users(account_id).filter(locked_until__gt=now).order_by("name")),
        list(access_keys(account_id).filter(locked_until__gt=now).order_by("pk")),
    )


# Permissions -------------------------------------------------------------------------------------


def policies(account_id: str) -> QuerySet[Policy]:
    """Return what the account can attach: system policies and its own custom ones."""
    return Policy.objects.filter(Q(account__isnull=True) | Q(account_id=account_id))


def system_policies() -> QuerySet[Policy]:
    """Return the policies that every account has."""
    return Policy.objects.filter(account__isnull=True)


def custom_policies(account_id: str) -> QuerySet[Policy]:
    """Return the account's own policies."""
    return Policy.objects.filter(account_id=account_id)


def policy(account_id: str, policy_id: str) -> Policy:
    """Return a system policy or one of the account's; raises 404."""
    return _one(policies(account_id).filter(pk=policy_id), "role", policy_id)


def custom_policy(account_id: str, policy_id: str) -> Policy:
    """Return one of the account's own policies; raises 404."""
    return _one(custom_policies(account_id).filter(pk=policy_id), "role", policy_id)


def groups_with_members(account_id: str) -> QuerySet[Group]:
    """Return the account's groups that have a member."""
    return Group.objects.filter(account_id=account_id, memberships__isnull=False).order_by()


def attachments(account_id: str, **where: Any) -> QuerySet[Attachment]:
    """Return the account's grants, narrowed by field lookups such as `group_id=`."""
    return Attachment.objects.filter(account_id=account_id, **where).select_related(
        "policy", "group", "user", "agency", "project", "enterprise_project"
    )


def agencies(account_id: str) -> QuerySet[Agency]:
    """Return the agencies of the account."""
    return Agency.objects.filter(account_id=account_id)


def agency(account_id: str, agency_id: str) -> Agency:
    """Return one agency of the account; raises 404."""
    return _one(agencies(account_id).filter(pk=agency_id), "agency", agency_id)


def agency_lent(
    account_id: str, agency_id: str, trusted: str, project_id: str
) -> dict[str, Any] | None:
    """Return a running agency of the account that trusts the account named `trusted`, or None.

    With the columns of its account, and of that project (as `here__…`) if it is the account's.
    """
    here = FilteredRelation("account__projects", condition=Q(account__projects__id=project_id))
    row = (
        Agency.objects.annotate(here=here)
        .filter(pk=agency_id, account_id=account_id, trust_domain_name=trusted)
        .filter(account__enabled=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now()))
        .values(
            "name", "account__name", "account__is_frozen", "account__policy_version",
            "here__id", "here__name", "here__region_id",
        )
        .first()
    )  # fmt: skip
    return dict(row) if row else None


def obs_authorization(account_id: str, region: str = "") -> tuple[str, str] | None:
    """Return (access key, secret) that the account gave OCR for its object store, or None."""
    rows = ObsAuthorization.objects.filter(account_id=account_id)
    row = (rows.filter(region_id=region) if region else rows.order_by("region__position")).first()
    if row is None:
        return None
    return crypto.decrypt(row.access_key_encrypted), crypto.decrypt(row.secret_key_encrypted)


# Audit -------------------------------------------------------------------------------------------


def traces(
    account_id: str,
    *,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    **where: Any,
) -> QuerySet[Trace]:
    """Return the account's traces, newest first; `until` is exclusive."""
    rows = Trace.objects.filter(account_id=account_id, **where)
    if since is not None:
        rows = rows.filter(time__gte=since)
    if until is not None:
        rows = rows.filter(time__lt=until)
    return rows.order_by("-sequence")


def trackers(account_id: str, project_id: str) -> QuerySet[Tracker]:
    """Return the trackers of the account in one project."""
    return Tracker.objects.filter(account_id=account_id, project_id=project_id)


def granted_policies(
    account_id: str,
    *,
    scope: str,
    project: Project | None,
    enterprise_project: EnterpriseProject | None,
    group: Group | None = None,
    user: User | None = None,
    agency: Agency | None = None,
) -> QuerySet[Policy]:
    """Return the policies that the group, user or agency has in exactly this scope."""
    subject = {
        f"attachments__{name}": row
        for name, row in (("group", group), ("user", user), ("agency", agency))
        if row is not None
    }
    return Policy.objects.filter(
        Q(account_id=account_id) | Q(account_id=None),
        attachments__scope=scope,
        attachments__project=project,
        attachments__enterprise_project=enterprise_project,
        **subject,
    )


def groups_granted_in(account_id: str, place: EnterpriseProject) -> QuerySet[Group]:
    """Return the groups that have a policy in the enterprise project."""
    rows = Group.objects.filter(account_id=account_id, attachments__enterprise_project=place)
    return rows.distinct()


def users_granted_in(account_id: str, place: EnterpriseProject) -> QuerySet[User]:
    """Return the users that have a policy of their own in the enterprise project.

    Each with `policy_num`, how many, and `latest_policy`, since when the newest.
    """
    rows = User.objects.filter(account_id=account_id, attachments__enterprise_project=place)
    return rows.annotate(
        policy_num=Count("attachments"), latest_policy=Max("attachments__created_at")
    )


def enterprise_projects_granted_to(
    account_id: str, *, group: Group | None = None, user: User | None = None
) -> QuerySet[EnterpriseProject]:
    """Return the enterprise projects in which the group or user has a policy."""
    subject = {"attachments__group": group} if group else {"attachments__user": user}
    return EnterpriseProject.objects.filter(account_id=account_id, **subject).distinct()
