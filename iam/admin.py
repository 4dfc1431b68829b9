"""Django administration of identity for operators: read-only, except for unlocking and switching off."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from iam.models import (
    AccessKey,
    Account,
    Agency,
    Attachment,
    EnterpriseProject,
    Group,
    Policy,
    Project,
    Region,
    Trace,
    User,
)


class ReadOnly(admin.ModelAdmin):
    """Rows that services keep consistent: shown, not edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse."""
        return False


@admin.register(Account)
class AccountAdmin(ReadOnly):
    """Accounts; switching one off is allowed."""

    list_display = ("name", "id", "enabled", "is_frozen", "created_at")
    search_fields = ("name", "id")
    fields = ("name", "enabled", "is_frozen", "enterprise_projects_enabled", "policy_version")
    readonly_fields = ("name", "is_frozen", "enterprise_projects_enabled", "policy_version")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Allow switching an account on and off."""
        return bool(getattr(request.user, "is_operator", False))


@admin.register(User)
class UserAdmin(ReadOnly):
    """Users; the password hash is never shown."""

    list_display = ("name", "account", "is_owner", "enabled", "access_mode", "locked_until")
    list_filter = ("is_owner", "enabled", "access_mode")
    search_fields = ("name", "id", "account__name")
    exclude = ("password", "password_history", "totp_secret_encrypted")
    actions = ("unlock",)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer unlocking, which needs no change permission."""
        return {"unlock": (type(self).unlock, "unlock", "Unlock")}

    @admin.action(description="Unlock")
    def unlock(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """End the lock-out after too many wrong passwords."""
        rows.update(failed_logins=0, first_failed_login_at=None, locked_until=None)


@admin.register(AccessKey)
class AccessKeyAdmin(ReadOnly):
    """Access keys without their secrets."""

    list_display = ("access", "user", "status", "last_used_at", "failures", "locked_until")
    search_fields = ("access", "user__name")
    exclude = ("secret_encrypted",)


@admin.register(Policy)
class PolicyAdmin(ReadOnly):
    """Policies of all accounts."""

    list_display = ("display_name", "account", "type", "catalog")
    search_fields = ("display_name", "account__name")


@admin.register(Attachment)
class AttachmentAdmin(ReadOnly):
    """Grants of all accounts."""

    list_display = ("policy", "account", "group", "user", "agency", "scope")
    list_select_related = ("policy", "account", "group", "user", "agency")


@admin.register(Trace)
class TraceAdmin(ReadOnly):
    """The audit trail."""

    list_display = ("time", "account", "trace_name", "user_name", "resource_name", "code")
    list_filter = ("service_type", "trace_rating")
    search_fields = ("trace_name", "resource_id", "request_id")
    show_full_result_count = False


for _model in (Agency, EnterpriseProject, Group, Project, Region):
    admin.site.register(_model, ReadOnly)
