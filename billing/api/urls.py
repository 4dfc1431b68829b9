"""Routes of billing: its own API under /api/v1 and the BSS surface of the contract."""

from __future__ import annotations

from django.urls import path

from billing.api import money, operator, purchases, subscriptions

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
    path("api/v1/operator/accounts", operator.AccountBillingView.as_view()),
]
