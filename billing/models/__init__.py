"""Billing's tables, by topic."""

from billing.models.accounts import BillingAccount, BillingEvent, Subscription, Voucher
from billing.models.bills import BillLine, LedgerEntry
from billing.models.budgets import Budget, BudgetHold, BudgetPeriod
from billing.models.catalog import PackagePlan, PriceTier, PriceVersion, Product
from billing.models.orders import Order, OrderLine, Package
from billing.models.usage import (
    Allocation,
    HourCharge,
    SettledEvent,
    TierCharge,
    UnsettledEvent,
    UsageEvent,
)

__all__ = [
    "Allocation",
    "BillLine",
    "BillingAccount",
    "BillingEvent",
    "Budget",
    "BudgetHold",
    "BudgetPeriod",
    "HourCharge",
    "LedgerEntry",
    "Order",
    "OrderLine",
    "Package",
    "PackagePlan",
    "PriceTier",
    "PriceVersion",
    "Product",
    "SettledEvent",
    "Subscription",
    "TierCharge",
    "UnsettledEvent",
    "UsageEvent",
    "Voucher",
]
