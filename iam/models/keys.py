"""Tables of access keys, agencies, revoked tokens and object-store keys."""

from __future__ import annotations

from django.db import models

from core.models import Timestamped, hex_id
from iam.models.accounts import Account, Region
from iam.models.people import User


class AccessKey(models.Model):
    """A permanent AK/SK pair; the secret is encrypted and shown once, when it is made."""

    access = models.CharField(primary_key=True, max_length=40)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_keys")
    secret_encrypted = models.TextField()
    status = models.CharField(
        max_length=8, default="active", choices=[("active", "Active"), ("inactive", "Inactive")]
    )
    description = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.access


class Agency(Timestamped):
    """Trust that another account or a service of this installation may act for the account."""

    id = models.CharField(primary_key=True, max_length=32, default=hex_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="agencies")
    name = models.CharField(max_length=64)
    trust_domain_id = models.CharField(max_length=32, blank=True)
    trust_domain_name = models.CharField(max_length=64)
    description = models.CharField(max_length=255, blank=True)
    duration = models.CharField(max_length=16, default="FOREVER")
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "agencies"
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="agency_name_of_account")
        ]

    def __str__(self) -> str:
        return self.name


class ObsAuthorization(Timestamped):
    """A key of an account's own for its object store, for reading images by URL in one region."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="obs_grants")
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    endpoint = models.CharField(max_length=255, blank=True)
    access_key_encrypted = models.TextField()
    secret_key_encrypted = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "region"], name="one_obs_key_per_region")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.region_id}"


class RevokedToken(models.Model):
    """A token ended before its time; the row may go when the token would have expired."""

    token_id = models.CharField(primary_key=True, max_length=32)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.token_id
