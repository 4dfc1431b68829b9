"""Package Management: state and history of packages, renewal, alerts, unsubscription."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import actions, periods, selectors
from billing.selectors.packages import STATES as package_states
from billing.services import packages, renewals
from core import clock
from core.money import round_amount
from iam import selectors as iam_selectors
from ocr import catalog
from portal import charts, form_parsing
from portal.console import ConsoleView, title_of
from portal.data_table import Column

DAYS = 30
LATEST = 20
PACKAGES = (
    Column(
        "service",
        gettext_lazy("Service"),
        lambda row: title_of(row.package.product_id),
        "service",
        fixed=True,
    ),
    Column(
        "number", gettext_lazy("No."), attrgetter("package.pk"), "number", number=True, hidden=True
    ),
    Column("region", gettext_lazy("Region"), attrgetter("package.region"), "region", hidden=True),
    Column("source", gettext_lazy("Kind"), attrgetter("package.source"), "source", hidden=True),
    Column("state", gettext_lazy("State"), attrgetter("state"), "state"),
    Column("used", gettext_lazy("Used"), attrgetter("package.used"), "used"),
    Column("left", gettext_lazy("Left"), attrgetter("left"), "left", number=True),
    Column(
        "begins", gettext_lazy("Begins"), attrgetter("package.effective_at"), "begins", hidden=True
    ),
    Column("expires", gettext_lazy("Expires"), attrgetter("package.expires_at"), "expires"),
    Column(
        "project",
        gettext_lazy("Enterprise project"),
        attrgetter("package.enterprise_project_id"),
        "project",
    ),
    Column("renewal", gettext_lazy("Renewal"), attrgetter("package.auto_renew"), "renewal"),
)
HISTORY = (
    Column("hour", gettext_lazy("Hour"), attrgetter("hour"), "hour", fixed=True),
    Column("user", gettext_lazy("User"), attrgetter("user_id")),
    Column("project", gettext_lazy("Enterprise project"), attrgetter("enterprise_project_id"), "enterprise_project_id"),
    Column("calls", gettext_lazy("Calls"), attrgetter("quantity"), "quantity", number=True),
    Column("after", gettext_lazy("Used after it"), attrgetter("package_used_after"), number=True),
    Column("line", gettext_lazy("Bill line"), attrgetter("bill_line_id"), number=True, hidden=True),
)  # fmt: skip


class PackagesView(ConsoleView):
    """`/console/packages`: packages of this region or all, with what is left of them."""

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
            "packages": self.table(
                "packages",
                PACKAGES,
                rows,
                sort="-number",
                key="package__pk",
                search=("service", "number", "region"),
                draw=lambda row: {"row": row, "title": title_of(row.package.product_id)},
            ),
            "waiting": sum(waiting.values()),
            "history": [
                {"row": row, "title": title_of(row.product_id)}
                for row in selectors.package_history(account)[:LATEST]
            ],
            "services": catalog.SERVICES,
            "states": package_states,
            "query": query,
            "names": iam_selectors.enterprise_project_names(account),
        }


class PackageView(ConsoleView):
    """`/console/packages/details?package=`: one package, its usage history and its settings."""

    template = "portal/package.html"
    actions = {
        "update": actions.PACKAGE_UPDATE,
        "pay": actions.ORDER_PAY,
        "unsubscribe": actions.PACKAGE_UNSUBSCRIBE,
    }
    operations = {
        "auto_renew": ("updatePackage", "package", "BSS"),
        "alert": ("updatePackage", "package", "BSS"),
    }

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the package, its use by day and a page of its deductions."""
        account, query = self.principal.account_id, self.request.GET
        row = selectors.package(account, package_id=form_parsing.whole(query.get("package")) or 0)
        if row is None:
            raise Http404
        package = row.package
        days = selectors.package_days(account, package_id=package.pk, days=DAYS)
        refund = round_amount(package.price * row.left / package.granted, settings.CURRENCY)
        bought = package.order_line_id is not None and package.refunded_at is None
        return {
            "row": row,
            "package": package,
            "title": title_of(package.product_id),
            "names": iam_selectors.enterprise_project_names(account),
            "users": iam_selectors.user_names(account),
            "history": self.table(
                "history",
                HISTORY,
                selectors.package_history(account, package_id=package.pk),
                sort="-hour",
            ),
            "bars": charts.bars([(day.strftime("%m-%d"), float(n)) for day, n in days]),
            "used_lately": sum(n for _day, n in days),
            "days": DAYS,
            "refund": refund,
            "can_renew": bought and package.plan_id is not None and package.renewed_by_id is None,
            "can_leave": bought and row.left > 0 and package.expires_at >= clock.now(),
            "expiry": periods.day(package.expires_at, settings.BILLING_TIME_ZONE),
            "zone": settings.BILLING_TIME_ZONE,
        }

    def do_auto_renew(self) -> None:
        """Switch the package's automatic renewal."""
        self.require(actions.PACKAGE_UPDATE)
        wanted = self.request.POST.get("wanted") == "on"
        packages.auto_renew_set(
            account_id=self.principal.account_id, package_id=self._id(), enabled=wanted
        )
        self.success(
            _("The package renews itself when it expires.")
            if wanted
            else _("The package ends at its expiry date.")
        )

    def do_renew(self) -> None:
        """Buy the same package again, in force when this one ends."""
        self.require(actions.PACKAGE_UPDATE)
        self.require(actions.ORDER_PAY)
        order = renewals.renew(
            principal=self.principal,
            package_id=self._id(),
            idempotency_key=f"renew/{self._id()}",
        )
        self.success(
            _("Order %(number)s is paid. The next package begins when this one ends.")
            % {"number": order.number}
        )

    def do_alert(self) -> None:
        """Set at which share left an alert is sent."""
        self.require(actions.PACKAGE_UPDATE)
        percent = form_parsing.whole(self.request.POST.get("percent"))
        packages.alert_set(
            account_id=self.principal.account_id,
            package_id=self._id(),
            percent_left=-1 if percent is None else percent,
        )
        self.success(_("The alert is set."))

    def do_unsubscribe(self) -> None:
        """End the package and get the unused share of its price back."""
        self.require(actions.PACKAGE_UNSUBSCRIBE)
        self.confirmed(str(self._id()))
        order = renewals.unsubscribe(principal=self.principal, package_id=self._id())
        self.success(
            _("The package has ended; %(amount)s %(currency)s went back to the balance.")
            % {"amount": -order.amount, "currency": order.currency}
        )

    def _id(self) -> int:
        return form_parsing.whole(self.request.GET.get("package")) or 0
