"""Tables: billing account, subscriptions, vouchers, outgoing events."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from billing.models import fields
from core import clock


class BillingAccount(models.Model):
    """Balance and arrears of one account; its row lock serializes the writers of the account.

    `balance` is the sum of the ledger, stored for speed, and changes only together with it.
    """

    ARREARS = [("ok", "In order"), ("grace", "Grace period"), ("frozen", "Retention period")]

    account = models.OneToOneField(
        "iam.Account", models.PROTECT, primary_key=True, related_name="billing"
    )
    currency = fields.currency()
    balance = fields.amount(default=0)
    ledger_entries = models.PositiveBigIntegerField(default=0)
    unlimited = models.BooleanField(default=False)
    arrears = models.CharField(max_length=8, choices=ARREARS, default="ok")
    arrears_since = models.DateTimeField(null=True, blank=True)
    balance_alert = fields.amount(null=True, blank=True)
    balance_alerted = models.BooleanField(default=False)
    has_hard_budget = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(arrears="ok", arrears_since=None)
                | (~Q(arrears="ok") & Q(arrears_since__isnull=False)),
                name="arrears_since_known",
            ),
            models.CheckConstraint(
                condition=Q(unlimited=False) | Q(arrears="ok"), name="unlimited_never_in_arrears"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.balance} {self.currency}"


class Subscription(models.Model):
    """A user, or Everyone (`user` null), may call a product in a region."""

    account = models.ForeignKey("iam.Account", models.CASCADE, related_name="+")
    region = models.CharField(max_length=64)
    product = models.ForeignKey("billing.Product", models.PROTECT, related_name="+")
    user = models.ForeignKey("iam.User", models.CASCADE, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["account", "region", "product"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "region", "product", "user"],
                condition=Q(user__isnull=False),
                name="subscription_user_once",
            ),
            models.UniqueConstraint(
                fields=["account", "region", "product"],
                condition=Q(user__isnull=True),
                name="subscription_everyone_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.region} {self.user_id or '*'}"


class Voucher(models.Model):
    """A code that credits an amount once. Only its digest is stored."""

    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4)
    amount = fields.amount()
    currency = fields.currency()
    expires_at = models.DateTimeField()
    redeemed_by = models.ForeignKey(
        "iam.Account", models.PROTECT, null=True, blank=True, related_name="+"
    )
    redeemed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="voucher_positive"),
            models.CheckConstraint(
                condition=Q(redeemed_by=None, redeemed_at=None)
                | Q(redeemed_by__isnull=False, redeemed_at__isnull=False),
                name="voucher_redeemed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"…{self.hint} {self.amount} {self.currency}"


class BillingEvent(models.Model):
    """Outbox: an event that mail, webhooks and the console's notices deliver."""

    account = models.ForeignKey("iam.Account", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=48)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(delivered_at=None), name="billing_event_waiting"
            ),
            models.Index(fields=["account", "-id"], name="billing_event_account"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.account_id}"
