"""Tables of accounts, regions, projects and enterprise projects."""

from __future__ import annotations

from django.db import models

from core.models import Timestamped, dashed_id, hex_id


class Region(models.Model):
    """A region of this installation, e.g. `ap-southeast-2`."""

    id = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=128)
    position = models.PositiveSmallIntegerField(default=0)
    enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.id


class Account(Timestamped):
    """A tenant. `policy_version` grows with every change that may alter a permission."""

    id = models.CharField(primary_key=True, max_length=32, default=hex_id, editable=False)
    name = models.CharField(max_length=64, unique=True)
    enabled = models.BooleanField(default=True)
    is_frozen = models.BooleanField(
        default=False, help_text="Arrears past their grace period: no tokens, no pay-per-use calls."
    )
    enterprise_projects_enabled = models.BooleanField(default=False)
    settings = models.JSONField(
        default=dict, blank=True, help_text="Login, password and protection rules that differ."
    )
    policy_version = models.PositiveBigIntegerField(default=1)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Project(Timestamped):
    """The resources of one account in one region; a sub-project has a `parent`."""

    id = models.CharField(primary_key=True, max_length=32, default=hex_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="projects")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="projects")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    name = models.CharField(max_length=64)
    description = models.CharField(max_length=255, blank=True)
    enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ["region__position", "name"]
        permissions = [("use_project", "A policy applies in this project")]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="project_name_of_account"),
            models.UniqueConstraint(
                fields=["account", "region"],
                condition=models.Q(parent__isnull=True),
                name="one_main_project_per_region",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EnterpriseProject(Timestamped):
    """A cost and permission label inside an account, over all regions.

    `public_id` is what callers see: `0` for the account's default one, else a UUID. The primary key
    only exists because `0` belongs to every account.
    """

    ON, OFF = 1, 2

    key = models.CharField(primary_key=True, max_length=36, default=dashed_id, editable=False)
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="enterprise_projects"
    )
    public_id = models.CharField(max_length=36, default=dashed_id, editable=False)
    name = models.CharField(max_length=255)
    description = models.CharField(max_length=512, blank=True)
    type = models.CharField(
        max_length=8, default="prod", choices=[("prod", "Production"), ("poc", "Test")]
    )
    status = models.PositiveSmallIntegerField(
        default=ON, choices=[(ON, "Enabled"), (OFF, "Disabled")]
    )

    class Meta:
        ordering = ["-created_at", "public_id"]
        permissions = [("use_enterpriseproject", "A policy applies in this enterprise project")]
        constraints = [
            models.UniqueConstraint(fields=["account", "public_id"], name="ep_id_of_account"),
            models.UniqueConstraint(fields=["account", "name"], name="ep_name_of_account"),
            models.CheckConstraint(condition=models.Q(status__in=[1, 2]), name="ep_status_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_default(self) -> bool:
        """Return whether this is the account's enterprise project `0`."""
        return self.public_id == "0"
