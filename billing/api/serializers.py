"""Shapes of `/api/v1`: what goes in is checked here, what comes out is documented here.

Money is a string with the currency's digits, so that no client turns it into a binary fraction.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from billing import selectors
from billing.models import Budget
from core import clock


def _money(**options: Any) -> s.DecimalField:
    return s.DecimalField(max_digits=18, decimal_places=3, **options)


class RegionProduct(s.Serializer[Any]):
    """A product in a region."""

    region = s.CharField(max_length=64)
    product = s.CharField(max_length=64)


class SubscribeIn(RegionProduct):
    """Whom to subscribe: the caller, one user, or Everyone."""

    user_id = s.CharField(max_length=32, required=False)
    everyone = s.BooleanField(default=False)


class ChangedOut(s.Serializer[Any]):
    """Whether the call changed anything."""

    changed = s.BooleanField()


class SubscriptionOut(s.Serializer[Any]):
    """The state of one product as the caller sees it."""

    product = s.CharField()
    own = s.BooleanField()
    everyone = s.BooleanField()
    subscribed = s.BooleanField()


class SubscribersOut(s.Serializer[Any]):
    """Who is subscribed to a product in a region."""

    everyone = s.BooleanField()
    users = s.ListField(child=s.DictField(child=s.CharField()))


class TierOut(s.Serializer[Any]):
    """Calls of a month numbered `above` and higher."""

    above = s.IntegerField()
    unit_price = s.DecimalField(max_digits=14, decimal_places=6)


class PlanOut(s.Serializer[Any]):
    """A package on sale."""

    code = s.CharField()
    calls = s.IntegerField()
    price = _money()
    currency = s.CharField()
    months = s.IntegerField()


class PriceOut(s.Serializer[Any]):
    """Price table and packages of a product in a region."""

    product = s.CharField()
    title = s.CharField()
    region = s.CharField()
    currency = s.CharField()
    free_calls = s.IntegerField()
    tiers = TierOut(many=True)
    plans = PlanOut(many=True)


class QuoteIn(RegionProduct):
    """How many calls in one month."""

    calls = s.IntegerField(min_value=0, max_value=10**12)


class QuoteLine(s.Serializer[Any]):
    """Calls at one price; tier 0 is the free allowance."""

    tier = s.IntegerField()
    quantity = s.IntegerField()
    unit_price = s.DecimalField(max_digits=14, decimal_places=6)


class PlanCount(s.Serializer[Any]):
    """How many packages of a plan."""

    plan = s.CharField()
    count = s.IntegerField()


class QuoteOut(s.Serializer[Any]):
    """Pay-per-use and the cheapest mix with packages."""

    currency = s.CharField()
    pay_per_use = _money()
    lines = QuoteLine(many=True)
    packages = PlanCount(many=True)
    packages_amount = _money()
    rest_calls = s.IntegerField()
    rest_amount = _money()
    best_total = _money()


class OrderIn(RegionProduct):
    """What to buy. With `pay` the order is paid from the balance at once."""

    plan = s.CharField(max_length=32)
    quantity = s.IntegerField(min_value=1, max_value=100, default=1)
    starts_on = s.DateField(required=False, allow_null=True, default=None)
    enterprise_project_id = s.CharField(
        max_length=36,
        required=False,
        allow_blank=True,
        default="",
        help_text="empty = all projects",
    )
    auto_renew = s.BooleanField(default=False)
    pay = s.BooleanField(default=True)
    idempotency_key = s.CharField(max_length=64, required=False, allow_blank=True, default="")


class OrderLineOut(s.Serializer[Any]):
    """Packages of one plan in an order."""

    product = s.CharField(source="product_id")
    region = s.CharField()
    enterprise_project_id = s.CharField()
    quantity = s.IntegerField()
    calls = s.IntegerField()
    unit_price = _money()
    amount = _money()
    starts_at = s.DateTimeField(allow_null=True)
    package_ids = s.SerializerMethodField()

    def get_package_ids(self, line: Any) -> list[int]:
        """Return the packages that the line delivered."""
        return [package.pk for package in line.packages.all()]


class OrderOut(s.Serializer[Any]):
    """An order."""

    number = s.CharField()
    kind = s.CharField()
    status = s.CharField()
    amount = _money()
    currency = s.CharField()
    created_at = s.DateTimeField()
    paid_at = s.DateTimeField(allow_null=True)
    lines = OrderLineOut(many=True)


class PackageOut(s.Serializer[Any]):
    """A package and what is left of it."""

    id = s.IntegerField(source="package.id")
    state = s.CharField()
    product = s.CharField(source="package.product_id")
    region = s.CharField(source="package.region")
    source = s.CharField(source="package.source")  # type: ignore[assignment]
    enterprise_project_id = s.CharField(source="package.enterprise_project_id")
    granted = s.IntegerField(source="package.granted")
    used = s.IntegerField(source="package.used")
    left = s.IntegerField()
    effective_at = s.DateTimeField(source="package.effective_at")
    expires_at = s.DateTimeField(source="package.expires_at")
    auto_renew = s.BooleanField(source="package.auto_renew")
    alert_percent_left = s.IntegerField(source="package.alert_percent_left")


class PackageIn(s.Serializer[Any]):
    """What can be changed of a package."""

    auto_renew = s.BooleanField(required=False)
    alert_percent_left = s.IntegerField(min_value=0, max_value=100, required=False)


class DeductionOut(s.Serializer[Any]):
    """Calls that a package paid in one go."""

    id = s.IntegerField()
    package_id = s.IntegerField()
    hour = s.DateTimeField()
    deducted_at = s.DateTimeField(source="created_at")
    quantity = s.IntegerField()
    used_after = s.IntegerField(source="package_used_after")
    enterprise_project_id = s.CharField()


class BalanceOut(s.Serializer[Any]):
    """The money side of the account."""

    balance = _money()
    currency = s.CharField()
    unlimited = s.BooleanField()
    arrears = s.CharField()
    arrears_since = s.DateTimeField(allow_null=True)
    balance_alert = _money(allow_null=True)
    grace_ends_at = s.SerializerMethodField()
    retention_ends_at = s.SerializerMethodField()

    def get_grace_ends_at(self, account: Any) -> str | None:
        """Return when pay-per-use calls freeze, None out of arrears."""
        ends = selectors.arrears_ends(account)
        return clock.iso_second(ends[0]) if ends else None

    def get_retention_ends_at(self, account: Any) -> str | None:
        """Return until when everything is kept for certain, None out of arrears."""
        ends = selectors.arrears_ends(account)
        return clock.iso_second(ends[1]) if ends else None


class BalanceIn(s.Serializer[Any]):
    """The balance below which one alert is sent; null = none."""

    balance_alert = _money(allow_null=True)


class VoucherIn(s.Serializer[Any]):
    """A voucher code."""

    code = s.CharField(max_length=64)


class LedgerOut(s.Serializer[Any]):
    """One movement of money."""

    number = s.IntegerField()
    kind = s.CharField()
    amount = _money()
    balance_after = _money()
    currency = s.CharField()
    reference = s.CharField()
    created_at = s.DateTimeField()


class BillLineOut(s.Serializer[Any]):
    """One line of a bill."""

    id = s.IntegerField()
    month = s.CharField()
    region = s.CharField()
    enterprise_project_id = s.CharField()
    product = s.CharField(source="product_id")
    mode = s.CharField()
    tier = s.IntegerField()
    quantity = s.IntegerField()
    unit_price = s.DecimalField(max_digits=14, decimal_places=6)
    amount = _money()
    currency = s.CharField()
    package_id = s.IntegerField(allow_null=True)
    order = s.SerializerMethodField()

    def get_order(self, line: Any) -> str | None:
        """Return the order number of an order line."""
        return line.order_line.order_id if line.order_line else None


class BillOut(s.Serializer[Any]):
    """A month's bill."""

    month = s.CharField()
    total = _money()
    currency = s.CharField()
    unbilled_calls = s.IntegerField()
    lines = BillLineOut(many=True)


class LinePartOut(s.Serializer[Any]):
    """A piece of a bill line: an hour's charge or a deduction."""

    kind = s.CharField()
    id = s.IntegerField()
    hour = s.DateTimeField()
    quantity = s.IntegerField()
    amount = _money()
    ledger_number = s.IntegerField(allow_null=True)


class CallOut(s.Serializer[Any]):
    """One call behind a line."""

    request_id = s.CharField()
    occurred_at = s.DateTimeField()
    user_id = s.CharField()
    project_id = s.CharField()


class UnitOut(s.Serializer[Any]):
    """The billing records of one successful call."""

    request_id = s.CharField()
    occurred_at = s.DateTimeField()
    region = s.CharField()
    product = s.CharField()
    enterprise_project_id = s.CharField()
    user_id = s.CharField()
    state = s.CharField()
    unit_price = s.DecimalField(max_digits=14, decimal_places=6, allow_null=True)
    package_id = s.IntegerField(source="package.id", default=None, allow_null=True)
    bill_line_id = s.IntegerField(source="bill_line.id", default=None, allow_null=True)
    bill_month = s.CharField(source="bill_line.month", default=None, allow_null=True)
    ledger_number = s.IntegerField(source="ledger_entry.number", default=None, allow_null=True)


class ForecastOut(s.Serializer[Any]):
    """The running month so far and at its end."""

    month = s.CharField()
    to_date = _money()
    expected = _money()
    calls_to_date = s.IntegerField()
    expected_calls = s.IntegerField()


class BudgetIn(s.Serializer[Any]):
    """A new budget."""

    name = s.CharField(max_length=64)
    scope = s.ChoiceField(choices=Budget.SCOPES)
    scope_id = s.CharField(max_length=36, required=False, allow_blank=True, default="")
    unit = s.ChoiceField(choices=Budget.UNITS)
    limit = _money(min_value=0)
    alert_percent = s.IntegerField(min_value=1, max_value=100, default=80)
    hard_stop = s.BooleanField(default=False)


class BudgetChangeIn(s.Serializer[Any]):
    """What can be changed of a budget."""

    limit = _money(min_value=0, required=False)
    alert_percent = s.IntegerField(min_value=1, max_value=100, required=False)
    hard_stop = s.BooleanField(required=False)


class BudgetOut(s.Serializer[Any]):
    """A budget and its running month."""

    id = s.IntegerField()
    name = s.CharField()
    scope = s.CharField()
    scope_id = s.CharField()
    unit = s.CharField()
    limit = _money()
    alert_percent = s.IntegerField()
    hard_stop = s.BooleanField()
    reached = s.CharField()


class ExpenditureOut(s.Serializer[Any]):
    """Expenditure of an enterprise project."""

    month = s.CharField()
    amount = _money()
    previous = _money()
    change_percent = s.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    trend = s.DictField(child=s.DictField(child=_money()))
    distribution = s.ListField(child=s.DictField())
    details = BillLineOut(many=True)


class TopUpIn(s.Serializer[Any]):
    """Money for an account; the same reference again adds nothing."""

    account_id = s.CharField(max_length=32)
    amount = _money()
    reference = s.CharField(max_length=128)


class VoucherNewIn(s.Serializer[Any]):
    """A voucher to make."""

    amount = _money()
    expires_at = s.DateTimeField()


class VoucherNewOut(s.Serializer[Any]):
    """The code, shown once."""

    id = s.IntegerField()
    code = s.CharField()


class GrantIn(RegionProduct):
    """A promotional package; the same key again gives nothing."""

    account_id = s.CharField(max_length=32)
    calls = s.IntegerField(min_value=1)
    months = s.IntegerField(min_value=1, max_value=120, default=12)
    enterprise_project_id = s.CharField(max_length=36, allow_blank=True, default="")
    key = s.CharField(max_length=80)


class AccountChangeIn(s.Serializer[Any]):
    """What an operator may change of an account's billing."""

    account_id = s.CharField(max_length=32)
    unlimited = s.BooleanField()


class PriceIn(s.Serializer[Any]):
    """A price version; `effective_from` is a full hour in the future (default: the next one)."""

    product = s.CharField(max_length=64)
    region = s.CharField(max_length=64, allow_blank=True, default="")
    free_calls = s.IntegerField(min_value=0, default=0)
    tiers = TierOut(many=True)
    effective_from = s.DateTimeField(required=False, allow_null=True, default=None)


class PriceVersionOut(s.Serializer[Any]):
    """A stored price version."""

    id = s.IntegerField()
    effective_from = s.DateTimeField()
