"""Billing: subscriptions, packages, usage metering, settlement, ledger, bills, budgets (README.md)."""
