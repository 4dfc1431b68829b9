"""Operator pages: balances, vouchers, free quota and prices of the installation's accounts."""

from __future__ import annotations

import datetime as dt
import secrets
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from billing import errors, periods, selectors
from billing.burndown import PROMOTIONAL
from billing.pricing import PriceTable, Tier
from billing.services import arrears, packages, products, top_ups
from core import clock
from core.errors import ApiError
from iam import selectors as iam_selectors
from ocr import catalog
from portal import form_parsing
from portal.console import ConsoleView


class OperatorView(ConsoleView):
    """`/console/billing/operator?account=`: for operators only; no policy of a tenant opens it."""

    template = "portal/operator_desk.html"
    operations = {
        "unlimited": ("updateAccountBilling", "account", "BSS"),
        "grant": ("grantPackage", "package", "BSS"),
    }

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Draw the page for an operator."""
        self._operator()
        return super().get(request, **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Run a form for an operator; the refusal of anybody else leaves its trace."""
        try:
            self._operator()
        except ApiError as error:
            self._trace_refusal(error)
            raise
        return super().post(request, **kwargs)

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the account that was looked up, and what the forms choose from."""
        name = self.request.GET.get("account", "").strip()
        account = iam_selectors.account_by_name(name) if name else None
        return {
            "wanted": name,
            "account": account,
            "state": selectors.account(account.pk) if account else None,
            "services": catalog.SERVICES,
            "key": secrets.token_hex(8),
            "today": periods.day(clock.now(), settings.BILLING_TIME_ZONE),
        }

    def do_top_up(self) -> None:
        """Add money to the account."""
        entry = top_ups.top_up(
            principal=self.principal,
            account_id=self._account(),
            amount=self._amount("amount"),
            reference=self.request.POST.get("reference", "").strip(),
        )
        self.success(_("The balance is %(amount)s now.") % {"amount": entry.balance_after})

    def do_adjust(self) -> None:
        """Correct the balance by a signed entry."""
        entry = top_ups.adjust(
            principal=self.principal,
            account_id=self._account(),
            amount=self._amount("amount"),
            reference=self.request.POST.get("reference", "").strip(),
        )
        self.success(_("The balance is %(amount)s now.") % {"amount": entry.balance_after})

    def do_unlimited(self) -> None:
        """Grant or withdraw an unlimited balance."""
        wanted = self.request.POST.get("wanted") == "on"
        arrears.unlimited_set(account_id=self._account(), unlimited=wanted)
        self.success(_("The change counts at once."))

    def do_grant(self) -> None:
        """Grant the account a package without money."""
        post = self.request.POST
        packages.grant(
            account_id=self._account(),
            region=post.get("region", ""),
            product_code=post.get("service", ""),
            calls=form_parsing.whole(post.get("calls")) or 0,
            months=form_parsing.whole(post.get("months")) or 12,
            source=PROMOTIONAL,
            grant_key=f"operator/{post.get('reference', '').strip()}",
        )
        self.success(_("The package is granted."))

    def do_voucher(self) -> HttpResponse:
        """Make a voucher; its code is on the answer of this request only."""
        day = form_parsing.day(self.request.POST.get("expires_on"))
        today = periods.day(clock.now(), settings.BILLING_TIME_ZONE)
        if day is None or not today <= day <= today + dt.timedelta(days=3660):
            raise ApiError(errors.INVALID, reason="expires_on")
        _voucher, code = top_ups.voucher_create(
            principal=self.principal,
            amount=self._amount("amount"),
            expires_at=periods.day_end(day, settings.BILLING_TIME_ZONE),
        )
        answer = self.page(self.template, {**self.context(), "code": code})
        answer["Cache-Control"] = "no-store"
        return answer

    def do_price(self) -> None:
        """Set the price of a service from the next full hour on."""
        post = self.request.POST
        try:
            version = products.price_change(
                principal=self.principal,
                product_code=post.get("service", ""),
                region=post.get("region", ""),
                table=PriceTable(
                    tuple(
                        _tier(line) for line in post.get("tiers", "").split("\n") if line.strip()
                    ),
                    form_parsing.whole(post.get("free_calls")) or 0,
                ),
            )
        except ValueError as error:
            raise ApiError(errors.INVALID, reason=str(error)) from error
        self.success(
            _("The price counts from %(time)s UTC. What was billed before stays as it is.")
            % {"time": version.effective_from.strftime("%Y-%m-%d %H:%M")}
        )

    def _operator(self) -> None:
        if not self.principal.is_operator:
            raise ApiError(errors.DENIED, action="operator")

    def _account(self) -> str:
        account = iam_selectors.account_by_name(self.request.GET.get("account", "").strip())
        if account is None:
            raise ApiError(errors.NOT_FOUND, kind="account")
        return account.pk

    def _amount(self, field: str) -> Decimal:
        value = form_parsing.amount(self.request.POST.get(field))
        if value is None:
            raise ApiError(errors.INVALID, reason=field)
        return value


def _tier(line: str) -> Tier:
    """Return the tier written "calls above, price"; raises ValueError for anything else."""
    above, _comma, price = line.partition(",")
    start, unit = form_parsing.whole(above), form_parsing.amount(price)
    if start is None or unit is None:
        raise ValueError(f"tier {line.strip()!r} is not: calls, price")
    return Tier(start, unit)
