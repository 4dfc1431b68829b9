"""Billing center: balance, bills, forecast, and the price calculator."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import actions, errors, periods, selectors
from billing.services import arrears, exports, top_ups
from core import clock
from core.errors import ApiError
from core.money import round_amount
from iam import selectors as iam_selectors
from ocr import catalog
from portal import form_parsing
from portal.bill_table import bill_lines
from portal.console import ConsoleView, title_of
from portal.data_table import Column

LEDGER = (
    Column("number", gettext_lazy("No."), attrgetter("number"), "number", number=True, fixed=True),
    Column("time", gettext_lazy("Time"), attrgetter("created_at"), "created_at"),
    Column("kind", gettext_lazy("Kind"), attrgetter("kind"), "kind"),
    Column("reference", gettext_lazy("Reference"), attrgetter("reference"), "reference"),
    Column("made_by", gettext_lazy("Made by"), attrgetter("made_by"), hidden=True),
    Column("amount", gettext_lazy("Amount"), attrgetter("amount"), "amount", number=True),
    Column("balance", gettext_lazy("Balance"), attrgetter("balance_after"), number=True),
)
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
    """`/console/billing`: balance, alert, vouchers, forecast, ledger."""

    template = "portal/billing.html"
    actions = {
        "balance": actions.BALANCE_UPDATE,
        "bills": actions.BILL_VIEW,
    }

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return balance, forecast and the latest entries of the ledger."""
        account = self.principal.account_id
        balance = selectors.account(account)
        return {
            "balance": balance,
            "arrears_ends": selectors.arrears_ends(balance),
            "forecast": selectors.forecast(account),
            "unbilled": selectors.unbilled_calls(account),
            "ledger": self.table(
                "ledger",
                LEDGER,
                selectors.ledger(account),
                sort="-number",
                key="number",
                search=("reference", "made_by"),
            ),
        }

    operations = {
        "voucher": ("redeemVoucher", "voucher", "BSS"),
        "alert": ("setBalanceAlert", "balance", "BSS"),
    }

    def do_voucher(self) -> None:
        """Redeem a voucher code."""
        self.require(actions.BALANCE_UPDATE)
        entry = top_ups.voucher_redeem(
            principal=self.principal, code=self.request.POST.get("code", "")
        )
        self.success(
            _("The voucher added %(amount)s %(currency)s.")
            % {"amount": entry.amount, "currency": settings.CURRENCY}
        )

    def do_alert(self) -> None:
        """Set or remove the balance below which an alert is sent."""
        self.require(actions.BALANCE_UPDATE)
        text = self.request.POST.get("threshold", "").strip()
        threshold = form_parsing.amount(text)
        if text and (threshold is None or threshold != round_amount(threshold, settings.CURRENCY)):
            raise ApiError(errors.INVALID, reason="balance_alert")
        arrears.balance_alert_set(account_id=self.principal.account_id, threshold=threshold)
        self.success(_("The alert is set.") if text else _("The alert is removed."))


class BillsView(ConsoleView):
    """`/console/billing/bills?month=`: the lines of a month and their sums; CSV and XLSX."""

    template = "portal/bills.html"

    def get(self, request: Any, **kwargs: Any) -> HttpResponse:
        """Render the page, or export the lines."""
        kind = request.GET.get("format", "")
        if kind not in FILES:
            return super().get(request, **kwargs)
        context = self.context()
        make, media_type = FILES[kind]
        answer = HttpResponse(make(self._lines(context["month"])), content_type=media_type)
        name = f"bill-{context['month']}.{kind}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return a month's lines, narrowed by the address."""
        account, query = self.principal.account_id, self.request.GET
        months = selectors.bill_months(account)
        month = query.get("month") or (months[0] if months else this_month())
        project = self.enterprise_project
        sums = selectors.month_sums(account, month=month, enterprise_project_id=project)
        return {
            "months": sorted({*months, month, this_month()}, reverse=True),
            "month": month,
            "lines": bill_lines(self, self._lines(month), files=self._files()),
            "sums": [{"row": row, "title": title_of(row.product)} for row in sums],
            "total": selectors.bill_total(account, month=month, enterprise_project_id=project),
            "services": catalog.SERVICES,
            "names": iam_selectors.enterprise_project_names(account),
            "query": query,
        }

    def _files(self) -> list[tuple[str, str]]:
        """Return the links to the bill as a file: of the whole month, with its sum."""
        query = self.request.GET.copy()
        links = []
        for kind in FILES:
            query["format"] = kind
            links.append((kind.upper(), f"?{query.urlencode()}"))
        return links

    def _lines(self, month: str) -> QuerySet[Any]:
        query = self.request.GET
        return selectors.bill_lines(
            self.principal.account_id,
            month=month,
            product=query.get("product", ""),
            enterprise_project_id=self.enterprise_project,
            mode=query.get("mode", ""),
        )


class CalculatorView(ConsoleView):
    """`/console/billing/calculator`: the price of a month's calls, pay-per-use and with packages."""

    template = "portal/calculator.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the quote for the service, region and number of calls in the address."""
        query = self.request.GET
        service = catalog.BY_CODE.get(query.get("service", ""), catalog.SERVICES[0])
        region = query.get("in") or self.principal.region
        text = query.get("calls", "10000").strip()
        calls = form_parsing.whole(text) if len(text) < 13 else None
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
        """Render the page, or the quote alone for htmx."""
        context = self.context()
        part = request.headers.get("HX-Request")
        return self.page("portal/quote.html" if part else self.template, context)
