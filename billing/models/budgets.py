"""Tables: monthly budgets with an alert and an optional hard stop."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from billing.models import fields
from core import clock


class Budget(models.Model):
    """A monthly limit on calls or on money, for the account, an enterprise project or a user."""

    SCOPES = [
        ("account", "Account"),
        ("enterprise_project", "Enterprise project"),
        ("user", "User"),
    ]
    UNITS = [("calls", "Calls"), ("amount", "Amount")]

    account = models.ForeignKey("iam.Account", models.CASCADE, related_name="+")
    name = models.CharField(max_length=64)
    scope = models.CharField(max_length=20, choices=SCOPES)
    scope_id = models.CharField(max_length=36, blank=True, default="")
    unit = models.CharField(max_length=8, choices=UNITS)
    limit = fields.amount()
    alert_percent = models.PositiveSmallIntegerField(default=80)
    hard_stop = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["account", "name"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="budget_name_once"),
            models.CheckConstraint(condition=Q(limit__gte=0), name="budget_not_negative"),
            models.CheckConstraint(
                condition=Q(alert_percent__gte=1, alert_percent__lte=100), name="budget_alert_range"
            ),
            models.CheckConstraint(
                condition=Q(scope="account", scope_id="") | (~Q(scope="account") & ~Q(scope_id="")),
                name="budget_scope_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.name}"


class BudgetPeriod(models.Model):
    """One month of one budget.

    `admitted` calls were admitted (hard stops only), `settled` calls were settled, `spent` is their amount.
    The admission of a call locks this row only where the budget is a hard stop.
    """

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="periods")
    month = models.CharField(max_length=7)
    admitted = models.PositiveBigIntegerField(default=0)
    settled = models.PositiveBigIntegerField(default=0)
    spent = fields.amount(default=0)
    alerted = models.BooleanField(default=False)
    exhausted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["budget", "month"], name="budget_period_once")
        ]

    def __str__(self) -> str:
        return f"{self.budget_id} {self.month}"


class BudgetHold(models.Model):
    """The unit of one admitted call until its outcome is known; the sweeper deletes lost ones."""

    period = models.ForeignKey(BudgetPeriod, models.CASCADE, related_name="holds")
    request_id = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "request_id"], name="budget_hold_once")
        ]
        indexes = [models.Index(fields=["created_at"], name="budget_hold_age")]

    def __str__(self) -> str:
        return self.request_id
