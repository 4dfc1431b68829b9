"""Routes of billing: its own API under /api/v1 and the BSS surface of the contract."""

from __future__ import annotations

from django.urls import path

from billing.api import (
    bss,
    bss_bills,
    bss_orders,
    bss_packages,
    money,
    operator,
    purchases,
    subscriptions,
)

urlpatterns = [
    path("api/v1/subscriptions", subscriptions.SubscriptionListView.as_view()),
    path(
        "api/v1/subscriptions/<str:region>/<str:product>/users",
        subscriptions.SubscriberListView.as_view(),
    ),
    path("api/v1/prices", subscriptions.PriceListView.as_view()),
    path("api/v1/price-calculator", subscriptions.QuoteView.as_view()),
    path("api/v1/orders", purchases.OrderListView.as_view()),
    path("api/v1/orders/<str:number>", purchases.OrderView.as_view()),
    path("api/v1/orders/<str:number>/pay", purchases.OrderPayView.as_view()),
    path("api/v1/orders/<str:number>/cancel", purchases.OrderCancelView.as_view()),
    path("api/v1/packages", purchases.PackageListView.as_view()),
    path("api/v1/packages/<int:package_id>", purchases.PackageView.as_view()),
    path("api/v1/packages/<int:package_id>/history", purchases.PackageHistoryView.as_view()),
    path("api/v1/packages/<int:package_id>/renew", purchases.PackageRenewView.as_view()),
    path(
        "api/v1/packages/<int:package_id>/unsubscribe",
        purchases.PackageUnsubscribeView.as_view(),
    ),
    path("api/v1/balance", money.BalanceView.as_view()),
    path("api/v1/balance/vouchers", money.VoucherRedeemView.as_view()),
    path("api/v1/ledger", money.LedgerView.as_view()),
    path("api/v1/bills", money.BillMonthsView.as_view()),
    path("api/v1/bills/<str:month>", money.BillView.as_view()),
    path("api/v1/bills/<str:month>/export", money.BillExportView.as_view()),
    path("api/v1/bill-lines/<int:line_id>/parts", money.LinePartsView.as_view()),
    path(
        "api/v1/charges/<int:part_id>/calls",
        money.PartCallsView.as_view(),
        {"kind": "charges"},
    ),
    path(
        "api/v1/deductions/<int:part_id>/calls",
        money.PartCallsView.as_view(),
        {"kind": "deductions"},
    ),
    path("api/v1/units/<str:request_id>", money.UnitView.as_view()),
    path("api/v1/forecast", money.ForecastView.as_view()),
    path("api/v1/budgets", money.BudgetListView.as_view()),
    path("api/v1/budgets/<int:budget_id>", money.BudgetView.as_view()),
    path(
        "api/v1/enterprise-projects/<str:enterprise_project_id>/expenditures",
        money.ExpenditureView.as_view(),
    ),
    path("api/v1/operator/top-ups", operator.TopUpView.as_view()),
    path("api/v1/operator/adjustments", operator.AdjustmentView.as_view()),
    path("api/v1/operator/vouchers", operator.VoucherCreateView.as_view()),
    path("api/v1/operator/packages", operator.GrantView.as_view()),
    path("api/v1/operator/prices", operator.PriceView.as_view()),
    path("api/v1/operator/accounts", operator.AccountBillingView.as_view()),
    # The BSS surface; these words come before the OCR and IAM routes of the same version.
    path("v2/accounts/customer-accounts/balances", bss.BalancesView.as_view()),
    path("v2/products/service-types", bss.ServiceTypesView.as_view()),
    path("v2/bases/measurements", bss.MeasureUnitsView.as_view()),
    path("v2/bills/ratings/on-demand-resources", bss.OnDemandRatingView.as_view()),
    path("v2/bills/customer-bills/monthly-sum", bss_bills.MonthlySumView.as_view()),
    path("v2/bills/customer-bills/res-fee-records", bss_bills.ResourceFeesView.as_view()),
    path("v2/bills/customer-bills/fee-records", bss_bills.FeeRecordsView.as_view()),
    path(
        "v2/bills/customer-bills/free-resources-usage-records",
        bss_packages.UsageRecordsView.as_view(),
    ),
    path("v3/payments/free-resources/query", bss_packages.PackagesView.as_view()),
    path(
        "v2/payments/free-resources/usages/details/query",
        bss_packages.PackageUsagesView.as_view(),
    ),
    path("v2/orders/customer-orders", bss_orders.OrdersView.as_view()),
    path("v2/orders/customer-orders/details/<str:order_id>", bss_orders.OrderDetailsView.as_view()),
    path("v3/orders/customer-orders/pay", bss_orders.OrderPayView.as_view()),
    path("v2/orders/customer-orders/cancel", bss_orders.OrderCancelView.as_view()),
    path("v2/orders/subscriptions/resources/unsubscribe", bss_orders.UnsubscribeView.as_view()),
]
