"""Orders: purchases, renewals and unsubscriptions; pay or cancel open ones."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import actions, selectors
from billing.services import orders
from portal.console import ConsoleView, title_of
from portal.data_table import Column

STATES = ("to_pay", "done", "cancelled")
KINDS = ("new", "renew", "unsubscribe")
COLUMNS = (
    Column("order", gettext_lazy("Order"), attrgetter("number"), "number", fixed=True),
    Column("created", gettext_lazy("Created"), attrgetter("created_at"), "created_at"),
    Column("by", gettext_lazy("Placed by"), attrgetter("placed_by"), "placed_by", hidden=True),
    Column("kind", gettext_lazy("Kind"), attrgetter("kind"), "kind"),
    Column("state", gettext_lazy("State"), attrgetter("status"), "status"),
    Column(
        "contents", gettext_lazy("Contents"),
        lambda order: ", ".join(
            f"{line.quantity} × {line.product_id} {line.region} {line.calls}"
            for line in order.lines.all()
        ),
    ),
    Column("amount", gettext_lazy("Amount"), attrgetter("amount"), "amount", number=True),
    Column("currency", gettext_lazy("Currency"), attrgetter("currency"), hidden=True),
)  # fmt: skip


class OrdersView(ConsoleView):
    """`/console/billing/orders?status=&kind=&order=`: orders with their lines, newest first."""

    template = "portal/orders.html"
    actions = {"pay": actions.ORDER_PAY, "cancel": actions.ORDER_CANCEL}

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return a page of orders, narrowed by the address."""
        query = self.request.GET
        status, kind = query.get("status", ""), query.get("kind", "")
        rows = selectors.orders(
            self.principal.account_id,
            status=status if status in STATES else "",
            kind=kind if kind in KINDS else "",
            number=query.get("order", "").strip(),
        )
        return {
            "orders": self.table(
                "orders",
                COLUMNS,
                rows,
                sort="-created",
                search=("number", "placed_by"),
                draw=_drawn,
            ),
            "states": STATES,
            "kinds": KINDS,
            "query": query,
        }

    def do_pay(self) -> None:
        """Pay an open order from the balance."""
        self.require(actions.ORDER_PAY)
        order = orders.pay(principal=self.principal, number=self._number())
        self.success(
            _("Order %(number)s is paid. The package is ready.") % {"number": order.number}
        )

    def do_cancel(self) -> None:
        """Cancel an open order."""
        self.require(actions.ORDER_CANCEL)
        order = orders.cancel(principal=self.principal, number=self._number())
        self.success(_("Order %(number)s is cancelled.") % {"number": order.number})

    def _number(self) -> str:
        return self.request.POST.get("order", "")


def _drawn(order: Any) -> dict[str, Any]:
    lines = [{"row": line, "title": title_of(line.product_id)} for line in order.lines.all()]
    return {"order": order, "lines": lines}
