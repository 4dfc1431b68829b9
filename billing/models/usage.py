"""Tables: usage events, and who paid for each: allocations, hour charges, tier charges.

event → allocation (who pays: a package, or pay-per-use) → hour charge → tier charges → bill lines,
with one ledger entry per hour charge. Events are only ever inserted: what waits for
settlement is a narrow queue beside them, and what was settled a narrow row of its own.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from billing.models import fields
from core import clock


class Allocation(models.Model):
    """Calls of one batch, hour, user and project with one payer; `package` null = pay-per-use.

    Rows with a package are that package's deductions.
    """

    account = models.ForeignKey("iam.Account", models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=64)
    product = models.ForeignKey("billing.Product", models.PROTECT, related_name="+", db_index=False)
    enterprise_project_id = fields.enterprise_project()
    user = models.ForeignKey(
        "iam.User", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    hour = models.DateTimeField()
    package = models.ForeignKey(
        "billing.Package",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deductions",
        db_index=False,
    )
    quantity = models.PositiveBigIntegerField()
    package_used_after = models.PositiveBigIntegerField(null=True, blank=True)
    hour_charge = models.ForeignKey(
        "billing.HourCharge",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="allocations",
        db_index=False,
    )
    bill_line = models.ForeignKey(
        "billing.BillLine",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="allocations",
        db_index=False,
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["account", "hour"],
                condition=Q(package=None, hour_charge=None),
                name="allocation_to_charge",
            ),
            models.Index(fields=["account", "hour"], name="allocation_account_hour"),
            models.Index(
                fields=["package", "id"],
                condition=Q(package__isnull=False),
                name="allocation_package",
            ),
            models.Index(
                fields=["hour_charge", "id"],
                condition=Q(hour_charge__isnull=False),
                name="allocation_hour_charge",
            ),
            models.Index(
                fields=["bill_line", "id"],
                condition=Q(bill_line__isnull=False),
                name="allocation_bill_line",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="allocation_positive"),
            models.CheckConstraint(
                condition=Q(package=None, bill_line=None, package_used_after=None)
                | Q(
                    package__isnull=False,
                    bill_line__isnull=False,
                    package_used_after__isnull=False,
                    hour_charge=None,
                ),
                name="allocation_one_payer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_id} {self.hour:%Y-%m-%d %H}h"


class UsageEventQuerySet(models.QuerySet["UsageEvent"]):
    """Events by their state of settlement."""

    def waiting(self, account_id: str) -> UsageEventQuerySet:
        """Return the events of an account that are not settled yet; read through the queue."""
        queue = UnsettledEvent.objects.filter(account_id=account_id)
        return self.filter(id__in=queue.values("event_id"), account_id=account_id)

    def settled_by(self, allocation_id: int) -> UsageEventQuerySet:
        """Return the events of one allocation, in the order of their numbers."""
        rows = SettledEvent.objects.filter(allocation_id=allocation_id)
        return self.filter(id__in=rows.values("event_id")).order_by("id")


class UsageEvent(models.Model):
    """One successful call. Inserted once with the call record and never changed.

    Foreign keys have no database constraint: the check would take a share lock on the account's row in
    each call, and the caller's identity was read in the same request.
    """

    request_id = models.CharField(max_length=64)
    account = models.ForeignKey(
        "iam.Account", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    region = models.CharField(max_length=64)
    product = models.ForeignKey(
        "billing.Product", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    user = models.ForeignKey(
        "iam.User", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    project = models.ForeignKey(
        "iam.Project", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    enterprise_project_id = fields.enterprise_project()
    occurred_at = models.DateTimeField()
    quantity = models.PositiveIntegerField(default=1)

    objects = UsageEventQuerySet.as_manager()

    class Meta:
        constraints = [
            # Not `unique=True`: that adds a second index for LIKE, which every insert would pay.
            models.UniqueConstraint(fields=["request_id"], name="usage_request_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="usage_positive"),
        ]

    def __str__(self) -> str:
        return self.request_id


class UnsettledEvent(models.Model):
    """The queue of settlement: written with the event, deleted in the batch that settles it.

    Settling reads only this table's few rows, however long the history behind it is.
    """

    pk = models.CompositePrimaryKey("account_id", "event_id")
    account = models.ForeignKey(
        "iam.Account", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    event = models.ForeignKey(
        UsageEvent, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )

    def __str__(self) -> str:
        return str(self.event_id)


class SettledEvent(models.Model):
    """Which allocation an event went to; its key is the event, so there can be only one."""

    event = models.OneToOneField(
        UsageEvent, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    allocation = models.ForeignKey(
        Allocation, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        indexes = [models.Index(fields=["allocation", "event"], name="settled_by_allocation")]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.allocation_id}"


class HourCharge(models.Model):
    """Pay-per-use calls of one hour and product, priced; numbered within their billing month.

    A call that is settled after its hour was charged makes another row; no number is charged twice.
    """

    account = models.ForeignKey("iam.Account", models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=64)
    product = models.ForeignKey("billing.Product", models.PROTECT, related_name="+", db_index=False)
    enterprise_project_id = fields.enterprise_project()
    hour = models.DateTimeField()
    month = models.CharField(max_length=7)
    month_offset = models.PositiveBigIntegerField()
    quantity = models.PositiveBigIntegerField()
    amount = fields.amount()
    price_version = models.ForeignKey("billing.PriceVersion", models.PROTECT, related_name="+")
    ledger_entry = models.OneToOneField(
        "billing.LedgerEntry", models.PROTECT, related_name="hour_charge"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["account", "hour"], name="hour_charge_account_hour")]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "region", "product", "month", "month_offset"],
                name="hour_charge_number_once",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="hour_charge_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.hour:%Y-%m-%d %H}h {self.quantity}"


class TierCharge(models.Model):
    """Part of an hour charge at one price: numbers `first`.. of the month, on one bill line."""

    hour_charge = models.ForeignKey(HourCharge, models.PROTECT, related_name="tiers")
    bill_line = models.ForeignKey("billing.BillLine", models.PROTECT, related_name="charges")
    first = models.PositiveBigIntegerField()
    quantity = models.PositiveBigIntegerField()
    amount = fields.amount()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hour_charge", "first"], name="tier_charge_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="tier_charge_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} from {self.first}"
