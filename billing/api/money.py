"""`/api/v1`: balance, ledger, bills, traces of a unit, forecast, budgets, expenditures."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing import actions, errors, periods, selectors
from billing.api import serializers as shapes
from billing.api.base import BillingView, checked, page_of
from billing.models import Budget, BudgetPeriod
from billing.services import arrears, budgets, exports, top_ups
from core import clock
from core.errors import ApiError
from iam import authz

PAGE = [OpenApiParameter("offset", int), OpenApiParameter("limit", int)]
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def month_of(text: str) -> str:
    """Return a well-formed month or raise CBC.0100; empty = the running month."""
    if not text:
        return periods.month(clock.now(), settings.BILLING_TIME_ZONE)
    if not _MONTH.fullmatch(text):
        raise ApiError(errors.INVALID, reason="month must be YYYY-MM")
    return text


class BalanceView(BillingView):
    """Balance, arrears, alert."""

    traces = {"patch": ("setBalanceAlert", "balance", "BSS")}

    actions = {"get": actions.BALANCE_VIEW, "patch": actions.BALANCE_UPDATE}

    @extend_schema(responses=shapes.BalanceOut, tags=["balance"])
    def get(self, request: Request) -> Response:
        """Return the balance."""
        return Response(
            shapes.BalanceOut(selectors.account(self.principal(request).account_id)).data
        )

    @extend_schema(request=shapes.BalanceIn, responses=shapes.BalanceOut, tags=["balance"])
    def patch(self, request: Request) -> Response:
        """Set or remove the balance alert."""
        wanted = checked(shapes.BalanceIn, request)
        account = arrears.balance_alert_set(
            account_id=self.principal(request).account_id, threshold=wanted["balance_alert"]
        )
        return Response(shapes.BalanceOut(account).data)


class VoucherRedeemView(BillingView):
    """Redeem a voucher."""

    traces = {"post": ("redeemVoucher", "voucher", "BSS")}

    action_name = actions.BALANCE_UPDATE

    @extend_schema(request=shapes.VoucherIn, responses=shapes.LedgerOut, tags=["balance"])
    def post(self, request: Request) -> Response:
        """Add the voucher's amount to the balance."""
        wanted = checked(shapes.VoucherIn, request)
        entry = top_ups.voucher_redeem(principal=self.principal(request), code=wanted["code"])
        return Response(shapes.LedgerOut(entry).data)


class LedgerView(BillingView):
    """The ledger."""

    action_name = actions.BALANCE_VIEW

    @extend_schema(
        parameters=[OpenApiParameter("before", int), OpenApiParameter("limit", int)],
        responses=shapes.LedgerOut(many=True),
        tags=["balance"],
    )
    def get(self, request: Request) -> Response:
        """List entries, newest first; `before` pages on from an entry number."""
        _, limit = page_of(request)
        before = request.query_params.get("before", "")
        rows = selectors.ledger(
            self.principal(request).account_id,
            before=int(before) if before.isdecimal() else None,
        )[:limit]
        return Response(shapes.LedgerOut(rows, many=True).data)


class BillMonthsView(BillingView):
    """Months with a bill."""

    action_name = actions.BILL_VIEW

    @extend_schema(
        operation_id="bill_months",
        responses={200: {"type": "array", "items": {"type": "string"}}},
        tags=["bills"],
    )
    def get(self, request: Request) -> Response:
        """List months, newest first."""
        return Response(selectors.bill_months(self.principal(request).account_id))


class BillView(BillingView):
    """The bill of a month."""

    action_name = actions.BILL_VIEW

    @extend_schema(responses=shapes.BillOut, tags=["bills"])
    def get(self, request: Request, month: str) -> Response:
        """Return the lines and their sum."""
        account_id = self.principal(request).account_id
        lines = list(selectors.bill_lines(account_id, month=month_of(month)))
        body = {
            "month": month,
            "total": sum(line.amount for line in lines),
            "currency": settings.CURRENCY,
            "unbilled_calls": selectors.unbilled_calls(account_id),
            "lines": lines,
        }
        return Response(shapes.BillOut(body).data)


class BillExportView(BillingView):
    """The bill of a month as a file."""

    action_name = actions.BILL_VIEW

    @extend_schema(
        parameters=[OpenApiParameter("type", str, enum=["csv", "xlsx"])],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        tags=["bills"],
    )
    def get(self, request: Request, month: str) -> HttpResponse:
        """Return CSV or XLSX."""
        kind = request.query_params.get("type", "csv")
        lines = selectors.bill_lines(self.principal(request).account_id, month=month_of(month))
        if kind not in ("csv", "xlsx"):
            raise ApiError(errors.INVALID, reason="type must be csv or xlsx")
        content = exports.bill_csv(lines) if kind == "csv" else exports.bill_xlsx(lines)
        response = HttpResponse(
            content, content_type="text/csv; charset=utf-8" if kind == "csv" else _XLSX
        )
        response["Content-Disposition"] = f'attachment; filename="bill-{month}.{kind}"'
        return response


class LinePartsView(BillingView):
    """The components of a bill line."""

    action_name = actions.BILL_VIEW

    @extend_schema(parameters=PAGE, responses=shapes.LinePartOut(many=True), tags=["bills"])
    def get(self, request: Request, line_id: int) -> Response:
        """List the charges or deductions of the line, by time."""
        account_id = self.principal(request).account_id
        offset, limit = page_of(request)
        if selectors.line_get(account_id, line_id=line_id) is None:
            raise ApiError(errors.NOT_FOUND, kind="bill line")
        rows = selectors.line_parts(account_id, line_id=line_id, offset=offset, limit=limit)
        return Response(shapes.LinePartOut(rows, many=True).data)


class PartCallsView(BillingView):
    """The calls behind a charge or a deduction."""

    action_name = actions.BILL_VIEW

    @extend_schema(parameters=PAGE, responses=shapes.CallOut(many=True), tags=["bills"])
    def get(self, request: Request, kind: str, part_id: int) -> Response:
        """List request ids in the order in which they were charged."""
        account_id = self.principal(request).account_id
        offset, limit = page_of(request)
        if not selectors.part_exists(account_id, kind=kind, part_id=part_id):
            raise ApiError(errors.NOT_FOUND, kind=kind.removesuffix("s"))
        if kind == "charges":
            rows = selectors.charge_calls(
                account_id, tier_charge_id=part_id, offset=offset, limit=limit
            )
        else:
            rows = selectors.deduction_calls(
                account_id, allocation_id=part_id, offset=offset, limit=limit
            )
        return Response(shapes.CallOut(rows, many=True).data)


class UnitView(BillingView):
    """Trace a unit."""

    action_name = actions.BILL_VIEW

    @extend_schema(responses=shapes.UnitOut, tags=["bills"])
    def get(self, request: Request, request_id: str) -> Response:
        """Return how the call of a request id was paid."""
        found = selectors.usage_trace(self.principal(request).account_id, request_id=request_id)
        if found is None:
            raise ApiError(errors.NOT_FOUND, kind="successful call")
        return Response(shapes.UnitOut(found).data)


class ForecastView(BillingView):
    """The running month's forecast."""

    action_name = actions.BILL_VIEW

    @extend_schema(responses=shapes.ForecastOut, tags=["bills"])
    def get(self, request: Request) -> Response:
        """Return cost to date and expected."""
        return Response(
            shapes.ForecastOut(selectors.forecast(self.principal(request).account_id)).data
        )


class BudgetListView(BillingView):
    """Budgets."""

    traces = {"post": ("createBudget", "budget", "BSS")}

    actions = {"get": actions.BUDGET_VIEW, "post": actions.BUDGET_UPDATE}

    @extend_schema(responses=shapes.BudgetOut(many=True), tags=["budgets"])
    def get(self, request: Request) -> Response:
        """List budgets with what the running month reached."""
        rows = selectors.budgets(self.principal(request).account_id, month=month_of(""))
        return Response([_budget(*row) for row in rows])

    @extend_schema(request=shapes.BudgetIn, responses={201: shapes.BudgetOut}, tags=["budgets"])
    def post(self, request: Request) -> Response:
        """Create a budget."""
        wanted = checked(shapes.BudgetIn, request)
        budget = budgets.create(account_id=self.principal(request).account_id, **wanted)
        period = budget.periods.filter(month=month_of("")).first()
        return Response(_budget(budget, period), status=201)


class BudgetView(BillingView):
    """One budget."""

    traces = {
        "patch": ("updateBudget", "budget", "BSS"),
        "delete": ("deleteBudget", "budget", "BSS"),
    }

    actions = {"patch": actions.BUDGET_UPDATE, "delete": actions.BUDGET_UPDATE}

    @extend_schema(request=shapes.BudgetChangeIn, responses=shapes.BudgetOut, tags=["budgets"])
    def patch(self, request: Request, budget_id: int) -> Response:
        """Change limit, alert or hard stop."""
        wanted = checked(shapes.BudgetChangeIn, request)
        budget = budgets.update(
            account_id=self.principal(request).account_id, budget_id=budget_id, **wanted
        )
        period = budget.periods.filter(month=month_of("")).first()
        return Response(_budget(budget, period))

    @extend_schema(responses={204: None}, tags=["budgets"])
    def delete(self, request: Request, budget_id: int) -> Response:
        """Delete the budget."""
        budgets.delete(account_id=self.principal(request).account_id, budget_id=budget_id)
        return Response(status=204)


class ExpenditureView(BillingView):
    """Expenditures of an enterprise project."""

    handler_actions = {"get": (actions.BILL_VIEW,)}  # a grant on this one project is enough
    actions = {"get": None}

    @extend_schema(
        parameters=[
            OpenApiParameter("month", str),
            OpenApiParameter("months", int, enum=[6, 12]),
        ],
        responses=shapes.ExpenditureOut,
        tags=["enterprise projects"],
    )
    def get(self, request: Request, enterprise_project_id: str) -> Response:
        """Return month sum and change, trend, distribution and details."""
        caller = self.principal(request)
        authz.require(caller, actions.BILL_VIEW, enterprise_project_id=enterprise_project_id)
        month = month_of(request.query_params.get("month", ""))
        months = 12 if request.query_params.get("months") == "12" else 6
        where = {"enterprise_project_id": enterprise_project_id, "month": month}
        spent = selectors.expenditure(caller.account_id, **where)
        body = {
            "month": spent.month,
            "amount": spent.amount,
            "previous": spent.previous,
            "change_percent": spent.change_percent,
            "trend": selectors.expenditure_trend(caller.account_id, months=months, **where),
            "distribution": [
                {"product": product, "calls": calls, "amount": str(amount)}
                for product, calls, amount in selectors.expenditure_distribution(
                    caller.account_id, **where
                )
            ],
            "details": selectors.bill_lines(caller.account_id, **where),
        }
        return Response(shapes.ExpenditureOut(body).data)


def _budget(budget: Budget, period: BudgetPeriod | None) -> dict[str, object]:
    reached: object = 0
    if period is not None:
        calls = max(period.admitted, period.settled) if budget.hard_stop else period.settled
        reached = period.spent if budget.unit == "amount" else calls
    shape = {
        name: getattr(budget, name)
        for name in (
            "id", "name", "scope", "scope_id", "unit", "limit", "alert_percent", "hard_stop",
        )
    }  # fmt: skip
    return dict(shapes.BudgetOut({**shape, "reached": str(reached)}).data)
