"""Billing center: balance, bills, budgets, forecast, and the price calculator."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from billing import actions, periods, selectors
from billing.services import budgets, exports, top_ups
from core import clock
from iam import selectors as iam_selectors
from ocr import catalog
from portal.console import ConsoleView, title_of

PAGE = 50
FILES = {
    "csv": (exports.bill_csv, "text/csv; charset=utf-8"),
    "xlsx": (
        exports.bill_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}


def this_month() -> str:
    """Return the running billing month, `YYYY-MM`."""
    return periods.month(clock.now(), settings.BILLING_TIME_ZONE)


class BillingView(ConsoleView):
    """`/console/billing`: what is there, what it costs, what it will cost."""

    template = "portal/billing.html"
    actions = {
        "balance": actions.BALANCE_UPDATE,
        "bills": actions.BILL_VIEW,
        "budget": actions.BUDGET_UPDATE,
        "budgets": actions.BUDGET_VIEW,
    }

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return balance, forecast, budgets and the latest entries of the ledger."""
        account, month = self.principal.account_id, this_month()
        before = self.request.GET.get("before", "")
        entries = selectors.ledger(
            account, limit=PAGE, before=int(before) if before.isdecimal() else None
        )
        rows = selectors.budgets(account, month=month) if self.may["budgets"] else []
        return {
            "balance": selectors.account(account),
            "forecast": selectors.forecast(account),
            "unbilled": selectors.unbilled_calls(account),
            "entries": entries,
            "next": entries[-1].number if len(entries) == PAGE else None,
            "month": month,
            "budgets": [
                {"key": f"b{budget.pk}", "budget": budget, "used": _used(budget, period)}
                for budget, period in rows
            ],
            "users": iam_selectors.user_names(account),
        }

    def do_voucher(self) -> None:
        """Redeem a voucher code."""
        self.require(actions.BALANCE_UPDATE)
        entry = top_ups.voucher_redeem(
            principal=self.principal, code=self.request.POST.get("code", "")
        )
        self.tell(
            _("The voucher added %(amount)s %(currency)s.")
            % {"amount": entry.amount, "currency": settings.CURRENCY}
        )

    def do_budget(self) -> None:
        """Make a budget."""
        self.require(actions.BUDGET_UPDATE)
        post = self.request.POST
        scope, _colon, scope_id = post.get("scope", "account").partition(":")
        percent = post.get("alert_percent", "")
        budgets.create(
            account_id=self.principal.account_id,
            name=post.get("name", "").strip(),
            scope=scope,
            scope_id=scope_id,
            unit=post.get("unit", ""),
            limit=_decimal(post.get("limit", "")),
            alert_percent=int(percent) if percent.isdecimal() else 80,
            hard_stop=post.get("hard_stop") == "on",
        )
        self.tell(_("The budget is set."))

    def do_budget_delete(self) -> None:
        """Delete a budget."""
        self.require(actions.BUDGET_UPDATE)
        text = self.request.POST.get("budget", "")
        budgets.delete(
            account_id=self.principal.account_id, budget_id=int(text) if text.isdecimal() else 0
        )
        self.tell(_("The budget is deleted."))


class BillsView(ConsoleView):
    """`/console/billing/bills?month=`: the lines of a month and their sums; CSV and XLSX."""

    template = "portal/bills.html"

    def get(self, request: Any, **kwargs: Any) -> HttpResponse:
        """Draw the page, or send the lines as a file."""
        kind = request.GET.get("format", "")
        if kind not in FILES:
            return super().get(request, **kwargs)
        context = self.context()
        make, media_type = FILES[kind]
        answer = HttpResponse(
            make(item["row"] for item in context["lines"]), content_type=media_type
        )
        name = f"bill-{context['month']}.{kind}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return a month's lines, narrowed by the address."""
        account, query = self.principal.account_id, self.request.GET
        months = selectors.bill_months(account)
        month = query.get("month") or (months[0] if months else this_month())
        project = self.enterprise_project
        lines = selectors.bill_lines(
            account,
            month=month,
            product=query.get("product", ""),
            enterprise_project_id=project,
            mode=query.get("mode", ""),
        )
        sums = selectors.month_sums(account, month=month, enterprise_project_id=project)
        return {
            "months": sorted({*months, month, this_month()}, reverse=True),
            "month": month,
            "lines": [{"row": line, "title": title_of(line.product_id)} for line in lines[:500]],
            "sums": [{"row": row, "title": title_of(row.product)} for row in sums],
            "total": selectors.bill_total(account, month=month, enterprise_project_id=project),
            "services": catalog.SERVICES,
            "names": iam_selectors.enterprise_project_names(account),
            "query": query,
        }


class CalculatorView(ConsoleView):
    """`/console/billing/calculator`: a month's calls, pay-per-use against packages."""

    template = "portal/calculator.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the quote for the service, region and number of calls in the address."""
        query = self.request.GET
        service = catalog.BY_CODE.get(query.get("service", ""), catalog.SERVICES[0])
        region = query.get("in") or self.principal.region
        text = query.get("calls", "10000").strip()
        calls = int(text) if text.isdecimal() and len(text) < 13 else None
        quote = None
        if calls is not None:
            quote = selectors.quote(product=service.code, region=region, calls=calls)
        return {
            "services": catalog.SERVICES,
            "service": service,
            "chosen_region": region,
            "calls": text,
            "bad_number": calls is None,
            "quote": quote,
        }

    def get(self, request: Any, **kwargs: Any) -> HttpResponse:
        """Draw the page; only the answer when htmx asks."""
        context = self.context()
        part = request.headers.get("HX-Request")
        return self.page("portal/quote.html" if part else self.template, context)


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal(-1)
    return value if value.is_finite() else Decimal(-1)


def _used(budget: Any, period: Any) -> Decimal:
    if period is None:
        return Decimal(0)
    return Decimal(period.spent if budget.unit == "amount" else period.settled)
