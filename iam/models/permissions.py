"""Tables of policies and attachments, and guardian's permissions on single projects."""

from __future__ import annotations

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from core.models import Timestamped, hex_id
from iam.models.accounts import Account, EnterpriseProject, Project
from iam.models.keys import Agency
from iam.models.people import Group, User


class Policy(Timestamped):
    """A policy document. System policies belong to no account."""

    ACCOUNT, PROJECT, ALL, NONE = "AX", "XA", "AA", "XX"

    id = models.CharField(primary_key=True, max_length=32, default=hex_id, editable=False)
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.CASCADE, related_name="policies"
    )
    name = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=64)
    type = models.CharField(
        max_length=2,
        choices=[(ACCOUNT, "Account"), (PROJECT, "Project"), (ALL, "Both"), (NONE, "Neither")],
    )
    catalog = models.CharField(max_length=64, default="CUSTOMED")
    description = models.CharField(max_length=512, blank=True)
    description_cn = models.CharField(max_length=512, blank=True)
    document = models.JSONField()
    for_agencies = models.BooleanField(default=False)

    class Meta:
        ordering = ["display_name"]
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "display_name"],
                condition=models.Q(account__isnull=False),
                name="policy_name_of_account",
            )
        ]

    def __str__(self) -> str:
        return self.display_name


class Attachment(models.Model):
    """A policy given to one subject (group, user or agency) in one scope."""

    ACCOUNT, PROJECT = "account", "project"
    ALL_PROJECTS, ENTERPRISE_PROJECT = "all_projects", "enterprise_project"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="attachments")
    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="attachments")
    group = models.ForeignKey(
        Group, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    agency = models.ForeignKey(
        Agency, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    scope = models.CharField(
        max_length=20,
        choices=[
            (ACCOUNT, "Account"),
            (PROJECT, "One project"),
            (ALL_PROJECTS, "All projects"),
            (ENTERPRISE_PROJECT, "One enterprise project"),
        ],
    )
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    enterprise_project = models.ForeignKey(
        EnterpriseProject,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="attachments",
    )
    slot = models.CharField(
        max_length=200, unique=True, help_text="policy:subject:scope:place; makes a grant unique."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    models.Q(group__isnull=False, user__isnull=True, agency__isnull=True)
                    | models.Q(group__isnull=True, user__isnull=False, agency__isnull=True)
                    | models.Q(group__isnull=True, user__isnull=True, agency__isnull=False)
                ),
                name="attachment_one_subject",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(
                        scope__in=["account", "all_projects"],
                        project__isnull=True,
                        enterprise_project__isnull=True,
                    )
                    | models.Q(
                        scope="project", project__isnull=False, enterprise_project__isnull=True
                    )
                    | models.Q(
                        scope="enterprise_project",
                        project__isnull=True,
                        enterprise_project__isnull=False,
                    )
                ),
                name="attachment_place_fits_scope",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} on {self.scope}"


class EnterpriseProjectUserPermission(UserObjectPermissionBase):
    """guardian: a user's policies may apply in this enterprise project."""

    content_object = models.ForeignKey(EnterpriseProject, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False


class EnterpriseProjectGroupPermission(GroupObjectPermissionBase):
    """guardian: a group's policies may apply in this enterprise project."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE)  # type: ignore[assignment]
    content_object = models.ForeignKey(EnterpriseProject, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False


class ProjectUserPermission(UserObjectPermissionBase):
    """guardian: a user's policies may apply in this region project."""

    content_object = models.ForeignKey(Project, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False


class ProjectGroupPermission(GroupObjectPermissionBase):
    """guardian: a group's policies may apply in this region project."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE)  # type: ignore[assignment]
    content_object = models.ForeignKey(Project, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False
