"""Package Management and the buy flow."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from billing import actions, selectors
from billing.selectors.packages import STATES as package_states
from billing.services import orders, packages
from iam import selectors as iam_selectors
from ocr import catalog
from portal.console import ConsoleView, title_of

PAGE = 50


class PackagesView(ConsoleView):
    """`/console/packages`: packages of this region, their use, orders."""

    template = "portal/packages.html"
    actions = {"update": actions.PACKAGE_UPDATE, "buy": actions.ORDER_CREATE}

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the packages, filtered, and the latest deductions."""
        account = self.principal.account_id
        query = self.request.GET
        rows = selectors.packages(
            account,
            region="" if query.get("in") == "all" else self.principal.region,
            product=query.get("product", ""),
            state=query.get("state", ""),
        )
        waiting = selectors.waiting_calls(account)
        return {
            "rows": [
                {
                    "row": row,
                    "title": title_of(row.package.product_id),
                    "share": row.left * 100 // max(row.package.granted, 1),
                }
                for row in rows[:200]
            ],
            "waiting": sum(waiting.values()),
            "history": [
                {"row": row, "title": title_of(row.product_id)}
                for row in selectors.package_history(account)[:PAGE]
            ],
            "services": catalog.SERVICES,
            "states": package_states,
            "query": query,
            "names": iam_selectors.enterprise_project_names(account),
        }

    def do_renew(self) -> None:
        """Switch a package's automatic renewal."""
        self.require(actions.PACKAGE_UPDATE)
        wanted = self.request.POST.get("wanted") == "on"
        packages.auto_renew_set(
            account_id=self.principal.account_id, package_id=self._id(), enabled=wanted
        )
        self.tell(
            _("The package renews itself when it expires.")
            if wanted
            else _("The package ends at its expiry date.")
        )

    def do_alert(self) -> None:
        """Set at which share left an alert is sent."""
        self.require(actions.PACKAGE_UPDATE)
        text = self.request.POST.get("percent", "")
        packages.alert_set(
            account_id=self.principal.account_id,
            package_id=self._id(),
            percent_left=int(text) if text.isdecimal() else -1,
        )
        self.tell(_("The alert is set."))

    def _id(self) -> int:
        text = self.request.POST.get("package", "")
        return int(text) if text.isdecimal() else 0


class BuyView(ConsoleView):
    """`/console/packages/buy?service=`: choose, see the sum, pay from the balance."""

    template = "portal/buy.html"
    actions = {"create": actions.ORDER_CREATE, "pay": actions.ORDER_PAY}

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the plans of the chosen service and the balance that pays."""
        code = self.request.POST.get("service") or self.request.GET.get("service", "")
        service = catalog.BY_CODE.get(code, catalog.SERVICES[0])
        plans = selectors.plans(product=service.code, region=self.principal.region)
        account = self.principal.account_id
        return {
            "service": service,
            "services": catalog.SERVICES,
            "plans": plans,
            "chosen_plan": self.request.POST.get("plan") or (plans[0].code if plans else ""),
            "balance": selectors.account(account),
            "typed": self.request.POST,
            "key": self.request.POST.get("key") or secrets.token_hex(16),
            "today": dt.datetime.now(dt.UTC).date(),
            "zone": settings.BILLING_TIME_ZONE,
        }

    def do_buy(self) -> HttpResponse:
        """Place the order and pay it in one step; both permissions are needed."""
        self.require(actions.ORDER_CREATE)
        self.require(actions.ORDER_PAY)
        post = self.request.POST
        quantity = post.get("quantity", "1")
        starts_on = None
        if post.get("start") == "date" and post.get("starts_on"):
            starts_on = dt.date.fromisoformat(post["starts_on"])
        order = orders.buy(
            principal=self.principal,
            region=self.principal.region,
            product_code=post.get("service", ""),
            plan_code=post.get("plan", ""),
            quantity=int(quantity) if quantity.isdecimal() else 0,
            starts_on=starts_on,
            enterprise_project_id=post.get("enterprise_project", ""),
            auto_renew=post.get("auto_renew") == "on",
            idempotency_key=post.get("key", ""),
        )
        self.tell(_("Order %(number)s is paid. The package is ready.") % {"number": order.number})
        return self.back("packages")
