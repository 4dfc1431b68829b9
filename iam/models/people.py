"""Tables of users, groups and memberships."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from core.models import Timestamped, hex_id
from iam.models.accounts import Account


class UserManager(BaseUserManager["User"]):
    """Finds users the way Django's own code asks for them."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user with the id `username`."""
        return self.get(pk=username)


class Group(Timestamped):
    """A set of users of one account that share permissions."""

    id = models.CharField(primary_key=True, max_length=32, default=hex_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(max_length=128)
    description = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="group_name_of_account")
        ]

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser):
    """A person or program of one account; the owner is the account itself signing in.

    `token_epoch` is sealed into every token: raising it ends them all at once.
    """

    DEFAULT, PROGRAMMATIC, CONSOLE = "default", "programmatic", "console"

    id = models.CharField(primary_key=True, max_length=32, default=hex_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="users")
    name = models.CharField(max_length=64)
    groups = models.ManyToManyField(Group, through="Membership", related_name="users")
    enabled = models.BooleanField(default=True)
    is_owner = models.BooleanField(default=False)
    is_operator = models.BooleanField(default=False, help_text="May use the operator's pages.")
    access_mode = models.CharField(
        max_length=16,
        default=DEFAULT,
        choices=[
            (DEFAULT, "Console and programmatic access"),
            (PROGRAMMATIC, "Programmatic access"),
            (CONSOLE, "Console access"),
        ],
    )
    email = models.EmailField(max_length=255, blank=True)
    area_code = models.CharField(max_length=8, blank=True)
    mobile = models.CharField(max_length=32, blank=True)
    description = models.CharField(max_length=255, blank=True)
    xuser_id = models.CharField(max_length=128, blank=True)
    xuser_type = models.CharField(max_length=64, blank=True)
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    password_history = models.JSONField(default=list, blank=True)
    totp_secret_encrypted = models.TextField(blank=True)
    totp_last_step = models.PositiveBigIntegerField(default=0)
    token_epoch = models.PositiveBigIntegerField(default=1)
    failed_logins = models.PositiveIntegerField(default=0)
    first_failed_login_at = models.DateTimeField(null=True, blank=True)
    locked_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = UserManager()

    USERNAME_FIELD = "id"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []  # type: ignore[misc]

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="user_name_of_account"),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(is_owner=True),
                name="one_owner_of_account",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Return whether the user may sign in, for Django."""
        return self.enabled

    @property
    def is_staff(self) -> bool:
        """Return whether the user is an operator, for Django's administration."""
        return self.is_operator

    @property
    def is_superuser(self) -> bool:
        """Operators may do everything in Django's admin; no tenant right follows from it."""
        return self.is_operator

    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        """Answer Django's admin; tenants' permissions are `iam.authz`."""
        return self.enabled and self.is_operator

    def has_module_perms(self, app_label: str) -> bool:
        """Answer Django's admin."""
        return self.enabled and self.is_operator

    def locked(self, now: dt.datetime) -> bool:
        """Return whether too many failures keep this user out at `now`."""
        return self.locked_until is not None and self.locked_until > now

    def natural_key(self) -> tuple[Any, ...]:
        """Return the id, which is unique over all accounts."""
        return (self.pk,)


class Membership(models.Model):
    """One user in one group."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"
