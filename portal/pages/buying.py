"""The buy flow: region, service, specification, quantity and start; confirm; pay."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from billing import actions, errors, periods, selectors
from billing.services import orders
from core import clock
from core.errors import ApiError
from iam import selectors as iam_selectors
from ocr import catalog
from portal import form_parsing
from portal.console import ConsoleView, title_of

FIELDS = ("in", "service", "plan", "quantity", "start", "starts_on", "enterprise_project",
          "auto_renew", "key")  # fmt: skip


class BuyView(ConsoleView):
    """`/console/packages/buy?service=&in=`: choose a plan, confirm the amount, pay from the balance."""

    template = "portal/buy.html"
    actions = {"create": actions.ORDER_CREATE, "pay": actions.ORDER_PAY}
    operations = {"buy": ("createOrder", "order", "BSS")}

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the plans of the chosen service and region, and what was chosen so far."""
        post = self.request.POST
        code = post.get("service") or self.request.GET.get("service", "")
        service = catalog.BY_CODE.get(code, catalog.SERVICES[0])
        region = self._region()
        plans = selectors.plans(product=service.code, region=region)
        return {
            "service": service,
            "services": catalog.SERVICES,
            "chosen_region": region,
            "plans": plans,
            "chosen_plan": post.get("plan") or (plans[0].code if plans else ""),
            "balance": selectors.account(self.principal.account_id),
            "typed": post,
            "key": post.get("key") or secrets.token_hex(16),
            "today": periods.day(clock.now(), settings.BILLING_TIME_ZONE),
            "zone": settings.BILLING_TIME_ZONE,
            "step": 1,
        }

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Run a form; going back to the choice keeps what was chosen."""
        if request.POST.get("do") == "choose":
            return self.page(self.template, self.context())
        return super().post(request, **kwargs)

    def do_confirm(self) -> HttpResponse:
        """Show the order, its period and amount, and the balance after it."""
        self.require(actions.ORDER_CREATE)
        wanted = self._wanted()
        plan = orders.plan_find(
            region=wanted["region"],
            product_code=wanted["product_code"],
            plan_code=wanted["plan_code"],
        )
        if not 1 <= wanted["quantity"] <= orders.MAX_QUANTITY:
            raise ApiError(errors.INVALID, reason=f"quantity must be 1 to {orders.MAX_QUANTITY}")
        zone = settings.BILLING_TIME_ZONE
        start = orders.start_of(wanted["starts_on"], now=clock.now()) or clock.now()
        amount = plan.price * wanted["quantity"]
        balance = selectors.account(self.principal.account_id)
        project = wanted["enterprise_project_id"]
        names = iam_selectors.enterprise_project_names(self.principal.account_id)
        context = self.context() | {
            "step": 2,
            "plan": plan,
            "title": title_of(wanted["product_code"]),
            "quantity": wanted["quantity"],
            "calls": plan.calls * wanted["quantity"],
            "amount": amount,
            "per_call": plan.price / plan.calls,
            "begins": wanted["starts_on"],
            "ends": periods.day(periods.package_expiry(start, zone, months=plan.months), zone),
            "project_name": names.get(project, project),
            "after": balance.balance - amount,
            "enough": balance.unlimited or balance.balance >= amount,
            "hidden": [
                (name, self.request.POST[name]) for name in FIELDS if name in self.request.POST
            ],
        }
        return self.page(self.template, context)

    def do_buy(self) -> HttpResponse:
        """Place the order and pay it in one step; both permissions are needed."""
        self.require(actions.ORDER_CREATE)
        self.require(actions.ORDER_PAY)
        order = orders.buy(principal=self.principal, **self._wanted())
        self.success(
            _("Order %(number)s is paid. The package is ready.") % {"number": order.number}
        )
        return self.back("packages", **{"in": "all"})

    def do_place(self) -> HttpResponse:
        """Place the order, to be paid later."""
        self.require(actions.ORDER_CREATE)
        order = orders.place(principal=self.principal, **self._wanted())
        self.success(_("Order %(number)s waits to be paid.") % {"number": order.number})
        return self.back("billing/orders", order=order.number)

    def _region(self) -> str:
        wanted = self.request.POST.get("in") or self.request.GET.get("in", "")
        return wanted if wanted in dict(settings.REGIONS) else self.principal.region

    def _wanted(self) -> dict[str, Any]:
        post = self.request.POST
        starts_on: dt.date | None = None
        if post.get("start") == "date":
            starts_on = form_parsing.day(post.get("starts_on"))
            if starts_on is None:
                raise ApiError(errors.INVALID, reason="starts_on")
        return {
            "region": self._region(),
            "product_code": post.get("service", ""),
            "plan_code": post.get("plan", ""),
            "quantity": form_parsing.whole(post.get("quantity", "1")) or 0,
            "starts_on": starts_on,
            "enterprise_project_id": post.get("enterprise_project", ""),
            "auto_renew": post.get("auto_renew") == "on",
            "idempotency_key": post.get("key", ""),
        }
