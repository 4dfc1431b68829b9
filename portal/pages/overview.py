"""Overview: services by group with subscription, quota, price and calls; first steps of a new user."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from billing import selectors as billing_selectors
from billing.services import subscriptions
from core import clock
from iam import authz, selectors
from monitoring import statistics
from ocr import catalog
from portal import notices
from portal.console import Ability, ConsoleView, service_named


class OverviewView(ConsoleView):
    """`/console/overview`."""

    template = "portal/overview.html"
    actions = {"keys": "iam:credentials:listCredentials"}

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return services by group, the day's figures and the steps of a newcomer."""
        rows = self._rows(catalog.SERVICES)
        groups = [
            {"title": title, "rows": [row for row in rows if row["service"].group == group]}
            for group, title in catalog.GROUPS.items()
        ]
        total = sum(row["calls"] for row in rows)
        return {
            "groups": [group for group in groups if group["rows"]],
            "subscribed": sum(1 for row in rows if row["state"]),
            "total": len(rows),
            "calls": total,
            "failed": sum(row["failed"] for row in rows),
            "balance": billing_selectors.account(self.principal.account_id),
            "steps": self._steps(rows, total),
        }

    def do_subscribe(self) -> HttpResponse | None:
        """Subscribe the caller to one service."""
        return self._change(wanted=True)

    def do_unsubscribe(self) -> HttpResponse | None:
        """End the caller's own subscription to one service."""
        return self._change(wanted=False)

    def _change(self, *, wanted: bool) -> HttpResponse | None:
        service = service_named(self.request.POST.get("service", ""))
        verb = "subscribe" if wanted else "unsubscribe"
        self.require(f"ocr:{service.action_name}:{verb}")
        change = subscriptions.subscribe if wanted else subscriptions.unsubscribe
        change(principal=self.principal, product_code=service.code)
        text = (
            _("You are subscribed to %(title)s. Pay-per-use applies once a package is used up.")
            if wanted
            else _("You are no longer subscribed to %(title)s.")
        ) % {"title": service.title}
        if self.request.headers.get("HX-Request"):
            row = self._rows((service,))[0]
            return self.page("portal/overview_row.html", {"row": row, "said": text})
        self.success(text)
        return None

    def _rows(self, services: tuple[catalog.Service, ...]) -> list[dict[str, Any]]:
        me, account = self.principal, self.principal.account_id
        states = billing_selectors.subscription_state(account, region=me.region, user_id=me.user_id)
        quota = billing_selectors.quota_left(account, region=me.region)
        prices = prices_in(me.region)
        now = clock.now()
        day = statistics.Span(hour(now) - dt.timedelta(hours=23), now, 3600)
        calls = statistics.series(account, day, by="service", region=me.region)["series"]
        none = [0] * 24
        rows = []
        for service in services:
            line = calls.get(service.code, {"successful": none, "failed": none})
            state = states.get(service.code)
            rows.append(
                {
                    "service": service,
                    "missing": notices.languages_missing(service),
                    "state": state,
                    "quota": quota.get(service.code),
                    "price": prices.get(service.code),
                    "spark": [
                        a + b for a, b in zip(line["successful"], line["failed"], strict=True)
                    ],
                    "calls": sum(line["successful"]) + sum(line["failed"]),
                    "failed": sum(line["failed"]),
                    "subscribe": self._ability(service, "subscribe"),
                    "unsubscribe": self._ability(service, "unsubscribe"),
                }
            )
        return rows

    def _ability(self, service: catalog.Service, verb: str) -> Ability:
        action = f"ocr:{service.action_name}:{verb}"
        return Ability(action, authz.may(self.principal, action))

    def _steps(self, rows: list[dict[str, Any]], calls: int) -> list[dict[str, Any]]:
        keys = selectors.access_keys(self.principal.account_id, self.principal.user_id).exists()
        packages = any(row["quota"] and row["quota"].left for row in rows)
        return [
            {
                "title": _("Subscribe to a service"),
                "text": _("Choose one below; you pay per successful call only."),
                "page": "overview",
                "done": any(row["state"] for row in rows),
            },
            {
                "title": _("Try a document"),
                "text": _("Drop an image into the API Explorer."),
                "page": "explorer",
                "done": calls > 0,
            },
            {
                "title": _("Create an access key"),
                "text": _("Your programs sign their calls with it."),
                "page": "credentials",
                "done": keys,
            },
            {
                "title": _("Have a package"),
                "text": _("A package makes each call cheaper."),
                "page": "packages",
                "done": packages,
            },
        ]


def hour(moment: dt.datetime) -> dt.datetime:
    """Return the start of the hour of `moment`."""
    return moment.replace(minute=0, second=0, microsecond=0)


def prices_in(region: str) -> dict[str, dict[str, Any]]:
    """Return the first unit price and the monthly free calls of each product in `region`."""
    return {
        code: {"unit": table.tiers[0].unit_price, "free": table.free_calls}
        for code, table in billing_selectors.prices_in_force(region=region).items()
    }
