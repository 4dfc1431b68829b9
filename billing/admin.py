"""Django admin of billing, for operators: plans can be edited, prices and money are read-only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _

from billing import models


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows rows that only services write."""

    list_select_related = True
    show_full_result_count = False  # COUNT(*) over usage would read all of it

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


class TierInline(admin.TabularInline):  # type: ignore[type-arg]
    """Tiers of a price version."""

    model = models.PriceTier
    extra = 0


class RegionFilter(admin.AllValuesFieldListFilter):
    """The regions of a list; a price of none of them holds in all."""

    def choices(self, changelist: Any) -> Any:
        """Label the choice of no region."""
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or _("In every region")}


@admin.register(models.PriceVersion)
class PriceVersionAdmin(ReadOnly):
    """Price versions are followed by new ones, never changed."""

    list_display = ("product", "region", "effective_from", "free_calls", "source")
    list_filter = ("source", ("region", RegionFilter))
    inlines = (TierInline,)


@admin.register(models.PackagePlan)
class PackagePlanAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Plans on sale; orders keep the price that they were placed at."""

    list_display = ("product", "region", "code", "calls", "price", "currency", "active", "edited")
    list_filter = ("active", ("region", RegionFilter))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Mark the plan as edited, so that later syncs of the price book do not overwrite it."""
        obj.edited = True
        super().save_model(request, obj, form, change)


_COLUMNS: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (models.Product, ("code", "title", "price_class", "active")),
    (models.BillingAccount, ("account", "balance", "currency", "arrears", "unlimited")),
    (models.Subscription, ("account", "region", "product", "user")),
    (models.Order, ("number", "account", "kind", "status", "amount", "created_at")),
    (models.Package, ("account", "region", "product", "source", "used", "granted", "expires_at")),
    (models.LedgerEntry, ("account", "number", "kind", "amount", "balance_after", "created_at")),
    (models.BillLine, ("account", "month", "region", "product", "mode", "quantity", "amount")),
    (models.Budget, ("account", "name", "scope", "unit", "limit", "hard_stop")),
    (models.Voucher, ("hint", "amount", "currency", "expires_at", "redeemed_at")),
    (models.BillingEvent, ("account", "kind", "created_at", "delivered_at")),
    (models.UsageEvent, ("request_id", "account", "product", "occurred_at")),
)
for _model, _columns in _COLUMNS:
    admin.site.register(
        _model, type(f"{_model.__name__}Admin", (ReadOnly,), {"list_display": _columns})
    )
