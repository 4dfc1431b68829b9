"""Policy actions of the billing center."""

from __future__ import annotations

from iam.actions import ActionRow

BALANCE_VIEW = "bss:balance:view"
BALANCE_UPDATE = "bss:balance:update"
BILL_VIEW = "bss:bill:view"
ORDER_VIEW = "bss:order:view"
ORDER_CREATE = "bss:order:create"
ORDER_PAY = "bss:order:pay"
ORDER_CANCEL = "bss:order:cancel"
PACKAGE_VIEW = "bss:package:view"
PACKAGE_UPDATE = "bss:package:update"
PACKAGE_UNSUBSCRIBE = "bss:package:unsubscribe"
BUDGET_VIEW = "bss:budget:view"
BUDGET_UPDATE = "bss:budget:update"
PRICE_VIEW = "bss:price:view"

ROWS = (
    ActionRow(BALANCE_VIEW, "View the balance and its ledger", "global", "read"),
    ActionRow(BALANCE_UPDATE, "Redeem vouchers and set the balance alert", "global", "write"),
    ActionRow(BILL_VIEW, "View bills, expenditures and traces of units", "global", "read"),
    ActionRow(ORDER_VIEW, "View orders", "global", "read"),
    ActionRow(ORDER_CREATE, "Place orders for packages", "global", "write"),
    ActionRow(ORDER_PAY, "Pay orders from the balance", "global", "write"),
    ActionRow(ORDER_CANCEL, "Cancel unpaid orders", "global", "write"),
    ActionRow(PACKAGE_VIEW, "View packages and their usage", "global", "read"),
    ActionRow(PACKAGE_UPDATE, "Renew packages, set auto-renewal and alerts", "global", "write"),
    ActionRow(PACKAGE_UNSUBSCRIBE, "Unsubscribe from packages", "global", "write"),
    ActionRow(BUDGET_VIEW, "View budgets", "global", "read"),
    ActionRow(BUDGET_UPDATE, "Create, change and delete budgets", "global", "write"),
    ActionRow(PRICE_VIEW, "View prices and use the calculator", "global", "read"),
)
