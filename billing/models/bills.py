"""Tables: the append-only ledger and the monthly bill lines whose changes it records."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from billing.models import fields
from core import clock


class LedgerEntry(models.Model):
    """One movement of money. Never changed or deleted; a correction is another entry.

    `number` runs 1, 2, 3, ... per account, and `balance_after` chains the entries: removing one
    breaks both.
    """

    KINDS = [
        ("top_up", "Top-up"),
        ("voucher", "Voucher"),
        ("charge", "Pay-per-use charge"),
        ("order", "Order"),
        ("refund", "Refund"),
        ("adjustment", "Adjustment"),
    ]

    account = models.ForeignKey("iam.Account", models.PROTECT, related_name="+")
    number = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=12, choices=KINDS)
    amount = fields.amount()
    balance_after = fields.amount()
    currency = fields.currency()
    reference = models.CharField(max_length=128)
    made_by = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["account", "number"]
        indexes = [models.Index(fields=["account", "created_at"], name="ledger_account_time")]
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="ledger_number_once"),
            models.UniqueConstraint(
                fields=["account", "kind", "reference"], name="ledger_reference_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} #{self.number} {self.amount}"


class BillLine(models.Model):
    """One line of a monthly bill.

    Pay-per-use: quantity at one unit price (tier 0 = free allowance); `amount` is quantity × unit
    price, rounded here and nowhere else; the ledger holds the differences. Package: calls that a
    package paid. Order: money for packages.
    """

    MODES = [("pay_per_use", "Pay-per-use"), ("package", "Package"), ("order", "Order")]

    account = models.ForeignKey("iam.Account", models.PROTECT, related_name="+")
    month = models.CharField(max_length=7)
    region = models.CharField(max_length=64)
    enterprise_project_id = fields.enterprise_project()
    product = models.ForeignKey("billing.Product", models.PROTECT, related_name="+")
    mode = models.CharField(max_length=12, choices=MODES)
    price_version = models.ForeignKey(
        "billing.PriceVersion", models.PROTECT, null=True, blank=True, related_name="+"
    )
    tier = models.PositiveSmallIntegerField(default=0)
    package = models.ForeignKey(
        "billing.Package", models.PROTECT, null=True, blank=True, related_name="+"
    )
    order_line = models.ForeignKey(
        "billing.OrderLine", models.PROTECT, null=True, blank=True, related_name="bill_lines"
    )
    quantity = models.PositiveBigIntegerField(default=0)
    unit_price = fields.unit_price(default=0)
    amount = fields.amount(default=0)
    currency = fields.currency()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["account", "month", "product", "region", "id"]
        indexes = [models.Index(fields=["account", "month"], name="bill_line_month")]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "account",
                    "month",
                    "region",
                    "enterprise_project_id",
                    "product",
                    "price_version",
                    "tier",
                ],
                condition=Q(mode="pay_per_use"),
                name="bill_line_pay_per_use_once",
            ),
            models.UniqueConstraint(
                fields=["account", "month", "enterprise_project_id", "package"],
                condition=Q(mode="package"),
                name="bill_line_package_once",
            ),
            models.UniqueConstraint(
                fields=["order_line"], condition=Q(mode="order"), name="bill_line_order_once"
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        mode="pay_per_use",
                        price_version__isnull=False,
                        package=None,
                        order_line=None,
                    )
                    | Q(mode="package", price_version=None, package__isnull=False, order_line=None)
                    | Q(mode="order", price_version=None, order_line__isnull=False)
                ),
                name="bill_line_mode_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.product_id} {self.mode} {self.amount}"
