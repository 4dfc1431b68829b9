"""Tables: products, versioned prices, package plans."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from billing.models import fields
from core import clock


class Product(models.Model):
    """A billable API. Rows come from the registered `ProductRow`s; `code` is used everywhere."""

    code = models.CharField(max_length=64, primary_key=True)
    title = models.CharField(max_length=120)
    service_type_code = models.CharField(max_length=64)
    resource_type_code = models.CharField(max_length=64)
    price_class = models.CharField(max_length=32)
    active = models.BooleanField(default=True)
    # The highest unit price that may apply to a call: what a hard money budget reserves per call.
    top_unit_price = fields.unit_price(default=0)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class PriceVersion(models.Model):
    """A price table in force from `effective_from`. Never changed, only superseded."""

    SOURCES = [("book", "Price book"), ("operator", "Operator")]

    product = models.ForeignKey(Product, models.PROTECT, related_name="prices")
    region = models.CharField(max_length=64, blank=True, default="")
    free_calls = models.PositiveBigIntegerField(default=0)
    effective_from = models.DateTimeField()
    source = models.CharField(max_length=16, choices=SOURCES, default="book")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["product", "region", "-effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "region", "effective_from"], name="price_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.region or '*'} from {self.effective_from:%Y-%m-%d %H:%M}"


class PriceTier(models.Model):
    """Calls of a month numbered `above` and higher cost `unit_price`."""

    version = models.ForeignKey(PriceVersion, models.CASCADE, related_name="tiers")
    above = models.PositiveBigIntegerField()
    unit_price = fields.unit_price()

    class Meta:
        ordering = ["version", "above"]
        constraints = [
            models.UniqueConstraint(fields=["version", "above"], name="price_tier_once"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="price_tier_not_negative"),
        ]

    def __str__(self) -> str:
        return f"> {self.above}: {self.unit_price}"


class PackagePlan(models.Model):
    """A package specification on sale. Orders copy its price, so changing it bills nothing anew."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="plans")
    region = models.CharField(max_length=64, blank=True, default="")
    code = models.CharField(max_length=32)
    calls = models.PositiveBigIntegerField()
    price = fields.amount()
    currency = fields.currency()
    months = models.PositiveSmallIntegerField(default=12)
    active = models.BooleanField(default=True)
    # Set when an operator changed or added the plan: the price book then no longer overwrites it.
    edited = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["product", "region", "calls"]
        constraints = [
            models.UniqueConstraint(fields=["product", "region", "code"], name="plan_once"),
            models.CheckConstraint(
                condition=Q(calls__gt=0) & Q(price__gte=0) & Q(months__gt=0), name="plan_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.code}"
