"""Tables: orders, their lines, and the packages that they deliver."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from billing import burndown
from billing.models import fields
from core import clock


class Order(models.Model):
    """A purchase, a renewal or an unsubscription, with the states of the public order API."""

    KINDS = [("new", "New purchase"), ("renew", "Renewal"), ("unsubscribe", "Unsubscription")]
    STATES = [("to_pay", "To be paid"), ("done", "Completed"), ("cancelled", "Cancelled")]

    number = models.CharField(max_length=24, primary_key=True)
    account = models.ForeignKey("iam.Account", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=KINDS)
    status = models.CharField(max_length=12, choices=STATES, default="to_pay")
    amount = fields.amount()
    currency = fields.currency()
    idempotency_key = models.CharField(max_length=64)
    placed_by = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    paid_at = models.DateTimeField(null=True, blank=True)
    ledger_entry = models.OneToOneField(
        "billing.LedgerEntry", models.PROTECT, null=True, blank=True, related_name="order"
    )

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["account", "-created_at"], name="order_account_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "idempotency_key"], name="order_idempotency"
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="done") & Q(paid_at__isnull=False) & Q(ledger_entry__isnull=False)
                )
                | (~Q(status="done") & Q(ledger_entry=None)),
                name="order_done_is_paid",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """`quantity` packages of one plan, from `starts_at` (null = at payment)."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey("billing.Product", models.PROTECT, related_name="+")
    plan = models.ForeignKey(
        "billing.PackagePlan", models.PROTECT, null=True, blank=True, related_name="+"
    )
    region = models.CharField(max_length=64)
    enterprise_project_id = fields.enterprise_project(blank=True, default="")
    quantity = models.PositiveIntegerField()
    calls = models.PositiveBigIntegerField()
    months = models.PositiveSmallIntegerField(default=12)
    unit_price = fields.amount()
    amount = fields.amount()
    starts_at = models.DateTimeField(null=True, blank=True)
    auto_renew = models.BooleanField(default=False)
    # The package that a renewal follows or an unsubscription ends.
    renews = models.ForeignKey(
        "billing.Package", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & Q(calls__gt=0), name="order_line_positive"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.quantity} × {self.product_id}"


class Package(models.Model):
    """Quota of one product in one region. `enterprise_project_id` "" = all projects."""

    SOURCES = [("free", "Free"), ("promotional", "Promotional"), ("purchased", "Purchased")]

    account = models.ForeignKey("iam.Account", models.PROTECT, related_name="+")
    region = models.CharField(max_length=64)
    product = models.ForeignKey("billing.Product", models.PROTECT, related_name="+")
    enterprise_project_id = fields.enterprise_project(blank=True, default="")
    source = models.CharField(max_length=12, choices=SOURCES)
    plan = models.ForeignKey(
        "billing.PackagePlan", models.PROTECT, null=True, blank=True, related_name="+"
    )
    order_line = models.ForeignKey(
        OrderLine, models.PROTECT, null=True, blank=True, related_name="packages"
    )
    grant_key = models.CharField(max_length=96, blank=True, default="")
    granted = models.PositiveBigIntegerField()
    used = models.PositiveBigIntegerField(default=0)
    price = fields.amount(default=0)
    effective_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    refunded_at = models.DateTimeField(null=True, blank=True)
    auto_renew = models.BooleanField(default=False)
    renewed_by = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="renewal_of"
    )
    alert_percent_left = models.PositiveSmallIntegerField(default=20)
    alerted = models.BooleanField(default=False)
    expiry_alerted = models.BooleanField(default=False)
    expired_event = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["account", "-created_at"]
        indexes = [
            models.Index(
                fields=["account", "region", "product", "expires_at"], name="package_in_force"
            ),
            models.Index(fields=["expires_at"], name="package_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(used__gte=0) & Q(used__lte=F("granted")), name="package_never_overdrawn"
            ),
            models.CheckConstraint(
                condition=Q(effective_at__lt=F("expires_at")), name="package_period_forward"
            ),
            models.UniqueConstraint(
                fields=["account", "grant_key"],
                condition=~Q(grant_key=""),
                name="package_grant_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.region} {self.used}/{self.granted}"

    def quota(self) -> burndown.Quota:
        """Return what is left of the package, as the burn order sees it."""
        return burndown.Quota(
            id=self.pk,
            source=self.source,
            region=self.region,
            product=self.product_id,
            project=self.enterprise_project_id,
            effective_at=self.effective_at,
            expires_at=self.expires_at,
            created_at=self.created_at,
            left=self.granted - self.used,
        )
